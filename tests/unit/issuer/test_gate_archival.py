# SPDX-License-Identifier: Apache-2.0
"""Each point of PDF/A-3a that we check by ourselves is refused when it is broken."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from pikepdf import Array, Dictionary, Encryption, Name, Object, Pdf, Stream, String

from issuer.errors import GateError
from issuer.gate import check_standards
from tests.tampering import (
    add_resource,
    append,
    make_form,
    paint,
    refusal,
    render_licence,
    spoil,
)

Edit = Callable[[Pdf], object]


def assert_clause(edit: Edit, clause: str) -> None:
    error = refusal(spoil(edit))
    assert error.reason == "not_archival"
    assert f"ISO 19005-3, {clause})" in str(error)
    assert f"ข้อ {clause})" in error.th


def xmp(old: str, new: str) -> Edit:
    """Return an edit of the XMP packet."""

    def edit(pdf: Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes().decode()
        assert old in packet
        pdf.Root.Metadata.write(packet.replace(old, new).encode())

    return edit


def font_of(pdf: Pdf) -> Object:
    return pdf.pages[0].obj.Resources.Font.FR


def cid_font_of(pdf: Pdf) -> Object:
    return font_of(pdf).DescendantFonts[0]


def test_a_sound_file_stands_by_itself() -> None:
    check_standards(render_licence().pdf)


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        (b"%PDF-1.", b"%XXX-1.", "6.1.2"),
        (b"\xbf\xf7\xa2\xfe", b"abcd", "6.1.2"),
        (b"%%EOF\n", b"%%EOF\n\n\nmore", "6.1.3"),
    ],
    ids=["no header", "no binary comment", "trailing data"],
)
def test_the_frame_of_the_file(old: bytes, new: bytes, clause: str) -> None:
    rendered = render_licence()
    assert old in rendered.pdf
    error = refusal(replace(rendered, pdf=rendered.pdf.replace(old, new, 1)))
    assert error.reason in {"not_archival", "unreadable"}
    assert clause in str(error) or error.reason == "unreadable"


def test_a_file_without_an_id() -> None:
    rendered = render_licence()
    at = rendered.pdf.rindex(b"/ID [")
    pdf = rendered.pdf[:at] + rendered.pdf[at:].replace(b"/ID [", b"/XX [", 1)
    error = refusal(replace(rendered, pdf=pdf))
    assert "ISO 19005-3, 6.1.3)" in str(error)


def test_a_file_that_is_encrypted() -> None:
    rendered, out = render_licence(), BytesIO()
    with Pdf.open(BytesIO(rendered.pdf)) as pdf:
        pdf.save(out, encryption=Encryption(owner="x", user="", R=4))
    error = refusal(replace(rendered, pdf=out.getvalue()))
    assert "ISO 19005-3, 6.1.3)" in str(error)


def keep_stream_elsewhere(pdf: Pdf) -> None:
    pdf.pages[0].obj.Contents.FFilter = Name.FlateDecode


def pack_with(name: str) -> Edit:
    def edit(pdf: Pdf) -> None:
        image = make_image(pdf)
        image.write(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", filter=Name(name))
        add_resource(pdf, "/XObject", "/Im", image)
        paint(b"9 0 0 9 330 20 cm /Im Do")(pdf)

    return edit


def make_image(pdf: Pdf, **entries: object) -> Stream:
    image = pdf.make_stream(
        bytes(3), Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1,
        ColorSpace=Name.DeviceRGB, BitsPerComponent=8,
    )  # fmt: skip
    for key, value in entries.items():
        image[f"/{key}"] = value
    return image


def use_image(**entries: object) -> Edit:
    def edit(pdf: Pdf) -> None:
        add_resource(pdf, "/XObject", "/Im", make_image(pdf, **entries))
        paint(b"9 0 0 9 330 20 cm /Im Do")(pdf)

    return edit


def test_data_outside_the_file() -> None:
    assert_clause(keep_stream_elsewhere, "6.1.7.1")


@pytest.mark.parametrize("name", ["/LZWDecode", "/JPXDecode"])
def test_data_packed_in_ways_that_are_not_allowed(name: str) -> None:
    assert_clause(pack_with(name), "6.1.7.2")


def test_graphics_states_nested_too_deep() -> None:
    assert_clause(paint(b"q " * 28 + b"Q " * 28), "6.1.13")


def test_a_page_too_large() -> None:
    def edit(pdf: Pdf) -> None:
        pdf.pages[0].obj.MediaBox = Array([0, 0, 595, 14_401])

    assert_clause(edit, "6.1.13")


def test_operators_that_pdf_does_not_know() -> None:
    assert_clause(paint(b"1 xyz"), "6.2.2")


@pytest.mark.parametrize(
    "operators",
    [b"/Fx Do", b"/Gx gs", b"/Sx sh", b"/Cx cs", b"/Pattern cs /Px scn"],
)
def test_names_of_things_that_are_not_there(operators: bytes) -> None:
    assert_clause(paint(operators), "6.2.2")


def test_text_in_a_font_that_is_not_there() -> None:
    assert_clause(paint(b"BT /Fx 9 Tf 330 30 Td <0001> Tj ET"), "6.2.2")


def test_a_file_without_output_intent() -> None:
    def edit(pdf: Pdf) -> None:
        del pdf.Root.OutputIntents

    assert_clause(edit, "6.2.3")


def test_two_output_intents() -> None:
    def edit(pdf: Pdf) -> None:
        pdf.Root.OutputIntents.append(pdf.Root.OutputIntents[0])

    assert_clause(edit, "6.2.3")


def test_a_profile_that_is_none() -> None:
    def edit(pdf: Pdf) -> None:
        pdf.Root.OutputIntents[0].DestOutputProfile.write(b"no profile" * 20)

    assert_clause(edit, "6.2.4.2")


def test_a_profile_for_gray() -> None:
    def edit(pdf: Pdf) -> None:
        profile = pdf.Root.OutputIntents[0].DestOutputProfile
        data = bytearray(profile.read_bytes())
        data[16:20] = b"GRAY"
        profile.write(bytes(data))
        profile.N = 1

    assert_clause(edit, "6.2.4.3")


@pytest.mark.parametrize(
    "edit",
    [
        paint(b"0 0 0 1 k 330 20 5 5 re f"),
        paint(b"0 0 0 1 K 330 20 5 5 re S"),
        paint(b"/DeviceCMYK cs 330 20 5 5 re f"),
        use_image(ColorSpace=Name.DeviceCMYK),
        use_image(ColorSpace=Array([Name.Indexed, Name.DeviceCMYK, 0, String("abcd")])),
    ],
    ids=["fill", "stroke", "space", "picture", "palette"],
)
def test_colours_of_printing_presses(edit: Edit) -> None:
    assert_clause(edit, "6.2.4.3")


def test_a_colour_space_whose_profile_is_broken() -> None:
    def edit(pdf: Pdf) -> None:
        profile = pdf.make_stream(b"no profile" * 20, N=3)
        space = Array([Name.ICCBased, profile])
        add_resource(pdf, "/ColorSpace", "/Cs", space)
        paint(b"/Cs cs 330 20 5 5 re f")(pdf)

    assert_clause(edit, "6.2.4.2")


@pytest.mark.parametrize("key", ["/TR", "/HTP", "/Font"])
def test_graphics_states_that_set_what_they_may_not(key: str) -> None:
    def edit(pdf: Pdf) -> None:
        add_resource(pdf, "/ExtGState", "/Gs", Dictionary({key: Name.Identity}))
        paint(b"/Gs gs 330 20 5 5 re f")(pdf)

    assert_clause(edit, "6.2.5")


def test_a_rendering_intent_of_ones_own() -> None:
    assert_clause(paint(b"/Mine ri 330 20 5 5 re f"), "6.2.6")


def test_a_picture_to_be_interpolated() -> None:
    assert_clause(use_image(Interpolate=True), "6.2.8")


def test_an_object_that_is_neither_picture_nor_form() -> None:
    def edit(pdf: Pdf) -> None:
        program = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.PS)
        add_resource(pdf, "/XObject", "/Ps", program)
        paint(b"/Ps Do")(pdf)

    assert_clause(edit, "6.2.9")


def test_a_font_that_is_not_embedded() -> None:
    def edit(pdf: Pdf) -> None:
        del cid_font_of(pdf).FontDescriptor.FontFile2

    assert_clause(edit, "6.2.11.4.1")


def test_a_standard_font_that_is_not_embedded() -> None:
    def edit(pdf: Pdf) -> None:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        add_resource(pdf, "/Font", "/He", pdf.make_indirect(font))
        paint(b"BT /He 9 Tf 330 30 Td (abc) Tj ET")(pdf)

    assert_clause(edit, "6.2.11.4.1")


def test_a_font_whose_program_is_broken() -> None:
    def edit(pdf: Pdf) -> None:
        cid_font_of(pdf).FontDescriptor.FontFile2.write(b"no font at all" * 9)

    assert_clause(edit, "6.2.11.2")


def test_a_font_that_tells_no_character_collection() -> None:
    def edit(pdf: Pdf) -> None:
        del cid_font_of(pdf).CIDSystemInfo

    assert_clause(edit, "6.2.11.3.1")


def test_a_font_without_a_table_of_glyphs() -> None:
    def edit(pdf: Pdf) -> None:
        del cid_font_of(pdf).CIDToGIDMap

    assert_clause(edit, "6.2.11.3.2")


def test_a_font_encoded_otherwise() -> None:
    def edit(pdf: Pdf) -> None:
        font_of(pdf).Encoding = Name("/UniGB-UCS2-H")

    assert_clause(edit, "6.2.11.3.3")


def test_widths_that_are_not_those_of_the_font() -> None:
    def edit(pdf: Pdf) -> None:
        cid_font_of(pdf).W[1][0] = int(cid_font_of(pdf).W[1][0]) + 40

    assert_clause(edit, "6.2.11.5")


def test_a_font_whose_letters_cannot_be_copied() -> None:
    def edit(pdf: Pdf) -> None:
        del font_of(pdf).ToUnicode

    assert_clause(edit, "6.2.11.7.2")


def test_a_code_cut_in_half() -> None:
    assert_clause(paint(b"BT /FR 9 Tf 330 30 Td <000100> Tj ET"), "6.2.11.7.2")


def map_first_letter_to(code: bytes) -> Edit:
    def edit(pdf: Pdf) -> None:
        cmap = font_of(pdf).ToUnicode.read_bytes()
        start = cmap.index(b"[<") + len(b"[<")
        end = cmap.index(b">", start)
        font_of(pdf).ToUnicode.write(cmap[:start] + code + cmap[end:])

    return edit


@pytest.mark.parametrize("code", [b"0000", b"FEFF", b"FFFE"])
def test_a_letter_copied_as_no_character(code: bytes) -> None:
    assert_clause(map_first_letter_to(code), "6.2.11.7.2")


@pytest.mark.parametrize("code", [b"E001", b"F70A", b"DB80DC00"])
def test_a_letter_copied_as_a_private_character(code: bytes) -> None:
    assert_clause(map_first_letter_to(code), "6.2.11.7.3")


def test_a_letter_without_a_glyph() -> None:
    def edit(pdf: Pdf) -> None:
        codes = range(1 + len(cid_font_of(pdf).W[1]))
        table = bytearray(b"".join(code.to_bytes(2) for code in codes))
        table[2:4] = b"\0\0"
        cid_font_of(pdf).CIDToGIDMap = pdf.make_stream(bytes(table))

    assert_clause(edit, "6.2.11.8")


@pytest.mark.parametrize("flags", [0, 4 | 2, 4 | 1, 4 | 32, 4 | 256])
def test_a_seal_field_that_is_hidden(flags: int) -> None:
    def edit(pdf: Pdf) -> None:
        pdf.Root.AcroForm.Fields[0].F = flags

    assert_clause(edit, "6.3.2")


def test_a_file_without_metadata() -> None:
    def edit(pdf: Pdf) -> None:
        del pdf.Root.Metadata

    assert_clause(edit, "6.6.2.1")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</rdf:RDF>", ""),
        ("<x:xmpmeta", "<!DOCTYPE x><x:xmpmeta"),
        ("<?xpacket begin", "<?xpacket bytes='9' begin"),
        ("<?xpacket begin", "<?xpacket encoding='UTF-8' begin"),
    ],
)
def test_metadata_that_cannot_be_read(old: str, new: str) -> None:
    assert_clause(xmp(old, new), "6.6.2.1")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<pdfaid:part>3", "<pdfaid:part>2"),
        ("<pdfaid:conformance>A", "<pdfaid:conformance>B"),
        ("<pdfaid:part>3</pdfaid:part>", ""),
    ],
)
def test_a_file_that_does_not_say_what_it_is(old: str, new: str) -> None:
    assert_clause(xmp(old, new), "6.6.4")


def test_a_property_that_nobody_described() -> None:
    assert_clause(
        xmp("<tra:Agency>", "<tra:Secret>x</tra:Secret><tra:Agency>"), "6.6.2.3.1"
    )


def test_a_description_that_lacks_a_part() -> None:
    edit = xmp("<pdfaProperty:category>external</pdfaProperty:category>", "")
    assert_clause(edit, "6.6.2.3.3")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("/Title", "ใบอนุญาตปลอม"),
        ("/Producer", "Somebody"),
        ("/Author", "Somebody"),
        ("/CreationDate", "D:20200101000000Z"),
        ("/ModDate", "D:2026"),
    ],
)
def test_info_and_metadata_that_disagree(key: str, value: str) -> None:
    def edit(pdf: Pdf) -> None:
        pdf.docinfo[key] = String(value)

    assert_clause(edit, "6.6.3")


def record_spec(pdf: Pdf) -> Object:
    return pdf.Root.AF[1]


def drop_relationship(pdf: Pdf) -> None:
    del record_spec(pdf).AFRelationship


def drop_mime_type(pdf: Pdf) -> None:
    del record_spec(pdf).EF.F.Subtype


def drop_date(pdf: Pdf) -> None:
    del record_spec(pdf).EF.F.Params


def drop_unicode_name(pdf: Pdf) -> None:
    del record_spec(pdf).UF


def drop_association(pdf: Pdf) -> None:
    del pdf.Root.AF[0]


@pytest.mark.parametrize(
    "edit",
    [
        drop_relationship, drop_mime_type, drop_date, drop_unicode_name,
        drop_association,
    ],
)  # fmt: skip
def test_attached_files_that_an_archive_could_not_use(edit: Edit) -> None:
    """By the checks of the standard alone; the gate compares the files before."""
    with pytest.raises(GateError, match=r"ISO 19005-3, 6\.8\)"):
        check_standards(spoil(edit).pdf)


CATALOG, NAMES, FORM, PAGE = "catalog", "names", "form", "page"


@pytest.mark.parametrize(
    ("where", "key", "value", "clause"),
    [
        (CATALOG, "/AA", Dictionary(), "6.5.2"),
        (CATALOG, "/OpenAction", Dictionary(), "6.5.1"),
        (CATALOG, "/Requirements", Array(), "6.11"),
        (CATALOG, "/NeedsRendering", True, "6.4.2"),
        (NAMES, "/JavaScript", Dictionary(), "6.5.1"),
        (NAMES, "/AlternatePresentations", Dictionary(), "6.10"),
        (FORM, "/XFA", String("x"), "6.4.2"),
        (FORM, "/NeedAppearances", True, "6.4.1"),
        (PAGE, "/AA", Dictionary(), "6.5.2"),
        (PAGE, "/PresSteps", Dictionary(), "6.10"),
    ],
)
def test_what_an_archive_may_not_hold(
    where: str, key: str, value: object, clause: str
) -> None:
    """By the checks of the standard alone; the gate allows even less."""

    def edit(pdf: Pdf) -> None:
        places = {
            CATALOG: pdf.Root,
            NAMES: pdf.Root.Names,
            FORM: pdf.Root.AcroForm,
            PAGE: pdf.pages[0].obj,
        }
        places[where][key] = value

    with pytest.raises(GateError, match=rf"ISO 19005-3, {clause}\)"):
        check_standards(spoil(edit).pdf)


def test_a_form_that_draws_in_press_colours() -> None:
    def edit(pdf: Pdf) -> None:
        form = make_form(pdf, b"0 0 0 1 k 0 0 5 5 re f", (0, 0, 9, 9))
        add_resource(pdf, "/XObject", "/Fm", form)
        paint(b"1 0 0 1 330 20 cm /Fm Do")(pdf)

    assert_clause(edit, "6.2.4.3")


def test_forms_that_lead_to_themselves() -> None:
    def edit(pdf: Pdf) -> None:
        form = make_form(pdf, b"/Fm Do", (0, 0, 9, 9))
        form.Resources.XObject = Dictionary(Fm=form)
        add_resource(pdf, "/XObject", "/Fm", form)
        paint(b"/Fm Do")(pdf)

    assert refusal(spoil(edit)).reason in {"not_permitted", "unreadable"}


def test_marks_in_a_form() -> None:
    def edit(pdf: Pdf) -> None:
        marked = b"/P <</MCID 0>> BDC 0 0 5 5 re f EMC"
        form = make_form(pdf, marked, (0, 0, 9, 9))
        add_resource(pdf, "/XObject", "/Fm", form)
        paint(b"/Fm Do")(pdf)

    assert refusal(spoil(edit)).reason == "not_permitted"


def test_compatibility_sections() -> None:
    assert refusal(spoil(append(b"BX EX"))).reason == "not_permitted"
