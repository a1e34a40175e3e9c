# SPDX-License-Identifier: Apache-2.0
"""A photograph and a table go all the way: API, register, PDF, verifier, page."""

import base64
import hashlib
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from templates.catalogue import read_document_type
from templates.errors import TypeFileError
from templates.images import image_bytes, normalise_image
from tests.world import World, run_world
from tra.data_file import DataFileError, read_data_file

TYPE = """\
id = "pilot_licence"
code = "PL"
version = 1
name = { th = "ใบอนุญาตนำร่อง", en = "Pilot Licence" }
legal_basis = { th = "กฎหมายตัวอย่าง", en = "Sample law" }

[numbering]
pattern = "{sequence}/{year}"

[validity]
rule = "none"

[holder]
field = "pilot"
public = true

[signatory]
name = { th = "นายทดสอบ ระบบดี", en = "Mr. Thotsop Rabopdi" }
position = { th = "เจ้าท่า", en = "Harbour Master" }

[page]

[[fields]]
name = "pilot"
label = { th = "ผู้นำร่อง", en = "Pilot" }
kind = "name"
public = true

[[fields]]
name = "photo"
label = { th = "ภาพถ่าย", en = "Photograph" }
kind = "image"

[[fields]]
name = "second"
label = { th = "ภาพที่สอง", en = "Second picture" }
kind = "image"
required = false

[[fields]]
name = "third"
label = { th = "ภาพที่สาม", en = "Third picture" }
kind = "image"
required = false

[[fields]]
name = "ships"
label = { th = "เรือ", en = "Ships" }
kind = "table"
public = true
max_items = 200

[[fields.columns]]
name = "ship"
label = { th = "ชื่อเรือ", en = "Ship" }
public = true

[[fields.columns]]
name = "tons"
label = { th = "ระวาง", en = "Tonnage" }
kind = "integer"
unit = { th = "ตัน", en = "t" }
public = true

[[fields.columns]]
name = "owner_id"
label = { th = "เลขประจำตัวเจ้าของ", en = "Owner's ID" }
kind = "thai_id"

[[blocks]]
block = "paragraph"
role = "title"
text = "{type_name}"

[[blocks]]
block = "image"
field = "photo"
width = 30
height = 40
alt = { th = "ภาพถ่ายผู้นำร่อง", en = "Photograph of the pilot" }

[[blocks]]
block = "paragraph"
text = "เลขที่ {number} {pilot} นำร่องเรือ {ships:count} ลำ รวม {ships.tons} ตัน"

[[blocks]]
block = "table"
field = "ships"

[[blocks.columns]]
column = "ship"

[[blocks.columns]]
column = "tons"

[[foot]]
block = "qr"
"""
OWNER = "1112034563562"
SHIPS = [
    {"ship": "เรือนํ้าใส", "tons": "๑,๒๐๐", "owner_id": "1-1120-34563-56-2"},
    {"ship": "เรือทะเลงาม", "tons": 800, "owner_id": OWNER},
]


def photograph(size: tuple[int, int] = (700, 900)) -> str:
    """A JPEG of about 200 kB for the usual size, in base64."""
    noise = hashlib.shake_128(b"photograph").digest(size[0] * size[1])
    levels = [128 + (level - 128) * 120 // 255 for level in range(256)]
    out = io.BytesIO()
    Image.frombytes("L", size, noise).point(levels).save(out, "JPEG", quality=60)
    return base64.b64encode(out.getvalue()).decode()


@pytest.fixture(name="type_folder", scope="module")
def _type_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("types") / "pilot_licence"
    folder.mkdir()
    (folder / "type.toml").write_text(TYPE, encoding="utf-8")
    (folder / "photo.jpg").write_bytes(image_bytes(photograph()))
    sample = {
        "pilot": "นายเล เรือดี",
        "photo": {"file": "photo.jpg"},
        "ships": SHIPS,
    }
    (folder / "sample.json").write_text(json.dumps(sample), encoding="utf-8")
    return folder


@pytest.fixture(name="harbour", scope="module")
def _harbour(
    type_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with run_world(tmp_path_factory.mktemp("harbour"), types=(type_folder,)) as world:
        yield world


def data(world: World, **changes: object) -> dict[str, Any]:
    return {**world.sample("pilot_licence"), **changes}


def refused(world: World, **changes: object) -> dict[str, Any]:
    answer = world.post(
        "/documents", {"type": "pilot_licence", "data": data(world, **changes)}
    )
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert isinstance(error, dict)
    return error


def test_a_photograph_of_200_kb_goes_all_the_way(harbour: World) -> None:
    photo = photograph()
    assert 200_000 < len(image_bytes(photo)) < 220_000
    document = harbour.issue("pilot_licence")
    pdf = harbour.pdf(document["id"])

    assert harbour.verify(pdf)["outcome"] == "in_force"
    detail = harbour.get(f"/documents/{document['id']}").json()
    assert detail["data"]["photo"] == photo
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        record = json.loads(opened.attachments["record.json"].get_file().read_bytes())
    assert record["data"] == detail["data"]
    assert record["data"]["ships"][0] == {
        "ship": "เรือน้ำใส",
        "tons": 1200,
        "owner_id": OWNER,
    }


def test_a_photograph_of_a_phone_says_nothing_of_its_place(harbour: World) -> None:
    exif = Image.Exif()
    exif[0x010F] = "MAKER-OF-PHONES"
    out = io.BytesIO()
    Image.linear_gradient("L").save(out, "JPEG", exif=exif)
    given = base64.b64encode(out.getvalue()).decode()
    document = harbour.issue("pilot_licence", data=data(harbour, photo=given))
    stored = harbour.get(f"/documents/{document['id']}").json()["data"]["photo"]
    assert stored == normalise_image(given)
    assert b"MAKER" in out.getvalue()
    assert b"MAKER" not in image_bytes(stored)


def test_the_same_request_gives_the_same_document(harbour: World) -> None:
    body = {"type": "pilot_licence", "data": data(harbour)}
    first = harbour.post("/documents", body, key="images-once")
    again = harbour.post("/documents", body, key="images-once")
    other = {**body, "data": data(harbour, photo=photograph((60, 60)))}
    assert first.json()["id"] == again.json()["id"]
    assert harbour.post("/documents", other, key="images-once").status_code == 409


def test_anyone_sees_public_columns_and_no_photograph(harbour: World) -> None:
    document = harbour.issue("pilot_licence")
    page = harbour.http.get(f"/V/{document['id']}").text
    assert "๑. ชื่อเรือ เรือน้ำใส; ระวาง ๑,๒๐๐ ตัน\n๒. ชื่อเรือ เรือทะเลงาม" in page
    report = harbour.http.get(f"/v1/status/{document['id']}").json()
    shown = {field["name"] for field in report["document"]["fields"]}
    assert shown == {"pilot", "ships"}
    public = json.dumps(report, ensure_ascii=False) + page
    assert OWNER not in public.replace("-", "")
    assert photograph()[100:200] not in public


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        ({"file": "/etc/passwd"}, "wrong_type"),
        ({"file": "photo.jpg"}, "wrong_type"),
        ("/etc/passwd", "not_base64"),
        (photograph((60, 60))[:-400], "damaged_image"),
    ],
)
def test_a_wrong_image_is_refused_and_not_repeated(
    harbour: World,
    caplog: pytest.LogCaptureFixture,
    photo: object,
    reason: str,
) -> None:
    with caplog.at_level(logging.DEBUG):
        error = refused(harbour, photo=photo)
    assert (error["field"], error["reason"]) == ("photo", reason)
    assert error["detail_th"]
    assert "JFIF" not in f"{error}{caplog.text}"
    assert photograph((60, 60))[:60] not in f"{error}{caplog.text}"


def test_no_log_and_no_event_holds_a_photograph(
    harbour: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        harbour.issue("pilot_licence")
    events = harbour.get("/events").text
    assert photograph()[100:160] not in caplog.text + events


def test_more_images_than_a_record_holds_are_refused(harbour: World) -> None:
    large = [photograph((size, 1000)) for size in (850, 860, 870)]
    assert all(250_000 < len(image_bytes(text)) < 300_000 for text in large)
    names = ("photo", "second", "third")
    error = refused(harbour, **dict(zip(names, large, strict=True)))
    assert (error["field"], error["reason"]) == ("data", "record_too_large")
    harbour.issue("pilot_licence", data=data(harbour, photo=large[0], second=large[1]))


def test_a_table_too_long_for_anyone_is_refused(harbour: World) -> None:
    row = {"ship": "ก" * 200, "tons": 1, "owner_id": OWNER}
    error = refused(harbour, ships=[row] * 50)
    assert (error["field"], error["reason"]) == ("ships", "public_too_long")


def test_a_wrong_cell_is_named(harbour: World) -> None:
    rows = [*SHIPS, {"ship": "เรือเล็ก", "tons": "มาก", "owner_id": OWNER}]
    error = refused(harbour, ships=rows)
    assert error["field"] == "ships[2].tons"
    assert error["detail_th"] == "แถวที่ 3 คอลัมน์ระวาง: ต้องเป็นจำนวนเต็ม"


def test_a_missing_glyph_is_told_with_its_row(harbour: World) -> None:
    rows = [*SHIPS, {"ship": "เรือ漢", "tons": 1, "owner_id": OWNER}]
    error = refused(harbour, ships=rows)
    assert (error["field"], error["reason"]) == ("ships[2].ship", "no_glyph")


def test_the_schema_describes_both_kinds(harbour: World) -> None:
    schema = harbour.get("/types/pilot_licence/schema").json()
    assert schema["properties"]["photo"]["contentEncoding"] == "base64"
    columns = schema["properties"]["ships"]["items"]["properties"]
    assert set(columns) == {"ship", "tons", "owner_id"}


def test_a_file_of_data_may_name_an_image_beside_it(type_folder: Path) -> None:
    read = read_data_file(type_folder / "sample.json").data
    assert read["photo"] == photograph()
    assert read["ships"] == SHIPS
    assert read_document_type(type_folder).sample()["photo"] == photograph()


@pytest.mark.parametrize("stdin", [False, True])
def test_the_command_line_reads_an_image_beside_the_data(
    harbour: World, type_folder: Path, tmp_path: Path, *, stdin: bool
) -> None:
    file = type_folder / "sample.json"
    words = ["issue", "pilot_licence", "-" if stdin else str(file), "--json"]
    words += ["--agency", "TRADE"]
    done = subprocess.run(
        [sys.executable, "-m", "tra.cli", *words, "-o", str(tmp_path / "a.pdf")],
        check=False,
        capture_output=True,
        text=True,
        cwd=type_folder if stdin else tmp_path,
        input=file.read_text(encoding="utf-8") if stdin else None,
        env={
            "PATH": os.defpath,
            "TRA_TYPES": str(type_folder),
            **harbour.environment(),
        },
    )
    assert done.returncode == 0, done.stderr
    assert "/9j/" not in done.stdout + done.stderr
    document = json.loads(done.stdout)
    stored = harbour.get(f"/documents/{document['id']}").json()["data"]
    assert stored["photo"] == photograph()
    assert harbour.verify((tmp_path / "a.pdf").read_bytes())["outcome"] == "in_force"


def test_an_image_that_is_not_there_is_told_with_its_line(
    tmp_path: Path,
) -> None:
    file = tmp_path / "sample.json"
    file.write_text('{\n  "pilot": "ก",\n  "photo": {"file": "none.jpg"}\n}')
    with pytest.raises(DataFileError, match=r"line 3: photo: there is no file .*none"):
        read_data_file(file)
    (tmp_path / "type.toml").write_text(TYPE, encoding="utf-8")
    with pytest.raises(TypeFileError, match=r"there is no file .*none\.jpg"):
        read_document_type(tmp_path).sample()
    file.write_text(json.dumps({"photo": {"file": "large.jpg"}}))
    (tmp_path / "large.jpg").write_bytes(bytes(5_000_001))
    with pytest.raises(DataFileError, match="more than 5 MB"):
        read_data_file(file)
