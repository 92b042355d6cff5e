// What is lost without this file: the camera page does not say what the camera has read. Only the
// kind of a code is shown, never the code.
(() => {
  "use strict";
  const KINDS = [[/^[CBSX][0-9A-HJ-NP-TV-Z]{11}$/, null], [/^97[89]\d{10}$/, "bar"], [/^/, "other"]];
  const show = (name, value) => document.querySelectorAll(`[data-camera-${name}]`).forEach((one) => {
    one.hidden = one.getAttribute(`data-camera-${name}`) !== value;
  });
  document.addEventListener("kiosk:camera", ({ detail }) => {
    show("says", detail);
    if (detail !== "looks") show("read", "");
  });
  document.addEventListener("kiosk:seen", ({ detail }) => {
    const [, kind] = KINDS.find(([grammar]) => grammar.test(detail));
    show("read", kind ?? detail[0]);
  });
})();
