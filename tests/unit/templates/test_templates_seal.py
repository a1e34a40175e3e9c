# SPDX-License-Identifier: Apache-2.0
"""The level of the seal is a type's own choice, and B-LT if it makes none."""

from pathlib import Path

import pytest

from templates.catalogue import Catalogue, read_document_type
from templates.document_type import SealLevel
from templates.errors import TypeFileError
from tests.unit.templates.test_templates_catalogue import SMALL, write_type

SEAL = "[seal]\nlevel = {level}\n\n[page]"


@pytest.mark.parametrize("level", SealLevel)
def test_a_type_names_the_level_of_its_seal(tmp_path: Path, level: SealLevel) -> None:
    text = SMALL.replace("[page]", SEAL.format(level=f'"{level}"'))
    assert read_document_type(write_type(tmp_path, text)).seal_level is level


def test_a_type_that_names_none_has_b_lt(tmp_path: Path) -> None:
    kind = read_document_type(write_type(tmp_path, SMALL))
    assert kind.seal_level is SealLevel.B_LT


@pytest.mark.parametrize("level", ['"B-T"', '"LTA"', "4"])
def test_another_level_is_refused_with_its_line(tmp_path: Path, level: str) -> None:
    text = SMALL.replace("[page]", SEAL.format(level=level))
    with pytest.raises(TypeFileError, match="level") as refused:
        read_document_type(write_type(tmp_path, text))
    assert "line 22" in str(refused.value) or ":22" in str(refused.value)


def test_a_type_that_comes_with_tra_is_sealed_for_the_archive() -> None:
    kinds = Catalogue.load().types
    assert kinds["juristic_certificate"].seal_level is SealLevel.B_LTA
    assert kinds["business_licence"].seal_level is SealLevel.B_LT
