// SPDX-License-Identifier: Apache-2.0
/**
 * What people type or scan: a short code, a document id, or the address of a QR code.
 * Tells which it is, and for anything else why it is none. Pure.
 */

import { decodeDigits, documentIdBytes } from './claim.js';

/**
 * @typedef {{kind: 'code', code: string}
 *   | {kind: 'document', id: string, digits: string, host: string | null}
 *   | {kind: 'empty' | 'length' | 'check' | 'broken' | 'foreign'}} Typed
 */

/** Digits and capitals without I, L, O and U (docs/spec/publication.md). */
const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_CHARS = 12;
const ID_CHARS = 26;
const MAX_CHARS = 2_000;
const LEFT_OUT = /[\s\u200b\ufeff.·_\-\u00ad\u2010-\u2015\u2212]+/g;
const ADDRESS = /^https?:\/\/([^/?#\s@]+)\/v\/([^/?#\s]*)(?:#(\S*))?$/i;
const CODE_ADDRESS = /^(?:https?:\/\/)?[^/?#\s@]+\/c\/([^/?#]*)$/i;

/**
 * @param {string} text  typed by a person
 * @returns {Typed}
 */
export function readTyped(text) {
  const trimmed = text.trim();
  if (!trimmed) return { kind: 'empty' };
  if (/^https?:\/\//i.test(trimmed)) return readAddress(trimmed);
  const typed = (CODE_ADDRESS.exec(trimmed)?.[1] ?? trimmed).replace(LEFT_OUT, '').toUpperCase();
  if (typed.length <= CODE_CHARS + 1) return readCode(typed);
  // 0, 1 and 8 are not in the alphabet, so whoever types them has misread a letter.
  const id = typed.replace(/0/g, 'O').replace(/1/g, 'I').replace(/8/g, 'B');
  if (documentIdBytes(id)) return { kind: 'document', id, digits: '', host: null };
  return { kind: id.length === ID_CHARS ? 'check' : 'length' };
}

/**
 * @param {string} text  read from a QR code
 * @returns {Typed}
 */
export function readAddress(text) {
  const trimmed = text.trim();
  const code = /^https?:\/\//i.test(trimmed) ? CODE_ADDRESS.exec(trimmed) : null;
  if (code) return readCode(code[1].replace(LEFT_OUT, '').toUpperCase());
  const found = ADDRESS.exec(trimmed);
  if (!found) return { kind: 'foreign' };
  const [, host, id, digits = ''] = found;
  if (!documentIdBytes(id)) return { kind: id.length === ID_CHARS ? 'foreign' : 'broken' };
  if (digits && (trimmed.length > MAX_CHARS || !isClaim(digits))) return { kind: 'broken' };
  return { kind: 'document', id: id.toUpperCase(), digits, host: host.toLowerCase() };
}

/** @param {string} digits */
function isClaim(digits) {
  try {
    return decodeDigits(digits).length > 0;
  } catch {
    return false;
  }
}

/**
 * @param {string} typed
 * @returns {Typed}
 */
function readCode(typed) {
  const code = typed
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
    .replace(/[\u0e50-\u0e59]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50));
  if (code.length !== CODE_CHARS) return { kind: 'length' };
  const values = [...code].map((character) => CODE_ALPHABET.indexOf(character));
  if (values.includes(-1)) return { kind: 'check' };
  // ISO 7064, MOD n+1,n with n = 32: the last character makes the sum come out as 1.
  const size = CODE_ALPHABET.length;
  const sum = values.reduce(
    (before, value) => (((before || size) * 2) % (size + 1) + value) % size,
    size / 2,
  );
  return sum === 1 ? { kind: 'code', code } : { kind: 'check' };
}

/**
 * The short code of a document, as it is printed beside the QR code.
 *
 * @param {string} id
 * @returns {Promise<string | null>}
 */
export async function shortCodeOf(id) {
  const bytes = documentIdBytes(id);
  if (!bytes) return null;
  const label = new TextEncoder().encode('TH-LIC-CODE-1');
  const named = new Uint8Array(label.length + bytes.length);
  named.set(label);
  named.set(bytes, label.length);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', named));
  const bits = Array.from(digest, (byte) => byte.toString(2).padStart(8, '0')).join('');
  let code = '';
  for (let place = 0; place < CODE_CHARS - 1; place++) {
    code += CODE_ALPHABET[parseInt(bits.slice(place * 5, place * 5 + 5), 2)];
  }
  const last = [...CODE_ALPHABET].find((character) => readCode(code + character).kind === 'code');
  return groupCode(code + last);
}

/** @param {string} code  as printed: K3XQ-7M2Z-D4AJ */
export function groupCode(code) {
  return code.replace(/(.{4})(?=.)/g, '$1-');
}
