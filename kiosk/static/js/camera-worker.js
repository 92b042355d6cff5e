// What is lost without this file: the camera reads nothing; the scanner does. It stands beside the
// page, so that a picture that is hard to read keeps no child waiting. A picture is looked at once
// and forgotten; only the words that stood in a code go back.
"use strict";

// Ours, the bar of a book, and the bar that older labels have.
const OPTIONS = {
  formats: ["QRCode", "EAN13", "Code128"],
  tryHarder: true, tryInvert: false, maxNumberOfSymbols: 4,
};
const WIDTH = 640; // what a card needs; a larger picture is drawn smaller
let canvas = null, film = null;

const size = ({ width, height, displayWidth = width, displayHeight = height }) => {
  const scale = Math.min(WIDTH / displayWidth, 1);
  return { width: Math.round(displayWidth * scale), height: Math.round(displayHeight * scale) };
};
const read = async (picture) => {
  const { width, height } = size(picture);
  if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  drawing.drawImage(picture, 0, 0, width, height);
  picture.close();
  const pixels = drawing.getImageData(0, 0, width, height);
  const found = await ZXingWASM.readBarcodes(pixels, OPTIONS);
  return found.filter(({ isValid }) => isValid).map(({ text }) => text);
};

self.addEventListener("message", async ({ data: { decoder, wasm, pictures, picture } }) => {
  if (decoder) {
    importScripts(decoder);
    film = pictures?.getReader();
    ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm } });
  } else {
    const shown = picture ?? (await film.read()).value;
    if (shown) self.postMessage(await read(shown)); // else the camera has ended: the page knows
  }
});
// A promise that fails is an error of the worker, which the page hears of.
self.addEventListener("unhandledrejection", ({ reason }) => { throw reason; });
