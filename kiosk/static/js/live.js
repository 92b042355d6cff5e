// What is lost without this file: a page that asks for itself waits with its news while a finger is on
// it, and leaves open what was opened. The page itself can be renewed by hand.
(() => {
  "use strict";
  const SETTLE = 400; // ms after a finger: its tap is still on its way
  let isTouched = false, release = 0, open = [];
  const hold = () => {
    clearTimeout(release);
    isTouched = true;
  };
  const letGo = () => {
    clearTimeout(release);
    release = setTimeout(() => { isTouched = false; }, SETTLE);
  };
  document.addEventListener("pointerdown", hold, true);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, letGo, true);
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.requestConfig.elt.matches("[data-poll]")) return;
    if (isTouched) detail.shouldSwap = false;
    open = Array.from(document.querySelectorAll("details[open]"), ({ id }) => id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  });
})();
