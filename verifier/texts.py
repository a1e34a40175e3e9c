# SPDX-License-Identifier: Apache-2.0
"""What the verifier says to people, in Thai and English.

One headline for each outcome, one sentence and one piece of advice for each
reason, one name for each check. Written for a citizen who knows nothing of
signatures; the word for the engineer is the reason code itself.
"""

from register.document import Text
from verifier.reasons import Basis, CheckId, Outcome, Reason


def describe_verdict(
    outcome: Outcome, reason: Reason, basis: Basis = Basis.FILE
) -> tuple[Text, Text]:
    """Return what the verdict is and what to do next."""
    headline = name_outcome(outcome, basis)
    sentence, advice = REASON_TEXTS[reason]
    if reason is Reason.VALID:
        return headline, advice
    text = Text(th=f"{headline.th} {sentence.th}", en=f"{headline.en} {sentence.en}")
    return text, advice


def name_outcome(outcome: Outcome, basis: Basis) -> Text:
    """Return the headline of a verdict; the register alone proves no paper."""
    if basis is Basis.RECORD and outcome in REGISTER_TEXTS:
        return REGISTER_TEXTS[outcome]
    return OUTCOME_TEXTS[outcome]


def describe_reason(reason: Reason) -> Text:
    """Return the sentence that explains a reason."""
    return REASON_TEXTS[reason][0]


OUTCOME_TEXTS: dict[Outcome, Text] = {
    Outcome.IN_FORCE: Text(
        th="เอกสารแท้ และมีผลใช้ได้ในวันนี้",
        en="Genuine, and in force today.",
    ),
    Outcome.NOT_IN_FORCE: Text(
        th="เอกสารแท้ แต่ไม่มีผลใช้ได้ในวันนี้",
        en="Genuine, but not in force today.",
    ),
    Outcome.ALTERED: Text(
        th="เอกสารนี้ถูกแก้ไข ไม่ตรงกับที่หน่วยงานออกให้",
        en="Altered: this is not what was issued.",
    ),
    Outcome.UNKNOWN: Text(
        th="ไม่สามารถยืนยันได้ว่าหน่วยงานใดเป็นผู้ออกเอกสารนี้",
        en="Unknown: it cannot be said that any listed agency issued this.",
    ),
    Outcome.SIGNATURE_ONLY: Text(
        th="ลายมือชื่ออิเล็กทรอนิกส์ถูกต้อง แต่ไม่มีทะเบียนที่บอกได้ว่าเอกสารยังมีผลอยู่หรือไม่",
        en="The signature is good, but no register tells whether this is in force.",
    ),
    Outcome.UNCHECKED: Text(
        th="ขณะนี้ยังตรวจสอบไม่ได้ ผลนี้ไม่ได้หมายความว่าเอกสารเป็นของปลอม",
        en="This could not be checked now. That does not mean it is false.",
    ),
}

REGISTER_TEXTS: dict[Outcome, Text] = {
    Outcome.IN_FORCE: Text(
        th="ตามทะเบียน เอกสารรหัสนี้มีผลใช้ได้ในวันนี้ แต่ยังไม่ได้ตรวจฉบับที่ท่านถืออยู่",
        en="The register has a document of this id in force today. The one in your "
        "hands has not been checked.",
    ),
    Outcome.NOT_IN_FORCE: Text(
        th="ตามทะเบียน เอกสารรหัสนี้ไม่มีผลใช้ได้ในวันนี้",
        en="The register says that the document of this id is not in force today.",
    ),
}

CHECK_NAMES: dict[CheckId, Text] = {
    CheckId.FILE: Text(th="เปิดอ่านไฟล์ได้", en="File can be read"),
    CheckId.SIGNATURE: Text(th="มีลายมือชื่อดิจิทัล", en="Digital signature present"),
    CheckId.HASH: Text(th="เนื้อหาตรงกับที่ลงลายมือชื่อไว้", en="Content is what was signed"),
    CheckId.CHANGES: Text(th="ไม่มีการแก้ไขหลังลงลายมือชื่อ", en="No change after signing"),
    CheckId.TRUST_LIST: Text(
        th="อ่านบัญชีรายชื่อหน่วยงานที่เชื่อถือได้", en="Trust list could be read"
    ),
    CheckId.TIME: Text(th="เวลาที่ลงลายมือชื่อ", en="Time of signing"),
    CheckId.SIGNER: Text(
        th="ผู้ลงลายมือชื่ออยู่ในบัญชีรายชื่อที่เชื่อถือได้", en="Signer is on the trust list"
    ),
    CheckId.RECORD: Text(th="ข้อมูลทะเบียนที่แนบในไฟล์", en="Record attached to the file"),
    CheckId.QR: Text(th="อ่านคิวอาร์โค้ดได้", en="QR code can be read"),
    CheckId.CLAIM: Text(
        th="ลายมือชื่อของข้อมูลในคิวอาร์โค้ด", en="Signature of the QR code's claim"
    ),
    CheckId.CLAIM_RECORD: Text(
        th="คิวอาร์โค้ดตรงกับข้อมูลในไฟล์", en="QR code and file say the same"
    ),
    CheckId.AGENCY: Text(
        th="หน่วยงานในเอกสารตรงกับผู้ลงลายมือชื่อ", en="Issuer named is the one that signed"
    ),
    CheckId.TYPE: Text(
        th="หน่วยงานมีอำนาจออกเอกสารชนิดนี้", en="Issuer may issue this type"
    ),
    CheckId.REGISTER: Text(
        th="ตรงกับทะเบียนของหน่วยงาน", en="Agrees with the agency's register"
    ),
    CheckId.STATUS: Text(th="สถานะปัจจุบันของเอกสาร", en="Status of the document now"),
    CheckId.DATES: Text(th="วันที่มีผลและวันสิ้นอายุ", en="Dates of validity"),
    CheckId.ISSUED_BYTES: Text(
        th="ไฟล์ตรงกับที่หน่วยงานออกให้ทุกไบต์", en="File is byte for byte the one issued"
    ),
    CheckId.OFFICER: Text(
        th="เจ้าหน้าที่ลงลายมือชื่อก่อนประทับตรา", en="Signed by the officer before the seal"
    ),
    CheckId.PAGE_TEXT: Text(
        th="เลขที่และชื่อบนหน้าเอกสารตรงกับข้อมูลในไฟล์",
        en="Number and name on the pages agree with the data",
    ),
}

_ACCEPT = Text(
    th="โปรดเทียบชื่อ เลขที่ และวันที่ด้านล่างกับเอกสารที่ท่านถืออยู่ ต้องตรงกันทุกข้อ",
    en="Compare name, number and dates below with the document you hold: "
    "all must be the same.",
)
_REFUSE = Text(
    th="โปรดอย่าใช้เอกสารฉบับนี้ ขอไฟล์ต้นฉบับจากผู้ถือเอกสาร หรือสอบถามหน่วยงานผู้ออกโดยตรง",
    en="Do not rely on it. Ask the holder for the original file, or ask the issuing "
    "agency directly.",
)
_ASK_AGENCY = Text(
    th="โปรดสอบถามหน่วยงานที่ปรากฏชื่อในเอกสาร โดยใช้ช่องทางติดต่อที่ท่านทราบอยู่แล้ว "
    "ไม่ใช้ช่องทางที่ระบุในเอกสาร",
    en="Ask the agency named on the document, by a contact you already know and not "
    "one printed on the document.",
)
_ASK_FILE = Text(
    th="โปรดขอไฟล์ PDF ต้นฉบับที่หน่วยงานออกให้ แล้วตรวจสอบอีกครั้ง ภาพถ่าย ไฟล์สแกน "
    "หรือไฟล์ที่บันทึกใหม่ไม่มีลายมือชื่อดิจิทัล",
    en="Ask for the original PDF as the agency issued it and check that. A photo, "
    "a scan or a re-saved file carries no digital signature.",
)
_TRY_AGAIN = Text(
    th="โปรดลองใหม่ภายหลัง หากจำเป็นต้องทราบผลทันที โปรดสอบถามหน่วยงานผู้ออก",
    en="Please try again later. If you need the answer at once, ask the agency.",
)
_ASK_HOLDER = Text(
    th="โปรดขอเอกสารฉบับที่มีผลอยู่จากผู้ถือเอกสาร หรือสอบถามหน่วยงานผู้ออก",
    en="Ask the holder for a document that is in force, or ask the issuing agency.",
)
_SCAN_AGAIN = Text(
    th="โปรดสแกนใหม่ให้เห็นคิวอาร์โค้ดครบทั้งรูป และตรวจดูว่าพิมพ์ชัดเจน หรือตรวจสอบด้วยไฟล์ PDF แทน",
    en="Scan again with the whole code in view and in focus, or check the PDF file "
    "instead.",
)

REASON_TEXTS: dict[Reason, tuple[Text, Text]] = {
    Reason.VALID: (
        Text(th="ตรวจสอบผ่าน", en="The check passed."),
        _ACCEPT,
    ),
    # The bytes.
    Reason.NOT_A_PDF: (
        Text(th="ไฟล์นี้ไม่ใช่ไฟล์ PDF", en="The file is not a PDF."),
        _ASK_FILE,
    ),
    Reason.DAMAGED: (
        Text(
            th="ไฟล์ชำรุดหรือไม่ครบถ้วน จึงอ่านไม่ได้",
            en="The file is damaged or incomplete and cannot be read.",
        ),
        _ASK_FILE,
    ),
    Reason.ENCRYPTED: (
        Text(
            th="ไฟล์ถูกเข้ารหัสไว้ ต้องใช้รหัสผ่านจึงจะตรวจสอบได้",
            en="The file is encrypted and needs its password to be checked.",
        ),
        Text(
            th="โปรดตรวจสอบอีกครั้งพร้อมกรอกรหัสผ่านของไฟล์",
            en="Check it again and enter the password of the file.",
        ),
    ),
    Reason.WRONG_PASSWORD: (
        Text(th="รหัสผ่านของไฟล์ไม่ถูกต้อง", en="The password of the file is wrong."),
        Text(
            th="โปรดขอรหัสผ่านที่ถูกต้องจากผู้ส่งไฟล์ แล้วลองใหม่",
            en="Ask whoever sent the file for the right password and try again.",
        ),
    ),
    Reason.LIMIT: (
        Text(
            th="ไฟล์ใหญ่หรือซับซ้อนเกินกว่าที่ระบบนี้จะตรวจสอบได้",
            en="The file is larger or more complex than this service will check.",
        ),
        _ASK_AGENCY,
    ),
    Reason.UNSIGNED: (
        Text(th="ไฟล์นี้ไม่มีลายมือชื่อดิจิทัล", en="The file carries no digital signature."),
        _ASK_FILE,
    ),
    Reason.FORMAT_FAILURE: (
        Text(
            th="อ่านโครงสร้างของลายมือชื่อดิจิทัลไม่ได้",
            en="The digital signature has a form that cannot be read.",
        ),
        _ASK_AGENCY,
    ),
    Reason.HASH_FAILURE: (
        Text(
            th="เนื้อหาของไฟล์ถูกเปลี่ยนหลังจากลงลายมือชื่อแล้ว",
            en="The content of the file was changed after it was signed.",
        ),
        _REFUSE,
    ),
    Reason.SIG_CRYPTO_FAILURE: (
        Text(
            th="ลายมือชื่อดิจิทัลไม่ตรงกับใบรับรองของผู้ลงลายมือชื่อ",
            en="The digital signature does not match the signer's certificate.",
        ),
        _REFUSE,
    ),
    Reason.INCOMPLETE_SIGNATURE: (
        Text(
            th="ลายมือชื่อดิจิทัลในไฟล์ขาดส่วนที่จำเป็นหรือถูกทำให้เสียหาย",
            en="The digital signature in the file lacks a part or was damaged.",
        ),
        _REFUSE,
    ),
    Reason.PARTIAL_COVERAGE: (
        Text(
            th="ลายมือชื่อดิจิทัลไม่ครอบคลุมเนื้อหาทั้งหมดของไฟล์",
            en="The digital signature does not cover the whole of the document.",
        ),
        _REFUSE,
    ),
    Reason.CHANGED_LATER: (
        Text(
            th="มีการเพิ่มหรือเปลี่ยนเนื้อหาหลังจากลงลายมือชื่อแล้ว",
            en="Something was added or changed after the document was signed.",
        ),
        _REFUSE,
    ),
    Reason.TIMESTAMP_INVALID: (
        Text(
            th="ตราประทับเวลาในลายมือชื่อไม่ตรงกับลายมือชื่อ",
            en="The time stamp inside the signature does not belong to it.",
        ),
        _REFUSE,
    ),
    # The signer.
    Reason.TRUST_LIST_UNREACHABLE: (
        Text(
            th="ไม่สามารถติดต่อแหล่งบัญชีรายชื่อหน่วยงานได้",
            en="The list of agencies could not be reached.",
        ),
        _TRY_AGAIN,
    ),
    Reason.TRUST_LIST_INVALID: (
        Text(
            th="บัญชีรายชื่อหน่วยงานหมดอายุหรือไม่ผ่านการตรวจสอบ",
            en="The list of agencies is out of date or does not verify.",
        ),
        _TRY_AGAIN,
    ),
    Reason.NO_SIGNING_CERTIFICATE: (
        Text(
            th="ลายมือชื่อไม่มีใบรับรองของผู้ลงลายมือชื่อ",
            en="The signature holds no certificate of its signer.",
        ),
        _ASK_AGENCY,
    ),
    Reason.NO_CHAIN: (
        Text(
            th="ผู้ลงลายมือชื่อไม่อยู่ในบัญชีรายชื่อหน่วยงานที่เชื่อถือได้",
            en="The signer is on no trust list.",
        ),
        _ASK_AGENCY,
    ),
    Reason.CHAIN_CONSTRAINTS: (
        Text(
            th="ใบรับรองของผู้ลงลายมือชื่อไม่ใช่ของหน่วยงานใดในบัญชีรายชื่อ "
            "หรือไม่ใช่ใบรับรองสำหรับลงลายมือชื่อในเอกสาร",
            en="The signer's certificate belongs to no agency on the trust list, or is "
            "not one for signing documents.",
        ),
        _ASK_AGENCY,
    ),
    Reason.CHAIN_FAILURE: (
        Text(
            th="ใบรับรองของผู้ลงลายมือชื่อไม่ผ่านการตรวจสอบ",
            en="The certificate of the signer does not verify.",
        ),
        _ASK_AGENCY,
    ),
    Reason.CRYPTO_CONSTRAINTS: (
        Text(
            th="ลายมือชื่อใช้วิธีเข้ารหัสที่ไม่ปลอดภัยแล้ว",
            en="The signature uses a method that is no longer safe.",
        ),
        _ASK_AGENCY,
    ),
    Reason.CRYPTO_NO_POE: (
        Text(
            th="ลายมือชื่อใช้วิธีเข้ารหัสที่ไม่ปลอดภัยแล้ว และไม่มีตราประทับเวลาที่พิสูจน์ว่าลงลายมือชื่อเมื่อวิธีนั้น"
            "ยังปลอดภัย",
            en="The signature uses a method that is no longer safe, and no time stamp "
            "proves that it was made while it was.",
        ),
        _ASK_AGENCY,
    ),
    Reason.CERTIFICATE_REVOKED: (
        Text(
            th="ใบรับรองของผู้ลงลายมือชื่อถูกเพิกถอนก่อนที่จะลงลายมือชื่อ",
            en="The signer's certificate had been revoked before it was used.",
        ),
        _REFUSE,
    ),
    Reason.CERTIFICATE_NOT_YET_VALID: (
        Text(
            th="ลงลายมือชื่อก่อนที่ใบรับรองจะเริ่มใช้ได้",
            en="It was signed before the signer's certificate became valid.",
        ),
        _ASK_AGENCY,
    ),
    Reason.CERTIFICATE_EXPIRED: (
        Text(
            th="ลงลายมือชื่อหลังจากที่ใบรับรองหมดอายุแล้ว",
            en="It was signed after the signer's certificate had expired.",
        ),
        _ASK_AGENCY,
    ),
    Reason.OUT_OF_BOUNDS: (
        Text(
            th="ใบรับรองหมดอายุแล้ว และไม่มีตราประทับเวลาที่พิสูจน์ว่าลงลายมือชื่อก่อนหน้านั้น",
            en="The certificate has expired and no time stamp proves that it was used "
            "before.",
        ),
        _ASK_AGENCY,
    ),
    Reason.NO_POE: (
        Text(
            th="ไม่มีตราประทับเวลาที่เชื่อถือได้ว่าลงลายมือชื่อเมื่อใด",
            en="No trusted time stamp tells when it was signed.",
        ),
        _ASK_AGENCY,
    ),
    Reason.TRY_LATER: (
        Text(
            th="ไม่มีข้อมูลที่บอกได้ว่าใบรับรองถูกเพิกถอนหรือไม่ในเวลาที่ลงลายมือชื่อ",
            en="Nothing tells whether the certificate was revoked when it was used.",
        ),
        _TRY_AGAIN,
    ),
    Reason.KEY_NOT_IN_USE: (
        Text(
            th="กุญแจที่ใช้ลงลายมือชื่ออยู่นอกช่วงเวลาที่หน่วยงานใช้กุญแจนั้น",
            en="The key was used outside the time in which the agency uses it.",
        ),
        _ASK_AGENCY,
    ),
    Reason.KEY_COMPROMISED: (
        Text(
            th="กุญแจที่ใช้ลงลายมือชื่อถูกแจ้งว่ารั่วไหลก่อนเวลาที่ลงลายมือชื่อ",
            en="The key had been reported as stolen or leaked before it was used.",
        ),
        _REFUSE,
    ),
    # What the document says of itself.
    Reason.NO_RECORD: (
        Text(th="ไฟล์นี้ไม่มีข้อมูลทะเบียนแนบมา", en="The file has no record attached."),
        _ASK_AGENCY,
    ),
    Reason.RECORD_INVALID: (
        Text(
            th="ข้อมูลทะเบียนที่แนบในไฟล์ไม่อยู่ในรูปแบบที่ถูกต้อง",
            en="The record attached to the file is not of the right form.",
        ),
        _REFUSE,
    ),
    Reason.QR_UNREADABLE: (
        Text(
            th="อ่านข้อมูลในคิวอาร์โค้ดไม่ครบหรือไม่ถูกรูปแบบ",
            en="The QR code is incomplete or not of the right form.",
        ),
        _SCAN_AGAIN,
    ),
    Reason.QR_FOREIGN: (
        Text(
            th="คิวอาร์โค้ดนี้ไม่ใช่คิวอาร์โค้ดของเอกสารที่ระบบนี้รู้จัก",
            en="This is not the QR code of a document that this service knows.",
        ),
        _ASK_AGENCY,
    ),
    Reason.NO_CLAIM: (
        Text(
            th="ไม่มีข้อมูลของคิวอาร์โค้ดที่ลงลายมือชื่อไว้",
            en="The signed claim of the QR code is missing.",
        ),
        _SCAN_AGAIN,
    ),
    Reason.CLAIM_INVALID: (
        Text(
            th="ข้อมูลในคิวอาร์โค้ดไม่อยู่ในรูปแบบที่ถูกต้อง",
            en="The claim of the QR code is not of the right form.",
        ),
        _REFUSE,
    ),
    Reason.CLAIM_KEY_UNKNOWN: (
        Text(
            th="ข้อมูลในคิวอาร์โค้ดลงลายมือชื่อด้วยกุญแจที่ไม่อยู่ในบัญชีรายชื่อ",
            en="The claim of the QR code was signed with a key on no trust list.",
        ),
        _ASK_AGENCY,
    ),
    Reason.CLAIM_SIGNATURE: (
        Text(
            th="ลายมือชื่อของคิวอาร์โค้ดไม่ถูกต้องสำหรับเอกสารฉบับนี้",
            en="The signature of the QR code is not good for this document.",
        ),
        _REFUSE,
    ),
    Reason.CLAIM_MISMATCH: (
        Text(
            th="คิวอาร์โค้ดกับข้อมูลในไฟล์ไม่ตรงกัน",
            en="The QR code and the file do not say the same.",
        ),
        _REFUSE,
    ),
    Reason.CLAIM_UNCONFIRMED: (
        Text(
            th="กุญแจที่ลงลายมือชื่อในคิวอาร์โค้ดถูกแจ้งว่ารั่วไหล และทะเบียนไม่มีข้อมูลที่ยืนยันเอกสารนี้",
            en="The key that signed the QR code was reported as stolen or "
            "leaked, and the register does not confirm this document.",
        ),
        _ASK_AGENCY,
    ),
    Reason.AGENCY_MISMATCH: (
        Text(
            th="หน่วยงานที่ระบุในเอกสารไม่ใช่หน่วยงานที่ลงลายมือชื่อ",
            en="The agency named in the document is not the one that signed it.",
        ),
        _REFUSE,
    ),
    Reason.TYPE_NOT_PERMITTED: (
        Text(
            th="หน่วยงานที่ลงลายมือชื่อไม่มีสิทธิออกเอกสารชนิดนี้",
            en="The agency that signed may not issue documents of this type.",
        ),
        _REFUSE,
    ),
    Reason.PAGE_DIFFERS: (
        Text(
            th="เลขที่หรือชื่อผู้ถือเอกสารบนหน้ากระดาษไม่ตรงกับข้อมูลในไฟล์",
            en="Number or holder's name on the pages are not those of the data "
            "sealed in the file.",
        ),
        _REFUSE,
    ),
    Reason.PAGE_UNREADABLE: (
        Text(
            th="อ่านข้อความบนหน้าเอกสารเพื่อเทียบกับข้อมูลในไฟล์ไม่ได้",
            en="The words on the pages could not be read and compared with the data "
            "in the file.",
        ),
        _ASK_AGENCY,
    ),
    Reason.OFFICER_MISSING: (
        Text(
            th="เอกสารชนิดนี้ต้องมีลายมือชื่อของเจ้าหน้าที่ แต่ไม่พบในไฟล์",
            en="An officer must sign documents of this type, and none has.",
        ),
        _REFUSE,
    ),
    Reason.OFFICER_MISMATCH: (
        Text(
            th="ลายมือชื่อของเจ้าหน้าที่ไม่ใช่ของผู้ที่ระบุไว้ในเอกสาร",
            en="The officer's signature is not that of the person the document names.",
        ),
        _REFUSE,
    ),
    Reason.OFFICER_ORDER: (
        Text(
            th="เจ้าหน้าที่ลงลายมือชื่อหลังหน่วยงานประทับตราแล้ว",
            en="The officer signed after the agency had sealed the document.",
        ),
        _REFUSE,
    ),
    # What the register says of it.
    Reason.NOT_REGISTERED: (
        Text(
            th="ไม่พบเอกสารฉบับนี้ในทะเบียนที่หน่วยงานเผยแพร่",
            en="The agency's published register has no such document.",
        ),
        _ASK_AGENCY,
    ),
    Reason.REGISTER_UNREACHABLE: (
        Text(
            th="ไม่สามารถติดต่อทะเบียนของหน่วยงานได้",
            en="The agency's register could not be reached.",
        ),
        _TRY_AGAIN,
    ),
    Reason.REGISTER_INVALID: (
        Text(
            th="ข้อมูลจากทะเบียนไม่ผ่านการตรวจสอบ",
            en="What the register answered does not verify.",
        ),
        _TRY_AGAIN,
    ),
    Reason.REGISTER_MISMATCH: (
        Text(
            th="ข้อมูลในเอกสารไม่ตรงกับทะเบียนของหน่วยงาน",
            en="The document and the agency's register do not say the same.",
        ),
        _REFUSE,
    ),
    Reason.FILE_DIFFERS: (
        Text(
            th="ไฟล์นี้ไม่ตรงกับไฟล์ที่หน่วยงานออกให้ทุกไบต์",
            en="The file is not byte for byte the one that was issued.",
        ),
        _REFUSE,
    ),
    Reason.STATUS_UNREACHABLE: (
        Text(
            th="ไม่สามารถอ่านบัญชีสถานะของเอกสารได้",
            en="The status list could not be reached.",
        ),
        _TRY_AGAIN,
    ),
    Reason.STATUS_INVALID: (
        Text(
            th="บัญชีสถานะของเอกสารไม่ผ่านการตรวจสอบ",
            en="The status list does not verify.",
        ),
        _TRY_AGAIN,
    ),
    Reason.STATUS_STALE: (
        Text(th="บัญชีสถานะของเอกสารเก่าเกินไป", en="The status list is too old."),
        _TRY_AGAIN,
    ),
    Reason.STATUS_REPLAYED: (
        Text(
            th="บัญชีสถานะที่ได้รับเก่ากว่าฉบับที่เคยอ่านแล้ว",
            en="The status list received is older than one already read.",
        ),
        _TRY_AGAIN,
    ),
    Reason.REVOKED: (
        Text(th="หน่วยงานได้เพิกถอนเอกสารนี้แล้ว", en="The agency has revoked it."),
        _ASK_HOLDER,
    ),
    Reason.SUPERSEDED: (
        Text(th="มีเอกสารฉบับใหม่ออกแทนฉบับนี้แล้ว", en="A newer document replaces it."),
        Text(
            th="โปรดขอเอกสารฉบับใหม่จากผู้ถือเอกสาร แล้วตรวจสอบฉบับนั้น",
            en="Ask the holder for the newer document and check that one.",
        ),
    ),
    Reason.SUSPENDED: (
        Text(
            th="หน่วยงานสั่งพักใช้เอกสารนี้ไว้ชั่วคราว",
            en="The agency has suspended it for the time being.",
        ),
        _ASK_HOLDER,
    ),
    Reason.EXPIRED: (
        Text(th="เอกสารสิ้นอายุแล้ว", en="It has expired."),
        _ASK_HOLDER,
    ),
    Reason.NOT_YET_VALID: (
        Text(th="เอกสารยังไม่ถึงวันเริ่มมีผล", en="Its first day has not come yet."),
        _ASK_HOLDER,
    ),
    # The verifier itself.
    Reason.PROCESSING_ERROR: (
        Text(
            th="ระบบตรวจสอบขัดข้องระหว่างตรวจเอกสารนี้",
            en="The verifier failed while it checked this document.",
        ),
        _TRY_AGAIN,
    ),
    Reason.NOT_CHECKED: (
        Text(th="ยังไม่ได้ตรวจสอบข้อนี้", en="This was not checked."),
        _TRY_AGAIN,
    ),
}

FACT_NAMES: dict[str, Text] = {
    "type_name": Text(th="ชนิดเอกสาร", en="Document type"),
    "number": Text(th="เลขที่", en="Number"),
    "holder": Text(th="ผู้ถือเอกสาร", en="Holder"),
    "agency": Text(th="หน่วยงานผู้ออก", en="Issued by"),
    "domain": Text(th="เว็บไซต์ของหน่วยงาน", en="Agency's website"),
    "issued_on": Text(th="วันที่ออก", en="Issued on"),
    "valid_from": Text(th="มีผลตั้งแต่วันที่", en="Valid from"),
    "valid_until": Text(th="ใช้ได้ถึงวันที่", en="Valid until"),
    "code": Text(th="รหัสย่อ", en="Short code"),
    "id": Text(th="รหัสเอกสาร", en="Document id"),
    "successor": Text(th="เอกสารที่ออกแทน", en="Replaced by"),
    "as_of": Text(th="สถานะ ณ เวลา", en="Status as of"),
    "checked_at": Text(th="ตรวจเมื่อ", en="Checked at"),
    "trust_list": Text(th="บัญชีรายชื่อที่ใช้", en="Trust list"),
}

NO_EXPIRY = Text(th="ไม่มีกำหนด", en="No expiry")

MONTHS = (
    Text(th="มกราคม", en="January"),
    Text(th="กุมภาพันธ์", en="February"),
    Text(th="มีนาคม", en="March"),
    Text(th="เมษายน", en="April"),
    Text(th="พฤษภาคม", en="May"),
    Text(th="มิถุนายน", en="June"),
    Text(th="กรกฎาคม", en="July"),
    Text(th="สิงหาคม", en="August"),
    Text(th="กันยายน", en="September"),
    Text(th="ตุลาคม", en="October"),
    Text(th="พฤศจิกายน", en="November"),
    Text(th="ธันวาคม", en="December"),
)
