# SPDX-License-Identifier: Apache-2.0
"""Which error becomes which problem document (RFC 9457), in Thai and English.

One table, most special error first. An error that is not here is answered with
500 and no detail.
"""

from collections.abc import Callable

from issuer import errors
from keys.errors import (
    CertificateRefusedError,
    CertificateUnusableError,
    KeysError,
)
from register import errors as register_errors
from register.document import Text
from register.problem import FieldIssue, Problem
from templates.errors import FieldsError, UnknownTypeError

_RETRY_SECONDS = "30"


def problem_of(error: Exception) -> Problem | None:
    """Return the problem that an error stands for, None if it is not foreseen."""
    for kind, build in _TABLE:
        if isinstance(error, kind):
            return build(error)
    return None


def problem_kinds() -> tuple[type[Exception], ...]:
    """Return the errors that `problem_of` knows."""
    return tuple(kind for kind, _ in _TABLE)


def _fields(error: Exception) -> Problem:
    problems = error.problems if isinstance(error, FieldsError) else ()
    return Problem(
        status=422,
        slug="invalid-fields",
        title=Text(th="ข้อมูลในเอกสารไม่ถูกต้อง", en="The document's data is not valid"),
        detail=Text(
            th="แก้ไขช่องที่ระบุแล้วส่งใหม่ ยังไม่มีการออกเลขที่เอกสาร",
            en="Correct the fields named and send again; no number was taken.",
        ),
        errors=tuple(
            FieldIssue(
                field=p.field,
                reason=p.reason,
                detail=Text(th=p.detail.th, en=p.detail.en),
            )
            for p in problems
        ),
    )


def _type_not_in_force(error: Exception) -> Problem:
    detail = Text(
        th="หน่วยงานของท่านยังออกเอกสารประเภทนี้ไม่ได้ ตรวจตัวสะกดหรือดูรายการที่ GET /v1/types",
        en=f"{error}",
    )
    return Problem(
        status=422,
        slug="unknown-type",
        title=Text(th="ไม่มีเอกสารประเภทนี้", en="There is no such document type"),
        detail=detail,
        errors=(FieldIssue(field="type", reason="unknown_type", detail=detail),),
    )


def _fixed(
    status: int,
    slug: str,
    title: Text,
    detail: Text | str,
    *,
    retry: bool = False,
) -> Callable[[Exception], Problem]:
    """Return what builds a problem; a `detail` in Thai goes with the error's words."""

    def build(error: Exception) -> Problem:
        return Problem(
            status=status,
            slug=slug,
            title=title,
            detail=Text(th=detail, en=f"{error}")
            if isinstance(detail, str)
            else detail,
            headers={"Retry-After": _RETRY_SECONDS} if retry else {},
        )

    return build


def _page(error: Exception) -> Problem:
    """The page cannot be drawn; names the fields that are shown where it fails."""
    th = getattr(error, "th", "") or "โปรดแจ้งผู้ดูแลแบบเอกสารและแนบข้อความภาษาอังกฤษนี้ไปด้วย"
    detail = Text(th=th, en=f"{error}")
    return Problem(
        status=422,
        slug="page-refused",
        title=Text(th="จัดหน้าเอกสารนี้ไม่ได้", en="The page cannot be drawn"),
        detail=Text(
            th=f"{detail.th} ยังไม่มีการประทับตรา", en=f"{detail.en}. Nothing was sealed."
        ),
        errors=tuple(
            FieldIssue(field=name, reason="does_not_fit", detail=detail)
            for name in getattr(error, "fields", ())
        ),
    )


def _gate(error: Exception) -> Problem:
    """The page was drawn but may not be sealed; the reason tells what by."""
    detail = Text(th=f"{error}", en=f"{error}")
    if isinstance(error, errors.GateError):
        detail = Text(th=error.th, en=f"{error}")
    return Problem(
        status=422,
        slug="file-refused",
        title=Text(
            th="เอกสารที่วาดไม่ผ่านการตรวจก่อนประทับตรา",
            en="The file did not pass the check before sealing",
        ),
        detail=Text(
            th=f"{detail.th} ยังไม่มีการประทับตรา หากจองเลขที่ไว้แล้ว เลขที่นั้นยังคงถูกจองอยู่",
            en=f"{detail.en}. Nothing was sealed; a number that was reserved stays "
            "reserved.",
        ),
        errors=(
            FieldIssue(
                field="document",
                reason=getattr(error, "reason", ""),
                detail=detail,
            ),
        ),
    )


def _unauthenticated(_error: Exception) -> Problem:
    return Problem(
        status=401,
        slug="token-not-accepted",
        title=Text(th="โทเค็นใช้ไม่ได้", en="The token is not accepted"),
        detail=Text(
            th="โทเค็นไม่ถูกต้อง หมดอายุ หรือถูกยกเลิก โปรดขอโทเค็นใหม่จากผู้ดูแลระบบ",
            en="The token is missing, unknown, expired or revoked; ask the "
            "administrator for a new one.",
        ),
        headers={"WWW-Authenticate": 'Bearer realm="tra"'},
    )


_KEPT = Text(
    th="เลขที่เอกสารถูกจองไว้แล้ว ส่งคำขอเดิมอีกครั้งด้วย Idempotency-Key เดิม",
    en="The number stays reserved; send the same request again with the same "
    "Idempotency-Key.",
)

_SEAL_CERTIFICATE = _fixed(
    503,
    "seal-certificate-refused",
    Text(
        th="ใบรับรองของตราประทับหน่วยงานใช้ไม่ได้",
        en="The certificate of the agency's seal cannot be used",
    ),
    Text(
        th="ใบรับรองหมดอายุ ยังไม่ถึงวันเริ่มใช้ ถูกเพิกถอน หรือไม่ใช่ใบรับรองตราประทับ "
        "แจ้งผู้ดูแลระบบให้เปลี่ยนกุญแจ เลขที่เอกสารถูกจองไว้แล้ว "
        "เมื่อเปลี่ยนแล้วให้ส่งคำขอเดิมอีกครั้งด้วย Idempotency-Key เดิม",
        en="It has expired, is not valid yet, is revoked or is not for seals. "
        "Have the administrator replace the key (`tra keys list` says why). "
        "The number stays reserved; then send the same request again with the "
        "same Idempotency-Key.",
    ),
    retry=True,
)

_TABLE: tuple[tuple[type[Exception], Callable[[Exception], Problem]], ...] = (
    (FieldsError, _fields),
    (
        UnknownTypeError,
        _fixed(
            404,
            "unknown-type",
            Text(th="ไม่มีเอกสารประเภทนี้", en="There is no such document type"),
            "ตรวจตัวสะกดของประเภท หรือดูรายการที่ GET /v1/types",
        ),
    ),
    (errors.TypeNotInForceError, _type_not_in_force),
    (errors.NotAuthenticatedError, _unauthenticated),
    (
        errors.NotPermittedError,
        _fixed(
            403,
            "not-permitted",
            Text(th="ไม่มีสิทธิ์ทำรายการนี้", en="This token may not do this"),
            "โทเค็นนี้ไม่ได้รับสิทธิ์ โปรดขอสิทธิ์จากผู้ดูแลระบบ หรือใช้โทเค็นอื่น",
        ),
    ),
    (
        register_errors.UnknownDocumentError,
        _fixed(
            404,
            "document-not-found",
            Text(
                th="ไม่พบเอกสารนี้ในหน่วยงานของท่าน",
                en="Your agency has no such document",
            ),
            Text(
                th="ตรวจรหัสเอกสารอีกครั้ง",
                en="Check the document id.",
            ),
        ),
    ),
    (
        register_errors.DocumentIdError,
        _fixed(
            404,
            "document-not-found",
            Text(th="รหัสเอกสารไม่ถูกต้อง", en="This is not a document id"),
            "รหัสเอกสารมี 26 ตัวอักษร โปรดตรวจว่าคัดลอกมาครบ",
        ),
    ),
    (
        register_errors.IdempotencyConflictError,
        _fixed(
            409,
            "idempotency-key-reused",
            Text(
                th="Idempotency-Key นี้ใช้กับคำขออื่นไปแล้ว",
                en="This Idempotency-Key was used for another request",
            ),
            "คำขอใหม่ต้องใช้ Idempotency-Key ใหม่ หากต้องการส่งซ้ำ ให้ส่งข้อมูลเดิมทุกประการ",
        ),
    ),
    (
        register_errors.TransitionError,
        _fixed(
            409,
            "transition-not-allowed",
            Text(
                th="สถานะปัจจุบันของเอกสารไม่อนุญาตให้ทำรายการนี้",
                en="The document's status does not allow this",
            ),
            "ดูสถานะปัจจุบันของเอกสารก่อน หากมีฉบับแทนที่ออกค้างอยู่ ให้ออกให้เสร็จหรือยกเลิกก่อน",
        ),
    ),
    (
        register_errors.DocumentStateError,
        _fixed(
            409,
            "state-not-allowed",
            Text(
                th="เอกสารไม่อยู่ในสถานะที่ทำรายการนี้ได้",
                en="The document's state does not allow this",
            ),
            "ตรวจก่อนว่าเอกสารออกแล้ว ยังจองเลขที่อยู่ หรือถูกยกเลิกการจอง",
        ),
    ),
    (
        register_errors.StatusChangeError,
        _fixed(
            422,
            "status-change-refused",
            Text(th="คำสั่งเปลี่ยนสถานะไม่ถูกต้อง", en="The order is not valid"),
            "ต้องระบุเหตุผลและข้อกฎหมาย และวันที่ต้องถูกต้อง",
        ),
    ),
    (
        register_errors.PageTokenError,
        _fixed(
            422,
            "page-token-refused",
            Text(th="ตัวชี้หน้าถัดไปไม่ถูกต้อง", en="The page token is not valid"),
            "ใช้ค่าที่ได้จากหน้าก่อนโดยไม่แก้ไข หรือเริ่มจากหน้าแรก",
        ),
    ),
    (
        register_errors.TextNotStorableError,
        _fixed(
            422,
            "text-not-storable",
            Text(th="มีอักขระที่จัดเก็บไม่ได้", en="A text cannot be stored"),
            "ข้อความมีอักขระควบคุม U+0000 โปรดพิมพ์ใหม่",
        ),
    ),
    (
        register_errors.IdempotencyKeyError,
        _fixed(
            422,
            "idempotency-key-refused",
            Text(th="Idempotency-Key ไม่ถูกต้อง", en="The Idempotency-Key is not valid"),
            "Idempotency-Key ยาวเกินไป ใช้ค่าที่สั้นกว่านี้ เช่น UUID",
        ),
    ),
    (
        register_errors.PublishingBusyError,
        _fixed(
            503,
            "publication-busy",
            Text(
                th="บันทึกแล้ว แต่ยังเผยแพร่ไม่ได้ ระบบจะเผยแพร่ให้โดยอัตโนมัติ",
                en="It is recorded but not published yet; that will be caught up",
            ),
            "รายการมีผลในทะเบียนแล้ว ไม่ต้องส่งรายการใหม่ โปรดดูอีกครั้งภายหลัง",
            retry=True,
        ),
    ),
    (
        register_errors.DatabaseUnreachableError,
        _fixed(
            503,
            "register-unavailable",
            Text(th="ทะเบียนใช้ไม่ได้ชั่วคราว", en="The register cannot be reached"),
            Text(th="โปรดลองใหม่ภายหลัง", en="Please try again later."),
            retry=True,
        ),
    ),
    (
        register_errors.CanonicalError,
        _fixed(
            422,
            "data-not-canonical",
            Text(th="ข้อมูลเขียนเป็น JSON มาตรฐานไม่ได้", en="The data cannot be stored"),
            "ตรวจตัวเลขและข้อความในคำขอ เช่น ตัวเลขต้องไม่ใหญ่เกินไป",
        ),
    ),
    (
        errors.ReservationVoidedError,
        _fixed(
            409,
            "reservation-voided",
            Text(th="การจองเลขที่นี้ถูกยกเลิกแล้ว", en="This reservation was voided"),
            "หากยังต้องการออกเอกสาร ให้ส่งคำขอใหม่ด้วย Idempotency-Key ใหม่",
        ),
    ),
    (
        errors.TypeVersionError,
        _fixed(
            409,
            "type-version-changed",
            Text(
                th="รูปแบบเอกสารเปลี่ยนไปหลังจากจองเลขที่ ให้ยกเลิกการจองนี้",
                en="The type has changed since the number was reserved",
            ),
            "ยกเลิกการจองนี้แล้วส่งคำขอใหม่ด้วย Idempotency-Key ใหม่",
        ),
    ),
    (
        errors.SignatureRefusedError,
        _fixed(
            409,
            "signature-refused",
            Text(
                th="เอกสารนี้ไม่ได้รอลายมือชื่อเจ้าหน้าที่ หรือเจ้าหน้าที่ไม่ยอมลงนาม",
                en="The document waits for no officer, or one refused to sign it",
            ),
            "ดูเหตุผลในบันทึกเหตุการณ์ แล้วเสนอลงนามใหม่ หรือยกเลิกการจองเลขที่",
        ),
    ),
    (
        errors.ShownFileDiffersError,
        _fixed(
            409,
            "shown-file-differs",
            Text(
                th="ไฟล์ที่ยืนยันไม่ใช่ไฟล์ที่จะลงนาม",
                en="Not the file that was shown is to be signed",
            ),
            "เปิดดูเอกสารที่จะลงนามอีกครั้ง แล้วยืนยันด้วยค่า sha256 ของไฟล์นั้น",
        ),
    ),
    (
        errors.OfficerNotAuthenticatedError,
        _fixed(
            403,
            "officer-not-authenticated",
            Text(
                th="รหัสผ่านหรือ PIN ของเจ้าหน้าที่ไม่ถูกต้อง",
                en="The passphrase or PIN is not the officer's",
            ),
            "ไม่มีการลงนาม หากใส่ผิดหลายครั้งจะถูกระงับชั่วคราว",
        ),
    ),
    (
        register_errors.OfficerLockedError,
        _fixed(
            429,
            "officer-locked",
            Text(
                th="เจ้าหน้าที่ถูกระงับการลงนามชั่วคราว",
                en="The officer is locked out for a while",
            ),
            "ใส่รหัสผ่านหรือ PIN ผิดหลายครั้ง โปรดรอ 15 นาทีแล้วลองใหม่",
        ),
    ),
    (
        register_errors.UnknownOfficerError,
        _fixed(
            404,
            "officer-not-found",
            Text(
                th="ไม่พบเจ้าหน้าที่ผู้ลงนามในหน่วยงานของท่าน",
                en="Your agency has no such officer who signs",
            ),
            "ดูรายชื่อเจ้าหน้าที่ที่ GET /v1/officers",
        ),
    ),
    (
        errors.NotIssuedYetError,
        _fixed(
            409,
            "not-issued",
            Text(th="เอกสารนี้ยังออกไม่เสร็จ", en="This document is not issued"),
            "เลขที่ถูกจองไว้แล้ว ส่งคำขอเดิมอีกครั้งด้วย Idempotency-Key เดิมเพื่อออกให้เสร็จ",
        ),
    ),
    (
        errors.ClockError,
        _fixed(
            503,
            "clock-disagrees",
            Text(
                th="เวลาของผู้ให้บริการประทับเวลาไม่ตรงกับนาฬิกาของเครื่องแม่ข่าย",
                en="The time-stamping authorities' time is not that of this server",
            ),
            Text(
                th=f"{_KEPT.th} หากยังไม่สำเร็จ ให้ผู้ดูแลระบบตรวจนาฬิกาของเครื่องแม่ข่าย (NTP)",
                en=f"{_KEPT.en} If it fails again, have the administrator compare the "
                "server's clock with NTP.",
            ),
            retry=True,
        ),
    ),
    (errors.SealCertificateError, _SEAL_CERTIFICATE),
    (CertificateUnusableError, _SEAL_CERTIFICATE),
    (CertificateRefusedError, _SEAL_CERTIFICATE),
    (
        errors.TimestampUnavailableError,
        _fixed(
            503,
            "timestamp-unavailable",
            Text(
                th="ผู้ให้บริการประทับเวลาไม่ตอบ หรือตอบไม่ถูกต้อง",
                en="No time-stamping authority gave a good token",
            ),
            _KEPT,
            retry=True,
        ),
    ),
    (
        errors.RevocationUnavailableError,
        _fixed(
            503,
            "revocation-unavailable",
            Text(
                th="ติดต่อบัญชีเพิกถอนใบรับรองไม่ได้",
                en="The certificate revocation list cannot be reached",
            ),
            _KEPT,
            retry=True,
        ),
    ),
    (errors.GateError, _gate),
    (errors.RenderError, _page),
    (
        errors.SealError,
        _fixed(
            503,
            "seal-failed",
            Text(th="ประทับตราเอกสารไม่สำเร็จ", en="The document could not be sealed"),
            _KEPT,
            retry=True,
        ),
    ),
    (
        KeysError,
        _fixed(
            503,
            "key-unavailable",
            Text(th="ใช้กุญแจลงลายมือชื่อไม่ได้", en="A signing key cannot be used"),
            _KEPT,
            retry=True,
        ),
    ),
    (
        errors.StorageError,
        _fixed(
            503,
            "storage-unavailable",
            Text(th="ที่เก็บไฟล์ใช้ไม่ได้ชั่วคราว", en="The file storage cannot be used"),
            _KEPT,
            retry=True,
        ),
    ),
)
