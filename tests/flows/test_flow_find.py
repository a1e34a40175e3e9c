# SPDX-License-Identifier: Apache-2.0
"""A clerk finds a document again: in the list, its file, and who did what with it."""

from pathlib import Path

import pytest

from tests.console import Console

SAMPLE = Path(__file__).parents[2] / "templates/business_licence/sample.json"
ORDER = ("--reason", "ฝ่าฝืน", "--legal-basis", "มาตรา ๒๑", "--order-number", "7/2569")


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Console:
    home = tmp_path_factory.mktemp("find") / "data"
    made = Console({"TRA_HOME": str(home)})
    made.says("init", "--seal", "ES256", "--type", "business_licence")
    return made


def test_a_document_is_found_again_with_its_file_and_history(
    console: Console, tmp_path: Path
) -> None:
    assert "There is no such document" in console.says("list")
    pdf, again = tmp_path / "a.pdf", tmp_path / "again.pdf"
    first = console.tells("issue", "business_licence", SAMPLE, "-o", pdf)
    second = console.tells("issue", "business_licence", SAMPLE, "-o", tmp_path / "b")
    console.says("revoke", second["id"], *ORDER)

    # Newest first, page by page, and by what a clerk knows of it.
    page = console.tells("list", "--limit", "1")
    assert [one["id"] for one in page["documents"]] == [second["id"]]
    page = console.tells("list", "--limit", "1", "--after", page["next"])
    assert [one["id"] for one in page["documents"]] == [first["id"]]
    assert page["next"] is None
    for words, found in (
        (("--status", "revoked"), second),
        (("--status", "valid"), first),
        (("--number", first["number"], "--holder", "รุ่งเรือง"), first),
    ):
        listed = console.tells("list", *words)["documents"]
        assert [one["id"] for one in listed] == [found["id"]], words
    assert console.tells("list", "--issued-to", "2020-01-01")["documents"] == []
    assert "YYYY-MM-DD" in console.fails("list", "--issued-from", "yesterday")

    shown = console.tells("show", first["short_code"], "-o", again)
    assert again.read_bytes() == pdf.read_bytes()
    assert shown["files"][0]["sha256"] == first["sha256"]
    assert shown["data"]["fee"] == "10000.00"
    said = console.says("show", second["id"])
    [line] = [
        line for line in said.splitlines() if "revoked  " in line and "cli:" in line
    ]
    assert all(word in line for word in ORDER[1::2])


def test_what_is_not_there_is_told_in_one_sentence(
    console: Console, tmp_path: Path
) -> None:
    assert console.fails("show", "A" * 26)
    assert "cannot be written" in console.fails(
        "show", "A" * 26, "-o", tmp_path / "no" / "a.pdf"
    )
