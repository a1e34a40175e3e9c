# SPDX-License-Identifier: Apache-2.0
"""The command line, as a person or a script uses it: real processes, exit codes."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdfium2 import PdfDocument

from tra.demo import flip_byte

TRA = [sys.executable, "-m", "tra.cli"]


def tra(
    folder: Path, *words: str, settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command in an installation of its own."""
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - passes on the way to programs
        "HOME": str(folder),
        "TRA_HOME": str(folder / "data"),
        **(settings or {}),
    }
    return subprocess.run(
        [*TRA, *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
    )


def answer(done: subprocess.CompletedProcess[str]) -> Any:  # noqa: ANN401
    """The JSON that a command printed."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an installation made by `tra init`."""
    made = tmp_path_factory.mktemp("cli")
    done = tra(made, "init")
    assert done.returncode == 0, done.stderr
    assert "development only" in done.stdout
    return made


@pytest.fixture(scope="module")
def licence(folder: Path) -> dict[str, Any]:
    """A document issued by `tra issue`."""
    result: dict[str, Any] = answer(
        tra(
            folder, "issue", "business_licence", sample(folder), "-o", "a.pdf", "--json"
        )
    )
    return result


def issue(folder: Path, path: str) -> dict[str, Any]:
    """Issue a licence with `tra issue` and return what it said."""
    words = ("issue", "business_licence", sample(folder), "-o", path, "--json")
    result: dict[str, Any] = answer(tra(folder, *words))
    return result


def sample(folder: Path, **changes: str) -> str:
    """A file with sample data."""
    source = Path(__file__).parents[2] / "templates/business_licence/sample.json"
    data = json.loads(source.read_text()) | changes
    path = folder / "sample.json"
    path.write_text(json.dumps(data))
    return str(path)


def test_init_twice_changes_nothing(folder: Path) -> None:
    key = folder / "data" / "keys" / "root-ca.key.pem"
    before = key.read_bytes()
    assert tra(folder, "init").returncode == 0
    assert key.read_bytes() == before


def test_secrets_are_readable_by_their_owner_only(folder: Path) -> None:
    data = folder / "data"
    secret = [data / "passphrase", data / "register.db", *data.rglob("*.key.pem")]
    assert len(secret) > 5
    secret += [data, data / "files"]
    for path in secret:
        assert path.stat().st_mode & 0o077 == 0, path


def test_issue_verify_revoke_verify(folder: Path, licence: dict[str, Any]) -> None:
    assert (folder / "a.pdf").read_bytes().startswith(b"%PDF-")
    done = tra(folder, "verify", "a.pdf")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "in_force" in done.stdout
    (folder / "bad.pdf").write_bytes(flip_byte((folder / "a.pdf").read_bytes()))
    assert tra(folder, "verify", "bad.pdf").returncode == 11
    (folder / "more.pdf").write_bytes((folder / "a.pdf").read_bytes() + b"% more")
    more = tra(folder, "verify", "more.pdf", "--extract-signed", "signed.pdf")
    assert more.returncode == 11, more.stderr
    assert (folder / "signed.pdf").read_bytes() == (folder / "a.pdf").read_bytes()
    (folder / "junk.pdf").write_text("junk")
    assert tra(folder, "verify", "a.pdf", "bad.pdf", "junk.pdf").returncode == 12
    done = tra(
        folder, "suspend", licence["id"], "--reason", "ตรวจสอบ", "--legal-basis", "ม.๒๐"
    )
    assert done.returncode == 0, done.stderr
    assert tra(folder, "verify", "a.pdf").returncode == 10
    done = tra(
        folder, "reinstate", licence["id"], "--reason", "ถูกต้อง", "--legal-basis", "ม.๒๐"
    )
    assert done.returncode == 0, done.stderr
    assert tra(folder, "verify", "a.pdf").returncode == 0
    done = tra(
        folder,
        "revoke",
        licence["id"],
        "--reason",
        "ฝ่าฝืน",
        "--legal-basis",
        "ม.๒๑",
        "--json",
    )
    assert answer(done)["status"] == "revoked"
    [report] = json.loads(tra(folder, "verify", "a.pdf", "--json").stdout)
    assert (report["outcome"], report["reason"]) == ("not_in_force", "revoked")
    xml = tra(folder, "verify", "a.pdf", "--format", "etsi")
    assert xml.returncode == 10
    assert "urn:etsi:019102:mainindication:total-passed" in xml.stdout
    printed = tra(folder, "verify", "a.pdf", "--format", "pdf", "--output", "s.pdf")
    assert printed.returncode == 10
    assert (folder / "s.pdf").read_bytes().startswith(b"%PDF-")
    assert tra(folder, "verify", "a.pdf", "a.pdf", "--format", "pdf").returncode == 1


def test_a_file_that_cannot_be_read_does_not_lose_the_others(folder: Path) -> None:
    issue(folder, "one.pdf")
    many = folder / "many"
    many.mkdir()
    for name in ("c.pdf", "a.PDF", "b.pdf"):
        (many / name).write_bytes((folder / "one.pdf").read_bytes())
    (many / "notes.txt").write_text("no document")
    done = tra(folder, "verify", "--json", "one.pdf", "gone.pdf", "many")
    told = json.loads(done.stdout)
    names = ["one.pdf", "gone.pdf", "many/a.PDF", "many/b.pdf", "many/c.pdf"]
    assert [one["input"] for one in told] == names
    assert "gone.pdf" in told[1].pop("error")
    assert [one.get("outcome") for one in told] == ["in_force", None, *["in_force"] * 3]
    assert done.returncode == 1
    (many / "b.pdf").write_bytes(flip_byte((folder / "one.pdf").read_bytes()))
    done = tra(folder, "verify", "many", "gone.pdf")
    assert done.returncode == 11
    assert done.stdout.count("in_force") == 2
    assert "tra: cannot read gone.pdf" in done.stderr
    (folder / "empty").mkdir()
    empty = tra(folder, "verify", "empty")
    assert (empty.returncode, "no PDF file" in empty.stderr) == (1, True)


def test_an_id_is_taken_as_it_is_printed(folder: Path) -> None:
    issued = answer(
        tra(
            folder, "issue", "business_licence", sample(folder), "-o", "i.pdf", "--json"
        )
    )
    printed = " ".join(re.findall(".{1,4}", issued["id"]))
    order = ("--reason", "ทดสอบ", "--legal-basis", "มาตรา ๒๑", "--json")
    done = tra(folder, "suspend", printed, *order)
    assert answer(done)["status"] == "suspended"
    code = issued["short_code"].lower()
    done = tra(folder, "verify", code, "--json")
    assert json.loads(done.stdout)[0]["reason"] == "suspended"
    done = tra(folder, "reinstate", code, *order)
    assert answer(done)["status"] == "valid"
    assert tra(folder, "verify", code.replace("-", "")).returncode == 0


def test_supersede_links_both(folder: Path) -> None:
    old = answer(
        tra(
            folder, "issue", "business_licence", sample(folder), "-o", "o.pdf", "--json"
        )
    )
    new = answer(
        tra(
            folder, "supersede", old["id"], sample(folder), "-o", "n.pdf", "--json",
            "--reason", "ย้ายที่ตั้ง", "--legal-basis", "ม.๑๕",
        )
    )  # fmt: skip
    assert new["supersedes"] == old["id"]
    assert tra(folder, "verify", "o.pdf").returncode == 10
    assert tra(folder, "verify", "n.pdf").returncode == 0


def test_verify_a_qr_address(folder: Path, licence: dict[str, Any]) -> None:
    for words in (("--qr", licence["verify_url"]), (licence["verify_url"],)):
        done = tra(folder, "verify", *words)
        assert done.returncode in {0, 10}, done.stdout + done.stderr
    assert tra(folder, "verify", "--qr", "https://example.org/x").returncode == 12


def test_verify_a_photograph_of_a_code(folder: Path, licence: dict[str, Any]) -> None:
    page = PdfDocument((folder / "a.pdf").read_bytes())[0]
    page.render(scale=3).to_pil().rotate(5).save(folder / "photo.jpg", quality=60)
    done = tra(folder, "verify", "--qr", "photo.jpg", "--json")
    [report] = json.loads(done.stdout)
    assert report["document"]["number"] == licence["number"]
    assert report["basis"] == "claim"
    Image.new("L", (200, 200), 255).save(folder / "white.png")
    for name, message in (("white.png", "no QR code"), ("a.pdf", "not an image")):
        done = tra(folder, "verify", "--qr", name)
        assert done.returncode == 1
        assert message in done.stderr


def test_dry_run_takes_no_number(folder: Path) -> None:
    done = tra(
        folder, "issue", "business_licence", sample(folder), "--dry-run", "-o", "p.pdf"
    )
    assert done.returncode == 0, done.stderr
    assert tra(folder, "verify", "p.pdf").returncode == 12


def test_audit_shows_what_was_not_finished(folder: Path) -> None:
    assert tra(folder, "audit").returncode == 0
    nowhere = {"TRA_TSA_URLS": '["http://127.0.0.1:9/tsa"]'}
    words = ("issue", "business_licence", sample(folder), "-o", "w.pdf")
    done = tra(folder, *words, settings=nowhere)
    assert done.returncode == 1
    assert "no time-stamping authority gave a good token" in done.stderr
    done = tra(folder, "audit", "--json")
    assert done.returncode == 3
    [waiting] = json.loads(done.stdout)["unfinished"]
    finished = answer(tra(folder, "finish", waiting["id"], "-o", "w.pdf", "--json"))
    assert finished["number"] == waiting["number"]
    assert tra(folder, "verify", "w.pdf").returncode == 0
    assert tra(folder, "audit").returncode == 0


def test_types_tokens_events(folder: Path) -> None:
    types = answer(tra(folder, "types", "--json"))
    assert {t["id"] for t in types} >= {"business_licence", "training_certificate"}
    made = answer(tra(folder, "token", "create", "--name", "desk", "--json"))
    assert made["token"].startswith("tra_")
    listed = answer(tra(folder, "token", "list", "--json"))["tokens"]
    assert made["id"] in {t["id"] for t in listed}
    assert made["token"] not in json.dumps(listed)
    assert tra(folder, "token", "revoke", made["id"]).returncode == 0
    events = answer(tra(folder, "events", "--json"))["events"]
    assert {"token_created", "token_revoked"} <= {e["action"] for e in events}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("issue", "no_such_type", "sample.json"), "no_such_type"),
        (("issue", "business_licence", "missing.json"), "missing.json"),
        (("revoke", "NOID", "--reason", "abc", "--legal-basis", "x"), "document id"),
        (("verify",), "name a PDF file"),
        (("verify", "missing.pdf"), "missing.pdf"),
        (("verify", "DW86-AYBJ-96N6"), "mistyped"),
        (("token", "create", "--name", "x", "--action", "fly"), "fly"),
        (("types", "--agency"), "--agency"),
    ],
)
def test_mistakes_are_told_in_one_sentence(
    folder: Path, words: tuple[str, ...], message: str
) -> None:
    sample(folder)
    done = tra(folder, *words)
    assert done.returncode in {1, 2}
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_fields_are_listed_with_their_names(folder: Path) -> None:
    done = tra(folder, "issue", "business_licence", sample(folder, surprise="1"))
    assert done.returncode == 1
    assert "surprise" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_target_that_cannot_be_written_takes_no_number(folder: Path) -> None:
    before = issue(folder, "b.pdf")["number"]
    words = ("issue", "business_licence", sample(folder), "-o", "no/such/folder/a.pdf")
    done = tra(folder, *words)
    assert done.returncode == 1
    assert "no/such/folder/a.pdf" in done.stderr
    after = issue(folder, "b.pdf")["number"]
    assert int(after.split("/")[0]) == int(before.split("/")[0]) + 1


def test_init_again_without_the_trust_root_key(folder: Path) -> None:
    key = folder / "data" / "trust-root" / "trust-root.key.pem"
    away = key.rename(folder / "vault.pem")
    try:
        done = tra(folder, "init")
    finally:
        away.rename(key)
    assert done.returncode == 0, done.stderr


def test_an_agency_can_be_limited_to_some_types(folder: Path) -> None:
    words = ("agency", "types", "TRADE", "--json")
    kept = answer(tra(folder, *words, "--retire", "juristic_certificate"))["types"]
    assert "juristic_certificate" not in kept
    assert tra(folder, "init").returncode == 0
    assert "juristic_certificate" not in answer(tra(folder, *words))["types"]
    again = answer(tra(folder, *words, "--add", "juristic_certificate"))["types"]
    assert "juristic_certificate" in again


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"TRA_HOME": "nowhere"}, "tra init"),
        ({"TRA_KEY_PASSPHRASE": "wrong"}, "passphrase"),
        ({"TRA_DATABASE_URL": "postgresql://127.0.0.1:9/tra"}, "database"),
        ({"TRA_DATABASE_URL": "oracle://x"}, "sqlite or postgresql"),
        ({"TRA_VERIFY_URL": "not an address"}, "TRA_VERIFY_URL"),
        ({"TRA_ENV": "production"}, "production"),
        ({"TRA_ENV": "holiday"}, "TRA_ENV"),
        ({"TRA_TRUST_ROOT": "nowhere.pem"}, "TRA_TRUST_ROOT"),
        ({"TRA_TYPES": '["nowhere"]'}, "nowhere"),
    ],
)
def test_serve_refuses_to_start_with_one_clear_sentence(
    folder: Path, settings: dict[str, str], message: str
) -> None:
    done = tra(folder, "serve", "--port", "65530", settings=settings)
    assert done.returncode == 1
    [line] = [
        line for line in done.stderr.splitlines() if not line.startswith("WARNING")
    ]
    assert message.lower() in line.lower()


def test_help_names_every_command(folder: Path) -> None:
    done = tra(folder, "--help")
    for name in ("init", "issue", "verify", "revoke", "serve", "audit", "demo"):
        assert name in done.stdout
