// SPDX-License-Identifier: Apache-2.0
/**
 * The page a scanned code opens, `/V/{id}#{claim}`.
 *
 * The fragment is taken out of the address bar at once and kept in memory only; it is
 * never part of a request. Where the browser cannot verify, the server's answer stays.
 */

import { drawActions } from './actions-view.js';
import { Copies, installServiceWorker, keepStatusLists } from './copies.js';
import { el } from './elements.js';
import { currentLang, installLanguageSwitch } from './language.js';
import { Publication } from './publication.js';
import { WORDS } from './report-texts.js';
import { drawReport, verdictWords } from './report-view.js';
import { judgeDocument } from './verdict.js';

const id = decodeURIComponent(location.pathname.split('/').filter(Boolean).pop() ?? '');
const result = /** @type {HTMLElement} */ (document.getElementById('result'));
const progress = /** @type {HTMLElement} */ (document.getElementById('progress'));
const announcement = /** @type {HTMLElement} */ (document.getElementById('announcement'));

let digits = takeFragment();
/** @type {import('./verdict.js').Report | null} */
let report = null;
/** Counts judgements, so that a slow one does not overwrite a newer one. */
let round = 0;
let listsKept = false;

/** The fragment, cleared from the address bar. */
function takeFragment() {
  const fragment = location.hash.slice(1);
  if (fragment) history.replaceState(null, '', location.pathname + location.search);
  return fragment;
}

/** The verdict as of now. */
async function readAgain() {
  const now = new Date();
  const publication = new Publication({ base: '/publication', now, copies: Copies });
  const judged = await judgeDocument({ id, digits, publication, now });
  if (!listsKept && !judged.offline && judged.trust_list) {
    listsKept = true;
    keepStatusLists(publication);
  }
  return judged;
}

async function judge() {
  const mine = ++round;
  // The verdict on one code must not stand while the next is being checked.
  report = null;
  result.replaceChildren();
  progress.hidden = false;
  const judged = await readAgain();
  if (mine !== round) return;
  report = judged;
  progress.hidden = true;
  draw();
}

function draw() {
  const lang = currentLang();
  if (!report) return;
  const actions = drawActions({
    lang,
    link: link(),
    holdsClaim: digits !== '',
    show: openDisplay,
    say: announce,
  });
  result.replaceChildren(drawReport(report, { lang, level: 1, retry: judge, actions }));
  const words = verdictWords(report, lang);
  announce(`${WORDS.result[lang]}: ${words}`);
  document.title = `${words} – ${WORDS.title[lang]}`;
}

/** The address of the code, made from memory. */
function link() {
  return `${location.origin}/V/${id.toUpperCase()}${digits ? `#${digits}` : ''}`;
}

/** @param {string} text */
function announce(text) {
  announcement.textContent = text;
}

async function openDisplay() {
  if (!report) return;
  const view = await import('./display-view.js');
  view.openDisplay({
    lang: currentLang(),
    report,
    judge: readAgain,
    link: link(),
    onClose: () => /** @type {HTMLElement | null} */ (result.querySelector('.actions button'))?.focus(),
  });
}

for (const place of document.querySelectorAll('[data-host]')) {
  place.replaceChildren(el('bdi', {}, location.host));
}
installLanguageSwitch(draw);
if (document.documentElement.classList.contains('can-check')) {
  // The next code scanned into the same page is a new document's or a new claim.
  window.addEventListener('hashchange', () => {
    if (!location.hash) return;
    digits = takeFragment();
    judge();
  });
  judge().then(installServiceWorker);
}
