# SPDX-License-Identifier: Apache-2.0
"""One bad form stops the documents of its type, and no others."""

import io
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from qrcode.main import QRCode
from reportlab.pdfgen.canvas import Canvas

from templates.catalogue import Catalogue
from tests.world import World, run_world

IMPORT = Catalogue.load().get_type("import_licence")


def copy_type(folder: Path, name: str, code: str) -> Path:
    """Return a copy of the type of import licences, under another name."""
    copied = folder / name
    shutil.copytree(IMPORT.folder, copied)
    file = copied / "type.toml"
    text = file.read_text(encoding="utf-8")
    text = text.replace(f'id = "{IMPORT.id}"', f'id = "{name}"')
    text = text.replace(f'code = "{IMPORT.code}"', f'code = "{code}"')
    file.write_text(text, encoding="utf-8")
    return copied


def draw_form_with_code() -> bytes:
    """Return a form with a QR code on it that is too fine for the gate."""
    code = QRCode(border=0)
    code.add_data("http://old.example.go.th/form")
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595.28, 841.89), invariant=1)
    for row, cells in enumerate(code.get_matrix()):
        for column, dark in enumerate(cells):
            if dark:
                canvas.rect(
                    450 + 0.6 * column, 120 - 0.6 * row, 0.6, 0.6, stroke=0, fill=1
                )
    canvas.save()
    return out.getvalue()


@pytest.fixture(scope="module")
def world_with_bad_forms(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[World, list[str]]]:
    types = tmp_path_factory.mktemp("types")
    background = IMPORT.page.background
    assert background is not None
    torn = copy_type(types, "torn_form", "TF")
    (torn / background.file).write_bytes(b"%PDF-1.7")
    coded = copy_type(types, "coded_form", "CF")
    (coded / background.file).write_bytes(draw_form_with_code())
    seen = _Seen()
    logging.getLogger("issuer.context").addHandler(seen)
    with run_world(tmp_path_factory.mktemp("bad"), types=(types,)) as made:
        yield made, seen.lines
    logging.getLogger("issuer.context").removeHandler(seen)


class _Seen(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.getMessage()}")


@pytest.mark.parametrize(
    ("type_id", "words"),
    [("torn_form", "cannot be read as a PDF"), ("coded_form", "a barcode (QR Code)")],
)
def test_a_type_whose_form_is_bad_is_left_out_alone(
    world_with_bad_forms: tuple[World, list[str]], type_id: str, words: str
) -> None:
    world, logged = world_with_bad_forms
    assert any(
        line.startswith(f"ERROR type {type_id} is left out") and words in line
        for line in logged
    )
    body = {"type": type_id, "data": world.sample(type_id)}
    answer = world.post("/documents", body, key=f"{type_id}-1")
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["type"] == "urn:tra:problem:unknown-type"
    assert words in problem["detail"]
    assert "start the server again" in problem["detail"]
    assert str(world.folder) not in problem["detail"]
    assert world.issuer.store.unfinished_reservations() == ()


def test_other_types_are_issued(
    world_with_bad_forms: tuple[World, list[str]],
) -> None:
    world, _ = world_with_bad_forms
    assert world.issue("import_licence")["status"]
