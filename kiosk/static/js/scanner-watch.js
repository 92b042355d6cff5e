// What is lost without this file: the red line for staff when the scanner begins to write otherwise
// than the scanner page has learned. Children see nothing of it, and no scan is refused for it.
(() => {
  "use strict";
  const known = document.querySelector("[data-scanner-watch]")?.dataset;
  if (!known) return;

  const AGAIN = 2; // bursts alike: one may be an accident
  const LOOKED_AT = 20, MISREAD = 3; // so many of the latest scans; so many of them damaged
  const WHOLE = /^(.*?)(?:[CBSX][0-9A-HJ-NP-TV-Z]{11}|97[89]\d{10}(?:\d{2}|\d{5})?|\d{9}[\dX]|\d{8}|\d{12,14})$/;
  const AIM = /^\][A-Z][0-9A-Z]$/;
  const counts = new Map(), latest = [];
  let isTold = false;

  const tell = (change) => {
    if (isTold) return;
    isTold = true;
    fetch(known.scannerWatch, {
      method: "POST",
      headers: {
        "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content,
        "HX-Request": "true",
      },
      body: new URLSearchParams({ change }), // the kind of it, never what was read
    }).catch(() => { isTold = false; });
  };
  const note = (change, isSo) => {
    const count = isSo ? (counts.get(change) ?? 0) + 1 : 0;
    counts.set(change, count);
    if (count >= AGAIN) tell(change);
  };

  document.addEventListener("kiosk:burst", ({ detail }) => {
    const { text, terminator, isLower, isComposed } = detail;
    const isDamaged = !WHOLE.test(text), prefix = isDamaged ? "" : WHOLE.exec(text)[1];
    latest.push(isDamaged);
    if (latest.length > LOOKED_AT) latest.shift();
    if (!("drops" in known) && latest.filter(Boolean).length >= MISREAD) tell("dropped_characters");
    note("input_method", isComposed && !("inputMethod" in known));
    if (isDamaged) return;
    note("terminator", terminator !== known.terminator);
    note("prefix", (AIM.test(prefix) ? "]" : prefix) !== known.prefix);
    if (isLower !== null) note("letter_case", isLower !== (known.letterCase === "lower"));
  });
})();
