// What is lost without this file: the scanner page hears no scanner. Each burst of the scanner goes
// into the form with all before it; which code of the sheet it was, the server says.
(() => {
  "use strict";
  // Another form with each answer. The page stays: one that goes takes with it the code that is on
  // its way.
  const FORM = "[data-scanner-form]";
  if (!document.querySelector(FORM)) return;
  // A child's, or a book's, whatever stands before it: taken as ever, by scanner.js.
  const CARD = /[CBS][0-9A-HJ-NP-TV-Z]{11}$/;

  const ask = (value) => {
    const form = document.querySelector(FORM);
    form.append(Object.assign(document.createElement("input"), {
      type: "hidden", name: "reading", value,
    }));
    return htmx.ajax("POST", form.action, { source: form, target: "#scanner", swap: "outerHTML" });
  };
  let asked = Promise.resolve(); // one after the other: each takes with it what is known so far
  document.addEventListener("kiosk:burst", ({ detail }) => {
    const { text, terminator, isLower, isComposed, isAlt } = detail;
    if (CARD.test(text)) return;
    const letterCase = isLower === null ? "" : isLower ? "lower" : "upper";
    const value = [terminator, letterCase, Number(isComposed), Number(isAlt), text].join("|");
    asked = asked.then(() => ask(value)).catch(() => {}); // no server: it goes with the next
  });
  // Signed out, or too much was read: the answer is a page of its own.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, requestConfig: { elt } } = event.detail;
    if (xhr.status < 400 || !elt.matches(FORM)) return;
    event.preventDefault();
    elt.submit();
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
