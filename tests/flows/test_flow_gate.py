# SPDX-License-Identifier: Apache-2.0
"""What the gate refuses is not sealed: over HTTP, before a number is taken."""

import io
import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from issuer.gate import check_standards
from tests.world import World, run_world

TYPE = """\
id = "old_form"
code = "OF"
version = 1
name = { th = "ใบรับแจ้ง", en = "Receipt of Notice" }
legal_basis = { th = "กฎหมายตัวอย่าง", en = "Sample law" }
numbering = { pattern = "{sequence}/{year}" }
validity = { rule = "year_end" }
holder = { field = "owner" }

[signatory]
name = { th = "นายทดสอบ ระบบดี", en = "Mr. Thotsop Rabopdi" }
position = { th = "นายทะเบียน", en = "Registrar" }

[page.background]
file = "form.pdf"
pages = "first"

[[fields]]
name = "owner"
label = { th = "ผู้แจ้ง", en = "Notifier" }
kind = "name"

[[blocks]]
block = "paragraph"
role = "title"
text = "{type_name}"

[[blocks]]
block = "paragraph"
text = "รับแจ้งจาก {owner}"

[[foot]]
block = "qr"
"""


def draw_old_form() -> bytes:
    """Return a form with lines where the QR code is to stand."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595.28, 841.89), invariant=1)
    canvas.setLineWidth(0.5)
    for x in range(0, 600, 12):
        canvas.line(x, 0, x, 250)
    canvas.save()
    return out.getvalue()


@pytest.fixture(scope="module")
def world_with_old_form(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    types = tmp_path_factory.mktemp("types")
    folder = types / "old_form"
    folder.mkdir()
    (folder / "type.toml").write_text(TYPE, encoding="utf-8")
    sample = json.dumps({"owner": "นางสาวน้ำผึ้ง ใจดี"}, ensure_ascii=False)
    (folder / "sample.json").write_text(sample, encoding="utf-8")
    (folder / "form.pdf").write_bytes(draw_old_form())
    with run_world(tmp_path_factory.mktemp("gate"), types=(types,)) as made:
        yield made


def refuse_form(world: World, path: str, key: str) -> dict[str, Any]:
    body = {"type": "old_form", "data": world.sample("old_form")}
    answer = world.post(path, body, key=key)
    assert answer.status_code == 422, answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == "urn:tra:problem:file-refused"
    (issue,) = problem["errors"]
    assert issue["reason"] == "over_qr"
    assert "QR code" in issue["detail"]
    assert "คิวอาร์โค้ด" in issue["detail_th"]
    return problem


def test_a_form_with_lines_under_the_code_is_not_sealed_and_takes_no_number(
    world_with_old_form: World,
) -> None:
    world, key = world_with_old_form, secrets.token_hex(8)
    for _ in range(2):
        problem = refuse_form(world, "/documents", key)
        assert "Nothing was sealed" in problem["detail"]
        assert world.issuer.store.unfinished_reservations() == ()


def test_its_preview_is_refused_and_takes_no_number(world_with_old_form: World) -> None:
    world = world_with_old_form
    before = world.issuer.store.unfinished_reservations()
    refuse_form(world, "/documents?dry_run=true", secrets.token_hex(8))
    assert world.issuer.store.unfinished_reservations() == before


def test_sealed_files_keep_the_standards_by_our_own_checks(world: World) -> None:
    for type_id in world.issuer.catalogue.types:
        check_standards(world.pdf(world.issue(type_id)["id"]))
