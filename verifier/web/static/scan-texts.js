// SPDX-License-Identifier: Apache-2.0
/** What the scan page says, in Thai and English. */

/** @type {Record<string, {th: string, en: string, problem?: boolean}>} */
export const SCAN_WORDS = {
  starting: { th: 'กำลังเปิดตัวอ่านและกล้อง …', en: 'Starting scanner and camera …' },
  looking: {
    th: 'หันกล้องไปที่คิวอาร์โค้ด ให้เห็นครบทั้งรูป',
    en: 'Point the camera at the QR code: all of it in view',
  },
  reading: { th: 'กำลังอ่านภาพในเครื่องนี้ …', en: 'Reading the picture on this device …' },
  checking: { th: 'กำลังตรวจลายมือชื่อและสถานะ …', en: 'Checking signature and status …' },
  next: { th: 'สแกนฉบับต่อไป', en: 'Scan the next one' },
  refused: {
    th: 'เบราว์เซอร์ไม่ได้รับอนุญาตให้ใช้กล้อง อนุญาตในการตั้งค่าของเว็บไซต์นี้ หรือเลือกภาพถ่ายของคิวอาร์โค้ดแทน',
    en: 'The browser may not use the camera. Allow it in the settings of this site, or choose a picture of the code instead.',
    problem: true,
  },
  noCamera: {
    th: 'ไม่พบกล้องที่เบราว์เซอร์นี้ใช้ได้ เลือกภาพถ่ายของคิวอาร์โค้ดแทน หรือสแกนด้วยแอปกล้องของโทรศัพท์',
    en: 'No camera that this browser can use. Choose a picture of the code instead, or scan it with the camera app of a phone.',
    problem: true,
  },
  noScanner: {
    th: 'เบราว์เซอร์นี้อ่านคิวอาร์โค้ดเองไม่ได้ สแกนด้วยแอปกล้องของโทรศัพท์ แล้วเปิดลิงก์ที่ได้ หรือพิมพ์รหัส 12 ตัวที่อยู่ข้างคิวอาร์โค้ดในหน้าแรก',
    en: 'This browser cannot read QR codes. Scan it with the camera app of a phone and open the link, or type the 12 characters beside the code on the front page.',
    problem: true,
  },
  noCode: {
    th: 'ไม่พบคิวอาร์โค้ดในภาพ ถ่ายใหม่ให้เห็นครบทั้งรูป ตรง ชัด และแสงพอ',
    en: 'No QR code was found in the picture. Take another: the whole code, straight, in focus and in good light.',
    problem: true,
  },
  noPicture: {
    th: 'เปิดไฟล์นี้เป็นภาพไม่ได้ เลือกไฟล์ JPEG หรือ PNG ถ้าเป็น PDF ให้ตรวจที่หน้าแรก',
    en: 'The file is no picture that this browser can open. Choose a JPEG or PNG; a PDF is checked on the front page.',
    problem: true,
  },
};
