// SPDX-License-Identifier: Apache-2.0
/**
 * Draws a report: the verdict first, then what to compare, what to do, where it comes
 * from, and every check. The same for a scanned code and for an uploaded file.
 */

import { el, icon } from './elements.js';
import { formatAge, formatDate, formatInstant } from './language.js';
import { STEPS_BY_REASON } from './next-steps.js';
import { WORDS } from './report-texts.js';
import {
  OUTCOME_WORDS, REASON_WORDS, describeReason, describeVerdict, nameCheck,
} from './verdict-texts.js';

/** @typedef {import('./language.js').Lang} Lang */
/** @typedef {import('./language.js').Text} Text */
/** @typedef {import('./verdict.js').DocumentFacts} DocumentFacts */
/**
 * @typedef {Omit<import('./verdict.js').Report, 'checks'> & {
 *   text?: Text, advice?: Text, recognised?: boolean,
 *   file?: {sha256?: string, signed?: {size: number}} | null,
 *   changes?: {allowed: boolean, text: Text}[],
 *   qr?: {host: string, expected_host: string | null, host_matches: boolean} | null,
 *   signature?: {
 *     signer?: string, agency?: {name: Text} | null, signed_at?: string | null,
 *     officer?: {name: Text, position: Text, authority?: Text | null, signed_at: string} | null,
 *   } | null,
 *   checks: (import('./verdict.js').Check & {name?: Text, text?: Text, detail?: string})[],
 * }} AnyReport
 */
/**
 * @typedef {object} ViewOptions
 * @property {Lang} lang
 * @property {number} level  of the verdict's heading; the parts come one below
 * @property {(() => void) | null} [retry]
 * @property {Node | null} [actions]  what can be done with the document, below the facts
 */

/** What to do with a document that is in force, by what was looked at. */
const NEXT_STEPS = {
  claim: [WORDS.nextAccept, WORDS.nextDiffers],
  record: [WORDS.nextScan, WORDS.nextDiffers],
  file: [WORDS.nextFile],
};

/**
 * The verdict in words, for a title or a screen reader.
 *
 * @param {AnyReport} report
 * @param {Lang} lang
 */
export function verdictWords(report, lang) {
  const word = (OUTCOME_WORDS[report.outcome] ?? OUTCOME_WORDS.unchecked)[lang];
  const reason = reasonWords(report, lang);
  return reason ? `${word} · ${reason}` : word;
}

/**
 * @param {AnyReport} report
 * @param {ViewOptions} options
 */
export function drawReport(report, options) {
  const parts = [drawVerdict(report, options)];
  if (report.qr && !report.qr.host_matches) parts.push(drawOtherHost(report, report.qr, options));
  if (report.offline && report.status) parts.push(drawOffline(options));
  if (report.document) parts.push(drawFacts(report, report.document, options));
  if (report.document && options.actions) parts.push(options.actions);
  parts.push(drawNext(report, options), drawChecks(report, options));
  return el('div', { class: 'report', 'data-outcome': report.outcome }, ...parts);
}

/**
 * What stands below the word: for a genuine document of unknown status, that it is one.
 *
 * @param {AnyReport} report
 * @param {Lang} lang
 */
function reasonWords(report, lang) {
  const genuine = report.basis === 'claim' && report.document && report.outcome === 'unchecked';
  return genuine ? WORDS.genuineOnly[lang] : REASON_WORDS[report.reason]?.[lang];
}

/**
 * @param {AnyReport} report
 * @param {ViewOptions} options
 */
function drawVerdict(report, { lang, level }) {
  const words = OUTCOME_WORDS[report.outcome] ?? OUTCOME_WORDS.unchecked;
  const reason = reasonWords(report, lang);
  const text = report.text ?? describeVerdict(report.outcome, report.reason, report.basis).text;
  return el(
    'section',
    {
      class: 'verdict',
      'data-outcome': report.outcome,
      'data-reason': report.reason,
      'data-basis': report.basis,
    },
    icon(report.outcome),
    el(
      'div',
      { class: 'verdict-words' },
      el(
        `h${level}`,
        { class: 'verdict-word' },
        el('span', { class: 'visually-hidden' }, `${WORDS.result[lang]}: `),
        words[lang],
      ),
      reason ? el('p', { class: 'verdict-reason' }, reason) : null,
      el('p', { class: 'verdict-text' }, withoutWord(text[lang], words[lang])),
      ...(report.notes ?? []).map((note) =>
        el('p', { class: 'verdict-note', 'data-note': note.id }, note.text[lang]),
      ),
    ),
    drawAsOf(report, lang),
  );
}

/**
 * When the status was signed, and how long ago that is where it is a kept one.
 *
 * @param {AnyReport} report
 * @param {Lang} lang
 */
function drawAsOf({ status, offline, checked_at: now }, lang) {
  if (!status?.value || !status.as_of) return null;
  const age = offline
    ? el('strong', {}, ` ${formatAge(status.as_of, new Date(now), lang)}`)
    : null;
  const since = status.value !== 'valid' && status.since
    ? el('span', {}, `${WORDS.statusSince[lang]} `, drawInstant(status.since, lang))
    : null;
  return el('p', { class: 'verdict-as-of' },
    el('span', {}, `${WORDS.statusRead[lang]} `, drawInstant(status.as_of, lang), age), since);
}

/** @param {ViewOptions} options */
function drawOffline({ lang, level, retry }) {
  return el(
    'section',
    { class: 'card notice offline' },
    el(`h${level + 1}`, {}, WORDS.offline[lang]),
    el('p', {}, WORDS.offlineHint[lang]),
    retry ? drawRetry(retry, lang) : null,
  );
}

/**
 * A code that leads to another site: its own is never trusted, and never a link here.
 *
 * @param {AnyReport} report
 * @param {{host: string, expected_host: string | null}} qr
 * @param {ViewOptions} options
 */
function drawOtherHost(report, qr, { lang, level }) {
  const genuine = report.basis === 'claim' && report.document !== null;
  const text = genuine ? WORDS.otherHostGenuine : WORDS.otherHostFalse;
  return el(
    'section',
    { class: 'card notice problem other-host' },
    el(`h${level + 1}`, {}, WORDS.otherHost[lang]),
    el('p', {}, `${text[lang]} `, el('bdi', { class: 'figure' }, qr.host), '. ',
      `${WORDS.here[lang]} `, el('bdi', {}, qr.expected_host ?? location.host)),
  );
}

/**
 * @param {() => void} retry
 * @param {Lang} lang
 */
function drawRetry(retry, lang) {
  const again = el('button', { type: 'button', class: 'button' }, WORDS.retry[lang]);
  again.addEventListener('click', () => retry());
  return again;
}

/**
 * A sentence that begins with the word already in the heading need not say it twice.
 *
 * @param {string} text
 * @param {string} word
 */
function withoutWord(text, word) {
  if (!text.startsWith(`${word}: `)) return text;
  const rest = text.slice(word.length + 2);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/**
 * @param {AnyReport} report
 * @param {DocumentFacts} facts
 * @param {ViewOptions} options
 */
function drawFacts(report, facts, { lang, level }) {
  const genuine = ['in_force', 'not_in_force', 'signature_only'].includes(report.outcome);
  const heading = genuine && report.basis !== 'file' ? WORDS.compare : WORDS.facts;
  const hint = report.basis === 'record' ? WORDS.fromRecord : WORDS.compareHint;
  const officer = report.signature?.officer ?? null;
  const typeName = facts.type_name?.[lang] || facts.type_name?.th || '';
  const rows = [
    row(WORDS.number[lang], el('span', { class: 'figure' }, facts.number)),
    row(WORDS.type[lang], typeName),
    drawHolder(facts, lang),
    drawAgency(facts, lang),
    officer ? row(WORDS.officer[lang], describeOfficer(officer, lang)) : null,
    officer ? row(WORDS.officerSignedAt[lang], drawInstant(officer.signed_at, lang)) : null,
    row(WORDS.issuedOn[lang], drawDate(facts.issued_on, lang)),
    facts.valid_from === facts.issued_on
      ? null
      : row(WORDS.validFrom[lang], drawDate(facts.valid_from, lang)),
    row(
      WORDS.validUntil[lang],
      facts.valid_until ? drawDate(facts.valid_until, lang) : WORDS.noExpiry[lang],
    ),
    ...drawFields(facts, lang),
    facts.code ? row(WORDS.code[lang], el('span', { class: 'code figure' }, facts.code)) : null,
    row(WORDS.documentId[lang], el('span', { class: 'code' }, groups(facts.id))),
  ];
  return el(
    'section',
    { class: 'card facts' },
    el(`h${level + 1}`, {}, heading[lang]),
    genuine && report.basis !== 'file' ? el('p', { class: 'hint' }, hint[lang]) : null,
    el('dl', {}, ...rows),
  );
}

/**
 * @param {string} label
 * @param {string | Node | null} value
 * @param {string | null} [note]
 */
function row(label, value, note = null) {
  if (value === null || value === '') return null;
  const below = note ? el('span', { class: 'note' }, note) : null;
  return el('div', { class: 'row' }, el('dt', {}, label), el('dd', {}, value, below));
}

/**
 * @param {DocumentFacts} facts
 * @param {Lang} lang
 */
function drawHolder(facts, lang) {
  const masked = facts.holder?.includes('*') ? WORDS.masked[lang] : null;
  const name = el('span', { class: 'figure', lang: languageOf(facts.holder ?? '') }, facts.holder ?? '');
  return facts.holder ? row(WORDS.holder[lang], name, masked) : null;
}

/**
 * @param {DocumentFacts} facts
 * @param {Lang} lang
 */
function drawAgency(facts, lang) {
  const { name, domain } = facts.agency;
  return row(WORDS.agency[lang], name[lang] || name.th, domain ?? null);
}

/**
 * The fields that the type makes public, as shown on the paper.
 *
 * @param {DocumentFacts} facts
 * @param {Lang} lang
 */
function drawFields(facts, lang) {
  return (facts.fields ?? []).map((field) => {
    if (field.value === facts.holder) return null; // told above already
    const values = Array.isArray(field.value) ? field.value : [field.value];
    const text = values.map((value) => String(value ?? '')).join(', ');
    return row(field.label[lang] || field.label.th, el('span', { lang: languageOf(text) }, text));
  });
}

/**
 * @param {string} date
 * @param {Lang} lang
 */
function drawDate(date, lang) {
  return el('time', { datetime: date, class: 'figure' }, formatDate(date, lang));
}

/** @param {string} text  names stay in the script of the document */
export function languageOf(text) {
  return /[\u0e00-\u0e7f]/.test(text) ? 'th' : 'en';
}

/** @param {string} id  as printed below the code */
function groups(id) {
  return id.replace(/(.{4})(?=.)/g, '$1 ');
}

/**
 * @param {AnyReport} report
 * @param {ViewOptions} options
 */
function drawNext(report, { lang, level, retry }) {
  const advice = report.advice ?? describeVerdict(report.outcome, report.reason, report.basis).advice;
  const steps = report.outcome === 'in_force'
    ? NEXT_STEPS[report.basis]
    : STEPS_BY_REASON[report.reason] ?? [advice];
  const told = steps.map((step) => step[lang]);
  const unoffered = report.outcome === 'unchecked' && !(report.offline && report.status);
  const again = retry && unoffered ? drawRetry(retry, lang) : null;
  const { successor, supersedes } = report.document ?? {};
  return el(
    'section',
    { class: 'card next' },
    el(`h${level + 1}`, {}, WORDS.next[lang]),
    successor
      ? el('p', {}, el('a', { class: 'button', href: `/V/${successor}` }, WORDS.successor[lang]))
      : null,
    told.length > 2
      ? el('ol', { class: 'steps' }, ...told.map((step) => el('li', {}, step)))
      : el('div', {}, ...told.map((step) => el('p', {}, step))),
    STEPS_BY_REASON[report.reason]
      ? el('p', { class: 'actions' },
          el('a', { class: 'button', href: '/scan' }, WORDS.toScan[lang]),
          el('a', { class: 'button', href: '/' }, WORDS.toFront[lang]))
      : null,
    supersedes
      ? el('p', {}, el('a', { href: `/V/${supersedes}` }, WORDS.predecessor[lang]))
      : null,
    again,
  );
}

/**
 * @param {AnyReport} report
 * @param {ViewOptions} options
 */
function drawSources(report, { lang }) {
  const { status, trust_list: trust, signature } = report;
  const known = status?.value && status.as_of;
  const read = known ? drawInstant(known, lang) : WORDS.notRead[lang];
  const list = trust
    ? `${trust.name?.[lang] ?? ''} (${WORDS.edition[lang]} ${trust.seq})`
    : WORDS.notRead[lang];
  const signer = signature?.agency?.name[lang] ?? signature?.signer ?? null;
  const by = report.basis === 'file' && !report.recognised
    ? `${WORDS.byServer[lang]} ${location.host}`
    : WORDS.byDevice[lang];
  return el(
    'dl',
    { class: 'sources' },
    row(WORDS.statusRead[lang], read),
    known && status?.since ? row(WORDS.statusSince[lang], drawInstant(status.since, lang)) : null,
    row(WORDS.trustList[lang], list),
    row(WORDS.signedBy[lang], signer),
    signature?.signed_at
      ? row(WORDS.signedAt[lang], drawInstant(signature.signed_at, lang))
      : null,
    row(WORDS.checkedAt[lang], drawInstant(report.checked_at, lang)),
    row(WORDS.checkedBy[lang], by),
  );
}

/**
 * @param {{name: Text, position: Text, authority?: Text | null}} officer
 * @param {Lang} lang
 */
function describeOfficer({ name, position, authority }, lang) {
  return [name, position, authority].flatMap((text) => (text ? [text[lang]] : [])).join(', ');
}

/**
 * @param {string} instant
 * @param {Lang} lang
 */
function drawInstant(instant, lang) {
  return el('time', { datetime: instant }, formatInstant(instant, lang));
}

/**
 * @param {AnyReport} report
 * @param {ViewOptions} options
 */
function drawChecks(report, options) {
  const { lang } = options;
  const items = report.checks.map((check) => {
    const result = WORDS[check.result][lang];
    const sentence = check.text ?? describeReason(check.reason);
    const why = check.result === 'PASSED' ? '' : sentence[lang];
    return el(
      'li',
      { class: 'check', 'data-check': check.id, 'data-result': check.result },
      icon(check.result),
      el(
        'div',
        {},
        el('strong', {}, (check.name ?? nameCheck(check.id))[lang]),
        el('span', { class: 'check-result' }, ` ${result}`),
        why ? el('p', {}, why) : null,
        check.result === 'PASSED' ? null : el('code', {}, check.reason),
      ),
    );
  });
  return el(
    'details',
    { class: 'card checks' },
    el('summary', {}, `${WORDS.checks[lang]} (${report.checks.length})`),
    el('ol', {}, ...items),
    drawSources(report, options),
  );
}
