# SPDX-License-Identifier: Apache-2.0
"""A document type made for the tests, whose pages hold nothing but paragraphs.

Drawn by the real drawing code: the type is read from a type.toml, the texts are its
fields, the file is what would be sealed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from issuer.rehearsal import rehearse
from issuer.render import render_pdf
from templates.catalogue import read_document_type

NOW = datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)
_BEGIN, _END = "≈≈≈", "≠≠≠"
"""Lines before and after the texts; none of the texts looks like them."""
_HEAD = f"""\
id = "text_sheet"
code = "TS"
version = 1
name = {{ th = "แผ่นข้อความ", en = "Sheet of text" }}
legal_basis = {{ th = "มาตรา 1", en = "Section 1" }}

[numbering]
pattern = "{{sequence}}/{{year}}"

[validity]
rule = "none"

[holder]
field = "holder"

[signatory]
name = {{ th = "ชื่อ", en = "Name" }}
position = {{ th = "ตำแหน่ง", en = "Position" }}

[[fields]]
name = "holder"
label = {{ th = "ผู้ถือ", en = "Holder" }}
kind = "name"

[[blocks]]
block = "paragraph"
role = "title"
text = "{_BEGIN}"

[[foot]]
block = "paragraph"
text = "{_END}"

[[foot]]
block = "qr"
"""
_FIELD = """
[[fields]]
name = "text{index}"
label = {{ th = "ข้อความ", en = "Text" }}
max_length = 5000
"""
_PARAGRAPH = """
[[blocks]]
block = "paragraph"
text = "{text}"
{settings}
"""
_PAGE = """
[page]
digits = "arabic"
numbers = "never"
"""


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One paragraph of texts, one after the other, every second one in bold."""

    texts: Sequence[str]
    settings: str = ""
    """Further keys of the block, as type.toml writes them."""

    @property
    def text(self) -> str:
        """Return the whole text."""
        return "".join(self.texts)


def draw_sheet(paragraphs: Sequence[Paragraph], page: str) -> bytes:
    """Draw paragraphs on pages with these settings, as type.toml writes them."""
    texts: list[str] = []
    blocks = []
    for paragraph in paragraphs:
        places = ""
        for number, text in enumerate(paragraph.texts):
            mark = "**" if number % 2 else ""
            # Fields are stripped; a space between two belongs to the type.
            space = " " if text.startswith(" ") else ""
            places += f"{space}{mark}{{text{len(texts)}}}{mark}"
            texts.append(text)
        blocks.append(_PARAGRAPH.format(text=places, settings=paragraph.settings))
    fields = [_FIELD.format(index=index) for index in range(len(texts))]
    toml = "".join([_HEAD, *fields, *blocks, _PAGE, page])
    data = {f"text{index}": text for index, text in enumerate(texts)}
    with TemporaryDirectory() as folder:
        Path(folder, "type.toml").write_text(toml, encoding="utf-8")
        kind = read_document_type(Path(folder))
        job = rehearse(kind, {"holder": "ผู้ถือ", **data}, NOW)
        return render_pdf(replace(job, watermark=None)).pdf


def cut_texts(lines: Iterable[str]) -> list[str]:
    """Return those lines of a sheet that are of its texts."""
    found = list(lines)
    return found[found.index(_BEGIN) + 1 : found.index(_END)]
