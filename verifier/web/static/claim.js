// SPDX-License-Identifier: Apache-2.0
/**
 * The claim of a QR code (docs/spec/claim.md): digits to bytes, bytes to facts,
 * and the ES256 signature over both.
 *
 * It accepts exactly the one encoding a claim has and refuses all others. Nothing
 * here touches the network.
 */

/**
 * @typedef {object} Claim
 * @property {string} typeCode
 * @property {string} number
 * @property {string} holder
 * @property {string} issuedOn   YYYY-MM-DD, Asia/Bangkok
 * @property {string} validFrom
 * @property {string | null} validUntil  null: no expiry
 * @property {string} agencyId
 * @property {string} recordSha256  lower-case hex
 * @property {{list: number, index: number}} statusRef
 */

/**
 * @typedef {object} UnverifiedClaim
 * @property {string} kid  8 hex digits, a hint
 * @property {Claim} claim
 * @property {Uint8Array<ArrayBuffer>} protectedBytes
 * @property {Uint8Array<ArrayBuffer>} payload
 * @property {Uint8Array<ArrayBuffer>} signature
 */

/** A claim that cannot be read: `unreadable` are digits of no bytes, `malformed` the bytes. */
export class ClaimError extends Error {
  /**
   * @param {'unreadable' | 'malformed'} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = 'ClaimError';
    this.code = code;
  }
}

/** The longest claim there is, in bytes. */
const MAX_CLAIM = 512;
/** Characters of an address that are still read. */
const MAX_DIGITS = 2000;
/** Entries of a status list, and how many lists there may be. */
const LIST_SIZE = 2 ** 20;
const MAX_LISTS = 2 ** 20;
const DIGITS_FOR_BYTES = [0, 3, 5, 8, 10, 13, 15, 17];
const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const DAY_MS = 86_400_000;
const AAD_PREFIX = new TextEncoder().encode('TH-LIC-QR-1');

/**
 * Bytes of the decimal digits of a QR fragment.
 *
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function decodeDigits(text) {
  if (!/^[0-9]+$/.test(text)) throw new ClaimError('unreadable', 'not decimal digits');
  const rest = DIGITS_FOR_BYTES.indexOf(text.length % 17);
  if (rest < 0 || text.length > MAX_DIGITS) {
    throw new ClaimError('unreadable', `no bytes have ${text.length} digits`);
  }
  const out = new Uint8Array(Math.floor(text.length / 17) * 7 + rest);
  for (let digit = 0, byte = 0; digit < text.length; digit += 17, byte += 7) {
    const group = text.slice(digit, digit + 17);
    const size = DIGITS_FOR_BYTES.indexOf(group.length);
    let value = BigInt(group);
    for (let i = size - 1; i >= 0; i--) {
      out[byte + i] = Number(value & 0xffn);
      value >>= 8n;
    }
    if (value !== 0n) throw new ClaimError('unreadable', 'a group of digits is too large');
  }
  return out;
}

/**
 * The 16 bytes of a document id, or null if the text is not one.
 *
 * @param {string} id
 * @returns {Uint8Array<ArrayBuffer> | null}
 */
export function documentIdBytes(id) {
  const text = id.toUpperCase();
  if (!/^[A-Z2-7]{26}$/.test(text)) return null;
  let value = 0n;
  for (const character of text) value = (value << 5n) | BigInt(ID_ALPHABET.indexOf(character));
  if (value & 3n) return null; // the two spare bits are zero, so one id has one spelling
  value >>= 2n;
  const out = new Uint8Array(16);
  for (let i = 15; i >= 0; i--, value >>= 8n) out[i] = Number(value & 0xffn);
  return out;
}

/** Reads deterministic CBOR (RFC 8949 §4.2.1): each head in its shortest form only. */
class Reader {
  /** @param {Uint8Array<ArrayBuffer>} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  /** @returns {number} */
  byte() {
    if (this.at >= this.bytes.length) throw new ClaimError('malformed', 'ends too early');
    return this.bytes[this.at++];
  }

  /** @returns {number} the major type of the next item */
  peekMajor() {
    if (this.at >= this.bytes.length) throw new ClaimError('malformed', 'ends too early');
    return this.bytes[this.at] >> 5;
  }

  /**
   * The argument of the next head, which must be of this major type.
   *
   * @param {number} major
   * @returns {number}
   */
  head(major) {
    const first = this.byte();
    if (first >> 5 !== major) throw new ClaimError('malformed', 'another type was expected');
    const info = first & 31;
    if (info < 24) return info;
    if (info > 27) throw new ClaimError('malformed', 'not a definite length');
    const size = 1 << (info - 24);
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.byte();
    const least = [24, 0x100, 0x10000, 0x100000000][info - 24];
    if (value < least) throw new ClaimError('malformed', 'not the shortest form');
    if (!Number.isSafeInteger(value)) throw new ClaimError('malformed', 'too large a number');
    return value;
  }

  /** @param {number} length */
  array(length) {
    if (this.head(4) !== length) throw new ClaimError('malformed', 'wrong number of elements');
  }

  /**
   * @param {number} [length]
   * @returns {Uint8Array<ArrayBuffer>}
   */
  byteString(length) {
    return this.take(this.head(2), length);
  }

  /** @returns {string} */
  text() {
    const bytes = this.take(this.head(3));
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new ClaimError('malformed', 'text is not UTF-8');
    }
  }

  /**
   * @param {number} size
   * @param {number} [expected]
   */
  take(size, expected = size) {
    if (size !== expected) throw new ClaimError('malformed', 'wrong length');
    if (this.at + size > this.bytes.length) throw new ClaimError('malformed', 'ends too early');
    this.at += size;
    return this.bytes.slice(this.at - size, this.at);
  }

  end() {
    if (this.at !== this.bytes.length) throw new ClaimError('malformed', 'has trailing bytes');
  }
}

/**
 * The facts of a claim, strictly decoded and not yet verified.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {UnverifiedClaim}
 */
export function readClaim(bytes) {
  if (bytes.length > MAX_CLAIM) throw new ClaimError('malformed', 'longer than a claim');
  const reader = new Reader(bytes);
  reader.array(4);
  const protectedBytes = reader.byteString(9);
  if (reader.head(5) !== 0) throw new ClaimError('malformed', 'unprotected header not empty');
  const payload = reader.byteString();
  const signature = reader.byteString(64);
  reader.end();
  return {
    kid: readKid(protectedBytes),
    claim: readPayload(payload),
    protectedBytes,
    payload,
    signature,
  };
}

/**
 * The kid of a protected header, which is `{1: -7 | -9, 4: kid}` and nothing else.
 *
 * @param {Uint8Array} bytes
 */
function readKid(bytes) {
  const algorithm = bytes[2];
  const es256 = algorithm === 0x26 || algorithm === 0x28;
  if (bytes[0] !== 0xa2 || bytes[1] !== 0x01 || !es256 || bytes[3] !== 0x04 || bytes[4] !== 0x44) {
    throw new ClaimError('malformed', 'protected header is not that of a claim');
  }
  return toHex(bytes.subarray(5));
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Claim}
 */
function readPayload(bytes) {
  const reader = new Reader(bytes);
  reader.array(8);
  const typeCode = matching(reader.text(), /^[A-Z0-9]{1,4}$/);
  const number = readThai(reader);
  const holder = readThai(reader);
  const [issuedOn, validFrom] = readDays(reader);
  const validUntil = readLastDay(reader);
  if (validUntil !== null && validUntil < validFrom) {
    throw new ClaimError('malformed', 'the last day lies before the first');
  }
  const agencyId = matching(reader.text(), /^[A-Z0-9]{1,8}$/);
  const recordSha256 = toHex(reader.byteString(32));
  const packed = reader.head(0);
  reader.end();
  const statusRef = { list: Math.floor(packed / LIST_SIZE), index: packed % LIST_SIZE };
  if (statusRef.list >= MAX_LISTS) throw new ClaimError('malformed', 'no such status list');
  return {
    typeCode, number, holder, issuedOn, validFrom, validUntil, agencyId, recordSha256, statusRef,
  };
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
function matching(text, pattern) {
  if (!pattern.test(text)) throw new ClaimError('malformed', 'a code is not one');
  return text;
}

/**
 * Bytes are windows-874; text is for what windows-874 lacks, and only for that.
 *
 * @param {Reader} reader
 */
function readThai(reader) {
  const asBytes = reader.peekMajor() === 2;
  const text = asBytes ? decodeWindows874(reader.byteString()) : reader.text();
  if (!asBytes && /^[\u0020-\u007e\u0e01-\u0e3a\u0e3f-\u0e5b]*$/.test(text)) {
    throw new ClaimError('malformed', 'text where windows-874 would do');
  }
  const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
  if (!text || invisible || text.normalize('NFC') !== text) {
    throw new ClaimError('malformed', 'a text is empty, invisible in part, or not in NFC');
  }
  return text;
}

/** @param {Uint8Array} bytes */
function decodeWindows874(bytes) {
  let text = '';
  for (const byte of bytes) {
    const ascii = byte >= 0x20 && byte <= 0x7e;
    const thai = (byte >= 0xa1 && byte <= 0xda) || (byte >= 0xdf && byte <= 0xfb);
    if (!ascii && !thai) throw new ClaimError('malformed', 'a byte is not windows-874');
    text += String.fromCharCode(ascii ? byte : byte - 0xa0 + 0x0e00);
  }
  return text;
}

/** @param {Reader} reader */
function readDays(reader) {
  if (reader.peekMajor() !== 4) {
    const day = toDate(reader.head(0));
    return [day, day];
  }
  reader.array(2);
  const issued = reader.head(0);
  const from = reader.head(0);
  if (issued === from) throw new ClaimError('malformed', 'one day written as two');
  return [toDate(issued), toDate(from)];
}

/** @param {Reader} reader */
function readLastDay(reader) {
  if (reader.peekMajor() !== 7) return toDate(reader.head(0));
  if (reader.byte() !== 0xf6) throw new ClaimError('malformed', 'neither a day nor null');
  return null;
}

/** @param {number} days since 1970-01-01 */
function toDate(days) {
  const date = new Date(days * DAY_MS);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) {
    throw new ClaimError('malformed', 'a day no calendar has');
  }
  return date.toISOString().slice(0, 10);
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Whether one of the keys made this claim for this document id.
 *
 * @param {UnverifiedClaim} unverified
 * @param {Uint8Array<ArrayBuffer>} idBytes
 * @param {CryptoKey} key  P-256
 */
export async function isSignedBy(unverified, idBytes, key) {
  const aad = joinBytes([AAD_PREFIX, idBytes]);
  // Sig_structure of RFC 9052 §4.4.
  const signed = joinBytes([
    Uint8Array.of(0x84),
    head(3, 10),
    new TextEncoder().encode('Signature1'),
    head(2, unverified.protectedBytes.length),
    unverified.protectedBytes,
    head(2, aad.length),
    aad,
    head(2, unverified.payload.length),
    unverified.payload,
  ]);
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  return crypto.subtle.verify(algorithm, key, unverified.signature, signed);
}

/**
 * @param {number} major
 * @param {number} length below 65,536
 */
function head(major, length) {
  const type = major << 5;
  if (length < 24) return Uint8Array.of(type | length);
  if (length < 0x100) return Uint8Array.of(type | 24, length);
  return Uint8Array.of(type | 25, length >> 8, length & 0xff);
}

/** @param {Uint8Array[]} parts */
function joinBytes(parts) {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
