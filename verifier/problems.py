# SPDX-License-Identifier: Apache-2.0
"""The problem documents (RFC 9457) that the verifier answers with."""

from register.document import Text
from register.problem import FieldIssue, Problem


def _field_problem(slug: str, title: Text, issue: FieldIssue) -> Problem:
    return Problem(
        status=422, slug=slug, title=title, detail=issue.detail, errors=(issue,)
    )


def no_file() -> Problem:
    """The form has no file."""
    return _field_problem(
        "no-file",
        Text(th="ไม่พบไฟล์ในคำขอ", en="No file in the request"),
        FieldIssue(
            field="file",
            reason="missing",
            detail=Text(
                th="โปรดเลือกไฟล์ PDF แล้วส่งใหม่ในช่อง file",
                en="Choose a PDF and send it in the field `file`.",
            ),
        ),
    )


def no_original() -> Problem:
    """Nothing in the file is as it was signed."""
    return _field_problem(
        "no-original",
        Text(
            th="ไม่พบฉบับที่ลงลายมือชื่อไว้ในไฟล์นี้",
            en="The file holds no revision as it was signed",
        ),
        FieldIssue(
            field="file",
            reason="no_good_signature",
            detail=Text(
                th="ไม่มีลายมือชื่อใดในไฟล์ที่ยังตรงกับเนื้อหา โปรดขอไฟล์จากผู้ออกเอกสาร",
                en="No signature in it still fits. Ask whoever issued it for the file.",
            ),
        ),
    )


def empty_file() -> Problem:
    """The file has no bytes."""
    return _field_problem(
        "empty-file",
        Text(th="ไฟล์ว่างเปล่า", en="The file is empty"),
        FieldIssue(
            field="file",
            reason="empty",
            detail=Text(
                th="ไฟล์ที่ส่งมาไม่มีข้อมูล โปรดเลือกไฟล์ PDF ต้นฉบับ",
                en="The file holds no bytes. Choose the original PDF.",
            ),
        ),
    )


def not_a_form() -> Problem:
    """The body is no multipart form that can be read."""
    return _field_problem(
        "not-a-form",
        Text(th="คำขอไม่ใช่แบบฟอร์มส่งไฟล์", en="The request is not a form with a file"),
        FieldIssue(
            field="file",
            reason="not_multipart",
            detail=Text(
                th="โปรดส่งไฟล์แบบ multipart/form-data ในช่อง file",
                en="Send the file as multipart/form-data in the field `file`.",
            ),
        ),
    )


def too_large(max_bytes: int) -> Problem:
    """The upload is over the limit."""
    limit = f"{max_bytes:,}"
    detail = Text(
        th=f"ไฟล์มีขนาดเกินกำหนด {limit} ไบต์",
        en=f"The file is larger than the limit of {limit} bytes.",
    )
    return Problem(
        status=413,
        slug="file-too-large",
        title=Text(th="ไฟล์มีขนาดใหญ่เกินไป", en="The file is too large"),
        detail=detail,
        errors=(FieldIssue(field="file", reason="too_large", detail=detail),),
        # What is still under way is not read, so the connection ends here.
        headers={"Connection": "close"},
    )


def bad_url() -> Problem:
    """The JSON body has no usable `url`."""
    return _field_problem(
        "invalid-request",
        Text(th="คำขอไม่ถูกต้อง", en="The request is not valid"),
        FieldIssue(
            field="url",
            reason="invalid",
            detail=Text(
                th='โปรดส่ง JSON {"url": "..."} ที่มีข้อความจากคิวอาร์โค้ด',
                en='Send JSON {"url": "..."} with the text of the QR code.',
            ),
        ),
    )


def bad_id() -> Problem:
    """The path holds no document id."""
    return _field_problem(
        "invalid-document-id",
        Text(th="รหัสเอกสารไม่ถูกต้อง", en="This is not a document id"),
        FieldIssue(
            field="id",
            reason="invalid",
            detail=Text(
                th="รหัสเอกสารมี 26 ตัว เป็นอักษร A-Z และเลข 2-7",
                en="A document id has 26 characters out of A-Z and 2-7.",
            ),
        ),
    )


def bad_code() -> Problem:
    """The text is no short code."""
    return _field_problem(
        "invalid-short-code",
        Text(th="นี่ไม่ใช่รหัสย่อ", en="This is not a short code"),
        FieldIssue(
            field="code",
            reason="invalid",
            detail=Text(
                th="รหัสย่อมี 12 ตัว เช่น K3XQ-7M2Z-D4AJ พิมพ์อยู่ข้างคิวอาร์โค้ดบนเอกสาร "
                "โปรดตรวจว่าพิมพ์ครบทุกตัว",
                en="A short code has 12 characters, such as K3XQ-7M2Z-D4AJ, and is "
                "printed beside the QR code. Check that you typed all of them.",
            ),
        ),
    )


def mistyped_code() -> Problem:
    """The check character of a short code does not fit."""
    return _field_problem(
        "mistyped-short-code",
        Text(th="พิมพ์รหัสย่อผิด", en="A typing error in the short code"),
        FieldIssue(
            field="code",
            reason="check_character",
            detail=Text(
                th="มีตัวอักษรอย่างน้อยหนึ่งตัวที่ไม่ตรงกับรหัสใด ๆ "
                "โปรดเทียบกับรหัสข้างคิวอาร์โค้ดทีละตัวแล้วพิมพ์ใหม่ "
                "หากพิมพ์ตรงทุกตัวแล้ว เอกสารนี้อาจเป็นของปลอม โปรดติดต่อหน่วยงานที่ออก",
                en="At least one character is wrong: no document has this code. "
                "Compare it with the code beside the QR code, character by character, "
                "and type it again. If it is exactly what is printed, the document "
                "may be forged: ask the agency.",
            ),
        ),
    )


def unknown_code() -> Problem:
    """The register publishes no document with this short code."""
    return Problem(
        status=404,
        slug="unknown-short-code",
        title=Text(th="ไม่พบเอกสารที่ใช้รหัสย่อนี้", en="No document has this short code"),
        detail=Text(
            th="รหัสนี้ถูกต้องตามรูปแบบ แต่ไม่มีเอกสารใดในทะเบียนใช้ "
            "โปรดตรวจที่อยู่เว็บไซต์และรหัสข้างคิวอาร์โค้ดอีกครั้ง "
            "หากตรงกันทุกตัว เอกสารนี้อาจเป็นของปลอม โปรดติดต่อหน่วยงานที่ออก",
            en="The code is well formed, but no document in the register has it. Check "
            "the web address and the code beside the QR code. If both are exactly "
            "what is printed, the document may be forged: ask the agency.",
        ),
    )


def unknown_document() -> Problem:
    """The register publishes no such document."""
    return Problem(
        status=404,
        slug="unknown-document",
        title=Text(th="ไม่พบเอกสาร", en="No such document"),
        detail=Text(
            th="ไม่มีเอกสารรหัสนี้ในทะเบียนที่เผยแพร่ โปรดตรวจรหัสอีกครั้ง",
            en="The published register has no document of this id. Check the id.",
        ),
    )


def not_published() -> Problem:
    """The publication has no such file."""
    return Problem(
        status=404,
        slug="not-published",
        title=Text(th="ไม่พบสิ่งที่ขอ", en="Not found"),
        detail=Text(th="ไม่มีไฟล์นี้ในข้อมูลที่เผยแพร่", en="The publication has no such file."),
    )


def register_unreachable() -> Problem:
    """The publication cannot be read now."""
    return Problem(
        status=503,
        slug="register-unreachable",
        title=Text(th="ติดต่อทะเบียนไม่ได้", en="The register cannot be reached"),
        detail=Text(
            th="ขณะนี้อ่านทะเบียนของหน่วยงานไม่ได้ โปรดลองใหม่ภายหลัง",
            en="The agency's register cannot be read now. Please try again later.",
        ),
        headers={"Retry-After": "30"},
    )


def too_many_requests(seconds: int) -> Problem:
    """One client asks too often; `seconds` until it may ask again."""
    return Problem(
        status=429,
        slug="too-many-requests",
        title=Text(th="มีคำขอจากท่านมากเกินไป", en="Too many requests from you"),
        detail=Text(
            th=f"เครือข่ายของท่านส่งคำขอบ่อยเกินกำหนด โปรดลองใหม่ในอีก {seconds} วินาที",
            en=f"Your network asks more often than it may. Try again in {seconds} s.",
        ),
        headers={"Retry-After": str(seconds)},
    )


def too_slow() -> Problem:
    """The file did not arrive in time."""
    return Problem(
        status=408,
        slug="upload-too-slow",
        title=Text(th="ส่งไฟล์ไม่เสร็จในเวลาที่กำหนด", en="The file took too long to send"),
        detail=Text(
            th="การเชื่อมต่อช้าเกินไป โปรดลองใหม่เมื่อสัญญาณดีขึ้น",
            en="The connection is too slow. Try again when it is better.",
        ),
        headers={"Connection": "close"},
    )


def no_such_format() -> Problem:
    """A report is wanted in a form that there is not."""
    return Problem(
        status=406,
        slug="no-such-format",
        title=Text(th="ไม่มีรายงานในรูปแบบนี้", en="No report of this format"),
        detail=Text(
            th="รูปแบบรายงานที่เลือกได้คือ json, etsi และ pdf",
            en="A report is had as json, etsi or pdf.",
        ),
    )


def no_summary() -> Problem:
    """This verifier cannot draw a printed summary."""
    return Problem(
        status=406,
        slug="no-summary",
        title=Text(th="ไม่มีสรุปผลแบบ PDF", en="No PDF summary here"),
        detail=Text(
            th="เครื่องนี้ไม่ได้ติดตั้งส่วนจัดทำสรุปผล PDF โปรดใช้รูปแบบ json หรือ etsi",
            en="This verifier is installed without what draws summaries. Use json or "
            "etsi.",
        ),
    )


def bad_sha256() -> Problem:
    """The path holds no SHA-256."""
    return _field_problem(
        "invalid-sha256",
        Text(th="ค่า SHA-256 ไม่ถูกต้อง", en="This is not a SHA-256"),
        FieldIssue(
            field="sha256",
            reason="invalid",
            detail=Text(
                th="ค่า SHA-256 มี 64 ตัว เป็นเลข 0-9 และอักษร a-f",
                en="A SHA-256 has 64 characters out of 0-9 and a-f.",
            ),
        ),
    )


def not_checked_lately() -> Problem:
    """No report on such a file is kept, or it would no longer be the same."""
    return Problem(
        status=404,
        slug="not-checked-lately",
        title=Text(th="ไม่มีผลตรวจล่าสุดของไฟล์นี้", en="No recent report on this file"),
        detail=Text(
            th="ไม่มีผลตรวจไฟล์นี้ที่ยังเป็นปัจจุบัน โปรดส่งไฟล์มาตรวจใหม่",
            en="No report on this file is still current. Send the file again.",
        ),
    )


def busy() -> Problem:
    """Too many files wait to be verified."""
    return Problem(
        status=503,
        slug="too-many-files",
        title=Text(th="มีผู้ตรวจสอบไฟล์จำนวนมาก", en="Too many files are being checked"),
        detail=Text(
            th="ขณะนี้มีไฟล์รอตรวจสอบเต็มจำนวน โปรดลองใหม่ในอีกสักครู่",
            en="No more files can wait now. Please try again in a moment.",
        ),
        headers={"Retry-After": "10"},
    )
