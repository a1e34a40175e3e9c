// SPDX-License-Identifier: Apache-2.0
/**
 * The one verdict on a scanned or typed document: the six outcomes of the project,
 * decided on the device.
 *
 * What could not be fetched or is out of date gives `unchecked`, never a bad word.
 * Only a signature that does not verify gives `altered`; only a signer who is not on
 * the trust list, or may not sign this, gives `unknown`.
 */

import { ClaimError, decodeDigits, documentIdBytes, isSignedBy, readClaim } from './claim.js';
import { SEVERITY, bangkokDate, decide, knownStatus } from './decision.js';
import { importKey } from './jws.js';
import { noteClaimConfirmed } from './notes.js';
import { PublicationError } from './publication.js';
import { shortCodeOf } from './typed.js';

/** @typedef {import('./claim.js').Claim} Claim */
/** @typedef {import('./claim.js').UnverifiedClaim} UnverifiedClaim */
/** @typedef {import('./publication.js').Agency} Agency */
/** @typedef {import('./publication.js').Publication} Publication */
/** @typedef {import('./publication.js').PublishedKey} PublishedKey */
/** @typedef {import('./publication.js').Status} Status */
/** @typedef {import('./publication.js').TrustList} TrustList */
/** @typedef {import('./publication.js').Type} Type */
/** @typedef {{state: string, record: Record<string, any> | null, agency: Agency | null}} Entry */
/** @typedef {import('./decision.js').Outcome} Outcome */
/** @typedef {import('./decision.js').Verdict} Verdict */
/** @typedef {'PASSED' | 'FAILED' | 'INDETERMINATE'} Result */
/** @typedef {{id: string, result: Result, reason: string}} Check */
/**
 * @typedef {object} DocumentFacts  named as in the public record
 * @property {string} id
 * @property {string | null} [code]  as printed beside the QR code
 * @property {import('./publication.js').Text | null} type_name
 * @property {string} number
 * @property {string} holder
 * @property {{id: string, name: import('./publication.js').Text, domain?: string}} agency
 * @property {string} issued_on
 * @property {string} valid_from
 * @property {string | null} valid_until  null: no expiry
 * @property {{label: import('./publication.js').Text, value: unknown}[]} [fields]
 * @property {string | null} [successor]
 * @property {string | null} [supersedes]
 */
/**
 * @typedef {object} Report  the members of the verifier's JSON report that pages show
 * @property {'claim' | 'record' | 'file'} basis  code on the paper, register, or file
 * @property {Outcome} outcome
 * @property {string} reason
 * @property {DocumentFacts | null} document
 * @property {{value: Status, as_of: string | null, since?: string | null} | null} status
 * @property {Check[]} checks
 * @property {{name: import('./publication.js').Text, seq: number} | null} trust_list
 * @property {string} checked_at
 * @property {{id: string, text: import('./publication.js').Text}[]} [notes]  beside a
 *   good verdict: why it stands though a key was stolen
 * @property {boolean} [offline]  judged by copies of the signed lists
 */

/** Every check of a scanned code, in the order they are made. */
const CHECKS = [
  'qr_readable', 'trust_list', 'claim_signature', 'type_permitted', 'register_record',
  'status', 'dates',
];
/** Without a code there is no claim to check. */
const CHECKS_WITHOUT_CODE = ['trust_list', 'register_record', 'type_permitted', 'status', 'dates'];

/** Fetched on use, and not kept ahead with the pages: files need the network anyway. */
const SEAL_FACTS = 'seal-facts.js';

/** Ends a judgement early with a verdict. */
class Stop extends Error {
  /**
   * @param {Outcome} outcome
   * @param {string} reason
   */
  constructor(outcome, reason) {
    super(reason);
    this.verdict = { outcome, reason };
  }
}

/**
 * Judges a document by the claim of its QR code, or without one by its public record.
 *
 * @param {object} asked
 * @param {string} asked.id  as in the address
 * @param {string} asked.digits  the fragment, or an empty string
 * @param {Publication} asked.publication
 * @param {Date} asked.now
 * @returns {Promise<Report>}
 */
export async function judgeDocument({ id, digits, publication, now }) {
  const report = startReport(digits ? 'claim' : 'record', now);
  try {
    const judge = new Judge(report, publication, now, id.toUpperCase());
    Object.assign(report, digits ? await judge.byClaim(digits) : await judge.byRecord());
  } catch (error) {
    if (!(error instanceof Stop)) console.error(error);
    const failed = { outcome: 'unchecked', reason: 'processing_error' };
    Object.assign(report, error instanceof Stop ? error.verdict : failed);
  }
  // Beside a verdict that is not good a remark in favour would only confuse.
  if (!['in_force', 'not_in_force', 'signature_only'].includes(report.outcome)) report.notes = [];
  if (report.document) report.document.code = await shortCodeOf(report.document.id);
  report.offline = publication.copied.size > 0;
  report.checks = inOrder(report.checks, digits ? CHECKS : CHECKS_WITHOUT_CODE);
  return report;
}

/** Of a file that was recognised by its hash. */
const CHECKS_OF_FILE = ['trust_list', 'issued_file', ...CHECKS_WITHOUT_CODE.slice(1)];

/**
 * Recognises a file that is byte for byte one that was issued: but not where its verdict
 * may hang on an officer's signature, on the time of its seal, or on whose seal it is.
 *
 * @param {object} asked
 * @param {string} asked.sha256  lower-case hex
 * @param {Uint8Array} asked.bytes  the file
 * @param {Publication} asked.publication
 * @param {Date} asked.now
 * @returns {Promise<Report | null>}  null: not recognised, which says nothing against it
 */
export async function judgeFile({ sha256, bytes, publication, now }) {
  const report = startReport('file', now);
  try {
    const judge = new Judge(report, publication, now, '');
    const verdict = await judge.byFile(sha256, bytes);
    if (!verdict || !['in_force', 'not_in_force'].includes(verdict.outcome)) return null;
    Object.assign(report, verdict);
  } catch (error) {
    if (!(error instanceof Stop || error instanceof PublicationError)) console.error(error);
    return null;
  }
  if (report.document) report.document.code = await shortCodeOf(report.document.id);
  report.offline = publication.copied.size > 0;
  report.checks = inOrder(report.checks, CHECKS_OF_FILE);
  return report;
}

/**
 * The report on a code that holds no claim at all.
 *
 * @param {'qr_foreign' | 'qr_unreadable'} reason
 * @param {Date} now
 * @returns {Report}
 */
export function judgeNoClaim(reason, now) {
  const report = startReport('claim', now);
  /** @type {Check} */
  const check = { id: 'qr_readable', result: 'FAILED', reason };
  const checks = inOrder([check], CHECKS);
  return Object.assign(report, { outcome: 'unknown', reason, checks });
}

/**
 * @param {Report['basis']} basis
 * @param {Date} now
 * @returns {Report}
 */
function startReport(basis, now) {
  return {
    basis,
    outcome: 'unchecked',
    reason: 'processing_error',
    document: null,
    status: null,
    checks: [],
    trust_list: null,
    checked_at: now.toISOString(),
  };
}

/**
 * @param {Check[]} checks
 * @param {string[]} names
 * @returns {Check[]}
 */
function inOrder(checks, names) {
  const made = new Map(checks.map((check) => [check.id, check]));
  return names.map(
    (name) => made.get(name) ?? { id: name, result: 'INDETERMINATE', reason: 'not_checked' },
  );
}

/** One judgement; each method is one step and notes its check in the report. */
class Judge {
  /**
   * @param {Report} report
   * @param {Publication} publication
   * @param {Date} now
   * @param {string} id
   */
  constructor(report, publication, now, id) {
    this.report = report;
    this.publication = publication;
    this.now = now;
    this.id = id;
  }

  /** @param {string} digits */
  async byClaim(digits) {
    // 1. The claim reads, strictly.
    const idBytes = this.#idBytes();
    const unverified = this.#readClaim(digits);
    const { claim } = unverified;
    // 2. A key of the trust list made it, for this very id, ...
    const trust = await this.#trustList();
    const { agency, key } = await this.#signer(unverified, idBytes, trust);
    // 3. ... and may speak for this agency and type at that time.
    const type = this.#checkPermitted(claim, agency, key);
    this.report.document = {
      id: this.id,
      type_name: type.name,
      number: claim.number,
      holder: claim.holder,
      agency: identify(agency),
      issued_on: claim.issuedOn,
      valid_from: claim.validFrom,
      valid_until: claim.validUntil,
    };
    // 4. What the register says now, by list and by record.
    const [list, entry] = await Promise.all([
      this.#status(claim.statusRef, agency),
      this.#record(trust, agency),
    ]);
    if (entry.record) this.#checkAgrees(claim, entry.record, type.id);
    // Nobody answers: a claim of a good key needs no record, and its status is as old as
    // the list that was kept, which is said (docs/adr/0034).
    if (entry.state === 'unreachable' && this.publication.copied.has('status_list')) {
      entry.state = 'offline';
    }
    if (key.compromised_from !== null && !entry.record) {
      // A stolen key can date its claims back; only the register tells the true ones.
      const unknown = entry.state === 'not_found';
      const reason = unknown ? 'claim_unconfirmed' : recordReason(entry.state);
      this.#note('register_record', 'INDETERMINATE', reason);
      this.report.document = null;
      throw new Stop('unchecked', reason);
    }
    if (key.compromised_from !== null) {
      this.report.notes = [noteClaimConfirmed(key.compromised_from)];
    }
    return this.#decide(this.report.document, list, entry);
  }

  async byRecord() {
    this.#idBytes();
    const trust = await this.#trustList();
    const entry = await this.#record(trust, null);
    if (!entry.record || !entry.agency) {
      this.#noteState('register_record', entry.state);
      if (entry.state === 'not_found') throw new Stop('unknown', 'not_registered');
      throw new Stop('unchecked', recordReason(entry.state));
    }
    return this.#byEntry(entry);
  }

  /**
   * @param {string} sha256
   * @param {Uint8Array} bytes
   */
  async byFile(sha256, bytes) {
    const trust = await this.#trustList();
    this.id = await this.publication.fileEntry(sha256, trust);
    const entry = await this.#record(trust, null);
    // A later version may hold what was revoked since: it is judged.
    if (entry.record?.file_sha256 !== sha256) return null;
    this.#note('issued_file', 'PASSED');
    const { agency, type } = this.#typeOfRecord(entry);
    if (mustBeRead(agency, type)) return null;
    const { hashIsEnough } = await import(`./${SEAL_FACTS}`);
    const { second } = this.publication;
    return hashIsEnough(bytes, { agency, trust, second }) ? this.#byEntry(entry) : null;
  }

  /** @param {Entry} entry */
  async #byEntry(entry) {
    const { record, agency, type } = this.#typeOfRecord(entry);
    this.report.document = {
      id: this.id,
      type_name: type.name,
      number: record.number,
      holder: record.holder,
      agency: identify(agency),
      issued_on: record.issued_on,
      valid_from: record.valid_from,
      valid_until: record.valid_until,
    };
    const list = await this.#status(record.status_list, agency);
    return this.#decide(this.report.document, list, entry);
  }

  /** @param {Entry} entry  with a record */
  #typeOfRecord(entry) {
    const record = /** @type {Record<string, any>} */ (entry.record);
    const agency = /** @type {Agency} */ (entry.agency);
    const type = agency.types.find(({ id }) => id === record.type);
    if (!type) this.#note('register_record', 'PASSED');
    return { record, agency, type: this.#permitted(type) };
  }

  #idBytes() {
    const bytes = documentIdBytes(this.id);
    if (!bytes) throw new Stop('unknown', 'qr_unreadable');
    return bytes;
  }

  /** @param {string} digits */
  #readClaim(digits) {
    try {
      const unverified = readClaim(decodeDigits(digits));
      this.#note('qr_readable', 'PASSED');
      return unverified;
    } catch (error) {
      if (!(error instanceof ClaimError)) throw error;
      const cutOff = error.code === 'unreadable';
      const reason = cutOff ? 'qr_unreadable' : 'claim_invalid';
      this.#note('qr_readable', 'FAILED', reason);
      throw new Stop(cutOff ? 'unknown' : 'altered', reason);
    }
  }

  async #trustList() {
    try {
      const trust = await this.publication.trustList();
      this.report.trust_list = { name: trust.name, seq: trust.seq };
      this.#note('trust_list', 'PASSED');
      return trust;
    } catch (error) {
      const out = ['unreachable', 'not_found'].includes(problemOf(error));
      const reason = out ? 'trust_list_unreachable' : 'trust_list_invalid';
      this.#note('trust_list', 'INDETERMINATE', reason);
      throw new Stop('unchecked', reason);
    }
  }

  /**
   * The agency and key that signed the claim: every key of that kid is tried.
   *
   * @param {UnverifiedClaim} unverified
   * @param {Uint8Array<ArrayBuffer>} idBytes
   * @param {TrustList} trust
   */
  async #signer(unverified, idBytes, trust) {
    const candidates = trust.agencies.flatMap((agency) =>
      agency.claim_keys
        .filter((key) => key.kid === unverified.kid)
        .map((key) => ({ agency, key })),
    );
    for (const candidate of candidates) {
      const key = await importKey(candidate.key.jwk);
      if (await isSignedBy(unverified, idBytes, key)) return candidate;
    }
    if (!candidates.length) {
      this.#note('claim_signature', 'INDETERMINATE', 'claim_key_unknown');
      throw new Stop('unknown', 'claim_key_unknown');
    }
    this.#note('claim_signature', 'FAILED', 'claim_signature_invalid');
    throw new Stop('altered', 'claim_signature_invalid');
  }

  /**
   * @param {Claim} claim
   * @param {Agency} agency
   * @param {PublishedKey} key
   */
  #checkPermitted(claim, agency, key) {
    const type = agency.types.find((entry) => entry.code === claim.typeCode);
    if (claim.agencyId !== agency.id) this.#refuse('claim_signature', 'issuer_mismatch');
    const problem = keyProblemOn(key, claim.issuedOn);
    if (problem) this.#refuse('claim_signature', problem);
    this.#note('claim_signature', 'PASSED');
    return this.#permitted(type);
  }

  /** @param {Type | undefined} type  as the trust list has it */
  #permitted(type) {
    if (!type) return this.#refuse('type_permitted', 'type_not_permitted');
    this.#note('type_permitted', 'PASSED');
    return type;
  }

  /**
   * @param {string} check
   * @param {string} reason
   * @returns {never}
   */
  #refuse(check, reason) {
    this.#note(check, 'FAILED', reason);
    throw new Stop('unknown', reason);
  }

  /**
   * @param {{list: number, index: number}} ref
   * @param {Agency} agency
   */
  async #status(ref, agency) {
    try {
      const list = await this.publication.statusList(ref.list, agency);
      return { state: list.statusAt(ref.index), asOf: new Date(list.iat * 1000).toISOString() };
    } catch (error) {
      const problem = problemOf(error);
      return { state: problem === 'not_found' ? 'unreachable' : problem, asOf: null };
    }
  }

  /**
   * @param {TrustList} trust
   * @param {Agency | null} agency  whose record it must be, where that is known
   */
  async #record(trust, agency) {
    try {
      const found = await this.publication.publicRecord(this.id, trust);
      if (agency && found.agency.id !== agency.id) {
        throw new PublicationError('record', 'invalid', 'the record of another agency');
      }
      return { state: String(found.record.status), ...found };
    } catch (error) {
      return { state: problemOf(error), record: null, agency: null };
    }
  }

  /**
   * The public record must say what the claim says.
   *
   * @param {Claim} claim
   * @param {Record<string, any>} record
   * @param {string} typeId
   */
  #checkAgrees(claim, record, typeId) {
    const same =
      record.record_sha256 === claim.recordSha256 &&
      record.type === typeId &&
      record.number === claim.number &&
      [claim.holder, maskHolder(claim.holder)].includes(record.holder) &&
      record.issued_on === claim.issuedOn &&
      record.valid_from === claim.validFrom &&
      record.valid_until === claim.validUntil &&
      record.status_list?.list === claim.statusRef.list &&
      record.status_list?.index === claim.statusRef.index;
    if (same) return;
    this.report.document = null;
    this.#note('register_record', 'FAILED', 'register_mismatch');
    throw new Stop('altered', 'register_mismatch');
  }

  /**
   * @param {DocumentFacts} document
   * @param {{state: string, asOf: string | null}} list
   * @param {{state: string, record: Record<string, any> | null}} entry
   */
  #decide(document, list, entry) {
    this.#noteState('status', list.state);
    this.#noteState('register_record', entry.state);
    const { record } = entry;
    if (record) {
      document.fields = record.fields ?? [];
      document.successor = record.successor;
      document.supersedes = record.supersedes;
    }
    const status = knownStatus(list.state, entry.state);
    if (status) {
      const signed = record ? new Date(record.iat * 1000).toISOString() : null;
      const since = record && record.status === status ? record.status_since : null;
      this.report.status = { value: status, as_of: list.asOf ?? signed, since };
    }
    const today = bangkokDate(this.now);
    const { valid_from, valid_until } = document;
    if (today < valid_from) this.#note('dates', 'FAILED', 'not_yet_valid');
    else if (valid_until !== null && today > valid_until) this.#note('dates', 'FAILED', 'expired');
    else this.#note('dates', 'PASSED');
    return decide({
      today,
      valid_from,
      valid_until,
      status_list: /** @type {any} */ (list.state),
      record: /** @type {any} */ (entry.state),
    });
  }

  /**
   * @param {'status' | 'register_record'} id
   * @param {string} state
   */
  #noteState(id, state) {
    if (state === 'valid') this.#note(id, 'PASSED');
    else if (SEVERITY.some((status) => status === state)) this.#note(id, 'FAILED', state);
    else if (id === 'status') this.#note(id, 'INDETERMINATE', `status_list_${state}`);
    else this.#note(id, 'INDETERMINATE', recordReason(state));
  }

  /**
   * @param {string} id
   * @param {Result} result
   * @param {string} [reason]
   */
  #note(id, result, reason = 'valid') {
    this.report.checks.push({ id, result, reason });
  }
}

/**
 * Whether the signatures of a file decide: an officer must sign this type, or a seal was
 * stolen, and only the time stamp tells which files were sealed before.
 *
 * @param {Agency} agency
 * @param {Type} type
 */
function mustBeRead({ seal_anchors: seals, seal_certificates: single, officer_anchors: officers }, type) {
  const keys = [seals, single ?? [], officers ?? []].flat();
  return Boolean(type.officer_versions?.length) || keys.some((key) => key.compromised_from !== null);
}

/** @param {unknown} error */
function problemOf(error) {
  if (error instanceof PublicationError) return error.problem;
  throw error;
}

/**
 * A name as public records show it: the first word, and initials of the others.
 *
 * @param {string} name
 */
function maskHolder(name) {
  const [first, ...others] = name.split(/\s+/).filter(Boolean);
  const initial = (/** @type {string} */ word) => `${[...word][0]}***`;
  return others.length ? [first, ...others.map(initial)].join(' ') : initial(first ?? ' ');
}

/** @param {string} state */
function recordReason(state) {
  if (state === 'not_found') return 'not_registered';
  const silent = state === 'unreachable' || state === 'offline';
  return silent ? 'register_unreachable' : 'register_record_invalid';
}

/**
 * Why a claim key does not count on this day in Asia/Bangkok, or null. A claim has no
 * time of day, so any moment of the day will do. Of a stolen key the day says nothing:
 * the thief writes it.
 *
 * @param {PublishedKey} key
 * @param {string} day
 */
function keyProblemOn(key, day) {
  /** @param {number | null} second */
  const dayOf = (second) => (second === null ? null : bangkokDate(new Date(second * 1000)));
  const first = dayOf(key.not_before);
  const last = dayOf(key.not_after);
  return (first && day < first) || (last && day > last) ? 'key_not_in_use' : null;
}

/** @param {Agency} agency */
function identify({ id, name, domain }) {
  return { id, name, domain };
}
