# SPDX-License-Identifier: Apache-2.0
"""The pages of the built-in types look as they looked when somebody last looked.

A page that differs is written beside the test's other files; if it is meant, run
`make golden`, look at the new images and commit them.
"""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from templates.catalogue import Catalogue, DocumentType
from tests.golden.make_golden import FOLDER, draw_pages, name_page

TYPES = Catalogue.load().types
_STEP = 48
"""Grays apart that an eye sees; anti-aliasing and sixteen grays stay below it."""
_SHARE = 0.00003
"""Of a page's pixels that may be so far apart: less than half a letter."""


def read_grays(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("L"), dtype=np.int16)


def find_difference(golden: Image.Image, drawn: Image.Image) -> float:
    """Return the share of pixels that differ; 1 for pages of another size."""
    if golden.size != drawn.size:
        return 1.0
    apart = np.abs(read_grays(golden) - read_grays(drawn)) > _STEP
    return float(apart.mean())


@pytest.mark.parametrize("document_type", TYPES.values(), ids=TYPES)
def test_pages_look_as_they_did(document_type: DocumentType, tmp_path: Path) -> None:
    pages = list(draw_pages(document_type))
    stored = sorted(FOLDER.glob(f"{document_type.id}-*.png"))
    assert len(stored) == len(pages), "run `make golden` and look at the images"
    for number, drawn in enumerate(pages, start=1):
        with Image.open(name_page(document_type, number)) as golden:
            difference = find_difference(golden, drawn)
        new = tmp_path / f"{document_type.id}-{number}.png"
        drawn.save(new)
        assert difference <= _SHARE, f"page {number} has changed, see {new}"


def test_one_letter_more_is_noticed() -> None:
    page = next(draw_pages(TYPES["business_licence"]))
    other = page.copy()
    letter = page.crop((510, 1070, 530, 1100))
    assert read_grays(letter).min() < 100, "there is a letter here"
    other.paste(letter, (1000, 100))
    assert find_difference(page, other) > _SHARE
