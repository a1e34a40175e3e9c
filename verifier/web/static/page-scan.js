// SPDX-License-Identifier: Apache-2.0
/**
 * Scanning inside the page, with the camera or from a photograph, and the verdict on
 * what was scanned. Pictures and claims stay on the device; only the signed files of the
 * publication are fetched, as for any scanned address.
 */

import { Copies, installServiceWorker, keepStatusLists } from './copies.js';
import { el } from './elements.js';
import { currentLang, installLanguageSwitch } from './language.js';
import { Publication } from './publication.js';
import { drawReport, verdictWords } from './report-view.js';
import { SCAN_WORDS } from './scan-texts.js';
import { openScanner, readPhoto, takePixels } from './scanner.js';
import { readAddress } from './typed.js';
import { judgeDocument, judgeNoClaim } from './verdict.js';

/** @typedef {keyof typeof SCAN_WORDS} Words */

/** The longer side of a camera picture that is looked at, and how often. */
const FRAME_SIDE = 1280;
const PAUSE_MS = 120;

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const video = /** @type {HTMLVideoElement} */ ($('video'));
const photo = /** @type {HTMLInputElement} */ ($('photo'));
const frame = $('frame');
const start = $('start');
const message = $('scan-message');
const result = $('result');

/** @type {MediaStream | null} */
let stream = null;
/** @type {Words | null} */
let said = null;
/** @type {string | null} what was scanned; kept in memory only */
let scanned = null;
/** @type {import('./report-view.js').AnyReport | null} */
let report = null;

/** @param {Words | null} words */
function say(words) {
  said = words;
  message.hidden = words === null;
  message.textContent = words ? SCAN_WORDS[words][currentLang()] : '';
  message.classList.toggle('problem', words !== null && SCAN_WORDS[words].problem === true);
}

async function startCamera() {
  clear();
  say('starting');
  const scanner = await openScanner();
  if (!scanner) return say('noScanner');
  if (!navigator.mediaDevices?.getUserMedia) return say('noCamera');
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
  } catch (error) {
    const refused = error instanceof DOMException && error.name === 'NotAllowedError';
    return say(refused ? 'refused' : 'noCamera');
  }
  video.srcObject = stream;
  frame.hidden = false;
  start.hidden = true;
  await video.play().catch(() => {});
  say('looking');
  await look(scanner, stream);
}

/**
 * @param {import('./scanner.js').Scanner} scanner
 * @param {MediaStream} mine  until it is stopped
 */
async function look(scanner, mine) {
  while (stream === mine) {
    if (video.videoWidth) {
      const pixels = takePixels(video, video.videoWidth, video.videoHeight, FRAME_SIDE);
      const [text] = await scanner.read(pixels, false);
      if (stream !== mine) return;
      if (text) return found(text);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function stopCamera() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.srcObject = null;
  frame.hidden = true;
  start.hidden = false;
}

function clear() {
  report = null;
  scanned = null;
  result.replaceChildren();
  say(null);
}

/** @param {string} text */
async function found(text) {
  stopCamera();
  navigator.vibrate?.(60);
  scanned = text;
  await judge();
}

async function judge() {
  if (scanned === null) return;
  const mine = scanned;
  say('checking');
  const read = readAddress(mine);
  if (read.kind === 'code') return location.assign(`/C/${read.code}`);
  const now = new Date();
  const publication = new Publication({ base: '/publication', now, copies: Copies });
  const judged = read.kind === 'document'
    ? { ...(await judgeDocument({ ...read, publication, now })), qr: compareHost(read.host ?? '') }
    : judgeNoClaim(read.kind === 'foreign' ? 'qr_foreign' : 'qr_unreadable', now);
  if (scanned !== mine) return;
  report = judged;
  say(null);
  draw();
  const heading = result.querySelector('h2');
  heading?.setAttribute('tabindex', '-1');
  heading?.focus();
  heading?.scrollIntoView({ block: 'center' });
}

/** @param {string} host  in the code */
function compareHost(host) {
  const meta = /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name=tra-host]'));
  const expected = meta?.content || location.host;
  return { host, expected_host: expected, host_matches: [expected, location.host].includes(host) };
}

async function readChosenPhoto() {
  const [file] = photo.files ?? [];
  photo.value = ''; // so that the same one can be chosen again
  if (!file) return;
  stopCamera();
  clear();
  say('reading');
  const scanner = await openScanner();
  if (!scanner) return say('noScanner');
  try {
    const [text] = await readPhoto(scanner, file);
    if (text) await found(text);
    else say('noCode');
  } catch {
    say('noPicture');
  }
}

function draw() {
  const lang = currentLang();
  if (said) say(said);
  if (!report) return;
  const next = el('button', { type: 'button', class: 'button primary' }, SCAN_WORDS.next[lang]);
  next.addEventListener('click', startCamera);
  const actions = el('div', { class: 'actions' }, next);
  result.replaceChildren(drawReport(report, { lang, level: 2, retry: judge, actions }));
  if (!report.document) result.append(actions);
  $('announcement').textContent = verdictWords(report, lang);
}

start.addEventListener('click', startCamera);
$('stop').addEventListener('click', () => {
  stopCamera();
  say(null);
});
photo.addEventListener('change', readChosenPhoto);
// A camera that nobody looks at is switched off.
document.addEventListener('visibilitychange', () => {
  if (document.hidden && stream) {
    stopCamera();
    say(null);
  }
});
for (const place of document.querySelectorAll('[data-host]')) {
  place.replaceChildren(el('bdi', {}, location.host));
}
installLanguageSwitch(draw);
if (document.documentElement.classList.contains('can-check')) {
  installServiceWorker();
  keepStatusLists(new Publication({ base: '/publication', now: new Date(), copies: Copies }));
}
