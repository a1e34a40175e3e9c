# SPDX-License-Identifier: Apache-2.0
"""A type is a folder; what is wrong in it is told with file, line and fix."""

import subprocess
import sys
from pathlib import Path

import pytest

from templates.catalogue import Catalogue
from templates.errors import TypeFileError, UnknownTypeError

SMALL = """\
id = "fishing_permit"
code = "FP"
version = 1
name = { th = "ใบอนุญาตทำการประมง", en = "Fishing Permit" }
legal_basis = { th = "กฎหมายตัวอย่าง", en = "Sample law" }

[numbering]
pattern = "{sequence:05}/{year}"
year = "calendar"

[validity]
rule = "year_end"

[holder]
field = "fisher"

[signatory]
name = { th = "นายทดสอบ ระบบดี", en = "Mr. Thotsop Rabopdi" }
position = { th = "ประมงจังหวัด", en = "Provincial Fisheries Officer" }

[page]
paper = "A5"

[[fields]]
name = "fisher"
label = { th = "ผู้รับอนุญาต", en = "Permit holder" }
kind = "name"
public = true

[[blocks]]
block = "paragraph"
role = "title"
text = "{type_name}"

[[blocks]]
block = "paragraph"
text = "อนุญาตให้ {fisher} ทำการประมง"

[[foot]]
block = "qr"
"""


def write_type(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "type.toml").write_text(text, encoding="utf-8")
    (folder / "sample.json").write_text('{"fisher": "นายเล เรือดี"}', encoding="utf-8")
    return folder


def test_types_come_with_tra() -> None:
    types = Catalogue.load().types
    assert {kind.code for kind in types.values()} >= {"BL", "JC", "TC"}
    pages = [kind.page for kind in types.values()]
    assert {page.width > page.height for page in pages} == {False, True}


def test_a_folder_adds_a_type(tmp_path: Path) -> None:
    write_type(tmp_path / "fishing_permit", SMALL)
    catalogue = Catalogue.load([tmp_path])
    new = catalogue.get_type("fishing_permit")
    assert len(catalogue.types) == len(Catalogue.load().types) + 1
    assert new.format_number(7, 2569) == "00007/2569"
    assert new.holder_name(new.sample()) == "นายเล เรือดี"
    only = Catalogue.load([tmp_path / "fishing_permit"], built_in=False)
    assert list(only.types) == ["fishing_permit"]


def test_an_unknown_type_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownTypeError, match=r"'x'; known are: .*business_licence"):
        Catalogue.load().get_type("x")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('code = "FP"', 'code = "fp"', 2, "code = 'fp' has a wrong form"),
        ('code = "FP"', 'code = "FP', 2, "does not end on the line it begins on"),
        ("version = 1", 'version = "1"', 3, "not a whole number"),
        ("version = 1", "version = 1\nversoin = 2", 4, "Did you mean 'version'"),
        ("{sequence:05}/{year}", "{seq}/{year}", 8, "Use {sequence}"),
        ("{sequence:05}/{year}", "{year}", 8, "numbers would repeat"),
        ('rule = "year_end"', 'rule = "yearend"', 12, "Did you mean 'year_end'"),
        ('rule = "year_end"', 'rule = "years"', 11, "count is missing"),
        ('field = "fisher"', 'field = "fischer"', 15, "Did you mean 'fisher'"),
        ('kind = "name"', 'kind = "nam"', 27, "Did you mean 'name'"),
        ('kind = "name"', 'kind = "choice"', 27, "needs choices"),
        ('name = "fisher"', 'name = "number"', 25, "is taken"),
        ('paper = "A5"', 'paper = "B5"', 22, "Known are: A4, A5"),
        ("{fisher}", "{fischer}", 37, "neither a field nor a fact"),
        ("{fisher}", "{fisher:words}", 37, "cannot be written as 'words'"),
        ("{fisher}", "{fisher", 37, "not a place for a fact"),
        ("{fisher}", "**{fisher}", 37, "bold begins"),
        ('block = "paragraph"', 'block = "paragraf"', 31, "Did you mean 'paragraph'"),
        ('block = "qr"', 'block = "qr"\nwhen = "boat"', 41, "is not a field"),
        ('block = "qr"', 'block = "qr"\nsize = 100', 41, "between 7 and 16"),
        ('en = "Sample law"', 'em = "Sample law"', 5, "en is missing"),
        ("ให้ {", "ให้\u034f {", 37, "U+034F, which cannot be seen, after 'ญาตให้'"),
        ("ให้ {", "ให้\\u034f {", 37, "U+034F, which cannot be seen, after"),
        ('"Sample law"', '"Sample\ufe0f law"', 5, "U+FE0F"),
        ('"{type_name}"', '"""ก\n\u200b{type_name}"""', 34, "U+200B, which cannot"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_fix(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in SMALL
    folder = write_type(tmp_path / "t", SMALL.replace(old, new, 1))
    with pytest.raises(TypeFileError) as caught:
        Catalogue.load([folder])
    assert caught.value.file == folder / "type.toml"
    assert caught.value.line == line
    assert words in str(caught.value)
    assert caught.value.fix


def test_a_folder_without_types_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeFileError, match="holds no document type"):
        Catalogue.load([tmp_path])


def test_ids_and_codes_are_used_once(tmp_path: Path) -> None:
    folder = write_type(tmp_path / "t", SMALL.replace('"FP"', '"BL"'))
    with pytest.raises(TypeFileError, match="is used by"):
        Catalogue.load([folder])


def test_the_catalogue_needs_no_drawing_code() -> None:
    script = (
        "import sys, templates.catalogue as c; c.Catalogue.load();"
        "heavy = {'reportlab', 'uharfbuzz', 'pythainlp', 'pikepdf', 'fontTools'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
