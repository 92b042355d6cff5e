// What is lost without this file: the soft sound of a book on the wrong shelf, and the shelf in the
// address of the page, by which a page that is opened again stands at the same one.
(() => {
  "use strict";
  const stage = document.getElementById("taking"), notice = document.getElementById("notice");
  if (!stage) return;
  const sounds = {};
  for (const name of ["ok", "notice"]) sounds[name] = new Audio(`/static/sounds/${name}.wav`);
  const play = (name) => {
    const sound = sounds[name];
    if (!sound) return;
    sound.currentTime = 0;
    sound.play().catch(() => {}); // nobody has touched the page yet: the picture says it
  };
  new MutationObserver(() => {
    const { sound, at } = stage.querySelector("[data-at]")?.dataset ?? {};
    play(sound);
    if (at) history.replaceState(null, "", at);
  }).observe(stage, { childList: true });
  if (notice) new MutationObserver(() => notice.textContent.trim() && play("notice"))
    .observe(notice, { childList: true });
})();
