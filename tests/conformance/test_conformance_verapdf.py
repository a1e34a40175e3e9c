# SPDX-License-Identifier: Apache-2.0
"""veraPDF finds PDF/A-3a and PDF/UA-1 in every sealed document we issue.

The same judge refuses the same document once anything in it is broken, so that its
silence means something.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conformance.broken import BREAKS
from tests.conformance.issued import DOCUMENTS, TYPES
from tests.conformance.jars import JudgeUnavailableError, fetch_jars
from tests.conformance.verapdf import Flavour, Verdicts, describe, judge_files
from tests.officers import PERMIT, PERMIT_LTA
from tests.world import World

WANTED = (Flavour.PDF_A_3A, Flavour.PDF_UA_1)
JUNK = "junk"


@pytest.fixture(scope="module")
def judge() -> None:
    """Skip what asks for it where veraPDF cannot be had."""
    try:
        fetch_jars("verapdf")
    except JudgeUnavailableError as error:
        pytest.skip(f"veraPDF 1.30: {error}")


@pytest.fixture(scope="module")
def files(
    judge: None,  # noqa: ARG001 - without it nothing need be written
    documents: Mapping[str, bytes],
    broken: Mapping[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[str, Path]:
    """Every document to be judged, and those that must not pass."""
    folder = tmp_path_factory.mktemp("judged")
    pdfs = {**documents, **broken, JUNK: b"%PDF-1.7\njunk\n%%EOF\n"}
    for name, pdf in pdfs.items():
        (folder / f"{name}.pdf").write_bytes(pdf)
    return {name: folder / f"{name}.pdf" for name in pdfs}


@pytest.fixture(scope="module", params=WANTED)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """What all files are judged by in turn."""
    return Flavour(request.param)


@pytest.fixture(scope="module")
def verdicts(flavour: Flavour, files: Mapping[str, Path]) -> Verdicts:
    """All files judged in one go."""
    return judge_files(tuple(files.values()), flavour)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_sealed_document_conforms(
    name: str, flavour: Flavour, files: Mapping[str, Path], verdicts: Verdicts
) -> None:
    file = files[name]
    if not verdicts[file]:
        return
    said = describe({file: verdicts[file]}, flavour)
    if flavour is Flavour.PDF_A_3A:
        # The lesser level: Unicode for all text, but no claim about tags.
        lesser = Flavour.PDF_A_3U
        said += "\n" + describe(judge_files([file], lesser), lesser)
    pytest.fail(said, pytrace=False)


@pytest.mark.parametrize("name", BREAKS)
def test_the_judge_refuses_a_broken_document(
    name: str, flavour: Flavour, files: Mapping[str, Path], verdicts: Verdicts
) -> None:
    found = {failure.clause for failure in verdicts[files[name]]}
    expected = BREAKS[name].clauses.get(flavour)
    if expected is None:
        assert not found
    else:
        assert expected in found


def test_the_judge_refuses_what_is_no_pdf(
    files: Mapping[str, Path], verdicts: Verdicts
) -> None:
    [failure] = verdicts[files[JUNK]]
    assert failure.description == "veraPDF cannot read the file"


def test_every_type_the_agency_may_issue_is_judged(world: World) -> None:
    in_force = {one["id"] for one in world.get("/types").json()["types"]}
    assert in_force == {*TYPES, PERMIT, PERMIT_LTA}
