// SPDX-License-Identifier: Apache-2.0
/**
 * Draws the QR code of a licence on the screen of its holder (ISO/IEC 18004), from the
 * address in memory. Capitals, `#` and digits each take their own segment, as in print;
 * level M, because a screen is not stamped on.
 */

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
/** Of level M, by version from 1: codewords of correction in a block, and blocks. */
const CORRECTION = [
  10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28,
  28, 28, 28, 28, 28, 28,
];
const BLOCKS = [
  1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26,
  28, 29,
];
const MASK = 0; // checkerboard: any mask is legal, and this one suits dense codes
const LEVEL_M = 0;

/**
 * The modules of the code, dark ones true, without the quiet zone.
 *
 * @param {string} address  `HTTPS://HOST/V/ID`, in capitals
 * @param {string} digits  the claim, or an empty string
 * @returns {boolean[][]}
 */
export function drawModules(address, digits) {
  for (let version = 1; version <= CORRECTION.length; version++) {
    const bits = encodeBits(address, digits, version);
    const room = (countCodewords(version) - CORRECTION[version - 1] * BLOCKS[version - 1]) * 8;
    if (bits.length <= room) return placeModules(version, interleave(pad(bits, room), version));
  }
  throw new RangeError('too long for a code on a screen');
}

/**
 * @param {string} address
 * @param {string} digits
 * @param {number} version
 */
function encodeBits(address, digits, version) {
  const size = version < 10 ? 0 : version < 27 ? 1 : 2;
  /** @type {number[]} */
  const bits = [];
  const put = (/** @type {number} */ value, /** @type {number} */ length) => {
    for (let at = length - 1; at >= 0; at--) bits.push((value >> at) & 1);
  };
  const values = [...address].map((character) => ALPHANUMERIC.indexOf(character));
  if (values.includes(-1)) throw new RangeError('not an address in capitals');
  put(2, 4);
  put(values.length, [9, 11, 13][size]);
  for (let at = 0; at < values.length; at += 2) {
    if (at + 1 < values.length) put(values[at] * 45 + values[at + 1], 11);
    else put(values[at], 6);
  }
  if (digits) {
    put(4, 4);
    put(1, size ? 16 : 8);
    put('#'.charCodeAt(0), 8);
    put(1, 4);
    put(digits.length, [10, 12, 14][size]);
    for (let at = 0; at < digits.length; at += 3) {
      const group = digits.slice(at, at + 3);
      put(Number(group), [0, 4, 7, 10][group.length]);
    }
  }
  return bits;
}

/**
 * @param {number[]} bits
 * @param {number} room
 */
function pad(bits, room) {
  const padded = [...bits, ...new Array(Math.min(4, room - bits.length)).fill(0)];
  while (padded.length % 8) padded.push(0);
  const bytes = [];
  for (let at = 0; at < padded.length; at += 8) {
    bytes.push(padded.slice(at, at + 8).reduce((byte, bit) => byte * 2 + bit, 0));
  }
  for (let filler = 0xec; bytes.length < room / 8; filler ^= 0xec ^ 0x11) bytes.push(filler);
  return bytes;
}

/** Data and correction codewords there are in a version. @param {number} version */
function countCodewords(version) {
  let modules = (16 * version + 128) * version + 64;
  if (version > 1) {
    const marks = Math.floor(version / 7) + 2;
    modules -= (25 * marks - 10) * marks - 55;
    if (version > 6) modules -= 36;
  }
  return Math.floor(modules / 8);
}

/**
 * @param {number[]} data
 * @param {number} version
 */
function interleave(data, version) {
  const blocks = BLOCKS[version - 1];
  const correction = CORRECTION[version - 1];
  const short = Math.floor(data.length / blocks);
  const firstLong = blocks - (data.length % blocks);
  const parts = [];
  for (let block = 0, at = 0; block < blocks; block++) {
    const length = short + (block < firstLong ? 0 : 1);
    parts.push(data.slice(at, at + length));
    at += length;
  }
  const divisor = makeDivisor(correction);
  const repairs = parts.map((part) => divide(part, divisor));
  const out = [];
  for (let at = 0; at <= short; at++) {
    for (const part of parts) if (at < part.length) out.push(part[at]);
  }
  for (let at = 0; at < correction; at++) for (const repair of repairs) out.push(repair[at]);
  return out;
}

/** Product in GF(2^8) modulo 0x11d. @param {number} x @param {number} y */
function multiply(x, y) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((y >>> bit) & 1) * x;
  }
  return product;
}

/** @param {number} degree */
function makeDivisor(degree) {
  const divisor = new Array(degree).fill(0);
  divisor[degree - 1] = 1;
  for (let power = 0, root = 1; power < degree; power++, root = multiply(root, 2)) {
    for (let at = 0; at < degree; at++) {
      divisor[at] = multiply(divisor[at], root) ^ (divisor[at + 1] ?? 0);
    }
  }
  return divisor;
}

/**
 * @param {number[]} data
 * @param {number[]} divisor
 */
function divide(data, divisor) {
  const rest = new Array(divisor.length).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    divisor.forEach((term, at) => { rest[at] ^= multiply(term, factor); });
  }
  return rest;
}

/**
 * @param {number} version
 * @param {number[]} codewords
 */
function placeModules(version, codewords) {
  const size = version * 4 + 17;
  /** @type {(boolean | null)[][]} */
  const grid = Array.from({ length: size }, () => new Array(size).fill(null));
  drawPatterns(grid, version);
  let bit = 0;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5; // the timing column holds no data
    const upward = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step++) {
      const y = upward ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (grid[y][x] !== null) continue;
        const dark = ((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
        grid[y][x] = dark !== Number((x + y) % 2 === 0);
        bit++;
      }
    }
  }
  return /** @type {boolean[][]} */ (grid);
}

/**
 * @param {(boolean | null)[][]} grid
 * @param {number} version
 */
function drawPatterns(grid, version) {
  const size = grid.length;
  for (let at = 0; at < size; at++) {
    grid[6][at] = at % 2 === 0;
    grid[at][6] = at % 2 === 0;
  }
  for (const [left, top] of [[0, 0], [size - 7, 0], [0, size - 7]]) {
    for (let y = -1; y <= 7; y++) {
      for (let x = -1; x <= 7; x++) {
        const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
        if (grid[top + y]?.[left + x] !== undefined) grid[top + y][left + x] = ring !== 2 && ring < 4;
      }
    }
  }
  const marks = alignmentMarks(version, size);
  for (const x of marks) {
    for (const y of marks) {
      const last = size - 7;
      if ((x === 6 && (y === 6 || y === last)) || (x === last && y === 6)) continue;
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) {
          grid[y + dy][x + dx] = Math.max(Math.abs(dx), Math.abs(dy)) !== 1;
        }
      }
    }
  }
  drawFormat(grid);
  if (version > 6) drawVersion(grid, version);
}

/**
 * @param {number} version
 * @param {number} size
 */
function alignmentMarks(version, size) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
  const marks = [6];
  for (let place = size - 7; marks.length < count; place -= step) marks.splice(1, 0, place);
  return marks;
}

/** @param {(boolean | null)[][]} grid */
function drawFormat(grid) {
  const size = grid.length;
  const data = (LEVEL_M << 3) | MASK;
  let rest = data;
  for (let at = 0; at < 10; at++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((data << 10) | rest) ^ 0x5412;
  const dark = (/** @type {number} */ at) => ((bits >>> at) & 1) === 1;
  for (let at = 0; at < 6; at++) grid[at][8] = dark(at);
  grid[7][8] = dark(6);
  grid[8][8] = dark(7);
  grid[8][7] = dark(8);
  for (let at = 9; at < 15; at++) grid[8][14 - at] = dark(at);
  for (let at = 0; at < 8; at++) grid[8][size - 1 - at] = dark(at);
  for (let at = 8; at < 15; at++) grid[size - 15 + at][8] = dark(at);
  grid[size - 8][8] = true;
}

/**
 * @param {(boolean | null)[][]} grid
 * @param {number} version
 */
function drawVersion(grid, version) {
  const size = grid.length;
  let rest = version;
  for (let at = 0; at < 12; at++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let at = 0; at < 18; at++) {
    const dark = ((bits >>> at) & 1) === 1;
    const a = size - 11 + (at % 3);
    const b = Math.floor(at / 3);
    grid[a][b] = dark;
    grid[b][a] = dark;
  }
}
