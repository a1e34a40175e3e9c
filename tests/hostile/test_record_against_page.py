# SPDX-License-Identifier: Apache-2.0
"""Attack: seal, and even publish, a file whose page says another thing than its record.

Whoever has the seal key and the publication key of an agency can do it. Programs
would read the record, people the page.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.forge import HOLDER, Forge, Issued, draw_content, draw_pdf
from verifier.limits import Limits
from verifier.report import Report
from verifier.verify_pdf import verify_pdf

OTHER_HOLDER = "นายสมหมาย ใจดี"


def issue_page(forge: Forge, lines: Sequence[str]) -> Issued:
    """Issue a document with a page of one's own, sealed and published as any other."""
    mine = forge.issue()
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    return publish(forge, mine, draw_pdf(attached, lines=lines, facts=False))


def publish(forge: Forge, mine: Issued, drawn: bytes) -> Issued:
    bent = replace(mine, pdf=forge.seal(drawn))
    forge.issued[-1] = bent
    return bent


def number_of(mine: Issued) -> str:
    return str(json.loads(mine.record)["number"])


def find_check(report: Report, name: str = "page_text") -> tuple[str, str]:
    [found] = [check for check in report.checks if check.id == name]
    return found.reason, found.detail


def test_the_page_of_a_genuine_document_is_compared(forge: Forge) -> None:
    mine = forge.issue()

    report = forge.verify(mine.pdf)

    assert (report.outcome, report.reason) == ("in_force", "valid")
    assert find_check(report) == ("valid", "")


def test_a_page_that_names_another_holder_is_altered(forge: Forge) -> None:
    number = f"{forge._next_index}/2569"
    bent = issue_page(forge, (f"No. {number}", OTHER_HOLDER))
    assert number_of(bent) == number

    report = forge.verify(bent.pdf)

    assert (report.outcome, report.reason) == ("altered", "page_differs")
    assert find_check(report) == (
        "page_differs",
        "holder not in the text of 1 page(s)",
    )
    # The bytes are those that the agency signed; it is they that lie.
    assert report.integrity == "intact"
    assert report.document is None
    checks = {check.id.value: check.reason for check in report.checks}
    assert checks["issued_bytes"] == checks["register_record"] == "valid"


@pytest.mark.parametrize(
    "printed", ["999/2569", "1{number}", "{number}1", "๑{number}", "{number}๙"]
)
def test_a_page_with_another_number_is_altered(forge: Forge, printed: str) -> None:
    number = f"{forge._next_index}/2569"
    bent = issue_page(forge, (printed.format(number=number), HOLDER))

    report = forge.verify(bent.pdf)

    assert (report.outcome, report.reason) == ("altered", "page_differs")
    assert find_check(report)[1] == "number not in the text of 1 page(s)"


def test_a_page_without_words_is_altered(forge: Forge) -> None:
    bent = issue_page(forge, ())

    report = forge.verify(bent.pdf)

    assert (report.outcome, report.reason) == ("altered", "page_differs")
    assert find_check(report)[1] == "number and holder not in the text of 1 page(s)"


def test_a_page_of_one_document_in_another_one_is_altered(forge: Forge) -> None:
    mine, other = forge.issue(), forge.issue()
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    lines = (f"No. {number_of(other)}", HOLDER)
    bent = replace(mine, pdf=forge.seal(draw_pdf(attached, lines=lines, facts=False)))
    forge.issued[0] = bent

    assert forge.verify(bent.pdf).reason == "page_differs"


def test_a_file_that_is_not_registered_is_compared_as_well(forge: Forge) -> None:
    mine = forge.issue()
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    pdf = forge.seal(draw_pdf(attached, lines=("A FORGED LICENCE",), facts=False))
    forge.issued.clear()

    report = forge.verify(pdf)

    assert (report.outcome, report.reason) == ("altered", "page_differs")


def test_a_claim_that_names_another_holder_than_the_record_is_altered(
    forge: Forge,
) -> None:
    """The register, which knows masked names only, cannot tell the two apart."""
    alike = HOLDER[:-1] + "ด"
    mine = forge.issue()
    claim = forge.make_claim(mine.record, forge.trade, holder=alike)
    lines = (f"No. {number_of(mine)}", alike)
    attached = {"record.json": mine.record, "claim.cose": claim}
    bent = publish(forge, mine, draw_pdf(attached, lines=lines, facts=False))

    report = forge.verify(bent.pdf)

    assert (report.outcome, report.reason) == ("altered", "claim_mismatch")
    reason, detail = find_check(report, "claim_agrees")
    assert (reason, detail) == (
        "claim_mismatch",
        "no field of the record is the claim's holder",
    )


# What PDFium is shown, and when.


def test_a_file_that_anybody_made_never_comes_to_pdfium(forge: Forge) -> None:
    """Not sealed, sealed by another CA, changed later: the page is not read."""
    mine = forge.issue()
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    drawn = draw_pdf(attached)
    stranger = Forge(forge.folder.parent / "stranger")
    changed = mine.pdf.replace(b"Somchai", b"Mallory", 1)

    for pdf in (drawn, stranger.seal(drawn), changed):
        report = forge.verify(pdf)
        assert report.outcome in {"altered", "unknown"}
        assert find_check(report)[0] == "not_checked"


def test_a_page_that_cannot_be_read_leaves_it_unchecked(forge: Forge) -> None:
    """The page tree says two pages, and the second one is none."""
    mine = forge.issue()
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    drawn = draw_pdf(attached, lines=("A FORGED LICENCE",), facts=False)
    broken = drawn.replace(b"/Count 1", b"/Count 2", 1)
    assert broken != drawn
    bent = publish(forge, mine, broken)

    report = forge.verify(bent.pdf)

    assert (report.outcome, report.reason) == ("unchecked", "page_unreadable")
    assert "PdfiumError" in find_check(report)[1]


def test_more_text_than_is_read_leaves_it_unchecked(forge: Forge) -> None:
    bent = issue_page(forge, ("LICENCE",) * 4)

    report = verify_pdf(
        bent.pdf,
        publication=forge.publish(),
        now=forge.now,
        limits=Limits(max_page_characters=20),
    )

    assert (report.outcome, report.reason) == ("unchecked", "limit_exceeded")


# What is not seen: the words are in the file, and a reader does not see them.

COVER = b"1 1 1 rg 0 0 595 842 re f\n0 g "
HIDDEN = {
    "white": b"1 g BT /F1 18 Tf 72 300 Td (%s) Tj ET 0 g\n",
    "without ink": b"BT 3 Tr /F1 18 Tf 72 300 Td (%s) Tj 0 Tr ET\n",
    "covered": b"BT /F1 18 Tf 72 300 Td (%s) Tj ET " + COVER,
    "off the page": b"BT /F1 18 Tf 72 2000 Td (%s) Tj ET\n",
    "tiny": b"BT /F1 0.1 Tf 72 300 Td (%s) Tj ET\n",
}


@pytest.mark.parametrize("way", HIDDEN)
def test_words_that_are_there_and_hidden_are_not_told_apart(
    forge: Forge, way: str
) -> None:
    """A limit, not a promise (ADR 36): the gate sees these, and seals none."""
    mine = forge.issue()
    said = f"{number_of(mine)} {HOLDER}".encode("tis-620")
    shown = b"BT /F1 18 Tf 72 700 Td (%s) Tj ET\n" % OTHER_HOLDER.encode("tis-620")
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    bent = publish(forge, mine, draw_content(HIDDEN[way] % said + shown, attached))

    assert forge.verify(bent.pdf).outcome == "in_force"


def test_a_sealed_picture_of_words_is_altered(forge: Forge) -> None:
    """A page that was scanned has no text; ours always have."""
    mine = forge.issue()
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    bent = publish(forge, mine, draw_content(b"0 0 595 842 re f\n", attached))

    assert forge.verify(bent.pdf).reason == "page_differs"
