// SPDX-License-Identifier: Apache-2.0
/**
 * Reads the publication (docs/spec/publication.md) and verifies every file of it:
 * the trust list by the pinned root, all else by the agency's publication key.
 *
 * It asks its own origin only, by document id, list number or hash of a file; no fact of
 * a claim is part of any address. It never goes back to an older file than it has seen.
 * Lists that are verified are kept; where nobody answers, the copy is verified again.
 */

import { JwsError, fromBase64Url, importKey, kidOf, openJws, thumbprint } from './jws.js';

/** @typedef {'valid' | 'suspended' | 'superseded' | 'revoked'} Status */
/** @typedef {{th: string, en: string}} Text */
/**
 * @typedef {object} PublishedKey
 * @property {string} kid
 * @property {JsonWebKey} jwk
 * @property {number | null} not_before
 * @property {number | null} not_after
 * @property {number | null} compromised_from
 */
/**
 * @typedef {object} Dated  a seal
 * @property {string} certificate  base64
 * @property {number | null} not_before
 * @property {number | null} not_after
 * @property {number | null} compromised_from
 */
/** @typedef {Dated & {subject: Record<string, string>}} Anchor  a CA, and whom it vouches for */
/** @typedef {{id: string, code: string, name: Text, officer_versions?: number[]}} Type */
/**
 * @typedef {object} Agency
 * @property {string} id
 * @property {Text} name
 * @property {string} domain
 * @property {Type[]} types
 * @property {PublishedKey[]} claim_keys
 * @property {PublishedKey[]} publication_keys
 * @property {Anchor[]} seal_anchors
 * @property {Dated[]} [seal_certificates]
 * @property {Anchor[]} [officer_anchors]
 */
/**
 * @typedef {object} TrustList
 * @property {Text} name
 * @property {number} seq
 * @property {number} iat
 * @property {number} exp
 * @property {Agency[]} agencies
 * @property {{certificate: string}[]} timestamp_anchors
 */
/** @typedef {{iat: number, exp: number, statusAt: (index: number) => Status}} StatusList */
/** @typedef {'trust_list' | 'status_list' | 'record' | 'file'} Part */
/** @typedef {'unreachable' | 'not_found' | 'invalid' | 'stale' | 'replayed'} Problem */

/** A file of the publication that cannot be had, or cannot be relied on. */
export class PublicationError extends Error {
  /**
   * @param {Part} part
   * @param {Problem} problem
   * @param {string} message
   */
  constructor(part, problem, message) {
    super(message);
    this.name = 'PublicationError';
    this.part = part;
    this.problem = problem;
  }
}

/** @type {Status[]} */
const STATUS_VALUES = ['valid', 'revoked', 'suspended', 'superseded'];
const LIST_BYTES = 2 ** 20 / 4;
const MAX_FILE_BYTES = 4_000_000;
/** A clock may be this far behind that of the publication, in seconds. */
const CLOCK_SKEW = 300;
const TIMEOUT_MS = 10_000;
/** Where one file could not be had, others are not waited for as long. */
const IMPATIENT_MS = 3_000;

/**
 * Whether a publication key counts for something made at this second. One that was
 * compromised counts for nothing: its thief can date what he signs as he likes.
 *
 * @param {PublishedKey} key
 * @param {number} second
 */
function keyCountsAt(key, second) {
  return (
    (key.not_before === null || second >= key.not_before) &&
    (key.not_after === null || second <= key.not_after) &&
    key.compromised_from === null
  );
}

/** The publication as one origin serves it. */
export class Publication {
  /**
   * @param {{
   *   base: string, now: Date,
   *   copies?: {get(path: string): Promise<string | null>, put(path: string, text: string): void},
   * }} options  one `now` for everything read
   */
  constructor({ base, now, copies }) {
    this.base = base;
    this.copies = copies ?? null;
    /** @type {Set<Part>} what was read from a copy, because nobody answered */
    this.copied = new Set();
    /** @type {Map<string, string>} what the network answered, not yet verified */
    this.fresh = new Map();
    this.timeout = TIMEOUT_MS;
    /** @type {Promise<TrustList> | null} */
    this.trust = null;
    /** @type {Set<number>} status lists that were read */
    this.read = new Set();
    this.second = Math.floor(now.getTime() / 1000);
    /** @type {string} */
    this.rootKid = '';
  }

  /**
   * The trust list, by the root key this origin pins.
   *
   * @returns {Promise<TrustList>}
   */
  trustList() {
    this.trust = this.trust ?? this.#readTrustList();
    return this.trust;
  }

  /** @returns {Promise<TrustList>} */
  async #readTrustList() {
    const jwk = await this.#fetch('trust_list', 'trust-root.jwk', (text) => JSON.parse(text));
    const token = await this.#fetch('trust_list', 'trust-list', (text) => text.trim());
    const list = await checked('trust_list', async () => {
      this.rootKid = await thumbprint(jwk);
      const key = await importKey(jwk);
      return openJws(token, { typ: 'tra-trust-list+jwt', kid: this.rootKid, key });
    });
    checkTrustList(list);
    if (list.exp <= this.second || list.iat > this.second + CLOCK_SKEW) {
      throw new PublicationError('trust_list', 'stale', 'expired or dated ahead');
    }
    this.#checkNotOlder('trust_list', 'seq', list.seq);
    await this.#keep('trust-root.jwk');
    await this.#keep('trust-list');
    return /** @type {any} */ (list);
  }

  /**
   * Status list `number`, signed by a publication key of this agency.
   *
   * @param {number} number
   * @param {Agency} agency
   * @returns {Promise<StatusList>}
   */
  async statusList(number, agency) {
    const part = 'status_list';
    const path = `status/${number}.jwt`;
    const token = await this.#fetch(part, path, (text) => text.trim());
    const list = await openBy(part, agency, token, 'statuslist+jwt');
    this.#checkStatusList(list, number);
    const packed = await checked(part, () => inflate(fromBase64Url(list.status_list.lst)));
    await this.#keep(path);
    this.read.add(number);
    return { iat: list.iat, exp: list.exp, statusAt: (index) => readStatus(packed, index) };
  }

  /** How many status lists the server knows of: a hint, which nobody has signed. */
  async countStatusLists() {
    const answer = await this.#ask('status_list', 'status-lists');
    return checked('status_list', async () => Number(JSON.parse(answer).count) || 0);
  }

  /**
   * Reads a status list ahead, whoever on the trust list signed it.
   *
   * @param {number} number
   * @param {TrustList} trust
   * @returns {Promise<boolean>} whether the network still answers
   */
  async keepStatusList(number, trust) {
    if (this.read.has(number)) return true;
    for (const agency of trust.agencies) {
      try {
        await this.statusList(number, agency);
        return !this.copied.size;
      } catch (error) {
        if (!(error instanceof PublicationError) || error.problem !== 'invalid') return false;
      }
    }
    return true; // Nobody here signed it; the next may be another's.
  }

  /**
   * The id of the document that a file was issued as. The record it leads to must name
   * the same file, or this says nothing.
   *
   * @param {string} sha256  lower-case hex
   * @param {TrustList} trust
   * @returns {Promise<string>}
   */
  async fileEntry(sha256, trust) {
    const part = 'file';
    const token = await this.#fetch(part, `files/${sha256}`, (text) => text.trim());
    const kid = await checked(part, async () => kidOf(token));
    const signer = trust.agencies.find((agency) =>
      agency.publication_keys.some((key) => key.kid === kid),
    );
    if (!signer) throw new PublicationError(part, 'invalid', 'nobody on the trust list signed it');
    const entry = await openBy(part, signer, token, 'tra-file+jwt');
    if (entry.v !== 1 || entry.sha256 !== sha256 || typeof entry.id !== 'string') {
      throw new PublicationError(part, 'invalid', 'not the entry that was asked for');
    }
    return entry.id;
  }

  /**
   * The public record of a document and the agency that signed it.
   *
   * @param {string} id
   * @param {TrustList} trust
   * @returns {Promise<{record: Record<string, any>, agency: Agency}>}
   */
  async publicRecord(id, trust) {
    const part = 'record';
    const token = await this.#fetch(part, `records/${id}`, (text) => text.trim());
    const kid = await checked(part, async () => kidOf(token));
    const signers = trust.agencies.filter((agency) =>
      agency.publication_keys.some((key) => key.kid === kid),
    );
    if (!signers.length) {
      throw new PublicationError(part, 'invalid', 'nobody on the trust list signed this record');
    }
    // Agencies may share a publication key; the record says for which of them it speaks.
    for (const agency of signers) {
      const record = await openBy(part, agency, token, 'tra-record+jwt');
      if (isRecord(record) && record.id === id && record.agency.id === agency.id) {
        return { record, agency };
      }
    }
    throw new PublicationError(part, 'invalid', 'not the record that was asked for');
  }

  /**
   * @param {Record<string, any>} list
   * @param {number} number
   */
  #checkStatusList(list, number) {
    const part = 'status_list';
    const { sub, iat, exp, status_list: body } = list;
    const wellFormed =
      typeof sub === 'string' && Number.isInteger(iat) && Number.isInteger(exp) &&
      body?.bits === 2 && typeof body.lst === 'string';
    if (!wellFormed || !sub.endsWith(`/status/${number}`)) {
      throw new PublicationError(part, 'invalid', 'not the status list that was asked for');
    }
    if (iat > this.second + CLOCK_SKEW) {
      throw new PublicationError(part, 'stale', 'the status list lies in the future');
    }
    if (exp <= this.second) {
      throw new PublicationError(part, 'stale', 'the status list has expired');
    }
    this.#checkNotOlder(part, `status/${number}`, iat);
  }

  /**
   * Refuses a file older than one this browser has seen under the same root.
   *
   * @param {Part} part
   * @param {string} name
   * @param {number} version
   */
  #checkNotOlder(part, name, version) {
    const slot = `tra.seen.${this.rootKid}.${name}`;
    let seen = 0;
    try {
      seen = Number(localStorage.getItem(slot)) || 0;
      if (version > seen) localStorage.setItem(slot, String(version));
    } catch {
      return; // Storage may be switched off; there is then nothing to compare with.
    }
    if (version < seen) {
      throw new PublicationError(part, 'replayed', 'older than a version already seen');
    }
  }

  /**
   * @template T
   * @param {Part} part
   * @param {string} path
   * @param {(text: string) => T} parse
   * @returns {Promise<T>}
   */
  async #fetch(part, path, parse) {
    let answer;
    try {
      answer = await this.#ask(part, path);
    } catch (error) {
      if (!(error instanceof PublicationError)) throw error;
      const copy = error.problem === 'unreachable' ? await this.copies?.get(path) : null;
      if (!copy) throw error;
      this.copied.add(part);
      return checked(part, async () => parse(copy));
    }
    this.fresh.set(path, answer);
    return checked(part, async () => parse(answer));
  }

  /**
   * What the origin answers.
   *
   * @param {Part} part
   * @param {string} path
   */
  async #ask(part, path) {
    let response, text;
    try {
      response = await fetch(`${this.base}/${path}`, {
        cache: 'no-cache',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(this.timeout),
      });
      text = await response.text();
    } catch {
      this.timeout = IMPATIENT_MS;
      throw new PublicationError(part, 'unreachable', `${path} could not be fetched`);
    }
    if (response.status === 404) {
      throw new PublicationError(part, 'not_found', `${path} does not exist`);
    }
    if (!response.ok) {
      throw new PublicationError(part, 'unreachable', `${path} was answered ${response.status}`);
    }
    if (text.length > MAX_FILE_BYTES) {
      throw new PublicationError(part, 'invalid', `${path} is too large`);
    }
    return text;
  }

  /**
   * Keeps what was verified, if it came from the network.
   *
   * @param {string} path
   */
  async #keep(path) {
    const text = this.fresh.get(path);
    if (text === undefined || !this.copies) return;
    this.fresh.delete(path);
    await this.copies.put(path, text);
  }
}

/**
 * Runs a reader; whatever it cannot read is `invalid`.
 *
 * @template T
 * @param {Part} part
 * @param {() => Promise<T>} read
 * @returns {Promise<T>}
 */
async function checked(part, read) {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PublicationError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new PublicationError(part, 'invalid', message);
  }
}

/**
 * Opens a token by the publication key it names, if this agency has it and it counted
 * when the token was made.
 *
 * @param {Part} part
 * @param {Agency} agency
 * @param {string} token
 * @param {string} typ
 */
async function openBy(part, agency, token, typ) {
  return checked(part, async () => {
    const kid = kidOf(token);
    const published = agency.publication_keys.find((key) => key.kid === kid);
    if (!published) throw new JwsError('not signed by a publication key of the agency');
    const payload = await openJws(token, { typ, kid, key: await importKey(published.jwk) });
    if (!Number.isInteger(payload.iat) || !keyCountsAt(published, payload.iat)) {
      throw new JwsError('the publication key did not count at that time');
    }
    return payload;
  });
}

/** @param {Record<string, any>} list */
function checkTrustList(list) {
  const wellFormed =
    (list.v === 1 || list.v === 2) &&
    [list.seq, list.iat, list.exp].every(Number.isInteger) &&
    Array.isArray(list.agencies) &&
    list.agencies.every(isAgency);
  if (!wellFormed) throw new PublicationError('trust_list', 'invalid', 'not a trust list');
  const claimKeys = list.agencies.flatMap((/** @type {Agency} */ agency) =>
    agency.claim_keys.map(({ jwk }) => `${jwk.x}.${jwk.y}`),
  );
  const ids = list.agencies.map((/** @type {Agency} */ agency) => agency.id);
  // Two of one name, or one key of two agencies, would let one speak for the other.
  if (hasTwins(ids) || hasTwins(claimKeys)) {
    throw new PublicationError('trust_list', 'invalid', 'the trust list contradicts itself');
  }
}

/** @param {Record<string, any>} record */
function isRecord(record) {
  const dates = [record.issued_on, record.valid_from, record.valid_until ?? record.valid_from];
  return (
    record.v === 1 &&
    typeof record.agency?.id === 'string' &&
    STATUS_VALUES.includes(record.status) &&
    Number.isInteger(record.status_list?.list) &&
    Number.isInteger(record.status_list?.index) &&
    dates.every((date) => /^\d{4}-\d{2}-\d{2}$/.test(date))
  );
}

/** @param {any} agency */
function isAgency(agency) {
  return (
    typeof agency?.id === 'string' &&
    [agency.types, agency.claim_keys, agency.publication_keys].every(Array.isArray) &&
    !hasTwins(agency.types.map((/** @type {any} */ type) => type.code)) &&
    !hasTwins(agency.types.map((/** @type {any} */ type) => type.id))
  );
}

/** @param {string[]} items */
function hasTwins(items) {
  return new Set(items).size !== items.length;
}

/**
 * zlib, limited to the size of a status list.
 *
 * @param {Uint8Array<ArrayBuffer>} compressed
 */
async function inflate(compressed) {
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  const out = new Uint8Array(LIST_BYTES);
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return out.subarray(0, size);
    if (size + value.length > LIST_BYTES) {
      await reader.cancel();
      throw new JwsError('the status list is larger than a list is');
    }
    out.set(value, size);
    size += value.length;
  }
}

/**
 * @param {Uint8Array} packed
 * @param {number} index
 * @returns {Status}
 */
function readStatus(packed, index) {
  const byte = packed[index >> 2];
  if (byte === undefined) {
    throw new PublicationError('status_list', 'invalid', 'the status list has no such index');
  }
  return STATUS_VALUES[(byte >> ((index & 3) * 2)) & 3];
}
