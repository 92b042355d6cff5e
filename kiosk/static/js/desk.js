// What is lost without this file: the sounds of the lending desk, the undo button that goes after ten
// seconds, and on the page what ends by itself (the server ends it anyway): the return box, and a
// child that has gone. And the choice that is marked once a card has chosen its child.
(() => {
  "use strict";
  const desk = document.querySelector("[data-desk]"), { dataset } = desk;
  const loud = (Number(dataset.volume) / 100) ** 2;
  const sounds = new Map(["Ok", "Notice", "Teacher"].map((name) => {
    const url = dataset[`sound${name}`];
    return [name.toLowerCase(), url && new Audio(url)];
  }));
  let undoing = 0, ending = 0, counting = 0;

  const wait = () => {
    clearTimeout(undoing);
    clearTimeout(ending);
    const undo = desk.querySelector("[data-undo]"), box = desk.querySelector("[data-ends-after]");
    if (undo) undoing = setTimeout(() => undo.remove(), undo.dataset.undo * 1000);
    if (box) ending = setTimeout(() => location.reload(), (Number(box.dataset.endsAfter) + 1) * 1000);
    count(Date.now() + Number(box?.dataset.endsAfter) * 1000);
  };
  const count = (until) => {
    clearInterval(counting);
    const left = desk.querySelector("[data-ends-in]");
    if (left) counting = setInterval(() => {
      const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
      left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }, 1000);
  };
  const mark = () => {
    const chosen = desk.querySelector("[data-chosen]")?.dataset.chosen;
    for (const choice of document.querySelectorAll("[data-choice]")) {
      choice.querySelector("button").classList.toggle("button--now", choice.dataset.choice === chosen);
    }
  };
  const answered = () => {
    const sound = sounds.get(desk.querySelector("[data-sound]")?.dataset.sound);
    if (sound) {
      [sound.currentTime, sound.volume] = [0, loud];
      sound.play().catch(() => {}); // a browser that has not been touched yet stays silent
    }
    mark();
    wait();
  };
  new MutationObserver(answered).observe(desk, { childList: true });
  wait();
})();
