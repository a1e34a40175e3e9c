// SPDX-License-Identifier: Apache-2.0
// Reads QR codes in images with the WebAssembly scanner that `make scanner` installs.
// A worker of its own: only here may WebAssembly be compiled, and the page stays quick.
// Images come in, texts go out; nothing is sent anywhere.
'use strict';

try {
  importScripts('/scanner/zxing.js');
  self.ZXingWASM.prepareZXingModule({
    overrides: { locateFile: () => '/scanner/zxing.wasm' },
    fireImmediately: true,
  }).then(
    () => self.postMessage({ ready: true }),
    () => self.postMessage({ ready: false }),
  );
} catch (error) {
  self.postMessage({ ready: false });
}

self.onmessage = (event) => {
  const { number, image, thorough } = event.data;
  const options = { formats: ['QRCode'], tryHarder: thorough, tryInvert: false, maxNumberOfSymbols: 4 };
  self.ZXingWASM.readBarcodes(image, options).then(
    (found) => self.postMessage({ number, texts: found.filter((code) => code.isValid).map((code) => code.text) }),
    () => self.postMessage({ number, texts: [] }),
  );
};
