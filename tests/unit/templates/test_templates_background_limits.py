# SPDX-License-Identifier: Apache-2.0
"""A background is unpacked no further than somebody meant well; nothing rides along."""

import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from templates.artwork import check_artwork, open_background
from templates.errors import TypeFileError
from tests.unit.templates.test_templates_background import draw_form, make_form

EVIL = b"EVILDATA" * 50


def place(pdf: Pdf, entry: object, name: str = "/X") -> None:
    """Show an XObject on the first page."""
    resources = pdf.pages[0].Resources
    if "/XObject" not in resources:
        resources.XObject = Dictionary()
    resources.XObject[name] = entry
    pdf.pages[0].contents_add(b"q 40 0 0 40 100 300 cm %s Do Q" % name.encode())


def make_drawing(pdf: Pdf, content: bytes, **entries: object) -> Stream:
    return pdf.make_stream(
        content,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 100, 100]),
        **entries,
    )


def make_image(
    pdf: Pdf, data: bytes, side: tuple[int, int], **entries: object
) -> Stream:
    return pdf.make_stream(
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=side[0],
        Height=side[1],
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray,
        **entries,
    )


def pack(size: int) -> bytes:
    packer = zlib.compressobj(9)
    pieces = [packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)]
    return b"".join([*pieces, packer.flush()])


def add_long_content(pdf: Pdf) -> None:
    packed = pack(60_000_000)
    pdf.pages[0].Contents = pdf.make_stream(packed, Filter=Name.FlateDecode)


def repeat_content(pdf: Pdf) -> None:
    part = pdf.make_stream(b" " * 100_000)
    pdf.pages[0].Contents = Array([part] * 50)


def add_runs(pdf: Pdf) -> None:
    runs = b"\x81 " * 50_000
    pdf.pages[0].Contents = pdf.make_stream(runs, Filter=Name.RunLengthDecode)


def pack_twice(pdf: Pdf) -> None:
    packed = zlib.compress(pack(60_000_000), 9)
    filters = Array([Name.FlateDecode, Name.FlateDecode])
    pdf.pages[0].Contents = pdf.make_stream(packed, Filter=filters)


def add_unused(pdf: Pdf) -> None:
    packed = pack(60_000_000)
    pdf.Root.Unused = pdf.make_stream(packed, Filter=Name.FlateDecode)


def add_large_picture(pdf: Pdf) -> None:
    data = pack(26_000_000)
    place(pdf, make_image(pdf, data, (5_200, 5_000), Filter=Name.FlateDecode))


def add_lying_picture(pdf: Pdf) -> None:
    data = pack(90_000_000)
    place(pdf, make_image(pdf, data, (10, 10), Filter=Name.FlateDecode))


def show_often(pdf: Pdf) -> None:
    place(pdf, make_image(pdf, bytes(1_000_000), (1_000, 1_000)))
    pdf.pages[0].contents_add(b"/X Do " * 60)


def draw_curves(pdf: Pdf) -> None:
    curve = b"1 2 3 4 5 6 c "
    pdf.pages[0].contents_add(b"0 0 m %s f" % (curve * 20_001))


def repeat_drawing(pdf: Pdf) -> None:
    inner = make_drawing(pdf, b"0 0 m " + b"1 1 l " * 1_000 + b"S")
    outer = make_drawing(
        pdf, b"/In Do " * 10, Resources=Dictionary(XObject=Dictionary(In=inner))
    )
    place(pdf, outer)
    pdf.pages[0].contents_add(b"/X Do " * 3)


def draw_many(pdf: Pdf) -> None:
    pdf.pages[0].contents_add(b"/Sh sh " * 20_001)
    pdf.pages[0].Resources.Shading = Dictionary(
        Sh=Dictionary(
            ShadingType=2,
            ColorSpace=Name.DeviceGray,
            Coords=Array([0, 0, 1, 1]),
            Function=Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1),
        )
    )


def draw_itself(pdf: Pdf) -> None:
    form = make_drawing(pdf, b"/Me Do")
    form.Resources = Dictionary(XObject=Dictionary(Me=form))
    place(pdf, form)


def write_numbers(pdf: Pdf) -> None:
    pdf.pages[0].contents_add(b"0 g " * 300_000)


TOO_MUCH: dict[str, tuple[Callable[[Pdf], None], str]] = {
    "long content": (add_long_content, "more than 10 MB when unpacked"),
    "content of a part many times": (repeat_content, "more than 4 MB when unpacked"),
    "runs": (add_runs, "more than 4 MB when unpacked"),
    "packed twice": (pack_twice, "10 MB when unpacked|in a way that is not read"),
    "an object nobody uses": (add_unused, "more than 10 MB when unpacked"),
    "a large picture": (add_large_picture, "5200 x 5000 pixels; 25 million are"),
    "a small picture of many bytes": (add_lying_picture, "75 MB when unpacked"),
    "a picture shown often": (show_often, "61,000,000 pixels of pictures"),
    "a path": (draw_curves, r"20,\d+ segments of paths; 20,000 are the most"),
    "a drawing shown often": (repeat_drawing, r"40,0\d+ segments of paths"),
    "many objects": (draw_many, "20,003 texts, paths and pictures"),
    "a drawing in itself": (draw_itself, "nests drawings more than 5 deep"),
    "many numbers": (write_numbers, "draws too much"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_takes_too_long_to_read_is_refused(tmp_path: Path, name: str) -> None:
    change, words = TOO_MUCH[name]
    form = draw_form("แบบ")
    change(form)
    with pytest.raises(TypeFileError, match=words) as caught:
        check_artwork(make_form(tmp_path, form))
    assert caught.value.fix


def test_a_page_of_pictures_as_scanners_make_them_is_taken(tmp_path: Path) -> None:
    form = draw_form("แบบ")
    rows = b"".join(b"\0" + bytes([n % 251]) * 2_480 for n in range(3_508))
    parameters = Dictionary(Predictor=15, Colors=1, BitsPerComponent=8, Columns=2_480)
    scan = make_image(
        form,
        zlib.compress(rows, 9),
        (2_480, 3_508),
        Filter=Name.FlateDecode,
        DecodeParms=parameters,
    )
    place(form, scan)
    with opened_image(form, tmp_path) as image:
        assert image.read_bytes() == scan.read_bytes()


@contextmanager
def opened_image(form: Pdf, folder: Path) -> Iterator[Stream]:
    """Open the only picture of a sheet."""
    sheet, *_ = open_background(make_form(folder, form))
    with Pdf.open(io.BytesIO(sheet.picture.data)) as pdf:
        (image,) = [
            one
            for one in pdf.objects
            if isinstance(one, Stream) and one.get("/Subtype") == Name.Image
        ]
        yield image


def hide_in_resources(pdf: Pdf) -> None:
    evil = pdf.make_stream(EVIL)
    unused = make_drawing(pdf, EVIL)
    inner = Dictionary(XObject=Dictionary(Hid=unused), Extra=evil, Properties=evil)
    place(pdf, make_drawing(pdf, b"0 g 5 5 5 5 re f", Resources=inner, Evil=evil))


def hide_in_colours(pdf: Pdf) -> None:
    function = Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1)
    function.Evil = pdf.make_stream(EVIL)
    hints = Dictionary(MixingHints=Dictionary(Evil=pdf.make_stream(EVIL)))
    names = Array([Name("/A")])
    space = Array([Name.DeviceN, names, Name.DeviceGray, function, hints])
    pdf.pages[0].Resources.ColorSpace = Dictionary(X=space)
    pdf.pages[0].contents_add(b"/X cs 1 scn 0 0 1 1 re f")


def hide_in_fonts(pdf: Pdf) -> None:
    for font in pdf.pages[0].Resources.Font.values():
        font.Evil = pdf.make_stream(EVIL)
        if "/FontDescriptor" in font:
            font.FontDescriptor.Evil = pdf.make_stream(EVIL)
            font.FontDescriptor.FontFile2.Evil = pikepdf.String(EVIL)
        if "/ToUnicode" in font:
            font.ToUnicode.Evil = pikepdf.String(EVIL)


def hide_in_states(pdf: Pdf) -> None:
    state = Dictionary(LW=1, Evil=pdf.make_stream(EVIL), TR2=Name.Default)
    pdf.pages[0].Resources.ExtGState = Dictionary(X=state)
    pdf.pages[0].contents_add(b"q /X gs Q")


def hide_behind_rows(pdf: Pdf) -> None:
    place(pdf, make_image(pdf, bytes(4) + EVIL, (2, 2)))


def hide_behind_packed(pdf: Pdf) -> None:
    data = zlib.compress(bytes(4)) + EVIL
    place(pdf, make_image(pdf, data, (2, 2), Filter=Name.FlateDecode))


def hide_in_entries(pdf: Pdf) -> None:
    place(pdf, make_image(pdf, bytes(4), (2, 2), Metadata=pdf.make_stream(EVIL)))


def draw_jpeg(side: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("L", (side, side), 90).save(out, "JPEG", comment=EVIL, exif=EVIL)
    return out.getvalue()


def hide_in_jpeg(pdf: Pdf) -> None:
    place(pdf, make_image(pdf, draw_jpeg() + EVIL, (8, 8), Filter=Name.DCTDecode))


def hide_in_group(pdf: Pdf) -> None:
    group = Dictionary(S=Name.Transparency, Evil=pdf.make_stream(EVIL))
    place(pdf, make_drawing(pdf, b"0 0 5 5 re f", Group=group))


HIDING = (
    hide_in_resources, hide_in_colours, hide_in_fonts, hide_in_states,
    hide_behind_rows, hide_behind_packed, hide_in_entries, hide_in_jpeg, hide_in_group,
)  # fmt: skip


@pytest.mark.parametrize("hide", HIDING)
def test_what_is_not_seen_is_left_behind(
    tmp_path: Path, hide: Callable[[Pdf], None]
) -> None:
    form = draw_form("แบบ")
    hide(form)
    sheet, *_ = open_background(make_form(tmp_path, form))
    with Pdf.open(io.BytesIO(sheet.picture.data)) as pdf:
        for one in pdf.objects:
            text = repr(one).encode()
            if isinstance(one, Stream):
                text += one.read_raw_bytes()
                if one.get("/Filter") != Name.DCTDecode:
                    text += one.read_bytes()
            assert b"EVILDATA" not in text


def test_a_jpeg_is_shown_as_it_was(tmp_path: Path) -> None:
    form = draw_form("แบบ")
    hide_in_jpeg(form)
    with opened_image(form, tmp_path) as image:
        shown = Image.open(io.BytesIO(image.read_raw_bytes()))
    assert shown.tobytes() == Image.open(io.BytesIO(draw_jpeg())).tobytes()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (draw_jpeg(16), "a JPEG of another size than it says"),
        (draw_jpeg()[:60], "a picture that is not complete"),
    ],
)
def test_a_jpeg_that_is_not_what_it_says_is_refused(
    tmp_path: Path, data: bytes, words: str
) -> None:
    form = draw_form("แบบ")
    place(form, make_image(form, data, (8, 8), Filter=Name.DCTDecode))
    with pytest.raises(TypeFileError, match=words):
        check_artwork(make_form(tmp_path, form))


@pytest.mark.parametrize(
    "content", [b"/X cs 1 0 scn", b"/X cs scn", b"/X cs 1 sc /P scn", b"1 0 sc"]
)
def test_a_colour_has_as_many_numbers_as_its_space_asks_for(
    tmp_path: Path, content: bytes
) -> None:
    form = draw_form("แบบ")
    form.pages[0].Resources.ColorSpace = Dictionary(X=Name.DeviceGray)
    form.pages[0].contents_add(content)
    with pytest.raises(TypeFileError, match=r"other (numbers|values) than"):
        check_artwork(make_form(tmp_path, form))
