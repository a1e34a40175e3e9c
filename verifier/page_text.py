# SPDX-License-Identifier: Apache-2.0
"""Compares the words on the pages with what the claim says, last of all checks.

Only bytes that a listed agency has sealed are read by PDFium here, never what
anybody may send (docs/adr/0036-the-page-is-read-last.md). What is compared is what
every page of ours shows: number and holder's name.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

from register.claim import Claim
from register.page_facts import find_missing
from register.record import RecordFacts
from templates.pdfium import open_document
from templates.pdfium import raw as pdfium
from verifier.errors import CheckError
from verifier.guard import reading_hostile_input
from verifier.limits import Limits
from verifier.reasons import CheckId, Outcome, Reason
from verifier.report import Findings, decide

_BEFORE: Final = (
    CheckId.FILE,
    CheckId.SIGNATURE,
    CheckId.HASH,
    CheckId.CHANGES,
    CheckId.TRUST_LIST,
    CheckId.TIME,
    CheckId.SIGNER,
    CheckId.RECORD,
    CheckId.CLAIM,
    CheckId.CLAIM_RECORD,
    CheckId.AGENCY,
    CheckId.TYPE,
)
"""Checks that show who sealed the pages, and that he may issue such documents."""
_FALSE: Final = frozenset({Outcome.ALTERED, Outcome.UNKNOWN})
_MAX_DEPTH: Final = 6
"""Of forms in forms, as of those that the gate before sealing takes."""
_TEXT_BUFFER: Final = 1_024
_UTF16: Final = 2


def judge_page_text(
    sealed: bytes,
    claim: Claim,
    facts: RecordFacts,
    *,
    limits: Limits,
    password: str | None,
    findings: Findings,
) -> None:
    """Record the check PAGE_TEXT, if an agency answers for the pages.

    And that the record names the claim's holder, which CLAIM_RECORD leaves open:
    which field that is, the type alone knows. Where something is false already
    nothing is read, so that no file which its sender made comes to PDFium.
    """
    log = findings.log
    if not log.has_passed(*_BEFORE) or decide(log.checks, ()).outcome in _FALSE:
        return
    with log.check(CheckId.CLAIM_RECORD):
        if claim.holder not in facts.data.values():
            raise CheckError(
                Reason.CLAIM_MISMATCH, "no field of the record is the claim's holder"
            )
    if log.has_passed(CheckId.CLAIM_RECORD):
        with log.check(CheckId.PAGE_TEXT):
            check_page_text(sealed, claim, limits=limits, password=password)


def check_page_text(
    sealed: bytes, claim: Claim, *, limits: Limits, password: str | None
) -> None:
    """Check that the pages of a sealed revision show what the claim says.

    Args:
        sealed: the file up to the end of the revision that the agency sealed.
        claim: what its number and holder should be.
        limits: how much text is read.
        password: of an encrypted file, if it needs any.

    Raises:
        CheckError: PAGE_DIFFERS; PAGE_UNREADABLE if PDFium cannot read a page;
            LIMIT if there is more text than is read.
    """
    facts = {"number": claim.number, "holder": claim.holder}
    with (
        reading_hostile_input(Reason.PAGE_UNREADABLE),
        open_document(sealed, password) as document,
    ):
        pages = len(document)
        missing = find_missing(facts, _read_pages(document, limits.max_page_characters))
    if missing:
        names = " and ".join(missing)
        raise CheckError(
            Reason.PAGE_DIFFERS, f"{names} not in the text of {pages} page(s)"
        )


def _read_pages(document: Any, limit: int) -> Iterator[Iterator[str]]:  # noqa: ANN401 - PDFium's
    """Yield the text of each page, in both orders.

    Raises:
        CheckError: LIMIT.
    """
    left = limit
    for index in range(len(document)):
        with closing(document[index]) as page, closing(page.get_textpage()) as text:
            left -= int(text.count_chars())
            if left < 0:
                raise CheckError(
                    Reason.LIMIT, f"characters on the pages, limit {limit:,}"
                )
            yield _read_orders(page, text)


def _read_orders(page: Any, text: Any) -> Iterator[str]:  # noqa: ANN401 - PDFium's
    """Yield the text line by line, then in painting order, which keeps cells whole."""
    yield str(text.get_text_range())
    buffer = (pdfium.FPDF_WCHAR * _TEXT_BUFFER)()
    count = pdfium.FPDFPage_CountObjects(page.raw)
    handles = (pdfium.FPDFPage_GetObject(page.raw, index) for index in range(count))
    yield "\n".join(
        piece
        for handle in handles
        for piece in _read_pieces(handle, text.raw, buffer, depth=0)
    )


def _read_pieces(handle: Any, text: Any, buffer: Any, *, depth: int) -> Iterator[str]:  # noqa: ANN401
    """Yield the text of an object of a page, or of those within a form."""
    kind = pdfium.FPDFPageObj_GetType(handle)
    if kind == pdfium.FPDF_PAGEOBJ_TEXT:
        length = pdfium.FPDFTextObj_GetText(handle, text, buffer, len(buffer))
        if length > len(buffer):
            buffer = (pdfium.FPDF_WCHAR * length)()
            pdfium.FPDFTextObj_GetText(handle, text, buffer, length)
        yield bytes(buffer)[: max(length - _UTF16, 0)].decode("utf-16-le", "replace")
    elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
        for index in range(pdfium.FPDFFormObj_CountObjects(handle)):
            kid = pdfium.FPDFFormObj_GetObject(handle, index)
            yield from _read_pieces(kid, text, buffer, depth=depth + 1)
