# SPDX-License-Identifier: Apache-2.0
"""A background lies under the pages as it is, or is refused at start with a way out."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from templates.artwork import check_artwork, open_background
from templates.catalogue import DocumentType
from templates.errors import TypeFileError
from templates.families import SARABUN
from tests.unit.templates.layout_world import (
    LONG,
    TITLE,
    draw_document,
    find_elements,
    make_type,
    read_pages,
    show_page,
)

A4 = (595.28, 841.89)
PAGE = """
[page]
numbers = "never"
[page.background]
file = "form.pdf"
"""
ALT = 'alt = { th = "แบบพิมพ์", en = "Form" }\n'


def draw_form(
    *texts: str, size: tuple[float, float] = A4, rotate: int = 0, extra: bytes = b""
) -> Pdf:
    """Draw pages with a blue bar at the foot and a text at the top, by ReportLab."""
    name = "Form"
    pdfmetrics.registerFont(TTFont(name, str(SARABUN.find_file(bold=False))))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1)
    for text in texts:
        canvas.setFillColorRGB(0, 0, 1)
        canvas.rect(0, 0, 40, 20, stroke=0, fill=1)
        if text:
            canvas.setFont(name, 12)
            canvas.drawString(60, size[1] - 40, text)
        canvas.showPage()
    canvas.save()
    pdf = Pdf.open(out)
    for page in pdf.pages:
        if rotate:
            page.Rotate = rotate
        if extra:
            page.contents_add(extra)
    return pdf


def make_form(
    folder: Path, form: Pdf, *parts: str, alt: str = ALT, pages: str = "first"
) -> DocumentType:
    folder.mkdir(parents=True, exist_ok=True)
    form.save(folder / "form.pdf")
    page = f'{PAGE}pages = "{pages}"\n{alt}'
    return make_type(folder, TITLE, *parts, page=page)


def find_blue(pdf: bytes) -> list[bool]:
    """Tell for each page whether the bar is in its lower left corner."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        count = len(opened.pages)
    corners = [show_page(pdf, number)[-15:-5, 5:35] for number in range(count)]
    return [bool((np.abs(corner.astype(int) - 29) < 15).all()) for corner in corners]


@pytest.mark.parametrize(
    ("form", "pages", "blue", "texts"),
    [
        (("ก",), "first", [True, False], ["ก", ""]),
        (("ก",), "every", [True, True], ["ก", "ก"]),
        (("ก", "ข"), "every", [True, True], ["ก", "ข"]),
        (("ก", "ข", "ค"), "all", [True, True, True], ["ก", "ข", "ค"]),
        (("ก",), "all", [True, False], ["ก", ""]),
    ],
)
def test_sheets_lie_under_their_pages(
    tmp_path: Path,
    form: tuple[str, ...],
    pages: str,
    blue: list[bool],
    texts: list[str],
) -> None:
    marked = [f"แบบ{text}" for text in form]
    drawn = draw_document(make_form(tmp_path, draw_form(*marked), LONG, pages=pages))
    assert find_blue(drawn.pdf) == blue
    read = read_pages(drawn.pdf)
    assert [page.count("แบบ") for page in read] == [bool(text) for text in texts]
    assert all(
        f"แบบ{text}" in page for text, page in zip(texts, read, strict=True) if text
    )
    # What is seen again is read once.
    figures = [one["/Alt"] for one in find_elements(drawn.pdf, "Figure")]
    assert figures.count("แบบพิมพ์") == len(set(texts) - {""})


def test_a_sheet_is_read_first_and_carried_once(tmp_path: Path) -> None:
    kind = make_form(tmp_path, draw_form("แบบ"), LONG, pages="every")
    drawn = draw_document(kind)
    first, *_ = find_elements(drawn.pdf, "Figure")
    assert first["/Alt"] == "แบบพิมพ์"
    with pikepdf.open(io.BytesIO(drawn.pdf)) as opened:
        sheets = {page.Resources.XObject.P1.objgen for page in opened.pages}
        assert len(sheets) == 1
    assert drawn.pdf == draw_document(kind).pdf


def test_an_ornament_is_not_read(tmp_path: Path) -> None:
    drawn = draw_document(make_form(tmp_path, draw_form(""), alt=""))
    assert find_blue(drawn.pdf) == [True]
    assert len(find_elements(drawn.pdf, "Figure")) == 1  # the QR code


def test_marks_of_another_structure_are_taken_out(tmp_path: Path) -> None:
    marks = b"/P <</MCID 0>> BDC 0 0 1 rg 0 0 40 20 re f EMC /Artifact BMC EMC"
    form = draw_form("", extra=marks)
    form.pages[0].StructParents = 0
    form.Root.StructTreeRoot = Dictionary(Type=Name.StructTreeRoot)
    form.Root.OpenAction = Array([form.pages[0].obj, Name.Fit])  # a view, as many have
    assert find_blue(draw_document(make_form(tmp_path, form, alt="")).pdf) == [True]


def test_states_left_open_are_closed(tmp_path: Path) -> None:
    form = draw_form("", extra=b"Q Q q 2 w q")
    assert find_blue(draw_document(make_form(tmp_path, form, alt="")).pdf) == [True]


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_turned_page_lies_as_it_is_seen(tmp_path: Path, rotate: int) -> None:
    size = A4 if rotate == 180 else (A4[1], A4[0])
    kind = make_form(tmp_path, draw_form("", size=size, rotate=rotate), alt="")
    page = show_page(draw_document(kind).pdf)
    left, right = slice(0, 5), slice(-5, None)
    corner = {90: (left, left), 180: (left, right), 270: (right, right)}[rotate]
    assert (page[corner] < 60).all()


def add_annotation(pdf: Pdf) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))
    pdf.pages[0].Annots = Array([pdf.make_indirect(link)])


def add_field(pdf: Pdf) -> None:
    field = pdf.make_indirect(Dictionary(FT=Name.Tx, T=pikepdf.String("name")))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))


def add_script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=pikepdf.String("1"))


def add_attachment(pdf: Pdf) -> None:
    pdf.attachments["a.txt"] = b"a"


def add_layer(pdf: Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("a")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]))


def add_resource(kind: str, value: Callable[[Pdf], object]) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        entries = pdf.pages[0].Resources
        if f"/{kind}" not in entries:
            entries[f"/{kind}"] = Dictionary()
        entries[f"/{kind}"]["/X"] = value(pdf)
        named = {"XObject": b"/X Do", "ColorSpace": b"/X cs", "ExtGState": b"/X gs"}
        pdf.pages[0].contents_add(b"q 9 0 0 9 0 0 cm %s Q" % named[kind])

    return change


def make_image(
    pdf: Pdf, *, space: Name = Name.DeviceGray, packing: Name | None = None
) -> object:
    image = pdf.make_stream(bytes(4), Type=Name.XObject, Subtype=Name.Image)
    image.Width = image.Height = 1
    image.BitsPerComponent, image.ColorSpace = 8, space
    if packing is not None:
        image.Filter = packing
    return image


def unembed(pdf: Pdf) -> None:
    for font in pdf.pages[0].Resources.Font.values():
        if "/FontDescriptor" in font:
            del font.FontDescriptor["/FontFile2"]


def unmap(pdf: Pdf) -> None:
    for font in pdf.pages[0].Resources.Font.values():
        if "/ToUnicode" in font:
            del font["/ToUnicode"]


def write(content: bytes) -> Callable[[Pdf], None]:
    return lambda pdf: pdf.pages[0].contents_add(content)


REFUSED: dict[str, tuple[Callable[[Pdf], None], str]] = {
    "a link": (add_annotation, "links, notes or fields on a page"),
    "a form": (add_field, "form fields or a signature"),
    "a script": (add_script, "scripts or actions"),
    "a file": (add_attachment, "files attached"),
    "a layer": (add_layer, "layers that can be hidden"),
    "a marked layer": (write(b"/OC /X BDC EMC"), "layers that can be hidden"),
    "no font": (unembed, "is not embedded"),
    "no text": (unmap, "cannot be copied or read aloud"),
    "ink": (write(b"0 0 0 1 k"), "CMYK"),
    "ink by name": (write(b"/DeviceCMYK cs"), "CMYK"),
    "hidden text": (write(b"BT 3 Tr ET"), "text that is not seen"),
    "nonsense": (write(b"1 2 frobnicate"), "'frobnicate' that PDF does not know"),
    "a strange intent": (write(b"/Pretty ri"), "rendering intent /Pretty"),
    "an inline picture in ink": (
        write(b"BI /W 1 /H 1 /BPC 8 /CS /CMYK ID abcd EI"),
        "a picture within its instructions",
    ),
    "a spot colour": (
        add_resource(
            "ColorSpace",
            lambda _: Array([Name.Separation, Name.Gold, Name.DeviceCMYK, 0]),
        ),
        "CMYK",
    ),
    "a soft mask": (
        add_resource("ExtGState", lambda _: Dictionary(SMask=Dictionary(S=Name.Alpha))),
        "mixes colours",
    ),
    "a blend": (
        add_resource("ExtGState", lambda _: Dictionary(BM=Name.Multiply)),
        "mixes colours",
    ),
    "a press setting": (
        add_resource("ExtGState", lambda _: Dictionary(TR=Name.Identity)),
        "settings of a printing press",
    ),
    "a picture in ink": (
        add_resource("XObject", lambda pdf: make_image(pdf, space=Name.DeviceCMYK)),
        "CMYK",
    ),
    "JPEG 2000": (
        add_resource("XObject", lambda pdf: make_image(pdf, packing=Name.JPXDecode)),
        "JPEG 2000",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_document_may_hold_is_refused(tmp_path: Path, name: str) -> None:
    change, words = REFUSED[name]
    form = draw_form("แบบ")
    change(form)
    with pytest.raises(TypeFileError, match=words) as caught:
        check_artwork(make_form(tmp_path, form))
    assert caught.value.file == tmp_path / "form.pdf"
    assert caught.value.fix


@pytest.mark.parametrize(
    "content",
    [
        b"1 0 g",
        b"g",
        b"1 1 0 0 rg",
        b"0 0 3 Tr",
        b"8 Tr",
        b"1.5 J",
        b"q 1 0 0 1 0 0 0 cm Q",
        b"1 2 w",
        b"/Big w",
        b"true w",
        b"[1 (a)] 0 d",
        b"5 q Q",
        b"BT (a) (b) Tj ET",
        b"BT [/A] TJ ET",
        b"BT /F1+0 Tf ET",
        b"1 /A 1 scn",
        b"0 0 10 re",
        b"/P /Q /R BDC EMC",
    ],
)
def test_values_readers_do_not_agree_on_are_refused(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(TypeFileError, match=r"readers would not agree") as caught:
        check_artwork(make_form(tmp_path, draw_form("แบบ", extra=content)))
    assert caught.value.fix


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (
            (595.28, 845.5),
            "is 210.0 x 298.3 mm, and the paper of the type is 210 x 297",
        ),
        ((612, 792), "is 215.9 x 279.4 mm"),
        ((841.89, 595.28), "is 297.0 x 210.0 mm"),
    ],
)
def test_paper_of_another_size_is_refused(
    tmp_path: Path, size: tuple[float, float], words: str
) -> None:
    with pytest.raises(TypeFileError, match=words):
        check_artwork(make_form(tmp_path, draw_form("", size=size)))


def test_a_small_difference_of_size_is_borne(tmp_path: Path) -> None:
    check_artwork(make_form(tmp_path, draw_form("", size=(594, 843))))


def test_text_in_an_ornament_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeFileError, match="holds text, and is declared an ornament"):
        check_artwork(make_form(tmp_path, draw_form("แบบ"), alt=""))


def test_pages_that_are_never_shown_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeFileError, match="2 pages, and only the first is shown"):
        check_artwork(make_form(tmp_path, draw_form("", "")))


def test_a_locked_file_is_refused(tmp_path: Path) -> None:
    kind = make_form(tmp_path, draw_form(""))
    for owner, user, words in (("a", "b", "password"), ("a", "", "is encrypted")):
        lock = pikepdf.Encryption(owner=owner, user=user)
        file = tmp_path / words / "form.pdf"
        file.parent.mkdir()
        draw_form("").save(file, encryption=lock)
        kind = make_type(file.parent, TITLE, page=PAGE)
        with pytest.raises(TypeFileError, match=words):
            check_artwork(kind)


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    form = draw_form("")
    noise = form.make_stream(np.random.default_rng(1).bytes(2_100_000))
    form.Root.Extra = noise
    with pytest.raises(
        TypeFileError, match=r"it has 2\.1 MB, and every document would"
    ):
        check_artwork(make_form(tmp_path, form))


def test_a_form_of_many_types_is_opened_once_and_kept(tmp_path: Path) -> None:
    form = draw_form("แบบ")
    kinds = [make_form(tmp_path / f"{n}", form) for n in range(40)]
    for kind in kinds[1:]:
        shutil.copy(kinds[0].folder / "form.pdf", kind.folder)
    opened = [open_background(kind) for kind in kinds]
    for kind in kinds:
        (kind.folder / "form.pdf").unlink()
    assert {open_background(kind) for kind in kinds} == {opened[0]}
