# SPDX-License-Identifier: Apache-2.0
"""Ten years pass, the guardian renews, and everybody who looks today still agrees.

The clock of the installation begins ten years ago and ends now, so that EU DSS,
poppler, MuPDF and OpenSSL judge by the machine's clock and nobody helps them. All
certificates of the first years ended long ago: seal, claim, publication, authority.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from issuer.guardian import MAX_TIMESTAMPS, guardian_lead
from issuer.guardian_status import FileState, read_status
from register.document import DocumentId
from tests.ades import judge_stamps
from tests.conformance.dss import Verdicts, fetch_judge, judge_signatures
from tests.conformance.jars import JudgeUnavailableError
from tests.conformance.verapdf import Flavour, judge_files
from tests.decade import ARCHIVED, DAY, LASTING, YEAR, Decade, live_from
from tests.programs import need, run
from tra.clock import system_clock

STEP = 150 * DAY
KINDS = {LASTING: "TRADE", ARCHIVED: "CURVES"}
"""A type of level B-LT, sealed with RSA; one of B-LTA, sealed with P-256."""

STAMPS = {LASTING: 3, ARCHIVED: 4}
"""Document timestamps after ten years; one is in the seal. With that of B-LTA, which
it has from the start, the second is full."""


@dataclass(frozen=True, kw_only=True)
class Lived:
    """What was seen in ten years."""

    decade: Decade
    today: datetime
    documents: dict[str, DocumentId]
    issued: dict[str, bytes]
    """The files as their holders have kept them."""

    outcomes: list[tuple[str, str]] = field(default_factory=list)
    """Of the newest file of each type, and of the copy, at each step."""

    def newest(self, kind: str) -> bytes:
        """Return the newest version of a file."""
        store = self.decade.open_issuer.store
        return self.decade.pdf(store.get_document(self.documents[kind]))


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Ten years with two documents."""
    today = system_clock()
    folder = tmp_path_factory.mktemp("decade") / "home"
    with live_from(today - 10 * YEAR, folder) as decade:
        made = {kind: decade.issue(agency, kind) for kind, agency in KINDS.items()}
        seen = Lived(
            decade=decade,
            today=today,
            documents={kind: one.id for kind, one in made.items()},
            issued={kind: decade.pdf(one) for kind, one in made.items()},
        )
        while decade.now < today:
            decade.pass_time(min(STEP, today - decade.now))
            run_ = decade.guard()
            assert (run_.failed, run_.stopped) == (0, None)
            for kind in KINDS:
                for pdf in (seen.newest(kind), seen.issued[kind]):
                    report = decade.verify(pdf)
                    seen.outcomes.append((report.outcome, report.reason))
        yield seen


@pytest.fixture(scope="module")
def files(lived: Lived, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The newest versions, to be judged."""
    folder = tmp_path_factory.mktemp("old")
    for kind in KINDS:
        (folder / f"{kind}.pdf").write_bytes(lived.newest(kind))
        (folder / f"{kind}-issued.pdf").write_bytes(lived.issued[kind])
    return {path.stem: path for path in folder.iterdir()}


@pytest.fixture(scope="module")
def root(lived: Lived) -> Path:
    """The root of ten years ago, the only one that is trusted."""
    return lived.decade.home.keys.keys_folder / "root-ca.crt.pem"


@pytest.fixture(scope="module")
def verdicts(files: dict[str, Path], root: Path) -> Verdicts:
    """What DSS says of all files, asked once."""
    try:
        fetch_judge()
    except JudgeUnavailableError as error:
        pytest.skip(f"EU DSS 6.4: {error}")
    return judge_signatures(tuple(files.values()), root)


def test_our_verifier_says_in_force_in_all_ten_years(lived: Lived) -> None:
    assert lived.decade.now == lived.today
    assert len(lived.outcomes) == 4 * 25
    assert set(lived.outcomes) == {("in_force", "valid")}


def test_no_file_has_more_than_five_time_stamps(lived: Lived) -> None:
    issuer = lived.decade.open_issuer
    status = read_status(
        issuer.store, lead=guardian_lead(issuer), now=lived.today, limit=9
    )
    found = {one.document_id: one for one in status.files}
    lasting, archived = (found[lived.documents[kind]] for kind in KINDS)
    assert (lasting.timestamps, lasting.state) == (4, FileState.KEPT)
    assert (archived.timestamps, archived.state) == (MAX_TIMESTAMPS, FileState.FULL)


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_begins_with_the_one_that_was_issued(lived: Lived, kind: str) -> None:
    assert lived.newest(kind).startswith(lived.issued[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_dss_passes_a_file_of_ten_years(
    kind: str, files: dict[str, Path], verdicts: Verdicts
) -> None:
    [verdict] = verdicts[files[kind]]
    assert verdict.level == "PAdES-BASELINE-LTA"
    assert (verdict.indication, verdict.complaints) == ("TOTAL_PASSED", ())
    assert [stamp.kind for stamp in verdict.stamps] == [
        "SIGNATURE_TIMESTAMP",
        *["DOCUMENT_TIMESTAMP"] * STAMPS[kind],
    ]
    assert {stamp.indication for stamp in verdict.stamps} == {"PASSED"}


@pytest.mark.parametrize("kind", KINDS)
def test_dss_passes_no_copy_that_was_never_renewed(
    kind: str, files: dict[str, Path], verdicts: Verdicts
) -> None:
    """So it is the guardian's work that it passes the others."""
    [verdict] = verdicts[files[f"{kind}-issued"]]
    assert verdict.indication == "INDETERMINATE"


@pytest.mark.parametrize("kind", KINDS)
def test_our_verifier_completes_a_copy_that_was_never_renewed(
    lived: Lived, kind: str
) -> None:
    report = lived.decade.verify(lived.issued[kind])
    assert report.outcome == "in_force"
    assert report.signature is not None
    assert report.signature["proof_from"] == "register"


@pytest.mark.parametrize("kind", KINDS)
def test_pyhanko_trusts_every_document_timestamp_when_the_next_was_made(
    lived: Lived, kind: str, root: Path
) -> None:
    said = judge_stamps(lived.newest(kind), root)
    assert said == ["INTACT:TRUSTED"] * STAMPS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_readers_find_the_seal_valid(kind: str, files: dict[str, Path]) -> None:
    said = run(need("pdfsig", "poppler-utils"), "-nocert", files[kind])
    assert said.count("Signature is Valid.") == 1
    said = run(need("mutool", "mupdf-tools"), "sign", "-v", files[kind])
    assert "The signature is valid" in said
    said = run(need("qpdf", "qpdf"), "--check", files[kind])
    assert "No syntax or stream encoding errors found" in said


def test_renewed_files_are_still_pdf_a(files: dict[str, Path]) -> None:
    renewed = [files[kind] for kind in KINDS]
    try:
        assert not any(judge_files(renewed, Flavour.PDF_A_3A).values())
    except JudgeUnavailableError as error:
        pytest.skip(f"veraPDF 1.30: {error}")
