// SPDX-License-Identifier: Apache-2.0
/** What to do when a code is wrong, cut off, foreign or a look-alike, step by step. */

/** @typedef {import('./language.js').Text} Text */

const ASK_OTHERWISE = {
  th: 'สอบถามหน่วยงานที่ปรากฏชื่อในเอกสาร ด้วยช่องทางที่ท่านทราบอยู่แล้ว ไม่ใช่ช่องทางที่พิมพ์ในเอกสาร',
  en: 'Ask the agency named on the document, by a contact you already know and not one printed on it.',
};
const DO_NOT_ACCEPT = {
  th: 'อย่ารับเอกสารฉบับนี้ และอย่าให้ข้อมูลหรือเงินตามเอกสาร',
  en: 'Do not accept the document, and give neither data nor money because of it.',
};
const KEEP_EVIDENCE = {
  th: 'ถ่ายภาพเอกสารไว้ แล้วแจ้งหน่วยงานที่ปรากฏชื่อ ด้วยช่องทางที่ท่านทราบอยู่แล้ว',
  en: 'Take a picture of it and tell the agency it names, by a contact you already know.',
};
const ASK_FOR_FILE = {
  th: 'ขอไฟล์ PDF ต้นฉบับจากผู้ถือเอกสาร แล้วตรวจไฟล์นั้นที่หน้าแรก',
  en: 'Ask the holder for the original PDF and check that on the front page.',
};

/** @type {Record<string, Text[]>} */
export const STEPS_BY_REASON = {
  qr_unreadable: [
    {
      th: 'สแกนใหม่ให้เห็นคิวอาร์โค้ดครบทั้งรูป แสงพอ ไม่มีเงาหรือตราประทับทับมุม',
      en: 'Scan again: the whole code in view, in good light, no shadow or stamp on its corners.',
    },
    {
      th: 'ถ้าได้ลิงก์มาทางแชต ลิงก์อาจถูกตัดให้สั้นลง ขอเป็นไฟล์ PDF หรือภาพถ่ายของคิวอาร์โค้ดแทน',
      en: 'If the link came by chat it may have been cut. Ask for the PDF or a picture of the code instead.',
    },
    {
      th: 'หรือพิมพ์รหัส 12 ตัวที่อยู่ข้างคิวอาร์โค้ดที่หน้าแรก',
      en: 'Or type the 12 characters printed beside the code on the front page.',
    },
  ],
  qr_foreign: [
    {
      th: 'มองหาคิวอาร์โค้ดอื่นบนเอกสาร คิวอาร์โค้ดของเอกสารมีรหัส 12 ตัวพิมพ์อยู่ข้าง ๆ',
      en: 'Look for another code on the paper: that of the document has 12 characters printed beside it.',
    },
    {
      th: 'อย่าเปิดลิงก์ อย่าโอนเงิน และอย่าติดตั้งสิ่งใดตามโค้ดที่ไม่รู้จัก',
      en: 'Open no link, pay nothing and install nothing because of a code you do not know.',
    },
    ASK_OTHERWISE,
  ],
  claim_key_unknown: [
    {
      th: 'อย่าเพิ่งรับเอกสาร อาจเป็นของระบบอื่น หรือมีผู้ทำขึ้นเอง',
      en: 'Do not accept it yet: it may be of another system, or somebody may have made it up.',
    },
    ASK_FOR_FILE,
    ASK_OTHERWISE,
  ],
  claim_invalid: [DO_NOT_ACCEPT, ASK_FOR_FILE, KEEP_EVIDENCE],
  claim_signature_invalid: [DO_NOT_ACCEPT, ASK_FOR_FILE, KEEP_EVIDENCE],
  register_mismatch: [DO_NOT_ACCEPT, KEEP_EVIDENCE],
  issuer_mismatch: [DO_NOT_ACCEPT, KEEP_EVIDENCE],
  type_not_permitted: [DO_NOT_ACCEPT, KEEP_EVIDENCE],
};
