# SPDX-License-Identifier: Apache-2.0
"""What a printed summary of a report says, in Thai, and in which order.

Sealed by nobody, and it says so first: paper proves nothing, so it names the SHA-256
of the file that was checked, and the moment, and whoever reads it can check the file
again. `verifier.summary_page` draws it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from verifier.reasons import Integrity, Reason, Result
from verifier.report import Check, Report
from verifier.texts import (
    CHECK_NAMES,
    FACT_NAMES,
    MONTHS,
    NO_EXPIRY,
    describe_reason,
    describe_verdict,
    name_outcome,
)

MEDIA_TYPE = "application/pdf"

TITLE = "สรุปผลการตรวจสอบเอกสารอิเล็กทรอนิกส์"
TITLE_EN = "Summary of the verification of an electronic document"
NOTICE = (
    "สรุปผลฉบับนี้ไม่มีผู้ใดลงลายมือชื่อหรือประทับตรา และใช้แทนเอกสารต้นฉบับไม่ได้ "
    "แสดงผลเฉพาะ ณ เวลาที่ตรวจ ผู้ที่ได้รับสรุปผลนี้ควรตรวจไฟล์ต้นฉบับด้วยตนเองอีกครั้ง"
)
NOTICE_EN = (
    "Sealed and signed by nobody. It does not stand in for the document. Check the "
    "original file yourself."
)
FOOT = "ไม่มีการลงลายมือชื่อหรือตราประทับกำกับสรุปผลฉบับนี้"

_BUDDHIST_ERA = 543
_INTEGRITY = {
    Integrity.INTACT: "ครบถ้วน ตรงกับที่ลงลายมือชื่อไว้",
    Integrity.ALTERED: "ถูกแก้ไขหลังลงลายมือชื่อ",
    Integrity.UNSIGNED: "ไม่มีลายมือชื่อดิจิทัล",
    Integrity.UNREADABLE: "อ่านไม่ได้ จึงตรวจไม่ได้",
}
_RESULTS = {
    Result.PASSED: "ผ่าน",
    Result.FAILED: "ไม่ผ่าน",
    Result.INDETERMINATE: "ยืนยันไม่ได้",
}


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading, and rows of a label and what it says."""

    heading: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class CheckRow:
    """One line of the table of checks."""

    number: str
    name: str
    result: str
    about: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """All that is printed, besides the title and the notice."""

    headline: str
    headline_en: str
    sentence: str
    advice: str
    code: str
    sections: tuple[Section, ...]
    checks: tuple[CheckRow, ...]
    foot: str
    made_at: datetime


def summarize_report(report: Report, *, address: str) -> Summary:
    """Return the summary of a report on a file; files are checked at `address`."""
    headline = name_outcome(report.outcome, report.basis)
    _, advice = describe_verdict(report.outcome, report.reason, report.basis)
    plain = report.reason is Reason.VALID
    sections = [_about_file(report, address)]
    if report.document is not None:
        sections.append(_about_document(report.document, report.status))
    if report.signature is not None:
        sections.append(_about_signature(report.signature))
    digest = _digest(report)
    return Summary(
        headline=headline.th,
        headline_en=headline.en,
        sentence="" if plain else describe_reason(report.reason).th,
        advice=advice.th,
        code=f"{report.outcome} ({report.reason})",
        sections=tuple(sections),
        checks=tuple(_row_of(check) for check in report.checks),
        foot=f"{FOOT} SHA-256 ของไฟล์ที่ตรวจ {digest[:16]}…",
        made_at=report.checked_at,
    )


def _about_file(report: Report, address: str) -> Section:
    size = int(cast("int", (report.file or {}).get("size", 0)))
    rows = [
        ("เวลาที่ตรวจ", write_instant(report.checked_at)),
        ("ผู้ให้บริการตรวจ", address),
        ("SHA-256 ของไฟล์", _digest(report)),
        ("ขนาดไฟล์", f"{size:,} ไบต์"),
    ]
    if report.integrity is not None:
        rows.append(("ความครบถ้วนของไฟล์", _INTEGRITY[report.integrity]))
    if report.trust_list is not None:
        name = _thai(report.trust_list["name"])
        rows.append(("บัญชีรายชื่อที่ใช้", f"{name} ลำดับที่ {report.trust_list['seq']}"))
    return Section(heading="ไฟล์ที่ตรวจ", rows=tuple(rows))


def _about_document(
    document: Mapping[str, object], status: Mapping[str, object] | None
) -> Section:
    agency = cast("Mapping[str, object]", document["agency"])
    until = document["valid_until"]
    rows = [
        (FACT_NAMES["type_name"].th, _thai(document["type_name"])),
        (FACT_NAMES["number"].th, str(document["number"])),
        (FACT_NAMES["holder"].th, str(document["holder"])),
        (FACT_NAMES["agency"].th, _thai(agency["name"])),
        (FACT_NAMES["domain"].th, str(agency["domain"])),
        (FACT_NAMES["issued_on"].th, _day(document["issued_on"])),
        (FACT_NAMES["valid_from"].th, _day(document["valid_from"])),
        (
            FACT_NAMES["valid_until"].th,
            NO_EXPIRY.th if until is None else _day(until),
        ),
        (FACT_NAMES["id"].th, str(document["id"])),
    ]
    as_of = None if status is None else status.get("as_of")
    if isinstance(as_of, str):
        rows.append(
            (FACT_NAMES["as_of"].th, write_instant(datetime.fromisoformat(as_of)))
        )
    return Section(heading="ข้อมูลตามเอกสารและทะเบียน", rows=tuple(rows))


def _about_signature(signature: Mapping[str, object]) -> Section:
    rows = [
        *_about_officer(signature.get("officer")),
        ("ชื่อในใบรับรอง", str(signature.get("signer") or "-")),
    ]
    agency = signature.get("agency")
    if isinstance(agency, Mapping):
        rows.append(("หน่วยงานตามบัญชีรายชื่อ", _thai(agency["name"])))
    signed = signature.get("signed_at")
    at = (
        write_instant(datetime.fromisoformat(signed)) if isinstance(signed, str) else ""
    )
    rows.append(("เวลาตามตราประทับเวลา", at or "ไม่มีตราประทับเวลาที่พิสูจน์ได้"))
    certificate = signature.get("certificate")
    if isinstance(certificate, Mapping):
        rows.append(("ผู้ออกใบรับรอง", str(certificate["issuer"])))
        rows.append(("เลขที่ใบรับรอง", str(certificate["serial"])))
    return Section(heading="ลายมือชื่อดิจิทัล", rows=tuple(rows))


def _about_officer(officer: object) -> list[tuple[str, str]]:
    """Return who signed before the seal, and when, where somebody did."""
    if not isinstance(officer, Mapping):
        return []
    signed = datetime.fromisoformat(str(officer["signed_at"]))
    said = [officer[name] for name in ("name", "position", "authority")]
    who = ", ".join(_thai(text) for text in said if text is not None)
    return [
        ("เจ้าหน้าที่ผู้ลงลายมือชื่อ", who),
        ("เวลาที่เจ้าหน้าที่ลงลายมือชื่อ", write_instant(signed)),
    ]


def _row_of(check: Check) -> CheckRow:
    passed = check.result is Result.PASSED
    unmade = check.reason is Reason.NOT_CHECKED
    about = "" if passed else f"{describe_reason(check.reason).th} ({check.reason})"
    return CheckRow(
        number=str(check.id.number),
        name=CHECK_NAMES[check.id].th,
        result="ไม่ได้ตรวจ" if unmade else _RESULTS[check.result],
        about=about,
    )


def write_instant(moment: datetime) -> str:
    """Return a moment as people in Thailand write it."""
    local = moment.astimezone(ZoneInfo("Asia/Bangkok"))
    return f"{_name_day(local.date())} เวลา {local:%H:%M:%S} น."


def _day(value: object) -> str:
    return _name_day(date.fromisoformat(str(value)))


def _name_day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1].th} {day.year + _BUDDHIST_ERA}"


def _thai(value: object) -> str:
    return str(cast("Mapping[str, object]", value)["th"])


def _digest(report: Report) -> str:
    return str((report.file or {}).get("sha256", "-"))
