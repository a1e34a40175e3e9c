// SPDX-License-Identifier: Apache-2.0
/**
 * The front page: files are checked one after another. Their fingerprint is computed
 * here and compared with the register; a file that is not recognised, or whose signatures
 * decide, is sent to the server, which keeps none. A code typed from paper opens the page of its document.
 */

import { toHex } from './claim.js';
import { Copies, installServiceWorker, keepStatusLists } from './copies.js';
import { drawChanges } from './changes-view.js';
import { el } from './elements.js';
import { currentLang, formatSize, installLanguageSwitch } from './language.js';
import { Publication } from './publication.js';
import { WORDS } from './report-texts.js';
import { drawReport, verdictWords } from './report-view.js';
import { readTyped } from './typed.js';
import { judgeFile } from './verdict.js';

/** @typedef {import('./report-view.js').AnyReport} AnyReport */
/** @typedef {import('./language.js').Text} Text */
/**
 * @typedef {object} Job  one file on its way to a verdict
 * @property {File} file
 * @property {HTMLElement} card
 * @property {'waiting' | 'hashing' | 'recognising' | 'checking' | 'done' | 'failed'} state
 * @property {string | null} sha256
 * @property {string | null} password
 * @property {AnyReport | null} report
 * @property {Text | null} problem
 * @property {boolean} send  without looking whether the register knows it
 */

/** No service takes more; the server's own limit is usually lower and answers 413. */
const MAX_READ_BYTES = 200_000_000;

const form = /** @type {HTMLFormElement} */ (document.getElementById('upload'));
const input = /** @type {HTMLInputElement} */ (document.getElementById('file'));
const list = /** @type {HTMLElement} */ (document.getElementById('results'));
const announcement = /** @type {HTMLElement} */ (document.getElementById('announcement'));

/** @type {Job[]} */
const jobs = [];
let running = false;

/** @param {Iterable<File>} files */
function addFiles(files) {
  for (const file of files) {
    /** @type {Job} */
    const job = {
      file, card: el('li', { class: 'file' }), state: 'waiting', sha256: null, password: null,
      report: null, problem: null, send: false,
    };
    jobs.push(job);
    list.append(job.card);
    draw(job);
  }
  run();
}

/** Checks what is waiting, one after another. */
async function run() {
  if (running) return;
  running = true;
  for (let job; (job = jobs.find(({ state }) => state === 'waiting')); ) {
    await check(job);
    draw(job);
    announce(job);
  }
  running = false;
}

/** @param {Job} job */
async function check(job) {
  const problem = await fingerprint(job);
  if (problem) {
    Object.assign(job, { state: 'failed', problem });
    return;
  }
  if (await recognise(job)) return;
  job.state = 'checking';
  draw(job);
  const body = new FormData();
  body.set('file', job.file);
  if (job.password !== null) body.set('password', job.password);
  try {
    const response = await fetch('/v1/verify', { method: 'POST', body, credentials: 'omit' });
    Object.assign(job, await readAnswer(response));
  } catch {
    Object.assign(job, { state: 'failed', problem: WORDS.noNetwork });
  }
}

/**
 * Looks whether the register has a file of just these bytes, and that is enough. Whatever stands in the way
 * of that, the file is then checked as any other.
 *
 * @param {Job} job
 */
async function recognise(job) {
  const able = document.documentElement.classList.contains('can-check');
  if (!able || job.send || job.password !== null || !job.sha256) return false;
  job.state = 'recognising';
  draw(job);
  const now = new Date();
  const publication = new Publication({ base: '/publication', now, copies: Copies });
  const bytes = new Uint8Array(await job.file.arrayBuffer());
  const report = await judgeFile({ sha256: job.sha256, bytes, publication, now });
  if (report) Object.assign(job, { state: 'done', report: { ...report, recognised: true } });
  return report !== null;
}

/**
 * Asks the server for the file as it was signed, without what was changed later.
 *
 * @param {Job} job
 */
async function fetchOriginal(job) {
  const body = new FormData();
  body.set('file', job.file);
  if (job.password !== null) body.set('password', job.password);
  const response = await fetch('/v1/verify/original', { method: 'POST', body, credentials: 'omit' });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.blob();
}

/**
 * Computes the SHA-256 of the file, or says why it cannot be checked.
 *
 * @param {Job} job
 * @returns {Promise<Text | null>}
 */
async function fingerprint(job) {
  if (job.file.size === 0) return WORDS.empty;
  if (job.file.size > MAX_READ_BYTES) return WORDS.tooLarge;
  if (!window.crypto?.subtle || job.sha256) return null; // plain HTTP: the report brings it
  job.state = 'hashing';
  draw(job);
  try {
    const digest = await crypto.subtle.digest('SHA-256', await job.file.arrayBuffer());
    job.sha256 = toHex(new Uint8Array(digest));
    return null;
  } catch {
    return WORDS.unreadableFile;
  }
}

/**
 * A report, or the problem document (RFC 9457) that says why there is none.
 *
 * @param {Response} response
 * @returns {Promise<Partial<Job>>}
 */
async function readAnswer(response) {
  const answer = await response.json().catch(() => null);
  if (response.ok && typeof answer?.outcome === 'string') {
    return { state: 'done', report: { ...answer, basis: 'file' }, problem: null };
  }
  if (response.status === 413) return { state: 'failed', problem: WORDS.tooLarge };
  const { title, detail, title_th: titleTh, detail_th: detailTh } = answer ?? {};
  const told = (detailTh ?? titleTh) && (detail ?? title);
  const problem = told ? { th: detailTh ?? titleTh, en: detail ?? title } : WORDS.badAnswer;
  return { state: 'failed', problem };
}

/** @param {Job} job */
function draw(job) {
  const lang = currentLang();
  const { file, report, problem, state } = job;
  const sha256 = job.sha256 ?? report?.file?.sha256 ?? null;
  const busy = !['done', 'failed'].includes(state);
  const open = job.card.querySelector('details')?.open ?? false;
  job.card.dataset.state = state;
  job.card.setAttribute('aria-busy', String(busy));
  job.card.replaceChildren(
    el('h2', { class: 'file-name' }, el('bdi', {}, file.name),
      el('span', { class: 'file-size' }, ` ${formatSize(file.size)}`)),
    busy
      ? el('p', { class: 'file-state' },
          el('span', { class: 'spinner', 'aria-hidden': 'true' }), `${WORDS[state][lang]} …`)
      : '',
    report
      ? drawReport(report, { lang, level: 3, actions: report.recognised ? drawRecognised(job) : null })
      : '',
    report
      ? drawChanges(report, { lang, name: file.name, fetchOriginal: () => fetchOriginal(job) })
      : '',
    problem ? drawProblem(job, problem) : '',
    report && ['encrypted', 'wrong_password'].includes(report.reason) ? drawPassword(job) : '',
    sha256
      ? el('p', { class: 'fingerprint' }, `${WORDS.fingerprint[lang]} `, el('code', {}, sha256))
      : '',
  );
  const details = job.card.querySelector('details');
  if (details) details.open = open;
}

/**
 * @param {Job} job
 * @param {Text} problem
 */
function drawProblem(job, problem) {
  const lang = currentLang();
  const again = el('button', { type: 'button', class: 'button' }, WORDS.retry[lang]);
  again.addEventListener('click', () => repeat(job));
  return el(
    'div',
    { class: 'card problem' },
    el('h3', {}, WORDS.failed[lang]),
    el('p', {}, problem[lang]),
    again,
  );
}

/** @param {Job} job */
function drawRecognised(job) {
  const lang = currentLang();
  const send = el('button', { type: 'button', class: 'button' }, WORDS.fullCheck[lang]);
  send.addEventListener('click', () => {
    job.send = true;
    repeat(job);
  });
  return el('div', { class: 'card recognised' }, el('p', {}, WORDS.recognised[lang]), send);
}

/** @param {Job} job */
function drawPassword(job) {
  const lang = currentLang();
  const name = `password-${jobs.indexOf(job)}`;
  const field = /** @type {HTMLInputElement} */ (
    el('input', { type: 'password', id: name, autocomplete: 'off', required: '' })
  );
  const ask = el(
    'form',
    { class: 'card password' },
    el('label', { for: name }, WORDS.password[lang]),
    field,
    el('button', { class: 'button' }, WORDS.checkWithPassword[lang]),
  );
  ask.addEventListener('submit', (event) => {
    event.preventDefault();
    job.password = field.value;
    repeat(job);
  });
  return ask;
}

/** @param {Job} job */
function repeat(job) {
  Object.assign(job, { state: 'waiting', report: null, problem: null });
  draw(job);
  run();
}

/** @param {Job} job */
function announce(job) {
  const lang = currentLang();
  const words = job.report ? verdictWords(job.report, lang) : job.problem?.[lang];
  announcement.textContent = `${job.file.name}: ${words ?? ''}`;
}

function installDropZone() {
  input.multiple = true; // the plain form below takes one file at a time
  input.addEventListener('change', () => {
    addFiles(input.files ?? []);
    input.value = ''; // so that the same file can be chosen again
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  // The whole page takes a drop: a file let go beside the box must not open in its place.
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    form.classList.add('dragging');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) form.classList.remove('dragging');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    form.classList.remove('dragging');
    addFiles(event.dataTransfer?.files ?? []);
  });
}

/** What is wrong with what was typed. @type {Record<string, Text>} */
const TYPED_PROBLEMS = {
  empty: { th: 'โปรดพิมพ์รหัสที่อยู่ข้างคิวอาร์โค้ด', en: 'Type the code printed beside the QR code.' },
  length: {
    th: 'รหัสมี 12 ตัว (หรือรหัสเอกสาร 26 ตัว) ที่พิมพ์มามีจำนวนไม่ตรง โปรดตรวจอีกครั้ง',
    en: 'A code has 12 characters, a document id 26. What was typed has another number of them. Please check it.',
  },
  check: {
    th: 'รหัสนี้พิมพ์ผิดอย่างน้อยหนึ่งตัว โปรดเทียบกับที่พิมพ์บนเอกสารทีละตัว',
    en: 'At least one character is wrong. Please compare it with the paper, one by one.',
  },
  broken: {
    th: 'ลิงก์นี้ไม่ครบหรือถูกแก้ไข โปรดสแกนคิวอาร์โค้ดบนเอกสาร หรือพิมพ์รหัส 12 ตัวแทน',
    en: 'The link is incomplete or was changed. Scan the QR code on the paper, or type the 12 characters instead.',
  },
  foreign: {
    th: 'ลิงก์นี้ไม่ใช่ลิงก์ของเอกสาร โปรดพิมพ์รหัส 12 ตัวที่อยู่ข้างคิวอาร์โค้ด',
    en: 'This is not the link of a document. Type the 12 characters beside its QR code.',
  },
  offline: {
    th: 'ไม่มีเครือข่าย การค้นด้วยรหัสต้องใช้เครือข่าย แต่ยังสแกนคิวอาร์โค้ดได้',
    en: 'There is no network, which looking up a code needs. Scanning the QR code still works.',
  },
};

const idForm = /** @type {HTMLFormElement} */ (document.getElementById('by-id'));
const field = /** @type {HTMLInputElement} */ (document.getElementById('document-id'));
const typedProblem = /** @type {HTMLElement} */ (document.getElementById('id-problem'));
/** @type {string | null} */
let problemKind = null;

/** @param {string | null} kind */
function showTyped(kind) {
  problemKind = kind;
  field.setAttribute('aria-invalid', String(kind !== null && kind !== 'offline'));
  typedProblem.hidden = kind === null;
  typedProblem.textContent = kind ? TYPED_PROBLEMS[kind][currentLang()] : '';
}

function installIdForm() {
  idForm.addEventListener('submit', (event) => {
    event.preventDefault();
    const typed = readTyped(field.value);
    if (typed.kind === 'code') location.assign(`/C/${typed.code}`);
    else if (typed.kind === 'document') {
      location.assign(`/V/${typed.id}${typed.digits ? `#${typed.digits}` : ''}`);
    } else {
      showTyped(typed.kind);
      field.focus();
    }
  });
  // The service worker gives this page for the address of a code when nothing answers.
  if (/^\/c(\/|$)/i.test(location.pathname)) showTyped('offline');
}

for (const place of document.querySelectorAll('[data-host]')) {
  place.replaceChildren(el('bdi', {}, location.host));
}
installDropZone();
installIdForm();
installLanguageSwitch(() => {
  showTyped(problemKind);
  jobs.forEach(draw);
});
if (document.documentElement.classList.contains('can-check')) {
  installServiceWorker();
  keepStatusLists(new Publication({ base: '/publication', now: new Date(), copies: Copies }));
}
