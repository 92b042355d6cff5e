// What is lost without this file: the ring of the talk time, its soft sign at the last minute and the
// two minutes more; and a board that waits with its news while a finger is on it, and keeps a number
// in sight that was asked for. The page itself can be renewed by hand.
(() => {
  "use strict";
  const board = document.getElementById("board");
  if (!board) return;
  const LAST = 60, MORE = 120; // s
  const SETTLE = 400; // ms after a finger: its tap is still on its way
  const seen = new WeakMap(), more = new Map(), warned = new Set();
  const sound = board.dataset.sound && new Audio(board.dataset.sound);
  let isTouched = false, release = 0, numbers = [], open = [];

  const clock = (s) => `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  const chime = (call) => {
    if (warned.has(call) || !sound) return;
    warned.add(call);
    sound.volume = (Number(board.dataset.volume) / 100) ** 2;
    sound.play().catch(() => {}); // nobody has touched the page yet: the ring says it
  };
  const draw = (talk) => {
    const { talk: call, sinceS, talkS, mostS, over, nearly } = talk.dataset;
    if (!seen.has(talk)) seen.set(talk, performance.now());
    const gone = Number(sinceS) + (performance.now() - seen.get(talk)) / 1000;
    const all = Number(talkS) + (more.get(call) ?? 0);
    const left = Math.max(0, Math.round(all - gone));
    talk.querySelector("circle + circle").setAttribute("stroke-dashoffset", 100 - 100 * left / all);
    talk.querySelector(".talk__left").textContent = left ? clock(left) : over;
    talk.classList.toggle("talk--nearly", left <= LAST);
    const sign = talk.querySelector(".talk__sign"), said = left && left <= LAST ? nearly : "";
    if (sign.textContent !== said) sign.textContent = said;
    talk.querySelector("[data-more]").hidden = left > LAST || all + MORE > Number(mostS);
    if (left && left <= LAST) chime(call);
  };
  const tick = () => board.querySelectorAll("[data-talk]").forEach(draw);

  board.addEventListener("click", ({ target }) => {
    const talk = target.closest("[data-more]")?.closest("[data-talk]");
    if (!talk) return;
    const { talk: call } = talk.dataset;
    more.set(call, (more.get(call) ?? 0) + MORE);
    warned.delete(call);
    draw(talk);
  });

  // News of the board's own asking wait while it is touched; the next asking brings them.
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
    if (detail.requestConfig.elt.matches("[data-poll]") && isTouched) detail.shouldSwap = false;
    numbers = Array.from(board.querySelectorAll("[data-number]"));
    open = Array.from(board.querySelectorAll("details[open]"), ({ id }) => id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const number of numbers) {
      board.querySelector(`[data-number-of="${number.dataset.number}"]`)?.replaceWith(number);
    }
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    tick();
  });
  setInterval(tick, 1000);
  tick();
})();
