# SPDX-License-Identifier: Apache-2.0
"""A report as ETSI TS 119 102-2 has it, version 1.4.1: XML for other software.

The signature's indication is that of EN 319 102-1, which knows no register; our
outcome stands beside it as data of our own (`urn:tra:report:…`). One validation
constraint is one of our numbered checks. It is signed by nobody, so it has no
SignatureValidator. Text from a document becomes text and never markup.
"""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast
from xml.etree import ElementTree as ET

from verifier.indications import Indication, find_sub_indication, indicate
from verifier.reasons import CheckId, Reason, Result
from verifier.report import Check, Report
from verifier.texts import describe_reason, describe_verdict

MEDIA_TYPE = "application/xml"

NAMESPACE = "http://uri.etsi.org/19102/v1.4.1#"
_XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
_DIGESTS = {
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_CERTIFICATE = "certificate-1"
_MAIN = {
    Indication.TOTAL_PASSED: "total-passed",
    Indication.TOTAL_FAILED: "total-failed",
    Indication.INDETERMINATE: "indeterminate",
}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, however they are written (§2.2)."""


def write_etsi_report(report: Report) -> bytes:
    """Return the report on a file as XML (UTF-8).

    The seal first, with all that was checked; then every other signature.
    """
    root = ET.Element(_name("ValidationReport"))
    signature = _add(root, "SignatureValidationReport")
    seal = next((one for one in report.signatures if one["role"] == "seal"), None)
    field = None if report.signature is None else report.signature.get("field")
    _add_identifier(signature, 1, seal, None if field is None else str(field))
    constraints = _add(signature, "ValidationConstraintsEvaluationReport")
    for check in report.checks:
        _add_constraint(constraints, check)
    _add_times(signature, report)
    _add_document(signature, report)
    certificate = _certificate_digest(report)
    if certificate is not None:
        about = cast("Mapping[str, object]", report.signature)
        _add_signer(signature, _CERTIFICATE, str(about["signer"]))
    _add_process(signature)
    _add_status(_add(signature, "SignatureValidationStatus"), report)
    others = [one for one in report.signatures if one is not seal]
    for number, one in enumerate(others, start=2):
        _add_other(root, number, one, report)
    if certificate is not None or others:
        objects = _add(root, "SignatureValidationObjects")
        if certificate is not None:
            _add_certificate(objects, _CERTIFICATE, certificate)
        for number, one in enumerate(others, start=2):
            name = f"certificate-{number}"
            _add_certificate(objects, name, one["certificate_sha256"])
    ET.register_namespace("", NAMESPACE)
    ET.register_namespace("ds", _XMLDSIG)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add_other(
    root: ET.Element, number: int, one: Mapping[str, Any], report: Report
) -> None:
    """Add a signature beside the seal: an officer's, or a document timestamp."""
    signature = _add(root, "SignatureValidationReport")
    _add_identifier(signature, number, one, str(one["field"]))
    times = _add(signature, "ValidationTimeInfo")
    _add(times, "ValidationTime", _instant(report.checked_at))
    _add_best_time(times, _time_of(one, report) or _instant(report.checked_at))
    _add_document(signature, report)
    _add_signer(signature, f"certificate-{number}", str(one["signer"]))
    _add_process(signature)
    status = _add(signature, "SignatureValidationStatus")
    main, reason = _judge_other(one, report)
    _add(status, "MainIndication", _indication(_MAIN[main]))
    if reason is not None:
        _add(status, "SubIndication", _sub_indication(reason))


def _judge_other(
    one: Mapping[str, Any], report: Report
) -> tuple[Indication, Reason | None]:
    """Return the indication of a signature that is not the seal.

    A document timestamp has passed if it proves its time, an officer's signature if
    the document asks for it and it is good. Others are intact, and no more is known.
    """
    if one["role"] == "timestamp":
        proves = _time_of(one, report) is not None
        return (
            (Indication.TOTAL_PASSED, None)
            if proves
            else (Indication.INDETERMINATE, Reason.NO_POE)
        )
    found = [check for check in report.checks if check.id is CheckId.OFFICER]
    reason = found[0].reason if found else Reason.NOT_CHECKED
    if reason is Reason.VALID:
        return Indication.TOTAL_PASSED, None
    failed = reason.result is Result.FAILED
    return (Indication.TOTAL_FAILED if failed else Indication.INDETERMINATE), reason


def _time_of(one: Mapping[str, Any], report: Report) -> str | None:
    """Return the proven time of a signature that is not the seal, if it has one."""
    about = report.signature or {}
    if one["role"] == "timestamp":
        stamps = cast("list[Mapping[str, Any]]", about.get("archive_timestamps") or [])
        proven = any(stamp.get("revision") == one["revision"] for stamp in stamps)
        return cast("str", one["at"]) if proven else None
    officer = cast("Mapping[str, Any]", about.get("officer") or {})
    return cast("str | None", officer.get("signed_at"))


def _add_identifier(
    signature: ET.Element, number: int, one: Mapping[str, Any] | None, field: str | None
) -> None:
    """Add what a signature is found by (§4.2.3): its value, and what was signed."""
    identifier = _add(signature, "SignatureIdentifier")
    identifier.set("id", f"signature-{number}")
    if one is not None and one["signed"] is not None:
        both = _add(identifier, "DigestAlgAndValue")
        _add_method(both, _DIGESTS[one["signed"]["digest"]], one["signed"]["value"])
    if one is not None:
        value = ET.SubElement(identifier, f"{{{_XMLDSIG}}}SignatureValue")
        value.text = one["value"]
    _add(identifier, "HashOnly", "false")
    _add(identifier, "DocHashOnly", "false")
    if field:
        _add(identifier, "DAIdentifier", field)


def _add_signer(signature: ET.Element, certificate: str, name: str) -> None:
    signer = _add(signature, "SignerInformation")
    _add(signer, "SignerCertificate").set("VOReference", certificate)
    _add(signer, "Signer", name)


def _add_constraint(constraints: ET.Element, check: Check) -> None:
    constraint = _add(constraints, "ValidationConstraint")
    _add(constraint, "ValidationConstraintIdentifier", f"urn:tra:check:{check.id}")
    made = check.reason is not Reason.NOT_CHECKED
    applied = "applied" if made else "disabled"
    status = _add(constraint, "ConstraintStatus")
    _add(status, "Status", f"urn:etsi:019102:constraintStatus:{applied}")
    if not made:
        return
    found = _add(constraint, "ValidationStatus")
    _add(found, "MainIndication", _indication(check.result.lower()))
    if check.result is not Result.PASSED:
        _add(found, "SubIndication", _sub_indication(check.reason))
        text = describe_reason(check.reason)
        _add_data(
            found,
            {
                "text": (text.th, "th"),
                "text-en": (text.en, "en"),
                "detail": check.detail,
            },
        )


def _add_times(signature: ET.Element, report: Report) -> None:
    times = _add(signature, "ValidationTimeInfo")
    now = _instant(report.checked_at)
    _add(times, "ValidationTime", now)
    signed = None if report.signature is None else report.signature.get("signed_at")
    _add_best_time(times, now if signed is None else str(signed))


def _add_best_time(times: ET.Element, moment: str) -> None:
    best = _add(times, "BestSignatureTime")
    _add(best, "POETime", moment)
    # Proven by a time stamp in the file, or by its being here now.
    _add(best, "TypeOfProof", "urn:etsi:019102:poetype:validation")


def _add_document(signature: ET.Element, report: Report) -> None:
    if report.file is not None:
        document = _add(signature, "SignersDocument")
        _add_digest(document, str(report.file["sha256"]))


def _add_process(signature: ET.Element) -> None:
    process = _add(signature, "SignatureValidationProcess")
    _add(
        process,
        "SignatureValidationProcessID",
        "urn:etsi:019102:validationprocess:LTVM",
    )


def _add_status(status: ET.Element, report: Report) -> None:
    main, reason = indicate((check.id, check.reason) for check in report.checks)
    _add(status, "MainIndication", _indication(_MAIN[main]))
    if reason is not None:
        _add(status, "SubIndication", _sub_indication(reason))
    text, advice = describe_verdict(report.outcome, report.reason, report.basis)
    _add_data(
        status,
        {
            "outcome": report.outcome,
            "reason": report.reason,
            "integrity": report.integrity or "",
            "text": (text.th, "th"),
            "text-en": (text.en, "en"),
            "advice": (advice.th, "th"),
            "advice-en": (advice.en, "en"),
        },
    )


def _add_data(status: ET.Element, values: Mapping[str, str | tuple[str, str]]) -> None:
    """Add data of our own, each with a type that says what it is."""
    associated = _add(status, "AssociatedValidationReportData")
    more = _add(associated, "AdditionalValidationReportData")
    for name, value in values.items():
        text, language = value if isinstance(value, tuple) else (value, None)
        if not text:
            continue
        data = _add(more, "ReportData")
        _add(data, "Type", f"urn:tra:report:{name}")
        written = _add(data, "Value", text)
        if language is not None:
            written.set(_LANGUAGE, language)


def _add_certificate(objects: ET.Element, name: str, digest: str) -> None:
    certificate = _add(objects, "ValidationObject")
    certificate.set("id", name)
    _add(certificate, "ObjectType", "urn:etsi:019102:validationObject:certificate")
    _add_digest(_add(certificate, "ValidationObjectRepresentation"), digest)


def _certificate_digest(report: Report) -> str | None:
    about = (report.signature or {}).get("certificate")
    digest = about.get("sha256") if isinstance(about, Mapping) else None
    return digest if isinstance(digest, str) else None


def _add_digest(parent: ET.Element, sha256: str) -> None:
    value = base64.b64encode(bytes.fromhex(sha256)).decode("ascii")
    _add_method(_add(parent, "DigestAlgAndValue"), _DIGESTS["sha256"], value)


def _add_method(both: ET.Element, algorithm: str, value: str) -> None:
    ET.SubElement(both, f"{{{_XMLDSIG}}}DigestMethod").set("Algorithm", algorithm)
    ET.SubElement(both, f"{{{_XMLDSIG}}}DigestValue").text = value


def _indication(name: str) -> str:
    return f"urn:etsi:019102:mainindication:{name}"


def _sub_indication(reason: Reason) -> str:
    code = find_sub_indication(reason)
    if code is not None:
        return f"urn:etsi:019102:subindication:{code}"
    return f"urn:tra:reason:{reason}"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    element = ET.SubElement(parent, _name(name))
    if text is not None:
        element.text = _NOT_XML.sub("\ufffd", text)
    return element


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
