// SPDX-License-Identifier: Apache-2.0
/**
 * The display view: a licence shown on its holder's phone. The status is read again
 * every half minute; a clock, a moving band and an answer to touch tell it from a
 * picture, and its QR code lets whoever checks use a device of their own. Loaded on use.
 */

import { el, icon } from './elements.js';
import { formatAge, formatDate } from './language.js';
import { drawModules } from './qr-code.js';
import { languageOf, verdictWords } from './report-view.js';

/** @typedef {import('./language.js').Lang} Lang */
/** @typedef {import('./report-view.js').AnyReport} AnyReport */

const READ_AGAIN_MS = 30_000;
const BANGKOK_MS = 7 * 3_600_000;

const WORDS = {
  heading: { th: 'แสดงใบอนุญาต', en: 'Licence on display' },
  close: { th: 'ปิด', en: 'Close' },
  live: { th: 'สด · อ่านสถานะ', en: 'Live · status read' },
  offline: { th: 'ออฟไลน์ · สถานะเก่า', en: 'Offline · status is old: read' },
  never: { th: 'ออฟไลน์ · ยังอ่านสถานะไม่ได้', en: 'Offline · status could not be read' },
  until: { th: 'ใช้ได้ถึง', en: 'Valid until' },
  noExpiry: { th: 'ไม่มีกำหนดสิ้นอายุ', en: 'No expiry date' },
  touch: { th: 'แตะเพื่อพิสูจน์ว่าไม่ใช่ภาพถ่าย', en: 'Touch to see that this is no picture' },
  touched: { th: 'แตะเมื่อ', en: 'Touched at' },
  inspector: {
    th: 'ผู้ตรวจ: สแกนโค้ดนี้ด้วยโทรศัพท์ของท่านเองเพื่อความแน่ใจ ภาพถ่ายของหน้านี้จะไม่เคลื่อนไหวและไม่ตอบสนองเมื่อแตะ',
    en: 'To whoever checks: scan this code with your own phone to be sure. A picture of this page neither moves nor answers to touch.',
  },
  code: { th: 'คิวอาร์โค้ดของใบอนุญาต', en: 'QR code of the licence' },
};

/**
 * Opens the view over the page, until it is closed.
 *
 * @param {object} options
 * @param {Lang} options.lang
 * @param {AnyReport} options.report  the one on the page
 * @param {() => Promise<AnyReport>} options.judge  reads the status again
 * @param {string} options.link  what the code on the screen says
 * @param {() => void} options.onClose
 */
export function openDisplay({ lang, report, judge, link, onClose }) {
  const view = /** @type {HTMLDialogElement} */ (
    el('dialog', { class: 'display', 'aria-labelledby': 'display-heading' })
  );
  const clock = el('p', { class: 'display-clock', role: 'timer' });
  const read = el('p', { class: 'display-read', role: 'status' });
  const touched = el('span', {});
  const code = drawCode(link, lang);
  let current = report;
  let open = true;

  const tick = () => {
    const now = new Date();
    clock.replaceChildren(
      el('span', { class: 'display-time' }, bangkokTime(now)),
      el('span', {}, formatDate(bangkokDay(now), lang)),
    );
  };
  const tellAge = () => {
    const asOf = current.status?.as_of ?? null;
    const live = !current.offline && current.outcome !== 'unchecked';
    view.dataset.live = String(live);
    const words = live ? WORDS.live : asOf ? WORDS.offline : WORDS.never;
    // A live status was read a moment ago; a kept one is as old as its list.
    const when = live ? current.checked_at : asOf;
    const said = `${words[lang]}${when ? ` ${formatAge(when, new Date(), lang)}` : ''}`;
    if (read.textContent !== said) read.textContent = said;
  };
  const seal = el('button', { type: 'button', class: 'display-seal' }, touched);
  const draw = () => {
    view.dataset.outcome = current.outcome;
    view.replaceChildren(...drawParts(current, lang, { clock, read, seal, code, close: () => view.close() }));
    tellAge();
  };
  seal.addEventListener('click', () => {
    view.classList.toggle('touched');
    touched.textContent = `${WORDS.touched[lang]} ${bangkokTime(new Date())}`;
  });
  const again = async () => {
    const judged = await judge();
    if (!open) return;
    current = judged;
    const focused = document.activeElement?.className;
    draw();
    if (focused === 'display-close') view.querySelector('button')?.focus();
  };

  touched.textContent = WORDS.touch[lang];
  tick();
  draw();
  document.body.append(view);
  view.showModal();
  const timers = [setInterval(tick, 250), setInterval(tellAge, 1000), setInterval(again, READ_AGAIN_MS)];
  const back = () => { if (document.visibilityState === 'visible') again(); };
  document.addEventListener('visibilitychange', back);
  const awake = stayAwake();
  view.addEventListener('close', () => {
    open = false;
    timers.forEach((timer) => clearInterval(timer));
    document.removeEventListener('visibilitychange', back);
    awake.then((lock) => lock?.release());
    view.remove();
    onClose();
  });
}

/**
 * @param {AnyReport} report
 * @param {Lang} lang
 * @param {{clock: Node, read: Node, seal: Node, code: Node | null, close: () => void}} parts
 */
function drawParts(report, lang, { clock, read, seal, code, close }) {
  const facts = report.document;
  const closing = el('button', { type: 'button', class: 'display-close' }, WORDS.close[lang]);
  closing.addEventListener('click', close);
  return [
    el('div', { class: 'display-top' },
      el('h1', { id: 'display-heading' }, facts?.type_name?.[lang] || WORDS.heading[lang]), closing),
    el('div', { class: 'display-band', 'aria-hidden': 'true' }),
    el('div', { class: 'display-verdict' }, icon(report.outcome),
      el('p', {}, verdictWords(report, lang))),
    clock,
    read,
    facts
      ? el('div', { class: 'display-facts' },
          el('p', { class: 'display-holder', lang: languageOf(facts.holder) }, facts.holder),
          el('p', { class: 'display-number' }, facts.number),
          el('p', {}, facts.agency.name[lang] || facts.agency.name.th,
            el('span', { class: 'note' }, ` ${facts.agency.domain ?? ''}`)),
          el('p', {}, facts.valid_until
            ? `${WORDS.until[lang]} ${formatDate(facts.valid_until, lang)}`
            : WORDS.noExpiry[lang]))
      : '',
    code ?? '',
    seal,
    el('p', { class: 'display-note' }, WORDS.inspector[lang]),
  ];
}

/**
 * The code of the address, as a picture that scales; null where it cannot be drawn.
 *
 * @param {string} link
 * @param {Lang} lang
 */
function drawCode(link, lang) {
  const [address, digits = ''] = link.split('#');
  let rows;
  try {
    rows = drawModules(address.toUpperCase(), digits);
  } catch {
    return null; // a host with characters that no printed code has
  }
  const quiet = 4;
  const size = rows.length + 2 * quiet;
  const dark = rows.flatMap((row, y) =>
    row.flatMap((module, x) => (module ? [`M${x + quiet} ${y + quiet}h1v1h-1z`] : [])),
  );
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  for (const [name, value] of Object.entries({
    viewBox: `0 0 ${size} ${size}`, class: 'display-code', role: 'img', 'aria-label': WORDS.code[lang],
    'shape-rendering': 'crispEdges',
  })) svg.setAttribute(name, value);
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', dark.join(''));
  svg.append(path);
  return svg;
}

/** @param {Date} now */
function bangkokTime(now) {
  return new Date(now.getTime() + BANGKOK_MS).toISOString().slice(11, 19);
}

/** @param {Date} now */
function bangkokDay(now) {
  return new Date(now.getTime() + BANGKOK_MS).toISOString().slice(0, 10);
}

/** Keeps the screen on while a licence is shown, where the browser can. */
async function stayAwake() {
  try {
    return await /** @type {any} */ (navigator).wakeLock?.request('screen');
  } catch {
    return null;
  }
}
