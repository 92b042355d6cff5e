// What is lost without this file: the sounds of the lending desk, the undo button that goes after ten
// seconds, and the return box that closes by itself on the page (the server closes it anyway).
(() => {
  "use strict";
  const desk = document.querySelector("[data-desk]"), { dataset } = desk;
  const loud = (Number(dataset.volume) / 100) ** 2;
  const sounds = new Map(["Ok", "Notice", "Teacher"].map((name) => {
    const url = dataset[`sound${name}`];
    return [name.toLowerCase(), url && new Audio(url)];
  }));
  let undoing = 0, ending = 0;

  const wait = () => {
    clearTimeout(undoing);
    clearTimeout(ending);
    const undo = desk.querySelector("[data-undo]"), box = desk.querySelector("[data-ends-after]");
    if (undo) undoing = setTimeout(() => undo.remove(), undo.dataset.undo * 1000);
    if (box) ending = setTimeout(() => location.reload(), (Number(box.dataset.endsAfter) + 1) * 1000);
  };
  const answered = () => {
    const sound = sounds.get(desk.querySelector("[data-sound]")?.dataset.sound);
    if (sound) {
      [sound.currentTime, sound.volume] = [0, loud];
      sound.play().catch(() => {}); // a browser that has not been touched yet stays silent
    }
    wait();
  };
  new MutationObserver(answered).observe(desk, { childList: true });
  wait();
})();
