// SPDX-License-Identifier: Apache-2.0
/**
 * The verdict on a genuine document, from its dates and what the register says. Pure.
 *
 * What could not be had or is out of date gives `unchecked`, never a bad word.
 */

/** @typedef {import('./publication.js').Status} Status */
/**
 * @typedef {'in_force' | 'not_in_force' | 'altered' | 'unknown' | 'signature_only'
 *   | 'unchecked'} Outcome
 */
/** @typedef {{outcome: Outcome, reason: string}} Verdict */

/** @type {Status[]} from good to bad (docs/spec/publication.md) */
export const SEVERITY = ['valid', 'suspended', 'superseded', 'revoked'];
const BANGKOK_MS = 7 * 3_600_000;

/**
 * The calendar date in Asia/Bangkok, which has no summer time.
 *
 * @param {Date} now
 */
export function bangkokDate(now) {
  return new Date(now.getTime() + BANGKOK_MS).toISOString().slice(0, 10);
}

/**
 * @param {Status} a
 * @param {Status} b
 */
export function worseStatus(a, b) {
  return SEVERITY.indexOf(a) > SEVERITY.indexOf(b) ? a : b;
}

/**
 * The verdict on a genuine document. Expected results: tests/vectors/verdicts.json.
 *
 * What is certain (revoked, expired) goes before what could not be had.
 *
 * @param {object} facts
 * @param {string} facts.today  Asia/Bangkok
 * @param {string} facts.valid_from
 * @param {string | null} facts.valid_until
 * @param {Status | 'unreachable' | 'invalid' | 'stale' | 'replayed'} facts.status_list
 * @param {Status | 'unreachable' | 'offline' | 'invalid' | 'not_found'} facts.record  offline:
 *   nobody answers, and the status list is a copy this device has kept
 * @returns {Verdict}
 */
export function decide({ today, valid_from, valid_until, status_list, record }) {
  const status = knownStatus(status_list, record);
  if (status && status !== 'valid') return { outcome: 'not_in_force', reason: status };
  // Dates are signed with the document: a day that has passed needs no list.
  if (valid_until !== null && today > valid_until) {
    return { outcome: 'not_in_force', reason: 'expired' };
  }
  if (today < valid_from) return { outcome: 'not_in_force', reason: 'not_yet_valid' };
  if (record === 'unreachable') return { outcome: 'unchecked', reason: 'register_unreachable' };
  if (record === 'invalid') return { outcome: 'unchecked', reason: 'register_record_invalid' };
  if (!status) return { outcome: 'unchecked', reason: `status_list_${status_list}` };
  // An unused index reads "valid", so the list alone does not say the document exists.
  if (record === 'not_found') return { outcome: 'signature_only', reason: 'not_registered' };
  return { outcome: 'in_force', reason: 'valid' };
}

/**
 * The worse of list and record, or null where it is not known. A record alone, without a
 * fresh list, never says that a document is valid: it could be an old one.
 *
 * @param {string} list
 * @param {string} record
 * @returns {Status | null}
 */
export function knownStatus(list, record) {
  const ofList = SEVERITY.find((status) => status === list);
  const ofRecord = SEVERITY.find((status) => status === record);
  if (ofList) return worseStatus(ofList, ofRecord ?? 'valid');
  return ofRecord && ofRecord !== 'valid' ? ofRecord : null;
}
