# SPDX-License-Identifier: Apache-2.0
"""A file with a part that documents have no need of is not sealed."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Pdf, String

from issuer.gate import check_rendered
from tests.tampering import (
    add_resource,
    append,
    first_line,
    make_form,
    paint,
    read_content,
    refusal,
    render_licence,
    spoil,
)

SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
LINK = Dictionary(S=Name.URI, URI=String("https://example.com/"))
LAUNCH = Dictionary(S=Name.Launch, F=String("calc.exe"))


def set_root(key: str, value: object) -> Callable[[Pdf], None]:
    def edit(pdf: Pdf) -> None:
        pdf.Root[key] = value

    return edit


def set_page(key: str, value: object) -> Callable[[Pdf], None]:
    def edit(pdf: Pdf) -> None:
        pdf.pages[0].obj[key] = value

    return edit


def test_the_licence_as_it_was_rendered_passes() -> None:
    check_rendered(render_licence())
    check_rendered(spoil(lambda _pdf: None))


@pytest.mark.parametrize("action", [SCRIPT, LINK, LAUNCH], ids=["js", "uri", "launch"])
def test_an_action_on_opening_is_refused(action: Dictionary) -> None:
    assert refusal(spoil(set_root("/OpenAction", action))).reason == "action"


def test_an_action_of_the_document_is_refused() -> None:
    assert refusal(spoil(set_root("/AA", Dictionary(WC=SCRIPT)))).reason == "action"


def test_an_action_of_a_page_is_refused() -> None:
    assert refusal(spoil(set_page("/AA", Dictionary(O=LAUNCH)))).reason == "action"


def test_a_script_by_name_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        pdf.Root.Names.JavaScript = Dictionary(Names=Array([String("a"), SCRIPT]))

    assert refusal(spoil(edit)).reason == "action"


def test_bookmarks_that_may_act_are_refused() -> None:
    assert refusal(spoil(set_root("/Outlines", Dictionary()))).reason == "action"


@pytest.mark.parametrize("action", [SCRIPT, LINK])
def test_an_action_of_the_seal_field_is_refused(action: Dictionary) -> None:
    def edit(pdf: Pdf) -> None:
        pdf.Root.AcroForm.Fields[0].A = action

    assert refusal(spoil(edit)).reason == "form_field"


def annotate(pdf: Pdf, **entries: Object) -> None:
    annotation = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Rect=Array([50, 50, 90, 90]), F=4)
    )
    for key, value in entries.items():
        annotation[f"/{key}"] = value
    annotations = pdf.pages[0].obj.get("/Annots", Array())
    pdf.pages[0].obj.Annots = Array([*annotations, annotation])


def test_a_link_is_refused() -> None:
    error = refusal(spoil(lambda pdf: annotate(pdf, Subtype=Name.Link, A=LINK)))
    assert error.reason == "annotation"


def test_a_link_that_takes_no_room_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        annotate(pdf, Subtype=Name.Link, A=LINK, Rect=Array([0, 0, 0, 0]))

    assert refusal(spoil(edit)).reason == "annotation"


def test_a_note_is_refused() -> None:
    error = refusal(
        spoil(lambda pdf: annotate(pdf, Subtype=Name.Text, Contents=String("x")))
    )
    assert error.reason == "annotation"


def test_a_stamp_over_the_text_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        look = make_form(pdf, b"1 g 0 0 400 400 re f", (0, 0, 400, 400))
        annotate(pdf, Subtype=Name.Stamp, AP=Dictionary(N=look))

    assert refusal(spoil(edit)).reason == "annotation"


def test_a_file_as_an_annotation_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        data = pdf.make_stream(b"x", Type=Name.EmbeddedFile)
        spec = Dictionary(Type=Name.Filespec, F=String("x"), EF=Dictionary(F=data))
        annotate(pdf, Subtype=Name.FileAttachment, FS=spec)

    assert refusal(spoil(edit)).reason == "annotation"


def test_a_seal_field_that_can_be_seen_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        pdf.Root.AcroForm.Fields[0].Rect = Array([10, 10, 200, 60])

    assert refusal(spoil(edit)).reason == "annotation"


def test_a_field_to_fill_in_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        field = pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("name")))
        pdf.Root.AcroForm.Fields.append(field)

    assert refusal(spoil(edit)).reason == "form_field"


def test_a_second_field_for_signatures_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        field = pdf.make_indirect(Dictionary(FT=Name.Sig, T=String("Seal")))
        pdf.Root.AcroForm.Fields.append(field)

    assert refusal(spoil(edit)).reason == "form_field"


def test_a_form_in_xml_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp/>")

    assert refusal(spoil(edit)).reason == "form_field"


def test_layers_are_refused() -> None:
    layer = Dictionary(Type=Name.OCG, Name=String("layer"))
    found = spoil(set_root("/OCProperties", Dictionary(OCGs=Array([layer]))))
    assert refusal(found).reason == "optional_content"


def test_text_in_a_layer_is_refused() -> None:
    line = first_line().at(100, 30)
    found = spoil(append(b"/OC /Layer BDC " + line + b" EMC"))
    assert refusal(found).reason == "optional_content"


def test_a_form_in_a_layer_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        form = make_form(pdf, b"0 0 5 5 re f", (0, 0, 9, 9))
        form.OC = Dictionary(Type=Name.OCG, Name=String("layer"))
        add_resource(pdf, "/XObject", "/Fm", form)
        paint(b"/Fm Do")(pdf)

    assert refusal(spoil(edit)).reason == "optional_content"


@pytest.mark.parametrize(
    "state",
    [
        Dictionary(BM=Name.Multiply),
        Dictionary(BM=Array([Name.Darken, Name.Normal])),
        Dictionary(SMask=Dictionary(S=Name.Luminosity)),
    ],
    ids=["multiply", "one of several", "soft mask"],
)
def test_colours_mixed_with_what_lies_below_are_refused(state: Dictionary) -> None:
    def edit(pdf: Pdf) -> None:
        add_resource(pdf, "/ExtGState", "/Gs", state)
        paint(b"/Gs gs 100 20 5 5 re f")(pdf)

    assert refusal(spoil(edit)).reason == "transparency"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("/Rotate", 90),
        ("/UserUnit", 10),
        ("/CropBox", Array([100, 100, 300, 300])),
        ("/MediaBox", Array([0, 10, 595.28, 841.89])),
        ("/TrimBox", Array([0, 0, 300, 300])),
    ],
)
def test_a_page_turned_scaled_or_cropped_is_refused(key: str, value: object) -> None:
    assert refusal(spoil(set_page(key, value))).reason == "page_box"


def test_a_page_that_inherits_its_turn_is_refused() -> None:
    rendered, out = render_licence(), BytesIO()
    with Pdf.open(BytesIO(rendered.pdf)) as pdf:
        del pdf.pages[0].obj.Rotate
        pdf.save(out, object_stream_mode=ObjectStreamMode.disable)
    inherited = out.getvalue().replace(b"/Type /Pages", b"/Rotate  180", 1)

    assert refusal(replace(rendered, pdf=inherited)).reason == "page_box"


def test_a_page_more_is_refused() -> None:
    error = refusal(spoil(lambda pdf: pdf.pages.append(pdf.pages[0])))
    assert error.reason == "pages_differ"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("/PieceInfo", Dictionary()),
        ("/Thumb", Dictionary()),
        ("/PresSteps", Dictionary()),
        ("/Metadata", Dictionary()),
        ("/AF", Array()),
        ("/Trans", Dictionary()),
    ],
)
def test_data_of_other_programs_on_a_page_are_refused(key: str, value: Object) -> None:
    assert refusal(spoil(set_page(key, value))).reason == "not_permitted"


@pytest.mark.parametrize(
    "key",
    ["/Collection", "/Threads", "/Legal", "/Perms", "/PieceInfo", "/Requirements"],
)
def test_parts_without_a_use_in_a_document_are_refused(key: str) -> None:
    assert refusal(spoil(set_root(key, Dictionary()))).reason == "not_permitted"


def test_a_file_that_opens_full_screen_is_refused() -> None:
    found = spoil(set_root("/PageMode", Name.FullScreen))
    assert refusal(found).reason == "not_permitted"


def test_a_picture_with_alternates_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        image = pdf.make_stream(
            bytes(3), Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1,
            ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Alternates=Array(),
        )  # fmt: skip
        add_resource(pdf, "/XObject", "/Im", image)
        paint(b"9 0 0 9 100 20 cm /Im Do")(pdf)

    error = refusal(spoil(edit))
    assert error.reason == "not_archival"
    assert "6.2.8" in str(error)


def test_a_form_that_shows_a_page_of_another_file_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        form = make_form(pdf, b"0 0 5 5 re f", (0, 0, 9, 9))
        form.Ref = Dictionary(F=String("other.pdf"), Page=0)
        add_resource(pdf, "/XObject", "/Fm", form)
        paint(b"/Fm Do")(pdf)

    assert refusal(spoil(edit)).reason == "not_permitted"


@pytest.mark.parametrize(
    "data",
    [
        *(b"BT", b"BT BT", b"ET ET", b"q", b"Q", b"/Artifact BMC", b"EMC"),
        *(b"(", b"<zz> Tj", b"/FR /FB 9 Tf", b"/Artifact BMC Do EMC"),
    ],
)
def test_broken_content_is_refused(data: bytes) -> None:
    assert refusal(spoil(append(data + b" "))).reason == "unreadable"


@pytest.mark.parametrize(
    "mark", [b"/Span BMC", b"/Artifact <</ActualText (x)>> BDC", b"/Layer /Off BDC"]
)
def test_marks_for_other_purposes_are_refused(mark: bytes) -> None:
    assert refusal(spoil(append(mark + b" EMC"))).reason == "not_permitted"


def test_forms_nested_too_deep_are_refused() -> None:
    def edit(pdf: Pdf) -> None:
        form = make_form(pdf, b"0 0 5 5 re f", (0, 0, 9, 9))
        for _ in range(5):
            outer = make_form(pdf, b"/Fm Do", (0, 0, 9, 9))
            outer.Resources.XObject = Dictionary(Fm=form)
            form = outer
        add_resource(pdf, "/XObject", "/Fm", form)
        paint(b"1 0 0 1 330 20 cm /Fm Do")(pdf)

    error = refusal(spoil(edit))
    assert error.reason == "not_permitted"
    assert "too deep" in str(error)


def test_patterns_that_lead_to_themselves_are_refused() -> None:
    def edit(pdf: Pdf) -> None:
        tile = pdf.make_stream(
            b"/Pattern cs /Pa scn 0 0 4 4 re f", Type=Name.Pattern, PatternType=1,
            PaintType=1, TilingType=1, BBox=Array([0, 0, 4, 4]), XStep=4, YStep=4,
            Resources=Dictionary(),
        )  # fmt: skip
        tile.Resources.Pattern = Dictionary(Pa=tile)
        add_resource(pdf, "/Pattern", "/Pa", tile)
        paint(b"/Pattern cs /Pa scn 330 15 20 20 re f")(pdf)

    assert refusal(spoil(edit)).reason == "not_permitted"


def test_glyph_procedures_are_refused() -> None:
    def edit(pdf: Pdf) -> None:
        glyph = pdf.make_stream(b"500 0 d0 0 0 400 400 re f")
        font = pdf.make_indirect(
            Dictionary(
                Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 500, 500]),
                FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]), FirstChar=65,
                LastChar=65, Widths=Array([500]), CharProcs=Dictionary(A=glyph),
                Encoding=Dictionary(Differences=Array([65, Name.A])),
            )
        )  # fmt: skip
        add_resource(pdf, "/Font", "/T3", font)
        paint(b"BT /T3 12 Tf 100 30 Td (A) Tj ET")(pdf)

    assert refusal(spoil(edit)).reason == "not_permitted"


def test_text_in_a_tiling_pattern_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        tile = pdf.make_stream(
            first_line().at(0, 0), Type=Name.Pattern, PatternType=1, PaintType=1,
            TilingType=1, BBox=Array([0, 0, 99, 20]), XStep=99, YStep=20,
            Resources=Dictionary(Font=pdf.pages[0].obj.Resources.Font),
        )  # fmt: skip
        add_resource(pdf, "/Pattern", "/Pa", tile)
        paint(b"/Pattern cs /Pa scn 100 20 90 20 re f")(pdf)

    assert refusal(spoil(edit)).reason == "not_permitted"


def test_hatching_by_a_tiling_pattern_passes() -> None:
    def edit(pdf: Pdf) -> None:
        tile = pdf.make_stream(
            b"0 0 2 2 re f", Type=Name.Pattern, PatternType=1, PaintType=1,
            TilingType=1, BBox=Array([0, 0, 4, 4]), XStep=4, YStep=4,
            Resources=Dictionary(),
        )  # fmt: skip
        add_resource(pdf, "/Pattern", "/Pa", tile)
        paint(b"/Pattern cs /Pa scn 300 15 90 20 re f")(pdf)

    check_rendered(spoil(edit))


def test_a_picture_written_in_place_is_refused() -> None:
    image = b"BI /W 1 /H 1 /CS /G /BPC 8 /F /AHx ID 80> EI"
    error = refusal(spoil(paint(b"9 0 0 9 300 20 cm " + image)))
    assert error.reason == "not_permitted"


@pytest.mark.parametrize(
    ("family", "names"),
    [
        (Name.Separation, Name("/None")),
        (Name.DeviceN, Array([Name("/None"), Name.Black])),
    ],
)
def test_colours_that_paint_nothing_are_refused(family: Name, names: Object) -> None:
    def edit(pdf: Pdf) -> None:
        tint = Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1)
        space = Array([family, names, Name.DeviceGray, tint])
        add_resource(pdf, "/ColorSpace", "/Cs", space)
        paint(b"/Cs cs 1 scn 330 20 5 5 re f")(pdf)

    assert refusal(spoil(edit)).reason == "not_permitted"


def test_a_page_whose_content_is_cut_in_pieces_passes() -> None:
    def edit(pdf: Pdf) -> None:
        content = read_content(pdf)
        cut = content.index(b"EMC") + 3
        parts = (content[:cut], content[cut:])
        pdf.pages[0].obj.Contents = Array([pdf.make_stream(part) for part in parts])

    check_rendered(spoil(edit))


def test_a_page_without_content_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        del pdf.pages[0].obj.Contents

    assert refusal(spoil(edit)).reason == "unreadable"


def test_a_file_cut_short_is_refused() -> None:
    rendered = render_licence()
    cut = replace(rendered, pdf=rendered.pdf[:-2_000])
    assert refusal(cut).reason in {"unreadable", "not_archival"}


def add_officer_field(**entries: object) -> Callable[[Pdf], None]:
    """Put a field for an officer before that of the seal."""

    def edit(pdf: Pdf) -> None:
        seal = pdf.Root.AcroForm.Fields[0]
        for name, value in entries.items():
            seal[f"/{name}"] = value
        officer = pdf.make_indirect(
            Dictionary({**dict(seal.items()), "/T": String("Officer")})
        )
        pdf.Root.AcroForm.Fields = Array([officer, seal])
        pdf.pages[0].Annots = Array([officer, seal])

    return edit


@pytest.mark.parametrize(
    "lock", [None, Dictionary(Type=Name.SigFieldLock, Action=Name.All)]
)
def test_a_field_for_an_officer_whom_the_record_does_not_name_is_refused(
    lock: Dictionary | None,
) -> None:
    entries = {} if lock is None else {"Lock": lock}
    assert refusal(spoil(add_officer_field(**entries))).reason == "form_field"
