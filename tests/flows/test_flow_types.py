# SPDX-License-Identifier: Apache-2.0
"""`tra types`: from an empty folder to a page, without an installation."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from templates.catalogue import Catalogue, read_document_type

TRA = [sys.executable, "-m", "tra.cli", "types"]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],  # noqa: TID251 - passes on the way to programs
        "HOME": str(folder),
        "TRA_HOME": str(folder / "nowhere"),
        **settings,
    }


def types(
    folder: Path, *words: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run one command where there is no installation."""
    return subprocess.run(
        [*TRA, *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(folder, **settings),
    )


@pytest.fixture(scope="module")
def permit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A type made by `tra types new`, and left as it is."""
    folder = tmp_path_factory.mktemp("types")
    done = types(folder, "new", "parking_permit", "--name-th", "บัตรจอดรถ")
    assert done.returncode == 0, done.stderr
    assert "tra types preview parking_permit" in done.stdout
    return folder / "parking_permit"


def test_a_new_type_is_ready_at_once(permit: Path) -> None:
    kind = read_document_type(permit)
    assert (kind.id, kind.code, kind.version) == ("parking_permit", "PP", 1)
    assert (kind.name.th, kind.name.en) == ("บัตรจอดรถ", "Parking Permit")
    done = types(permit.parent, "check", "parking_permit")
    assert done.returncode == 0, done.stdout
    assert "✓ parking_permit is ready." in done.stdout
    assert "tra agency types --add parking_permit" in done.stdout


def test_a_preview_is_a_pdf_and_pictures(permit: Path) -> None:
    done = types(permit.parent, "preview", "parking_permit", "--png")
    assert done.returncode == 0, done.stderr
    pdf = pypdfium2.PdfDocument(permit.parent / "parking_permit-preview.pdf")
    text = pdf[0].get_textpage().get_text_range()
    assert "บัตรจอดรถ" in text
    assert "ตัวอย่าง" in text
    picture = (permit.parent / "parking_permit-preview-1.png").read_bytes()
    assert picture.startswith(b"\x89PNG")


def test_a_preview_takes_a_type_by_its_id_and_data_of_its_own(permit: Path) -> None:
    sample = json.loads((permit / "sample.json").read_text(encoding="utf-8"))
    other = permit.parent / "other.json"
    other.write_text(json.dumps(sample | {"details": "ทะเบียน กข 1234"}))
    words = ("preview", "parking_permit", "--data", str(other), "-o", "o.pdf", "--json")
    away = permit.parent / "away"
    away.mkdir()
    done = types(away, *words, TRA_TYPES=str(permit.parent))
    assert json.loads(done.stdout) == {"path": "o.pdf", "pictures": []}, done.stderr
    pdf = pypdfium2.PdfDocument(away / "o.pdf")
    assert "กข ๑๒๓๔" in pdf[0].get_textpage().get_text_range()


def test_wrong_data_are_named_with_their_lines(permit: Path) -> None:
    wrong = permit.parent / "wrong.json"
    wrong.write_text('{"holder_name": "ก",\n"holder_id": "1112034563560",\n"x": 1}')
    done = types(permit.parent, "preview", "parking_permit", "--data", "wrong.json")
    assert done.returncode == 1
    assert "wrong.json, line 2: holder_id: the check digit" in done.stderr
    assert "เลขหลักสุดท้าย" in done.stderr
    assert "wrong.json, line 3: x: this type has no field x" in done.stderr
    assert "wrong.json: details: Details is required" in done.stderr


def test_a_type_can_begin_as_a_copy(permit: Path) -> None:
    words = ("new", "My-Course 2", "--from", "training_certificate", "--json")
    done = types(permit.parent, *words)
    assert json.loads(done.stdout)["id"] == "my_course_2", done.stderr
    kind = read_document_type(permit.parent / "My-Course 2")
    source = Catalogue.load().get_type("training_certificate")
    assert kind.blocks == source.blocks
    assert kind.code not in {source.code, "PP"}
    assert kind.name.th == "ประกาศนียบัตร (ฉบับร่าง)"
    done = types(permit.parent, "check", "My-Course 2")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("new", "parking_permit"), "is not empty; nothing was changed"),
        (("new", "ที่จอดรถ"), "give one with --id, such as --id parking_permit"),
        (("new", "a", "--id", "A b"), "small letters a to z"),
        (("new", "a", "--id", "business_licence"), "give another id with --id"),
        (("new", "a", "--id", "ab", "--code", "bl"), "capital letters"),
        (("new", "a", "--id", "ab", "--code", "BL"), "is used by business_licence"),
        (("new", "ab", "--from", "nothing"), "known are: building_permit"),
        (("check", "nowhere"), "holds no document type"),
        (("preview", "nothing"), "known are: building_permit"),
        (("preview", "parking_permit", "-o", "no/such/a.pdf"), "cannot be written"),
        (("preview", "parking_permit", "--data", "no.json"), "no.json: is missing"),
        (("nothing",), "no document type 'nothing'"),
    ],
)
def test_mistakes_of_usage_are_told_in_one_sentence(
    permit: Path, words: tuple[str, ...], message: str
) -> None:
    done = types(permit.parent, *words)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (permit.parent / "a").exists()


def test_types_are_listed_and_shown_without_an_installation(permit: Path) -> None:
    done = types(permit.parent, TRA_TYPES=str(permit))
    assert "parking_permit" in done.stdout
    assert "No agency may issue them yet" in done.stdout
    listed = json.loads(types(permit.parent, "--json").stdout)
    assert {one["id"] for one in listed} == set(Catalogue.load().types)
    shown = types(permit.parent, "parking_permit", "--json", TRA_TYPES=str(permit))
    assert "holder_name" in json.loads(shown.stdout)["properties"]
    table = types(permit.parent, "show", "business_licence").stdout
    assert "ผู้รับใบอนุญาต" in table


def test_check_answers_programs(permit: Path) -> None:
    broken = permit.parent / "broken"
    broken.mkdir()
    text = (permit / "type.toml").read_text(encoding="utf-8")
    (broken / "type.toml").write_text(text.replace("{details}", "{detials}"))
    done = types(permit.parent, "check", "parking_permit", "broken", "--json")
    assert done.returncode == 1
    good, bad = json.loads(done.stdout)["types"]
    assert (good["type"], good["ready"], good["findings"]) == (
        "parking_permit",
        True,
        [],
    )
    assert (bad["type"], bad["ready"]) == (None, False)
    [finding] = bad["findings"]
    assert finding["severity"] == "error"
    assert finding["file"] == "broken/type.toml"
    assert "{detials}" in finding["problem"]
    assert finding["fix"]


def test_watching_draws_again_when_a_file_changes(permit: Path) -> None:
    watched = permit.parent / "watched"
    watched.mkdir()
    for name in ("type.toml", "sample.json"):
        (watched / name).write_bytes((permit / name).read_bytes())
    toml = watched / "type.toml"
    process = subprocess.Popen(
        [*TRA, "preview", "watched", "-o", "watched/page.pdf", "--watch"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=permit.parent,
        env=environment(permit.parent, PYTHONUNBUFFERED="1"),
    )
    assert process.stdout is not None
    with process, process.stdout as lines:
        try:
            assert "Ctrl-C" in lines.readline()
            assert "Drawn" in lines.readline()
            good = toml.read_text(encoding="utf-8")
            toml.write_text(good.replace("version = 1", "versoin = 1"))
            assert "line 8: version is missing, and versoin" in lines.readline()
            toml.write_text(good.replace("โดยมีเงื่อนไข", "ภายใต้เงื่อนไข"))
            assert "Drawn" in lines.readline()
        finally:
            process.terminate()
    pdf = pypdfium2.PdfDocument(watched / "page.pdf")
    assert "ภายใต้เงื่อนไข" in pdf[0].get_textpage().get_text_range()
