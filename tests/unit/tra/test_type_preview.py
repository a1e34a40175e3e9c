# SPDX-License-Identifier: Apache-2.0
"""A preview follows its files: whatever is changed, the next drawing shows it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest

from templates.catalogue import Catalogue
from tra.type_preview import Sketch, draw_sketch, watch_sketch

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
IMPORT = Catalogue.load().get_type("import_licence").folder


@pytest.fixture
def sketch(tmp_path: Path) -> Sketch:
    folder = tmp_path / "licence"
    shutil.copytree(IMPORT, folder)
    return Sketch(folder=folder, data=None, output=folder / "page.pdf", pictures=True)


def paths_drawn(pdf: Path) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(list(document[0].get_objects(max_depth=8)))
    finally:
        document.close()


def test_a_preview_is_the_same_twice(sketch: Sketch) -> None:
    files = draw_sketch(sketch, NOW)
    assert [file.name for file in files] == ["page.pdf", "page-1.png"]
    before = [file.read_bytes() for file in files]
    assert [file.read_bytes() for file in draw_sketch(sketch, NOW)] == before


def test_another_background_is_seen_at_once(sketch: Sketch) -> None:
    drawings = watch_sketch(sketch, lambda: NOW)
    assert not isinstance(next(drawings), Exception)
    many = paths_drawn(sketch.output)
    plain = pypdfium2.PdfDocument.new()
    plain.new_page(595.28, 841.89)
    plain.save(sketch.folder / "background.pdf")
    plain.close()
    assert not isinstance(next(drawings), Exception)
    assert paths_drawn(sketch.output) < many
    (sketch.folder / "background.pdf").write_bytes(b"no PDF")
    wrong = next(drawings)
    assert "background.pdf: it cannot be read as a PDF" in str(wrong)
