// SPDX-License-Identifier: Apache-2.0
/**
 * The language of the page: Thai first, a switch that remembers, and dates in the era
 * people of that language read (Buddhist era in Thai, Common Era in English).
 */

/** @typedef {'th' | 'en'} Lang */
/** @typedef {{th: string, en: string}} Text */

const MONTHS = {
  th: [
    'มกราคม', 'กุมภาพันธ์', 'มีนาคม', 'เมษายน', 'พฤษภาคม', 'มิถุนายน',
    'กรกฎาคม', 'สิงหาคม', 'กันยายน', 'ตุลาคม', 'พฤศจิกายน', 'ธันวาคม',
  ],
  en: [
    'January', 'February', 'March', 'April', 'May', 'June',
    'July', 'August', 'September', 'October', 'November', 'December',
  ],
};
const BUDDHIST_ERA = 543;
const BANGKOK_MS = 7 * 3_600_000;

/** @returns {Lang} */
export function currentLang() {
  return document.documentElement.dataset.lang === 'en' ? 'en' : 'th';
}

/**
 * Makes the language buttons work.
 *
 * @param {(lang: Lang) => void} redraw  called after each change
 */
export function installLanguageSwitch(redraw) {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (
    document.querySelectorAll('button[data-set-lang]')
  );
  const show = () => {
    for (const button of buttons) {
      button.setAttribute('aria-pressed', String(button.dataset.setLang === currentLang()));
    }
  };
  for (const button of buttons) {
    button.addEventListener('click', () => {
      const lang = button.dataset.setLang === 'en' ? 'en' : 'th';
      document.documentElement.lang = lang;
      document.documentElement.dataset.lang = lang;
      try {
        localStorage.setItem('tra.lang', lang);
      } catch {
        // Not remembered then; the page still changes.
      }
      show();
      redraw(lang);
    });
  }
  show();
}

/**
 * `2026-11-21` as people write it.
 *
 * @param {string} date
 * @param {Lang} lang
 */
export function formatDate(date, lang) {
  const [year, month, day] = date.split('-').map(Number);
  const name = MONTHS[lang][month - 1];
  return lang === 'th' ? `${day} ${name} พ.ศ. ${year + BUDDHIST_ERA}` : `${day} ${name} ${year}`;
}

/**
 * An instant as date and time in Thailand.
 *
 * @param {string} instant  RFC 3339
 * @param {Lang} lang
 */
export function formatInstant(instant, lang) {
  const local = new Date(Date.parse(instant) + BANGKOK_MS).toISOString();
  const date = formatDate(local.slice(0, 10), lang);
  const time = local.slice(11, 16);
  return lang === 'th' ? `${date} เวลา ${time} น.` : `${date}, ${time} (Thailand)`;
}

/**
 * How long ago an instant was, in the one unit people would say.
 *
 * @param {string} instant  RFC 3339
 * @param {Date} now
 * @param {Lang} lang
 */
export function formatAge(instant, now, lang) {
  const minutes = Math.floor((now.getTime() - Date.parse(instant)) / 60_000);
  if (minutes < 1) return lang === 'th' ? 'เมื่อครู่นี้' : 'just now';
  const [count, th, en] = minutes < 60 ? [minutes, 'นาที', 'minute']
    : minutes < 48 * 60 ? [Math.floor(minutes / 60), 'ชั่วโมง', 'hour']
      : [Math.floor(minutes / 1440), 'วัน', 'day'];
  return lang === 'th' ? `${count} ${th}ที่แล้ว` : `${count} ${en}${count === 1 ? '' : 's'} ago`;
}

/**
 * A size in the unit people know it by.
 *
 * @param {number} bytes
 */
export function formatSize(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
