// SPDX-License-Identifier: Apache-2.0
/**
 * JWS compact (RFC 7515) with ES256 on P-256 and no other algorithm.
 *
 * The header holds exactly `alg`, `kid` and the `typ` asked for; a token is opened
 * with the keys it is given, never with one it brings along.
 */

/** A token that is not what it must be, or not signed by whom it must be. */
export class JwsError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'JwsError';
  }
}

/**
 * A public P-256 key for verifying.
 *
 * @param {JsonWebKey} jwk
 * @returns {Promise<CryptoKey>}
 */
export async function importKey(jwk) {
  if (jwk.kty !== 'EC' || jwk.crv !== 'P-256') throw new JwsError('not a P-256 key');
  const bare = { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y };
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  return crypto.subtle.importKey('jwk', bare, algorithm, false, ['verify']);
}

/**
 * RFC 7638 SHA-256 thumbprint of a P-256 key, base64url.
 *
 * @param {JsonWebKey} jwk
 */
export async function thumbprint(jwk) {
  const canonical = `{"crv":"${jwk.crv}","kty":"${jwk.kty}","x":"${jwk.x}","y":"${jwk.y}"}`;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical));
  const text = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * The kid a token names; a hint for choosing the key, not yet a fact.
 *
 * @param {string} token
 */
export function kidOf(token) {
  return readHeader(token.split('.')[0] ?? '').kid;
}

/**
 * The payload of a token signed by this key.
 *
 * @param {string} token
 * @param {{typ: string, kid: string, key: CryptoKey}} expected
 * @returns {Promise<Record<string, any>>}
 */
export async function openJws(token, expected) {
  const parts = token.split('.');
  if (parts.length !== 3) throw new JwsError('not three parts');
  const header = readHeader(parts[0]);
  if (header.typ !== expected.typ) throw new JwsError(`typ is not ${expected.typ}`);
  if (header.kid !== expected.kid) throw new JwsError('signed with another key');
  const signature = fromBase64Url(parts[2]);
  const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const good = await crypto.subtle.verify(algorithm, expected.key, signature, signed);
  if (!good) throw new JwsError('the signature does not verify');
  return readObject(fromBase64Url(parts[1]));
}

/** @param {string} part */
function readHeader(part) {
  const header = readObject(fromBase64Url(part));
  const names = Object.keys(header).sort().join();
  if (names !== 'alg,kid,typ' || header.alg !== 'ES256') {
    throw new JwsError('the header is not exactly alg ES256, kid and typ');
  }
  if (typeof header.kid !== 'string' || typeof header.typ !== 'string') {
    throw new JwsError('kid and typ are not strings');
  }
  return /** @type {{alg: 'ES256', kid: string, typ: string}} */ (header);
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Record<string, any>}
 */
function readObject(bytes) {
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new JwsError('not JSON');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new JwsError('not a JSON object');
  }
  return value;
}

/**
 * @param {string} text  base64url without padding
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function fromBase64Url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) {
    throw new JwsError('not base64url');
  }
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
