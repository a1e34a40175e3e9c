# SPDX-License-Identifier: Apache-2.0
"""Shadow attacks: the file was prepared before an honest signer sealed it.

Two contents are in it, one to be signed and one to be shown. Our issuer seals
only what it has drawn itself; a verifier meets such files from other houses,
and has to see the switch.
"""

import re
from io import BytesIO

import pikepdf

from tests.forge import Forge, draw_pdf
from tests.hostile.made import raw

_COVER = b"1 1 1 rg 60 660 400 40 re f"


def _with_overlay(forge: Forge) -> tuple[bytes, int]:
    """Seal a page whose second line is covered; return it and the cover's number."""
    with pikepdf.open(BytesIO(draw_pdf(lines=("LICENCE", "Limit: 9,000,000")))) as pdf:
        page = pdf.pages[0]
        cover = pdf.make_stream(
            _COVER,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=[0, 0, 595, 842],
        )
        page.obj.Resources.XObject = pikepdf.Dictionary(Cover=cover)
        shown = page.obj.Contents.read_bytes() + b"\n/Cover Do\n"
        page.obj.Contents = pdf.make_stream(shown)
        out = BytesIO()
        pdf.save(out, static_id=True, compress_streams=False)
    sealed = forge.seal(out.getvalue())
    with pikepdf.open(BytesIO(sealed)) as pdf:
        number = pdf.pages[0].obj.Resources.XObject.Cover.objgen[0]
    return sealed, number


def hide_by_freeing(forge: Forge) -> bytes:
    """Hide: free the cover, and the line below comes to light."""
    sealed, cover = _with_overlay(forge)
    return raw.append_revision(sealed, places={cover: None})


def hide_by_freeing_oddly(forge: Forge) -> bytes:
    """Hide: free the cover with a generation that few programs understand."""
    sealed, cover = _with_overlay(forge)
    return raw.append_revision(sealed, places={cover: None}, generation=65535)


def hide_by_emptying(forge: Forge) -> bytes:
    """Hide: replace the cover by an empty drawing."""
    sealed, cover = _with_overlay(forge)
    empty = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 0 0]/Length 0>>\nstream\n\nendstream"
    )
    return raw.append_revision(sealed, {cover: empty})


def replace_font(forge: Forge) -> bytes:
    """Replace: the font gives the signed letters other shapes."""
    sealed = forge.seal(draw_pdf())
    number = raw.font_number(sealed)
    other = b"<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>"
    return raw.append_revision(sealed, {number: other})


def hide_and_replace(forge: Forge) -> bytes:
    """Hide and replace: a second content is in the signed bytes, and no table has it.

    The appended table has no object of its own: it only names the other copy.
    """
    drawn = draw_pdf(lines=("LICENCE", "Limit: 100"))
    content = raw.content_number(drawn)
    hidden = raw.write_object(content, raw.show("Limit: 9,000,000"))
    # Right behind the header, where the signed tables do not point.
    line = drawn.index(b"\n", 9) + 1
    prepared = raw.rebuild_table(drawn[:line] + hidden + drawn[line:])
    sealed = forge.seal(prepared)
    return raw.append_revision(sealed, places={content: line})


def void_reference(forge: Forge) -> bytes:
    """Replace: the signed page names a content that only comes later."""
    drawn = draw_pdf(lines=("LICENCE",))
    number = 900
    content = raw.content_number(drawn)
    named = re.sub(
        rb"/Contents %d 0 R" % content,
        b"/Contents[%d 0 R %d 0 R]" % (content, number),
        drawn,
    )
    sealed = forge.seal(raw.rebuild_table(named))
    return raw.append_revision(sealed, {number: raw.show("Limit: 9,000,000")})
