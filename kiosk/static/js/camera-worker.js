// What is lost without this file: the camera reads nothing; the scanner does. It stands beside the
// page, so that a picture that is hard to read keeps no child waiting. A picture is looked at once
// and forgotten; only the words that stood in a code go back.
"use strict";

// Ours, the bar of a book, and the bar that older labels have.
const OPTIONS = {
  formats: ["QRCode", "EAN13", "Code128"],
  tryHarder: true, tryInvert: false, maxNumberOfSymbols: 4,
};
let canvas = null;

const read = async (picture) => {
  const { width, height } = picture;
  if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  drawing.drawImage(picture, 0, 0);
  picture.close();
  const pixels = drawing.getImageData(0, 0, width, height);
  const found = await ZXingWASM.readBarcodes(pixels, OPTIONS);
  return found.filter(({ isValid }) => isValid).map(({ text }) => text);
};

self.addEventListener("message", async ({ data: { decoder, wasm, picture } }) => {
  if (decoder) {
    importScripts(decoder);
    ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm } });
  } else {
    self.postMessage(await read(picture));
  }
});
// A promise that fails is an error of the worker, which the page hears of.
self.addEventListener("unhandledrejection", ({ reason }) => { throw reason; });
