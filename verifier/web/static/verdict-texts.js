// SPDX-License-Identifier: Apache-2.0
/**
 * What a verdict made on the device says, in Thai and English.
 *
 * The sentences are those of verifier/texts.py, so that page, API and command line
 * speak with one voice; a test compares them. A report of the server brings its own.
 */

/** @typedef {import('./language.js').Text} Text */

/** The verdict in one word. @type {Record<string, Text>} */
export const OUTCOME_WORDS = {
  in_force: { th: 'ใช้ได้', en: 'In force' },
  not_in_force: { th: 'ใช้ไม่ได้', en: 'Not in force' },
  altered: { th: 'ถูกแก้ไข', en: 'Altered' },
  unknown: { th: 'ไม่ทราบที่มา', en: 'Unknown' },
  signature_only: { th: 'ไม่ทราบสถานะ', en: 'Signature only' },
  unchecked: { th: 'ยังตรวจไม่ได้', en: 'Not checked' },
};

/** Why, in one word, where the outcome alone leaves it open. @type {Record<string, Text>} */
export const REASON_WORDS = {
  revoked: { th: 'ถูกเพิกถอน', en: 'Revoked' },
  superseded: { th: 'มีฉบับใหม่แทนแล้ว', en: 'Superseded' },
  suspended: { th: 'ถูกพักใช้', en: 'Suspended' },
  expired: { th: 'สิ้นอายุแล้ว', en: 'Expired' },
  not_yet_valid: { th: 'ยังไม่ถึงวันเริ่มมีผล', en: 'Not yet valid' },
  qr_unreadable: { th: 'โค้ดหรือลิงก์ไม่ครบ', en: 'Incomplete code or link' },
  qr_foreign: { th: 'ไม่ใช่โค้ดของเอกสาร', en: 'Not the code of a document' },
  claim_key_unknown: { th: 'ผู้ออกไม่อยู่ในบัญชีรายชื่อ', en: 'Issuer on no trust list' },
  claim_signature_invalid: { th: 'ลายมือชื่อไม่ตรง', en: 'Signature does not match' },
  register_mismatch: { th: 'ไม่ตรงกับทะเบียน', en: 'Differs from the register' },
};

/** The verdict in one sentence. @type {Record<string, Text>} */
const OUTCOME_TEXTS = {
  in_force: {
    th: 'เอกสารแท้ และมีผลใช้ได้ในวันนี้',
    en: 'Genuine, and in force today.',
  },
  not_in_force: {
    th: 'เอกสารแท้ แต่ไม่มีผลใช้ได้ในวันนี้',
    en: 'Genuine, but not in force today.',
  },
  altered: {
    th: 'เอกสารนี้ถูกแก้ไข ไม่ตรงกับที่หน่วยงานออกให้',
    en: 'Altered: this is not what was issued.',
  },
  unknown: {
    th: 'ไม่สามารถยืนยันได้ว่าหน่วยงานใดเป็นผู้ออกเอกสารนี้',
    en: 'Unknown: it cannot be said that any listed agency issued this.',
  },
  signature_only: {
    th: 'ลายมือชื่ออิเล็กทรอนิกส์ถูกต้อง แต่ไม่มีทะเบียนที่บอกได้ว่าเอกสารยังมีผลอยู่หรือไม่',
    en: 'The signature is good, but no register tells whether this is in force.',
  },
  unchecked: {
    th: 'ขณะนี้ยังตรวจสอบไม่ได้ ผลนี้ไม่ได้หมายความว่าเอกสารเป็นของปลอม',
    en: 'This could not be checked now. That does not mean it is false.',
  },
};

/** What the register alone says: nobody has looked at the paper. @type {Record<string, Text>} */
const REGISTER_TEXTS = {
  in_force: {
    th: 'ตามทะเบียน เอกสารรหัสนี้มีผลใช้ได้ในวันนี้ แต่ยังไม่ได้ตรวจฉบับที่ท่านถืออยู่',
    en: 'The register has a document of this id in force today. The one in your hands has not been checked.',
  },
  not_in_force: {
    th: 'ตามทะเบียน เอกสารรหัสนี้ไม่มีผลใช้ได้ในวันนี้',
    en: 'The register says that the document of this id is not in force today.',
  },
};

const ACCEPT = {
  th: 'โปรดเทียบชื่อ เลขที่ และวันที่ด้านล่างกับเอกสารที่ท่านถืออยู่ ต้องตรงกันทุกข้อ',
  en: 'Compare name, number and dates below with the document you hold: all must be the same.',
};
const TRY_AGAIN = {
  th: 'โปรดลองใหม่ภายหลัง หากจำเป็นต้องทราบผลทันที โปรดสอบถามหน่วยงานผู้ออก',
  en: 'Please try again later. If you need the answer at once, ask the agency.',
};
const ASK_AGENCY = {
  th: 'โปรดสอบถามหน่วยงานที่ปรากฏชื่อในเอกสาร โดยใช้ช่องทางติดต่อที่ท่านทราบอยู่แล้ว ไม่ใช้ช่องทางที่ระบุในเอกสาร',
  en: 'Ask the agency named on the document, by a contact you already know and not one printed on the document.',
};
const REFUSE = {
  th: 'โปรดอย่าใช้เอกสารฉบับนี้ ขอไฟล์ต้นฉบับจากผู้ถือเอกสาร หรือสอบถามหน่วยงานผู้ออกโดยตรง',
  en: 'Do not rely on it. Ask the holder for the original file, or ask the issuing agency directly.',
};
const SCAN_AGAIN = {
  th: 'โปรดสแกนใหม่ให้เห็นคิวอาร์โค้ดครบทั้งรูป และตรวจดูว่าพิมพ์ชัดเจน หรือตรวจสอบด้วยไฟล์ PDF แทน',
  en: 'Scan again with the whole code in view and in focus, or check the PDF file instead.',
};
const ASK_HOLDER = {
  th: 'โปรดขอเอกสารฉบับที่มีผลอยู่จากผู้ถือเอกสาร หรือสอบถามหน่วยงานผู้ออก',
  en: 'Ask the holder for a document that is in force, or ask the issuing agency.',
};

/** Each reason as a sentence, and what to do next. @type {Record<string, [Text, Text]>} */
const REASON_TEXTS = {
  valid: [
    {
      th: 'ตรวจสอบผ่าน',
      en: 'The check passed.',
    },
    ACCEPT,
  ],
  trust_list_unreachable: [
    {
      th: 'ไม่สามารถติดต่อแหล่งบัญชีรายชื่อหน่วยงานได้',
      en: 'The list of agencies could not be reached.',
    },
    TRY_AGAIN,
  ],
  trust_list_invalid: [
    {
      th: 'บัญชีรายชื่อหน่วยงานหมดอายุหรือไม่ผ่านการตรวจสอบ',
      en: 'The list of agencies is out of date or does not verify.',
    },
    TRY_AGAIN,
  ],
  key_not_in_use: [
    {
      th: 'กุญแจที่ใช้ลงลายมือชื่ออยู่นอกช่วงเวลาที่หน่วยงานใช้กุญแจนั้น',
      en: 'The key was used outside the time in which the agency uses it.',
    },
    ASK_AGENCY,
  ],
  key_compromised: [
    {
      th: 'กุญแจที่ใช้ลงลายมือชื่อถูกแจ้งว่ารั่วไหลก่อนเวลาที่ลงลายมือชื่อ',
      en: 'The key had been reported as stolen or leaked before it was used.',
    },
    REFUSE,
  ],
  claim_unconfirmed: [
    {
      th: 'กุญแจที่ลงลายมือชื่อในคิวอาร์โค้ดถูกแจ้งว่ารั่วไหล และทะเบียนไม่มีข้อมูลที่ยืนยันเอกสารนี้',
      en: 'The key that signed the QR code was reported as stolen or leaked, and the register does not confirm this document.',
    },
    ASK_AGENCY,
  ],
  qr_unreadable: [
    {
      th: 'อ่านข้อมูลในคิวอาร์โค้ดไม่ครบหรือไม่ถูกรูปแบบ',
      en: 'The QR code is incomplete or not of the right form.',
    },
    SCAN_AGAIN,
  ],
  qr_foreign: [
    {
      th: 'คิวอาร์โค้ดนี้ไม่ใช่คิวอาร์โค้ดของเอกสารที่ระบบนี้รู้จัก',
      en: 'This is not the QR code of a document that this service knows.',
    },
    ASK_AGENCY,
  ],
  claim_invalid: [
    {
      th: 'ข้อมูลในคิวอาร์โค้ดไม่อยู่ในรูปแบบที่ถูกต้อง',
      en: 'The claim of the QR code is not of the right form.',
    },
    REFUSE,
  ],
  claim_key_unknown: [
    {
      th: 'ข้อมูลในคิวอาร์โค้ดลงลายมือชื่อด้วยกุญแจที่ไม่อยู่ในบัญชีรายชื่อ',
      en: 'The claim of the QR code was signed with a key on no trust list.',
    },
    ASK_AGENCY,
  ],
  claim_signature_invalid: [
    {
      th: 'ลายมือชื่อของคิวอาร์โค้ดไม่ถูกต้องสำหรับเอกสารฉบับนี้',
      en: 'The signature of the QR code is not good for this document.',
    },
    REFUSE,
  ],
  issuer_mismatch: [
    {
      th: 'หน่วยงานที่ระบุในเอกสารไม่ใช่หน่วยงานที่ลงลายมือชื่อ',
      en: 'The agency named in the document is not the one that signed it.',
    },
    REFUSE,
  ],
  type_not_permitted: [
    {
      th: 'หน่วยงานที่ลงลายมือชื่อไม่มีสิทธิออกเอกสารชนิดนี้',
      en: 'The agency that signed may not issue documents of this type.',
    },
    REFUSE,
  ],
  not_registered: [
    {
      th: 'ไม่พบเอกสารฉบับนี้ในทะเบียนที่หน่วยงานเผยแพร่',
      en: 'The agency\'s published register has no such document.',
    },
    ASK_AGENCY,
  ],
  register_unreachable: [
    {
      th: 'ไม่สามารถติดต่อทะเบียนของหน่วยงานได้',
      en: 'The agency\'s register could not be reached.',
    },
    TRY_AGAIN,
  ],
  register_record_invalid: [
    {
      th: 'ข้อมูลจากทะเบียนไม่ผ่านการตรวจสอบ',
      en: 'What the register answered does not verify.',
    },
    TRY_AGAIN,
  ],
  register_mismatch: [
    {
      th: 'ข้อมูลในเอกสารไม่ตรงกับทะเบียนของหน่วยงาน',
      en: 'The document and the agency\'s register do not say the same.',
    },
    REFUSE,
  ],
  status_list_unreachable: [
    {
      th: 'ไม่สามารถอ่านบัญชีสถานะของเอกสารได้',
      en: 'The status list could not be reached.',
    },
    TRY_AGAIN,
  ],
  status_list_invalid: [
    {
      th: 'บัญชีสถานะของเอกสารไม่ผ่านการตรวจสอบ',
      en: 'The status list does not verify.',
    },
    TRY_AGAIN,
  ],
  status_list_stale: [
    {
      th: 'บัญชีสถานะของเอกสารเก่าเกินไป',
      en: 'The status list is too old.',
    },
    TRY_AGAIN,
  ],
  status_list_replayed: [
    {
      th: 'บัญชีสถานะที่ได้รับเก่ากว่าฉบับที่เคยอ่านแล้ว',
      en: 'The status list received is older than one already read.',
    },
    TRY_AGAIN,
  ],
  revoked: [
    {
      th: 'หน่วยงานได้เพิกถอนเอกสารนี้แล้ว',
      en: 'The agency has revoked it.',
    },
    ASK_HOLDER,
  ],
  superseded: [
    {
      th: 'มีเอกสารฉบับใหม่ออกแทนฉบับนี้แล้ว',
      en: 'A newer document replaces it.',
    },
    {
      th: 'โปรดขอเอกสารฉบับใหม่จากผู้ถือเอกสาร แล้วตรวจสอบฉบับนั้น',
      en: 'Ask the holder for the newer document and check that one.',
    },
  ],
  suspended: [
    {
      th: 'หน่วยงานสั่งพักใช้เอกสารนี้ไว้ชั่วคราว',
      en: 'The agency has suspended it for the time being.',
    },
    ASK_HOLDER,
  ],
  expired: [
    {
      th: 'เอกสารสิ้นอายุแล้ว',
      en: 'It has expired.',
    },
    ASK_HOLDER,
  ],
  not_yet_valid: [
    {
      th: 'เอกสารยังไม่ถึงวันเริ่มมีผล',
      en: 'Its first day has not come yet.',
    },
    ASK_HOLDER,
  ],
  processing_error: [
    {
      th: 'ระบบตรวจสอบขัดข้องระหว่างตรวจเอกสารนี้',
      en: 'The verifier failed while it checked this document.',
    },
    TRY_AGAIN,
  ],
  not_checked: [
    {
      th: 'ยังไม่ได้ตรวจสอบข้อนี้',
      en: 'This was not checked.',
    },
    TRY_AGAIN,
  ],
};

/** @type {Record<string, Text>} */
const CHECK_NAMES = {
  trust_list: {
    th: 'อ่านบัญชีรายชื่อหน่วยงานที่เชื่อถือได้',
    en: 'Trust list could be read',
  },
  qr_readable: {
    th: 'อ่านคิวอาร์โค้ดได้',
    en: 'QR code can be read',
  },
  claim_signature: {
    th: 'ลายมือชื่อของข้อมูลในคิวอาร์โค้ด',
    en: 'Signature of the QR code\'s claim',
  },
  type_permitted: {
    th: 'หน่วยงานมีอำนาจออกเอกสารชนิดนี้',
    en: 'Issuer may issue this type',
  },
  issued_file: {
    th: 'ตรงทุกไบต์กับไฟล์ที่หน่วยงานออกให้',
    en: 'Byte for byte the file that was issued',
  },
  register_record: {
    th: 'ตรงกับทะเบียนของหน่วยงาน',
    en: 'Agrees with the agency\'s register',
  },
  status: {
    th: 'สถานะปัจจุบันของเอกสาร',
    en: 'Status of the document now',
  },
  dates: {
    th: 'วันที่มีผลและวันสิ้นอายุ',
    en: 'Dates of validity',
  },
};

const UNNAMED = { th: '', en: '' };

/**
 * The sentences below the word.
 *
 * @param {string} outcome
 * @param {string} reason
 * @param {'claim' | 'record' | 'file'} basis
 * @returns {{text: Text, advice: Text}}
 */
export function describeVerdict(outcome, reason, basis) {
  const said = (basis === 'record' && REGISTER_TEXTS[outcome]) || OUTCOME_TEXTS[outcome];
  const headline = said ?? OUTCOME_TEXTS.unchecked;
  const [sentence, advice] = REASON_TEXTS[reason] ?? REASON_TEXTS.processing_error;
  if (reason === 'valid') return { text: headline, advice };
  const text = {
    th: `${headline.th} ${sentence.th}`,
    en: `${headline.en} ${sentence.en}`,
  };
  return { text, advice };
}

/** @param {string} reason */
export function describeReason(reason) {
  return REASON_TEXTS[reason]?.[0] ?? UNNAMED;
}

/** @param {string} check */
export function nameCheck(check) {
  return CHECK_NAMES[check] ?? { th: check, en: check };
}
