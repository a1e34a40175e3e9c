# SPDX-License-Identifier: Apache-2.0
"""Universal signature forgery and signature wrapping, as the literature has them.

The first leaves a program nothing to check; the second lets it check bytes that
are not those it shows.
"""

import re
from collections.abc import Callable

from tests.forge import Forge, Signature, draw_pdf
from tests.hostile.attacks import edit_byte_range, signed_ranges
from tests.hostile.made import raw

_SIGNATURE = re.compile(
    rb"(\d+) 0 obj\s*(<<\s*/Contents <[^>]*>.*?>>)\s*endobj", re.DOTALL
)
_CONTENTS = re.compile(rb"/Contents <[^>]*>")
_RANGE = re.compile(rb"/ByteRange \[[^\]]*\]")

BENDS: dict[str, Callable[[bytes], bytes]] = {
    "no Contents": lambda body: _CONTENTS.sub(b"", body),
    "Contents null": lambda body: _CONTENTS.sub(b"/Contents null", body),
    "Contents empty": lambda body: _CONTENTS.sub(b"/Contents <>", body),
    "Contents zero": lambda body: _CONTENTS.sub(b"/Contents <00>", body),
    "Contents a reference to nothing": lambda body: _CONTENTS.sub(
        b"/Contents 999 0 R", body
    ),
    "no ByteRange": lambda body: _RANGE.sub(b"", body),
    "ByteRange null": lambda body: _RANGE.sub(b"/ByteRange null", body),
    "ByteRange empty": lambda body: _RANGE.sub(b"/ByteRange []", body),
    "ByteRange of nothing": lambda body: _RANGE.sub(b"/ByteRange [0 0 0 0]", body),
    "ByteRange negative": lambda body: _RANGE.sub(b"/ByteRange [0 -1 -1 -1]", body),
    "ByteRange of the first part": lambda body: _RANGE.sub(
        lambda match: b" ".join([*match[0].split()[:3], b"0 0]"]), body
    ),
    "neither": lambda body: _CONTENTS.sub(b"", _RANGE.sub(b"", body)),
    "no SubFilter": lambda body: body.replace(b"/SubFilter /ETSI.CAdES.detached", b""),
}


def forged_by_update(bend: str) -> Callable[[Forge], bytes]:
    """Return what appends another content and a signature dictionary bent so."""

    def make(forge: Forge) -> bytes:
        pdf = forge.issue().pdf
        found = _SIGNATURE.search(pdf)
        assert found is not None
        body = BENDS[bend](found[2])
        assert body != found[2]
        content = raw.content_number(pdf)
        return raw.append_revision(
            pdf, {content: raw.show("FORGED"), int(found[1]): body}
        )

    return make


def value_taken_out(forge: Forge) -> bytes:
    """Take the signature out of its field by an update."""
    pdf = forge.seal(draw_pdf())
    field = int(re.findall(rb"/Fields \[ ?(\d+) 0 R", pdf)[-1])
    empty = b"<</FT/Sig/T(Seal)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]>>"
    content = raw.content_number(pdf)
    return raw.append_revision(pdf, {content: raw.show("FORGED"), field: empty})


def wrapped(forge: Forge) -> bytes:
    """Move the second range away, and put objects and a table of one's own between.

    The forged table stands exactly where the signed one stood, so that the
    startxref, which is signed, leads to it.
    """
    signed = forge.sign(draw_pdf(), Signature(forge.trade.seal, certify=False))
    _, length, second, rest = signed_ranges(signed)
    old_table = raw.last_xref(signed)
    content = raw.content_number(signed)
    # The signature's dictionary has to end before anything else may begin.
    rest_of_it = signed[second : signed.index(b"endobj", second)] + b"endobj\n"
    forged = rest_of_it + raw.write_object(content, raw.show("FORGED"))
    gap = old_table - second - len(forged)
    assert gap >= 0
    root, size = raw.root_number(signed), raw.next_number(signed)
    everything = raw.object_places(signed, range(1, size))
    # What stands behind the insertion is moved by its length, which depends on
    # the table that tells so: the figures are as wide either way.
    length_of = 0
    insertion = b""
    for _ in range(2):
        places: dict[int, int | None] = {
            number: place + (length_of if place >= second else 0)
            for number, place in everything.items()
        }
        places[content] = second + len(rest_of_it)
        table = raw.write_table(
            places, trailer=b"/Size %d/Root %d 0 R" % (size, root), at=old_table
        )
        insertion = forged + b" " * gap + table
        length_of = len(insertion)
    moved = signed[:second] + insertion + signed[second:]
    return edit_byte_range(moved, f"0 {length} {second + length_of} {rest}")


def wrapped_with_a_hole(forge: Forge) -> bytes:
    """Move the second range away, and leave room for whatever is wanted."""
    signed = forge.issue().pdf
    _, length, second, rest = signed_ranges(signed)
    room = b"\n% room for a forged object\n"
    moved = signed[:second] + room + signed[second:]
    return edit_byte_range(moved, f"0 {length} {second + len(room)} {rest}")
