// SPDX-License-Identifier: Apache-2.0
/**
 * Whether the hash of an issued file is enough, or its signatures must be judged.
 *
 * Nothing here verifies a signature: the register has signed for these very bytes. It
 * reads from them whose seal they bear, and since when, and asks the trust list what it
 * says of that. All it can do is send a file to be judged: whatever is missing, unusual
 * or cannot be read is a reason to.
 */

import { toHex } from './claim.js';

/** @typedef {import('./publication.js').Agency} Agency */
/** @typedef {import('./publication.js').Dated} Dated */
/** @typedef {{tag: number, body: Uint8Array, all: Uint8Array, end: number}} Node  of DER */
/**
 * @typedef {object} Certificate  names and keys in hex, to be compared
 * @property {string} serial
 * @property {string} issuer
 * @property {string} subject
 * @property {string} key  SubjectPublicKeyInfo
 * @property {Map<string, string>} named  attributes of the subject by the hex of their OID
 * @property {number} from  seconds
 * @property {number} until
 */
/**
 * @typedef {object} Signed  one CMS signature, or time-stamp token
 * @property {boolean} isStamp
 * @property {number} at  of a token: its time, in seconds
 * @property {Certificate} signer
 * @property {Certificate[]} others
 * @property {Signed[]} stamps  within the signature
 */

const SIGNED_DATA = '2a864886f70d010702';
const STAMP = '2a864886f70d0109100104';
const STAMP_ATTRIBUTE = '2a864886f70d010910020e';
/** Attributes of a name as trust lists call them (docs/spec/trust-list.md). */
const ATTRIBUTES = {
  CN: '550403', C: '550406', O: '55040a', OU: '55040b', serialNumber: '550405',
  organizationIdentifier: '550461',
};
const MAX_SIGNATURES = 20;
const MAX_PATH = 10;

/**
 * Whether nothing in an issued file but its bytes needs to be judged.
 *
 * @param {Uint8Array} bytes  of the file as it was issued
 * @param {{agency: Agency, trust: import('./publication.js').TrustList, second: number}} by
 */
export function hashIsEnough(bytes, { agency, trust, second }) {
  try {
    const found = readSignatures(bytes);
    const seals = found.filter(({ isStamp }) => !isStamp);
    // A second one is an officer's, which the record must name.
    if (seals.length !== 1) return false;
    const [seal] = seals;
    const stamps = [...seal.stamps, ...found.filter(({ isStamp }) => isStamp)];
    const at = seal.stamps[0].at;
    return sealCounts(seal, at, agency, trust.agencies) && stampsCount(stamps, trust, second);
  } catch {
    return false;
  }
}

/**
 * @param {Signed} seal
 * @param {number} at
 * @param {Agency} agency
 * @param {Agency[]} agencies
 */
function sealCounts(seal, at, agency, agencies) {
  const anchors = agency.seal_anchors.filter(({ subject }) => isNamed(seal.signer, subject));
  const path = walk(seal, anchors);
  // What a list says of a key holds in whichever agency it stands.
  const told = agencies
    .flatMap((one) => one.seal_certificates ?? [])
    .filter((one) => readListed(one).key === seal.signer.key);
  return [path.anchor, ...told].every((one) => countsAt(one, at)) && path.isValidAt(at);
}

/**
 * Whether each token is of a listed authority, and the newest still proves something.
 *
 * @param {Signed[]} stamps
 * @param {import('./publication.js').TrustList} trust
 * @param {number} second
 */
function stampsCount(stamps, trust, second) {
  const paths = stamps.map((stamp) => walk(stamp, trust.timestamp_anchors));
  const newest = stamps.reduce((best, one, i) => (one.at > stamps[best].at ? i : best), 0);
  return paths.every((path, i) => path.isValidAt(stamps[i].at)) && paths[newest].isValidAt(second);
}

/** @param {Dated} entry @param {number} at */
function countsAt({ not_before: first, not_after: last, compromised_from: stolen }, at) {
  return stolen === null && (first === null || at >= first) && (last === null || at <= last);
}

/** @param {Certificate} certificate @param {Record<string, string>} subject */
function isNamed({ named }, subject) {
  const wanted = Object.entries(subject);
  return wanted.length > 0 && wanted.every(
    ([name, value]) => named.get(ATTRIBUTES[/** @type {'O'} */ (name)]) === value,
  );
}

/**
 * The certificates from a signer up to below an anchor, by their names.
 *
 * @template {{certificate: string}} T
 * @param {Signed} signed
 * @param {T[]} anchors
 */
function walk({ signer, others }, anchors) {
  const path = [signer];
  for (;;) {
    const { issuer } = path[path.length - 1];
    const anchor = anchors.find((one) => readListed(one).subject === issuer);
    if (anchor) {
      return {
        anchor,
        isValidAt: (/** @type {number} */ at) =>
          path.every(({ from, until }) => from <= at && at <= until),
      };
    }
    const above = others.find((one) => one.subject === issuer && !path.includes(one));
    if (!above || path.length > MAX_PATH) throw new RangeError('no anchor');
    path.push(above);
  }
}

/** @param {{certificate: string}} entry  of the trust list */
function readListed({ certificate }) {
  return readCertificate(parse(Uint8Array.from(atob(certificate), (c) => c.charCodeAt(0))));
}

/** @param {Uint8Array} bytes */
function readSignatures(bytes) {
  const text = new TextDecoder('latin1').decode(bytes);
  const ranges = [...text.matchAll(/\/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+\d+\s*\]/g)];
  // One that is written otherwise, or packed, is not seen: then the count is not right.
  const named = text.split('/ByteRange').length - 1;
  if (named !== ranges.length || named > MAX_SIGNATURES) throw new RangeError('signatures');
  return ranges.map(([, start, end]) => {
    const hex = /^<([0-9a-f]+)>$/i.exec(text.slice(Number(start), Number(end)));
    if (!hex) throw new RangeError('no signature in the gap');
    return readCms(parse(Uint8Array.from(hex[1].match(/../g) ?? [], (b) => parseInt(b, 16))));
  });
}

/**
 * @param {Node} content
 * @returns {Signed}
 */
function readCms(content) {
  const [type, wrapped] = inside(content);
  if (toHex(type.body) !== SIGNED_DATA) throw new RangeError('no signed data');
  const parts = inside(inside(wrapped)[0]);
  const [kind, inner] = inside(parts[2]);
  const certificates = inside(/** @type {Node} */ (parts.find(({ tag }) => tag === 0xa0)));
  const signers = inside(parts[parts.length - 1]);
  if (signers.length !== 1) throw new RangeError('one signer');
  const info = inside(signers[0]);
  const [issuer, serial] = inside(info[1]).map(({ all }) => toHex(all));
  const known = certificates.map(readCertificate);
  const signer = known.find((one) => one.issuer === issuer && one.serial === serial);
  if (!signer) throw new RangeError('no certificate of the signer');
  const isStamp = toHex(kind.body) === STAMP;
  const unsigned = info.filter(({ tag }) => tag === 0xa1).flatMap(inside).map(inside);
  const stamps = unsigned
    .filter(([oid]) => toHex(oid.body) === STAMP_ATTRIBUTE)
    .flatMap(([, values]) => inside(values).map(readCms));
  // TSTInfo: version, policy, what it is of, serial number, time.
  const at = isStamp ? readTime(inside(parse(inside(inner)[0].body))[4]) : 0;
  return { isStamp, at, signer, others: known, stamps };
}

/**
 * @param {Node} node
 * @returns {Certificate}
 */
function readCertificate(node) {
  const all = inside(inside(node)[0]);
  const [serial, , issuer, validity, subject, key] = all[0].tag === 0xa0 ? all.slice(1) : all;
  const [from, until] = inside(validity).map(readTime);
  const named = inside(subject).flatMap(inside).map(inside).map(
    ([oid, value]) => /** @type {[string, string]} */ (
      [toHex(oid.body), new TextDecoder().decode(value.body)]
    ),
  );
  return {
    serial: toHex(serial.all), issuer: toHex(issuer.all), subject: toHex(subject.all),
    key: toHex(key.all), named: new Map(named), from, until,
  };
}

/** UTCTime or GeneralizedTime, in seconds. @param {Node} node */
function readTime({ tag, body }) {
  const text = String.fromCharCode(...body);
  const century = tag === 0x17 ? (text < '50' ? '20' : '19') : '';
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(century + text);
  if (!parts) throw new RangeError('a time');
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} [at]
 * @returns {Node}
 */
function parse(bytes, at = 0) {
  const start = at;
  const tag = bytes[at++];
  let size = bytes[at++];
  if (size === 0x80 || size > 0x83) throw new RangeError('a length');
  if (size > 0x80) {
    const last = at + (size & 0x7f);
    for (size = 0; at < last; ) size = size * 256 + bytes[at++];
  }
  const end = at + size;
  if (!(end <= bytes.length)) throw new RangeError('cut off');
  return { tag, body: bytes.subarray(at, end), all: bytes.subarray(start, end), end };
}

/** @param {Node} node */
function inside({ body }) {
  const found = [];
  for (let at = 0; at < body.length; ) {
    const node = parse(body, at);
    found.push(node);
    at = node.end;
  }
  return found;
}
