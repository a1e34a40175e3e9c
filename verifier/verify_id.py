# SPDX-License-Identifier: Apache-2.0
"""The use case "what does the register say of this document id, or short code".

For people who have only the code from paper, and for programs that poll. It
proves nothing about the paper: names are masked as the type's rules say.
"""

import logging
from dataclasses import replace
from datetime import datetime

from register.document import DocumentId
from register.members import format_instant
from register.public_record import PublicRecord
from register.short_code import ShortCode
from register.trust_list import TypeEntry
from verifier.claims import describe_fields, find_type_of_record
from verifier.errors import CheckError
from verifier.reasons import Basis, CheckId, Outcome, Reason
from verifier.report import Findings, Report, Verdict
from verifier.status import check_dates, read_status
from verifier.trust import Publication

_logger = logging.getLogger(__name__)


def verify_id(
    document_id: DocumentId, *, publication: Publication, now: datetime
) -> Report:
    """Say what the register publishes of a document.

    1. Read the trust list and the signed public record.
    2. The agency may issue this type.
    3. Read the status; judge the dates.
    4. Decide.
    """
    findings = Findings(basis=Basis.RECORD, now=now)
    try:
        _verify(document_id, publication, findings)
    except Exception as error:
        _logger.exception("a document id could not be verified")
        findings.log.record(
            CheckId.REGISTER, CheckError(Reason.PROCESSING_ERROR, type(error).__name__)
        )
    return _of_nothing(findings.finish())


def verify_code(code: ShortCode, *, publication: Publication, now: datetime) -> Report:
    """Say what the register publishes of the document with this short code.

    1. Read the trust list and the signed code entry.
    2. Go on with the document's id.
    """
    findings = Findings(basis=Basis.RECORD, now=now)
    # 1.
    trust = publication.judge_trust_list(findings)
    document_id: DocumentId | None = None
    if trust is not None:
        with findings.log.check(CheckId.REGISTER):
            document_id = publication.code_entry(code, trust).id
    if document_id is None:
        return _of_nothing(findings.finish())
    # 2.
    return verify_id(document_id, publication=publication, now=now)


def _of_nothing(report: Report) -> Report:
    if report.reason is not Reason.NOT_REGISTERED:
        return report
    # No claim and no file: there is no signature to speak of.
    verdict = Verdict(outcome=Outcome.UNKNOWN, reason=Reason.NOT_REGISTERED)
    return replace(report, verdict=verdict)


def _verify(
    document_id: DocumentId, publication: Publication, findings: Findings
) -> None:
    log, now = findings.log, findings.now
    # 1. Trust list and public record.
    trust = publication.judge_trust_list(findings)
    if trust is None:
        return
    record: PublicRecord | None = None
    with log.check(CheckId.REGISTER):
        record = publication.public_record(document_id, trust)
    agency = None if record is None else trust.agency(record.agency_id)
    if record is None or agency is None:
        return
    # 2. Type.
    entry: TypeEntry | None = None
    with log.check(CheckId.TYPE):
        entry = find_type_of_record(agency, record)
    if entry is None:
        return
    # 3. Status and dates.
    with log.check(CheckId.STATUS):
        status = read_status(
            publication,
            agency=agency,
            reference=record.status_ref,
            record=record,
            now=now,
        )
        findings.status = status.to_json()
        status.check_in_force()
    with log.check(CheckId.DATES):
        check_dates(record.valid_from, record.valid_until, now)
    findings.document = {
        **_describe(record, entry),
        "agency": {
            "id": agency.id,
            "name": agency.name.to_json(),
            "domain": agency.domain,
        },
    }


def _describe(record: PublicRecord, entry: TypeEntry) -> dict[str, object]:
    until = record.valid_until
    return {
        "id": record.id,
        "type": entry.id,
        "type_name": entry.name.to_json(),
        "number": record.number,
        "holder": record.holder,
        "issued_on": record.issued_on.isoformat(),
        "valid_from": record.valid_from.isoformat(),
        "valid_until": None if until is None else until.isoformat(),
        "record_sha256": record.record_sha256.hex(),
        "supersedes": record.supersedes,
        "successor": record.successor,
        "fields": describe_fields(record),
        "status_list": record.status_ref.to_json(),
        "published_at": format_instant(record.iat),
    }
