# SPDX-License-Identifier: Apache-2.0
"""A file with data is read, or refused with the line and what to write instead."""

from pathlib import Path

import pytest

from tra.data_file import DataFileError, read_data_file


def write(folder: Path, text: str) -> Path:
    file = folder / "sample.json"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_field_and_entry_has_its_line(tmp_path: Path) -> None:
    text = '{"fee": "1.00",\n "rooms": [\n  {"area": 1},\n  {"area": [1, {}]}]}'
    read = read_data_file(write(tmp_path, text))
    assert read.data["rooms"][1] == {"area": [1, {}]}
    assert read.line_of("fee") == 1
    assert read.line_of("rooms[1].area") == 4
    assert read.line_of("rooms[1].use") == 4
    assert read.line_of("rooms[7]") == 2
    assert read.line_of("surprise") is None


def test_what_notepad_writes_is_read(tmp_path: Path) -> None:
    assert read_data_file(write(tmp_path, '\ufeff{"a": "ก"}\r\n')).data == {"a": "ก"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{"a": 1,\n"b": 2,\n}', 2, "a comma stands before }. Take away"),
        ('{"a": ["x",\n]}', 1, "a comma stands before ]. Take away"),
        ('{"a": "x"\n"b": "y"}', 2, "Put a comma before this"),
        ('{"a": "say "yes""}', 1, 'within a text is written \\"'),
        ('{"a": "x\n"}', 1, "does not end on the line it begins on"),
        ('{"a": "x', 1, "a text has no end"),
        ('{"a" "b"}', 1, "a colon is missing"),
        ("{“a”: 1}", 1, "straight quotation marks"),
        ('{"a": “x”}', 1, "in straight ones"),
        ('{"a": ๕}', 1, "a text has no quotation marks"),
        ('{"a": "c:\\d"}', 1, "a backslash stands alone"),
        ('{"a": 1}\n}', 2, "something follows the last }"),
        ('{"a": 1,\n"a": 2}', 2, "a stands there twice, first in line 1"),
        ('{"t": [{"a": 1,\n"a": 2}]}', 2, "t[0].a stands there twice"),
        ('["a"]', None, "is not an object"),
        (f'{{"a": {"9" * 5000}}}', None, "a number of too many digits"),
        ("[" * 100_000, None, "is nested too deep"),
        ("", 1, "a value is missing"),
    ],
)
def test_mistakes_are_told_with_line_and_fix(
    tmp_path: Path, text: str, line: int | None, words: str
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(DataFileError) as caught:
        read_data_file(file)
    assert caught.value.line == line
    assert caught.value.fix
    assert str(caught.value).startswith(str(file))
    assert words in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sample.json").write_bytes('{"a": "ก"}'.encode("cp874"))
    with pytest.raises(DataFileError, match="not in UTF-8"):
        read_data_file(tmp_path / "sample.json")
    with pytest.raises(DataFileError, match="is missing"):
        read_data_file(tmp_path / "other.json")
