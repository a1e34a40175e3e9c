// SPDX-License-Identifier: Apache-2.0
/** The fixed words of the pages: labels, headings, states, in Thai and English. */

/** @typedef {import('./language.js').Text} Text */

/** @satisfies {Record<string, Text>} */
export const WORDS = {
  result: { th: 'ผลการตรวจ', en: 'Result' },
  compare: { th: 'เทียบกับเอกสารในมือ', en: 'Compare with the document' },
  facts: { th: 'ข้อมูลในเอกสาร', en: 'What the document says' },
  compareHint: {
    th: 'ชื่อ เลขที่ และวันที่ต้องตรงกับเอกสารที่ท่านถืออยู่ทุกข้อ',
    en: 'Name, number and dates must be the same as on the document you hold.',
  },
  fromRecord: {
    th: 'ข้อมูลนี้มาจากทะเบียนของหน่วยงาน ตามรหัสเอกสารในที่อยู่เว็บ หากมีเอกสารกระดาษ โปรดสแกนคิวอาร์โค้ดเพื่อตรวจสิ่งที่พิมพ์ไว้ด้วย',
    en: 'This comes from the agency’s register, by the document id in the address. If you hold the paper, scan its QR code to check what is printed as well.',
  },
  masked: {
    th: 'แสดงชื่อบางส่วนเพื่อคุ้มครองข้อมูลส่วนบุคคล',
    en: 'Shown in part to protect personal data.',
  },
  next: { th: 'ทำอย่างไรต่อ', en: 'What to do next' },
  nextAccept: {
    th: 'ถ้าตรงกันทุกข้อ ใช้เอกสารนี้ได้ในวันนี้',
    en: 'If everything is the same, you can rely on the document today.',
  },
  nextScan: {
    th: 'ก่อนใช้เอกสารกระดาษ สแกนคิวอาร์โค้ดบนกระดาษ หรือตรวจไฟล์ PDF ที่หน่วยงานออกให้',
    en: 'Before you rely on a paper, scan its QR code or check the PDF the agency issued.',
  },
  nextFile: {
    th: 'ใช้เอกสารนี้ได้ในวันนี้ ตรวจดูด้วยว่าเป็นเอกสารของบุคคลหรือกิจการที่ท่านติดต่ออยู่',
    en: 'You can rely on it today. See that it belongs to the person or business you deal with.',
  },
  nextDiffers: {
    th: 'ถ้ามีข้อใดต่างไป อย่ารับเอกสารนั้น และแจ้งหน่วยงานผู้ออก',
    en: 'If anything differs, do not accept the paper, and tell the issuing agency.',
  },
  successor: { th: 'ดูเอกสารฉบับใหม่ที่ออกแทน', en: 'See the document that replaces it' },
  predecessor: { th: 'ออกแทนเอกสารฉบับก่อน', en: 'Replaces an earlier document' },
  retry: { th: 'ลองตรวจอีกครั้ง', en: 'Check again' },
  sources: { th: 'ตรวจจากอะไร', en: 'What this is based on' },
  statusRead: { th: 'สถานะ ณ', en: 'Status as of' },
  notRead: { th: 'ยังไม่ได้อ่าน', en: 'Not read' },
  statusSince: { th: 'สถานะนี้ตั้งแต่', en: 'In this status since' },
  trustList: { th: 'บัญชีรายชื่อหน่วยงาน', en: 'Trust list' },
  edition: { th: 'ฉบับที่', en: 'version' },
  checkedAt: { th: 'ตรวจเมื่อ', en: 'Checked' },
  checkedBy: { th: 'ตรวจโดย', en: 'Checked by' },
  byDevice: { th: 'อุปกรณ์ของท่านเอง', en: 'Your own device' },
  byServer: { th: 'เครื่องให้บริการ', en: 'The server of' },
  officer: { th: 'เจ้าหน้าที่ผู้ลงลายมือชื่อ', en: 'Signed by the officer' },
  officerSignedAt: { th: 'เวลาที่เจ้าหน้าที่ลงลายมือชื่อ', en: 'The officer signed at' },
  signedBy: { th: 'ผู้ลงลายมือชื่อ', en: 'Signed by' },
  signedAt: { th: 'เวลาที่ลงลายมือชื่อ', en: 'Time of signing' },
  checks: { th: 'รายการที่ตรวจ', en: 'Every check' },
  PASSED: { th: 'ผ่าน', en: 'Passed' },
  FAILED: { th: 'ไม่ผ่าน', en: 'Failed' },
  INDETERMINATE: { th: 'ยังบอกไม่ได้', en: 'Undecided' },
  type: { th: 'ชนิดเอกสาร', en: 'Document' },
  number: { th: 'เลขที่', en: 'Number' },
  holder: { th: 'ออกให้แก่', en: 'Issued to' },
  agency: { th: 'หน่วยงานผู้ออก', en: 'Issued by' },
  issuedOn: { th: 'วันที่ออก', en: 'Date of issue' },
  validFrom: { th: 'มีผลตั้งแต่', en: 'Valid from' },
  validUntil: { th: 'วันสิ้นอายุ', en: 'Valid until' },
  noExpiry: { th: 'ไม่มีกำหนดสิ้นอายุ', en: 'No expiry date' },
  documentId: { th: 'รหัสเอกสาร', en: 'Document id' },
  opensElsewhere: { th: 'เว็บไซต์ของหน่วยงาน', en: 'agency website' },
  // States of a file on the front page.
  waiting: { th: 'รอตรวจ', en: 'Waiting' },
  hashing: { th: 'กำลังคำนวณลายนิ้วมือของไฟล์', en: 'Computing the file’s fingerprint' },
  checking: { th: 'กำลังตรวจ', en: 'Checking' },
  done: { th: 'ตรวจเสร็จแล้ว', en: 'Done' },
  failed: { th: 'ตรวจไม่สำเร็จ', en: 'Not checked' },
  fingerprint: { th: 'ลายนิ้วมือของไฟล์ (SHA-256)', en: 'Fingerprint of the file (SHA-256)' },
  password: { th: 'รหัสผ่านของไฟล์', en: 'Password of the file' },
  checkWithPassword: { th: 'ตรวจด้วยรหัสผ่านนี้', en: 'Check with this password' },
  tooLarge: {
    th: 'ไฟล์ใหญ่เกินกว่าที่ระบบนี้รับได้',
    en: 'The file is larger than this service accepts.',
  },
  empty: { th: 'ไฟล์นี้ว่างเปล่า', en: 'The file is empty.' },
  unreadableFile: {
    th: 'เปิดไฟล์จากอุปกรณ์นี้ไม่ได้',
    en: 'The file could not be read from this device.',
  },
  noNetwork: {
    th: 'ติดต่อเครื่องให้บริการไม่ได้ โปรดตรวจการเชื่อมต่ออินเทอร์เน็ตแล้วลองอีกครั้ง ผลนี้ไม่ได้หมายความว่าเอกสารเป็นของปลอม',
    en: 'The server could not be reached. Check your connection and try again. This does not mean that the document is false.',
  },
  badAnswer: {
    th: 'เครื่องให้บริการขัดข้อง โปรดลองอีกครั้งภายหลัง',
    en: 'The server failed. Please try again later.',
  },
  title: { th: 'ตรวจเอกสาร', en: 'Check a document' },
};
