# SPDX-License-Identifier: Apache-2.0
"""The page is right for eyes, for cameras, for copying and for archives."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp

from issuer.errors import MissingGlyphError, PageOverflowError
from issuer.qr import draw_qr
from issuer.render import RenderJob, check_drawable, render_pdf
from templates.catalogue import Catalogue, DocumentType, read_document_type

ID = "K3XQ7M2ZD4A6TB5RWYHNCPEJGA"
ADDRESS = f"HTTPS://VERIFY.EXAMPLE.GO.TH/V/{ID}"
DIGITS = "31415926535897932384626433832795028841971" * 11
CLAIM = bytes(range(183))
TYPES = Catalogue.load().types
PAGES = {"building_permit": 2}
"""Of the samples; all others take one."""
PAGE_BYTES = 40_000
"""Of a page at most, fonts and attachments included."""


def make_job(
    document_type: DocumentType, *, watermark: str | None = None, **changes: object
) -> RenderJob:
    data = document_type.normalise({**document_type.sample(), **changes})
    document_type.check_fields(data)
    first, last = document_type.resolve_validity(date(2026, 11, 21))
    record: dict[str, Any] = {
        "v": 1,
        "id": ID,
        "type": document_type.id,
        "type_version": document_type.version,
        "number": document_type.format_number(12, 2569),
        "agency": {"id": "TRADE", "name": {"th": "กรมการค้าตัวอย่าง", "en": "Trade"}},
        "issued_at": "2026-11-21T03:04:05Z",
        "issued_on": "2026-11-21",
        "valid_from": first.isoformat(),
        "valid_until": last.isoformat() if last else None,
        "data": data,
        "legal_basis": {
            "th": document_type.legal_basis.th,
            "en": document_type.legal_basis.en,
        },
        "verify_url": ADDRESS,
    }
    return RenderJob(
        document_type=document_type,
        record=record,
        record_bytes=json.dumps(record, ensure_ascii=False).encode(),
        claim=CLAIM,
        qr=draw_qr((ADDRESS, "#", DIGITS)),
        watermark=watermark,
    )


def render(job: RenderJob) -> bytes:
    return render_pdf(job).pdf


def read_with_pdfium(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in document)


def read_with_poppler(pdf: bytes) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext (poppler-utils)")
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode()


def read_with_mupdf(pdf: bytes, folder: Path) -> str:
    if not shutil.which("mutool"):
        pytest.skip("needs mutool (mupdf-tools)")
    file = folder / "read.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(
        ["mutool", "draw", "-q", "-F", "text", str(file)],
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


@pytest.fixture(params=["pdfium", "poppler", "mupdf"])
def read_text(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[bytes], str]:
    readers: dict[str, Callable[[bytes], str]] = {
        "pdfium": read_with_pdfium,
        "poppler": read_with_poppler,
        "mupdf": lambda pdf: read_with_mupdf(pdf, tmp_path),
    }
    return readers[request.param]


def squeeze(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("document_type", TYPES.values(), ids=TYPES)
def test_the_same_job_gives_the_same_bytes_on_few_small_pages(
    document_type: DocumentType,
) -> None:
    job = make_job(document_type, watermark="ตัวอย่าง")
    pdf = render(job)
    assert pdf == render(job)
    pages = PAGES.get(document_type.id, 1)
    assert len(pdf) <= PAGE_BYTES * pages
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == pages
        assert opened.pdf_version == "1.7"
        assert opened.check_pdf_syntax() == []


@pytest.mark.parametrize("document_type", TYPES.values(), ids=TYPES)
def test_qpdf_finds_nothing_wrong(document_type: DocumentType, tmp_path: Path) -> None:
    if not shutil.which("qpdf"):
        pytest.skip("needs qpdf")
    file = tmp_path / "document.pdf"
    file.write_bytes(render(make_job(document_type)))
    done = subprocess.run(
        ["qpdf", "--check", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("watermark", [None, "ตัวอย่าง"])
@pytest.mark.parametrize("document_type", TYPES.values(), ids=TYPES)
def test_the_drawn_qr_code_is_read_from_the_page(
    document_type: DocumentType, watermark: str | None
) -> None:
    pdf = render(make_job(document_type, watermark=watermark))
    page = pypdfium2.PdfDocument(pdf)[PAGES.get(document_type.id, 1) - 1]
    image = page.render(scale=150 / 72, grayscale=True).to_numpy()
    (found,) = zxingcpp.read_barcodes(image)
    assert found.text == f"{ADDRESS}#{DIGITS}"
    assert found.ec_level == "Q"
    corners = found.position
    width = corners.top_right.x - corners.top_left.x
    assert width / 150 * 25.4 >= 69 * 0.40 * 0.97  # within a pixel or two


@pytest.mark.parametrize("watermark", [None, "ตัวอย่าง"])
def test_the_copied_text_is_the_text(
    read_text: Callable[[bytes], str], watermark: str | None
) -> None:
    pdf = render(make_job(TYPES["business_licence"], watermark=watermark))
    text = squeeze(read_text(pdf))
    for expected in (
        "ใบอนุญาตประกอบกิจการ",
        "อาศัยอำนาจตามมาตรา ๑๒ แห่งพระราชบัญญัติการประกอบกิจการตัวอย่าง พ.ศ. ๒๕๖๐",
        "บริษัท รุ่งเรืองการค้าตัวอย่าง จำกัด",
        "๐-๑๐-๕-๕๔๔-๐๔๖๖๐-๒",
        "เลขที่ ๓๓/๔ ถนนพระราม ๙ แขวงห้วยขวาง เขตห้วยขวาง กรุงเทพมหานคร ๑๐๓๑๐",
        "๑๐,๐๐๐ บาท (หนึ่งหมื่นบาทถ้วน)",
        "ต้องจัดให้มีเครื่องดับเพลิงอย่างน้อย ๔ เครื่อง และทางหนีไฟตามที่กฎหมายกำหนด",
        "ให้ไว้ ณ วันที่ ๒๑ พฤศจิกายน พ.ศ. ๒๕๖๙",
        "จนถึงวันที่ ๒๐ พฤศจิกายน พ.ศ. ๒๕๗๔",
        "https://verify.example.go.th/C/",
        "DW86-AYBJ-96N5",
        "ประทับตราอิเล็กทรอนิกส์ของหน่วยงานแล้ว",
        "นางสาวกานดา รักษ์ไทย",
    ):
        assert squeeze(expected) in text
    assert (
        "ตัวอย่าง" in text.replace("การค้าตัวอย่าง", "").replace("กิจการตัวอย่าง", "")
    ) is bool(watermark)


def test_the_hardest_letters_are_copied_right(
    read_text: Callable[[bytes], str],
) -> None:
    name = "นางสาวน้ำผึ้ง เกี๊ยวกุ้ง ฟำป้ำ ฐุฎุญู ปี๊ป่าฝ้าย ธุ์ฤๅ กำปั้น fi AV"
    pdf = render(make_job(TYPES["training_certificate"], trainee_name=name))
    assert squeeze(name) in squeeze(read_text(pdf))


def test_facts_are_attached_and_told_in_the_metadata() -> None:
    job = make_job(TYPES["juristic_certificate"])
    with pikepdf.open(io.BytesIO(render(job))) as pdf:
        files = {str(spec.UF): spec for spec in pdf.Root.AF}
        assert set(files) == {"record.json", "claim.cose"}
        assert files["record.json"].EF.F.read_bytes() == job.record_bytes
        assert files["claim.cose"].EF.F.read_bytes() == CLAIM
        assert str(files["record.json"].EF.F.Subtype) == "/application/json"
        assert {str(spec.AFRelationship) for spec in files.values()} == {"/Data"}
        assert sorted(pdf.attachments) == ["claim.cose", "record.json"]
        assert str(pdf.docinfo.CreationDate) == "D:20261121030405Z"
        with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
            assert xmp["dc:title"] == "หนังสือรับรอง เลขที่ สจ 000012/2569"
            assert xmp["{urn:tra:xmp:1}DocumentId"] == ID
            assert xmp["{urn:tra:xmp:1}DocumentType"] == "juristic_certificate"
            assert xmp["{urn:tra:xmp:1}DocumentNumber"] == "สจ 000012/2569"
        assert str(pdf.docinfo.Title) == "หนังสือรับรอง เลขที่ สจ 000012/2569"
        assert str(pdf.Root.Lang) == "th-TH"
        assert {str(name) for name in pdf.docinfo} == {
            *("/Title", "/Producer", "/CreationDate", "/ModDate")
        }


def find_fonts(pdf: pikepdf.Pdf) -> list[pikepdf.Object]:
    return [
        item
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"
    ]


@pytest.mark.parametrize("kind", ["one page", "pages", "preview"])
def test_every_font_in_the_file_is_embedded(kind: str) -> None:
    changes: dict[str, Any] = {}
    if kind == "pages":
        changes["remarks"] = ["ข้อความยาว " * 40] * 12
    job = make_job(TYPES["juristic_certificate"], **changes)
    if kind == "preview":
        job = replace(job, record_bytes=None, claim=None, qr=None)
    data = render(job)
    assert b"Helvetica" not in data
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert (len(pdf.pages) > 1) is (kind == "pages")
        whole = [font for font in find_fonts(pdf) if font.Subtype == "/Type0"]
        parts = [font for font in find_fonts(pdf) if font.Subtype != "/Type0"]
        assert len(whole) == len(parts) == 2
        assert all("+Sarabun" in str(font.BaseFont) for font in whole)
        assert all("/FontFile2" in font.FontDescriptor for font in parts)
        for page in pdf.pages:
            assert set(page.Resources.Font) == {"/FR", "/FB"}
            used = {
                str(step.operands[0])
                for step in pikepdf.parse_content_stream(page)
                if str(step.operator) == "Tf"
            }
            assert used
            assert used <= {"/FR", "/FB"}


def test_the_profile_is_srgb() -> None:
    image_cms = pytest.importorskip("PIL.ImageCms")
    with pikepdf.open(io.BytesIO(render(make_job(TYPES["business_licence"])))) as pdf:
        profile = pdf.Root.OutputIntents[0].DestOutputProfile.read_bytes()
    ours = image_cms.ImageCmsProfile(io.BytesIO(profile))
    theirs = image_cms.createProfile("sRGB")
    assert image_cms.getProfileDescription(ours).startswith("sRGB")
    image = pytest.importorskip("PIL.Image")
    picture = image.fromarray(
        np.arange(192, dtype=np.uint8).reshape(8, 8, 3), mode=None
    )
    same = image_cms.profileToProfile(picture, ours, theirs)
    assert np.abs(np.asarray(same).astype(int) - np.asarray(picture)).max() <= 1


def test_a_preview_has_no_attachment_and_no_code() -> None:
    job = make_job(TYPES["business_licence"], watermark="ตัวอย่าง")
    record = {name: value for name, value in job.record.items() if name != "id"}
    preview = RenderJob(
        document_type=job.document_type,
        record=record,
        record_bytes=None,
        claim=None,
        qr=None,
        watermark="ตัวอย่าง",
    )
    pdf = render(preview)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert "/AF" not in opened.Root
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=2, grayscale=True).to_numpy()
    assert not zxingcpp.read_barcodes(image)


def ink_bounds(pdf: bytes) -> list[tuple[float, float, float, float]]:
    """Return the ink's bounds on each page: left, top, right, bottom in mm."""
    bounds = []
    for page in pypdfium2.PdfDocument(pdf):
        image = page.render(scale=2, grayscale=True).to_numpy()
        rows, columns = np.where(image < 200)
        unit = 25.4 / 144
        height, width = image.shape
        bounds.append(
            (
                columns.min() * unit,
                rows.min() * unit,
                (width - columns.max()) * unit,
                (height - rows.max()) * unit,
            )
        )
    return bounds


def test_long_content_flows_on_and_stays_within_the_margins() -> None:
    names = [f"นายกิตติศักดิ์ที่{index} สกุลยาวพอสมควรวัฒนาพาณิชย์" for index in range(1, 41)]
    remarks = ["ข้อความยาวที่ต้องขึ้นบรรทัดใหม่และหน้าใหม่ " * 10] * 12
    pdf = render(
        make_job(TYPES["juristic_certificate"], directors=names, remarks=remarks)
    )
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) >= 3
    text = squeeze(read_with_pdfium(pdf))
    for index in range(1, 41):
        assert (
            squeeze(f"({index})").translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
            in text
        )
    assert "หน้า๑/" in text
    assert text.count("หนังสือรับรองเลขที่สจ๐๐๐๐๑๒/๒๕๖๙") >= 2
    for left, _, right, bottom in ink_bounds(pdf):
        assert left >= 29.5
        assert right >= 19.5
        assert bottom >= 19.5


def test_the_signature_never_stands_alone_on_a_page() -> None:
    for count in range(8, 22):
        pdf = render(
            make_job(
                TYPES["business_licence"],
                conditions=["ต้องแสดงใบอนุญาตไว้ในที่เปิดเผย"] * count,
            )
        )
        document = pypdfium2.PdfDocument(pdf)
        last = document[len(document) - 1].get_textpage().get_text_range()
        assert "ให้ไว้ ณ วันที่" in last
        assert "รักษ์ไทย" in last


def test_an_extreme_name_wraps_and_keeps_every_letter() -> None:
    name = "บริษัท " + "รุ่งเรืองการค้าตัวอย่าง" * 12 + " จำกัด"
    pdf = render(make_job(TYPES["business_licence"], holder_name=name))
    assert squeeze(name) in squeeze(read_with_pdfium(pdf))
    assert all(right >= 19.5 for _, _, right, _ in ink_bounds(pdf))


def test_a_character_without_glyph_is_refused_by_name() -> None:
    job = make_job(TYPES["business_licence"], holder_name="ร้าน 中")
    for refuse in (check_drawable, render):
        with pytest.raises(MissingGlyphError, match="U\\+4E2D"):
            refuse(job)


def test_a_certificate_too_long_for_its_page_is_refused() -> None:
    changes = {"trainee_name": "น้ำผึ้ง" * 14, "course": "การคุ้มครองข้อมูล " * 8}
    with pytest.raises(
        PageOverflowError, match=r"must fit on one page, .* mm too long"
    ):
        render(make_job(TYPES["training_certificate"], **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"trainee_name": "นางสาวกุ้งทองคำ " * 6},
        {"course": "การคุ้มครองข้อมูล " * 8, "course_en": "Data Protection " * 10},
    ],
)
def test_a_certificate_holds_two_lines_of_name_or_course(
    changes: dict[str, str],
) -> None:
    pdf = render(make_job(TYPES["training_certificate"], **changes))
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    text = squeeze(read_with_pdfium(pdf))
    assert all(squeeze(value) in text for value in changes.values())


def test_a_warm_renderer_has_the_dictionary_loaded() -> None:
    script = (
        "import sys; from issuer.render import warm_up;"
        "print('pythainlp.tokenize' in sys.modules);"
        "warm_up(); warm_up();"
        "print('pythainlp.tokenize' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False", "True"]


FOURTH = """\
id = "fishing_permit"
code = "FP"
version = 1
name = { th = "ใบอนุญาตทำการประมง", en = "Fishing Permit" }
legal_basis = { th = "กฎหมายตัวอย่าง", en = "Sample law" }
numbering = { pattern = "{sequence}/{year}" }
validity = { rule = "year_end" }
holder = { field = "fisher" }

[signatory]
name = { th = "นายทดสอบ ระบบดี", en = "Mr. Thotsop Rabopdi" }
position = { th = "ประมงจังหวัด", en = "Provincial Fisheries Officer" }
on_behalf = { th = "ปฏิบัติราชการแทนผู้ว่าราชการจังหวัด", en = "for the Governor" }

[page]
paper = "A5"
left = 20
right = 15

[[fields]]
name = "fisher"
label = { th = "ผู้รับอนุญาต", en = "Permit holder" }
kind = "name"

[[fields]]
name = "gear"
label = { th = "เครื่องมือ", en = "Gear" }
required = false

[[blocks]]
block = "emblem"

[[blocks]]
block = "paragraph"
role = "title"
text = "{type_name}"

[[blocks]]
block = "paragraph"
text = "อนุญาตให้ **{fisher}** ทำการประมงได้ถึงวันที่ {valid_until}"
align = "justify"

[[blocks]]
block = "pairs"
english = true
rows = [{ label = { th = "เครื่องมือ", en = "Gear" }, value = "{gear}" }]
when = "gear"

[[blocks]]
block = "numbered"
items = ["ใช้ได้เฉพาะในเขต {number}", "ห้ามโอน"]

[[foot]]
block = "signature"
english = true

[[foot]]
block = "qr"
words = "below"
"""


def test_a_fourth_type_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "type.toml").write_text(FOURTH, encoding="utf-8")
    (tmp_path / "sample.json").write_text('{"fisher": "นายเล เรือดี"}', encoding="utf-8")
    document_type = read_document_type(tmp_path)
    pdf = render(make_job(document_type))
    text = squeeze(read_with_pdfium(pdf))
    assert squeeze("อนุญาตให้ นายเล เรือดี ทำการประมงได้ถึงวันที่ ๓๑ ธันวาคม พ.ศ. ๒๕๖๙") in text
    assert "เครื่องมือ" not in text
    assert "ปฏิบัติราชการแทนผู้ว่าราชการจังหวัด" in text
    with_gear = squeeze(read_with_pdfium(render(make_job(document_type, gear="อวน"))))
    assert "เครื่องมือ" in with_gear
    assert "อวน" in with_gear


def test_a_foot_higher_than_the_page_is_an_error(tmp_path: Path) -> None:
    tall = FOURTH.replace('block = "signature"\n', 'block = "emblem"\nsize = 60\n' * 1)
    tall += '\n[[foot]]\nblock = "emblem"\nsize = 60\n' * 3
    tall = tall.replace("english = true\n\n[[foot]]", "\n[[foot]]")
    (tmp_path / "type.toml").write_text(tall, encoding="utf-8")
    (tmp_path / "sample.json").write_text('{"fisher": "นายเล เรือดี"}', encoding="utf-8")
    with pytest.raises(PageOverflowError, match="does not fit on a page"):
        render(make_job(read_document_type(tmp_path)))
