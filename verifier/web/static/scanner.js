// SPDX-License-Identifier: Apache-2.0
/**
 * Reads QR codes in pictures: with the browser's own BarcodeDetector, else with the
 * scanner this origin serves. Both run on the device. Loaded on first use only.
 */

/** @typedef {{read: (image: ImageData, thorough: boolean) => Promise<string[]>}} Scanner */

const START_MS = 20_000;
/** The longer side of a photograph that is looked at; a code needs 3 pixels a module. */
const PHOTO_SIDES = [1600, 2600, 900];

/** @type {Promise<Scanner | null> | null} */
let opened = null;

/** The scanner of this browser, or null where it has none and none is installed. */
export function openScanner() {
  opened = opened ?? openNative().then((scanner) => scanner ?? openWorker());
  return opened;
}

/** @returns {Promise<Scanner | null>} */
async function openNative() {
  const Detector = /** @type {any} */ (window).BarcodeDetector;
  if (!Detector) return null;
  try {
    if (!(await Detector.getSupportedFormats()).includes('qr_code')) return null;
    const detector = new Detector({ formats: ['qr_code'] });
    return {
      read: async (image) =>
        (await detector.detect(image)).map((/** @type {any} */ code) => code.rawValue),
    };
  } catch {
    return null;
  }
}

/** @returns {Promise<Scanner | null>} */
function openWorker() {
  return new Promise((resolve) => {
    /** @type {Map<number, (texts: string[]) => void>} */
    const waiting = new Map();
    let number = 0;
    const worker = new Worker('/static/scan-worker.js');
    const giveUp = () => {
      worker.terminate();
      waiting.forEach((answer) => answer([]));
      opened = null; // so that it can be tried again once there is a network
      resolve(null);
    };
    const timer = setTimeout(giveUp, START_MS);
    worker.onerror = giveUp;
    worker.onmessage = ({ data }) => {
      if ('texts' in data) {
        waiting.get(data.number)?.(data.texts);
        waiting.delete(data.number);
        return;
      }
      clearTimeout(timer);
      if (!data.ready) return giveUp();
      resolve({
        read: (image, thorough) =>
          new Promise((answer) => {
            waiting.set(++number, answer);
            worker.postMessage({ number, image, thorough });
          }),
      });
    };
  });
}

/**
 * The texts of the codes in a photograph; several sizes are tried, because a code may
 * fill it or lie small in a corner.
 *
 * @param {Scanner} scanner
 * @param {Blob} file
 * @returns {Promise<string[]>}  empty: no code was found
 * @throws {Error} not a picture this browser can open
 */
export async function readPhoto(scanner, file) {
  const picture = await createImageBitmap(file);
  try {
    for (const side of PHOTO_SIDES) {
      const texts = await scanner.read(takePixels(picture, picture.width, picture.height, side), true);
      if (texts.length) return texts;
    }
    return [];
  } finally {
    picture.close();
  }
}

/**
 * @param {CanvasImageSource} source
 * @param {number} width
 * @param {number} height
 * @param {number} side  the longest there may be
 */
export function takePixels(source, width, height, side) {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext('2d', { willReadFrequently: true })
  );
  context.fillStyle = '#fff'; // a transparent picture would turn black
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
