// What is lost without this file: the scanner page hears no scanner. Each burst of the scanner goes
// into the form with all before it; which code of the sheet it was, the server says.
(() => {
  "use strict";
  const form = document.querySelector("[data-scanner-form]");
  if (!form) return;
  // A child's, or a book's, whatever stands before it: taken as ever, by scanner.js.
  const CARD = /[CBS][0-9A-HJ-NP-TV-Z]{11}$/;

  document.addEventListener("kiosk:burst", ({ detail }) => {
    const { text, terminator, isLower, isComposed, isAlt } = detail;
    if (CARD.test(text)) return;
    const letterCase = isLower === null ? "" : isLower ? "lower" : "upper";
    const value = [terminator, letterCase, Number(isComposed), Number(isAlt), text].join("|");
    form.append(Object.assign(document.createElement("input"), {
      type: "hidden", name: "reading", value,
    }));
    form.requestSubmit();
  });

  // A scanner's Enter or Tab presses nothing here and leads nowhere; a person's does, for a person
  // types no second key within so short a time.
  const FAST = 60;
  let last = -FAST;
  document.addEventListener("keydown", (event) => {
    const isFast = event.timeStamp - last < FAST;
    last = event.timeStamp;
    if (isFast || event.key === "Process") event.preventDefault();
  }, true);
})();
