// SPDX-License-Identifier: Apache-2.0
/**
 * What was changed in a file after it was signed, and the way back to what was signed.
 *
 * Only for altered files: what may follow a signature is in the report for engineers.
 */

import { el } from './elements.js';

/** @typedef {import('./language.js').Lang} Lang */
/** @typedef {import('./language.js').Text} Text */
/** @typedef {{allowed: boolean, text: Text}} Change */

const WORDS = {
  changed: { th: 'สิ่งที่ถูกแก้ไขหลังลงลายมือชื่อ', en: 'What was changed after signing' },
  original: {
    th: 'ไฟล์นี้ยังมีฉบับที่ลงลายมือชื่อไว้อยู่ข้างใน ดาวน์โหลดแล้วนำมาตรวจใหม่ได้',
    en: 'What was signed is still inside this file. Download it, and check it anew.',
  },
  download: { th: 'ดาวน์โหลดฉบับที่ลงลายมือชื่อไว้', en: 'Download what was signed' },
  failed: { th: 'ดาวน์โหลดไม่สำเร็จ โปรดลองใหม่', en: 'The download failed. Please try again.' },
};

/**
 * @param {{outcome: string, changes?: Change[], file?: {signed?: object} | null}} report
 * @param {object} options
 * @param {Lang} options.lang
 * @param {() => Promise<Blob>} options.fetchOriginal
 * @param {string} options.name  of the file
 */
export function drawChanges(report, { lang, fetchOriginal, name }) {
  const changes = (report.changes ?? []).filter(({ allowed }) => !allowed);
  const signed = report.file?.signed;
  if (report.outcome !== 'altered' || (!changes.length && !signed)) return '';
  const items = changes.map(({ text }) => el('li', {}, text[lang]));
  return el(
    'section',
    { class: 'card changes' },
    items.length ? el('h4', {}, WORDS.changed[lang]) : null,
    items.length ? el('ul', {}, ...items) : null,
    signed ? drawOriginal(lang, fetchOriginal, name) : null,
  );
}

/**
 * @param {Lang} lang
 * @param {() => Promise<Blob>} fetchOriginal
 * @param {string} name
 */
function drawOriginal(lang, fetchOriginal, name) {
  const button = el('button', { type: 'button', class: 'button' }, WORDS.download[lang]);
  const said = el('p', { class: 'note', role: 'status' });
  button.addEventListener('click', async () => {
    said.textContent = '';
    try {
      const address = URL.createObjectURL(await fetchOriginal());
      el('a', { href: address, download: `signed-${name}` }).click();
      URL.revokeObjectURL(address);
    } catch {
      said.textContent = WORDS.failed[lang];
    }
  });
  return el('div', {}, el('p', {}, WORDS.original[lang]), button, said);
}
