# SPDX-License-Identifier: Apache-2.0
"""Archival: the points of PDF/A-3a that do not depend on what the pages show.

Our own checks, each with its clause of ISO 19005-3:2012, so that they run wherever
documents are issued; veraPDF is the judge in `make conformance`. They hold for a file
that is ready to be sealed and for a sealed one. docs/gate.md lists all clauses.
"""

import re
from typing import Final

from pikepdf import Array, Dictionary, Name, Object, Pdf

from issuer.archival_fonts import check_fonts
from issuer.archival_metadata import check_metadata
from issuer.attachments import find_attachments
from issuer.refusals import refuse_archive
from issuer.resources import Drawing, check_profile, check_stream

_HEADER: Final = re.compile(rb"%PDF-1\.[0-7](?:\r\n?|\n)%([\x80-\xff]{4})")
_END: Final = re.compile(rb"%%EOF(?:\r\n?|\n)?\Z")
_SMALLEST, _LARGEST = 3, 14_400
"""Sides of a page in default units (ISO 19005-3, 6.1.13)."""
_FORBIDDEN: Final = {
    "/AA": "6.5.2",
    "/OpenAction": "6.5.1",
    "/Requirements": "6.11",
    "/NeedsRendering": "6.4.2",
}
_RELATIONSHIPS: Final = ("/Source", "/Data", "/Alternative", "/Supplement")
_MIME: Final = re.compile(r"/[a-z]+/[A-Za-z0-9][A-Za-z0-9.+-]*")


def check_archival(pdf: Pdf, data: bytes, drawing: Drawing) -> None:
    """Check a file against PDF/A-3a.

    Raises:
        GateError: a point is broken; the message names its clause.
    """
    _check_file(pdf, data)
    _check_catalog(pdf)
    _check_pages(pdf)
    check_metadata(pdf)
    _check_intents(pdf)
    _check_files(pdf)
    check_fonts(drawing)


def _check_file(pdf: Pdf, data: bytes) -> None:
    if _HEADER.match(data) is None:
        raise refuse_archive(
            "6.1.2",
            th="ส่วนต้นของไฟล์ไม่ถูกต้อง",
            en="the header is not %PDF-1.n and a comment of four bytes over 127",
        )
    if _END.search(data) is None:
        raise refuse_archive(
            "6.1.3", th="มีข้อมูลต่อท้ายไฟล์", en="something follows the end of the file"
        )
    if pdf.is_encrypted:
        raise refuse_archive("6.1.3", th="ไฟล์ถูกเข้ารหัส", en="the file is encrypted")
    ids = pdf.trailer.get("/ID")
    if not isinstance(ids, Array) or len(ids) != 2 or not all(map(bytes, ids)):  # noqa: PLR2004
        raise refuse_archive("6.1.3", th="ไฟล์ไม่มีรหัส (ID)", en="the file has no ID")


def _check_catalog(pdf: Pdf) -> None:
    root = pdf.Root
    for key, clause in _FORBIDDEN.items():
        if key in root:
            raise refuse_archive(
                clause,
                th=f"ไฟล์มี {key} ซึ่งไม่อนุญาต",
                en=f"the catalog has {key}",
            )
    names = root.get("/Names", Dictionary())
    for key, clause in (("/JavaScript", "6.5.1"), ("/AlternatePresentations", "6.10")):
        if key in names:
            raise refuse_archive(
                clause,
                th=f"ไฟล์มี {key} ซึ่งไม่อนุญาต",
                en=f"the names of the file hold {key}",
            )
    form = root.get("/AcroForm", Dictionary())
    if "/XFA" in form or form.get("/NeedAppearances", False):
        raise refuse_archive(
            "6.4.2" if "/XFA" in form else "6.4.1",
            th="แบบฟอร์มในไฟล์เปลี่ยนสิ่งที่แสดงได้",
            en="the form can change what is shown (XFA or NeedAppearances)",
        )


def _check_pages(pdf: Pdf) -> None:
    for page in pdf.pages:
        for key, clause in (("/AA", "6.5.2"), ("/PresSteps", "6.10")):
            if key in page.obj:
                raise refuse_archive(
                    clause,
                    th=f"หน้ามี {key} ซึ่งไม่อนุญาต",
                    en=f"a page has {key}",
                )
        left, bottom, right, top = (float(side) for side in page.mediabox.as_list())
        sides = (abs(right - left), abs(top - bottom))
        if min(sides) < _SMALLEST or max(sides) > _LARGEST:
            raise refuse_archive(
                "6.1.13",
                th="ขนาดหน้าเล็กหรือใหญ่เกินไป",
                en="a page is smaller or larger than PDF/A allows",
            )


def _check_intents(pdf: Pdf) -> None:
    """Check the output intent (ISO 19005-3, 6.2.3): one, of PDF/A, with a profile."""
    intents = [
        intent
        for intent in pdf.Root.get("/OutputIntents", Array())
        if intent.get("/S") == Name.GTS_PDFA1
    ]
    profile = intents[0].get("/DestOutputProfile") if len(intents) == 1 else None
    if profile is None or "/DestOutputProfileRef" in intents[0]:
        raise refuse_archive(
            "6.2.3",
            th="ไฟล์ไม่ระบุโปรไฟล์สีที่ใช้แสดงผล",
            en="the file has no single output intent with a profile",
        )
    check_profile(profile)
    if profile.get("/N") != 3:  # noqa: PLR2004 - red, green, blue
        raise refuse_archive(
            "6.2.4.3",
            th="โปรไฟล์สีของไฟล์ไม่ใช่ RGB",
            en="pages use RGB colours, but the output intent is for others",
        )


def _check_files(pdf: Pdf) -> None:
    """Check how files are attached (ISO 19005-3, 6.8)."""
    associated = {spec.objgen for spec in pdf.Root.get("/AF", Array())}
    for name, spec in find_attachments(pdf):
        lack = "/AF" if spec.objgen not in associated else _find_lack(spec)
        if lack:
            raise refuse_archive(
                "6.8",
                th=f"ไฟล์แนบ {name} ขาดข้อมูล {lack}",
                en=f"the attached file {name} lacks {lack}",
            )


def _find_lack(spec: Object) -> str | None:
    """Return what a file specification lacks; None if nothing."""
    if not str(spec.get("/F", "")) or spec.get("/F") != spec.get("/UF"):
        return "/F, /UF"
    if str(spec.get("/AFRelationship")) not in _RELATIONSHIPS:
        return "/AFRelationship"
    stream = spec.EF.F
    check_stream(stream)
    if _MIME.fullmatch(str(stream.get("/Subtype", ""))) is None:
        return "/Subtype"
    parameters = stream.get("/Params", Dictionary())
    return None if "/ModDate" in parameters else "/ModDate"
