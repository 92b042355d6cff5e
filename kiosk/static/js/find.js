// What is lost without this file: the pad on which a child spells a title. The books that came last
// are still there to touch. Keys are shown at once; the covers are asked for when the finger rests.
(() => {
  "use strict";
  const LONGEST = 12, REST = 150; // keys; ms after the last one
  let resting = 0;

  const draw = (keys) => {
    document.querySelector("[data-typed]").replaceChildren(...Array.from(keys, (key) =>
      Object.assign(document.createElement("i"), { className: `art i-key${key}` })));
  };

  document.addEventListener("click", ({ target }) => {
    const { key } = target.closest?.("[data-key]")?.dataset ?? {};
    const form = document.querySelector("form[data-find]");
    if (!key || !form) return;
    const field = form.elements.keys, { value } = field;
    field.value = key === "back" ? value.slice(0, -1) : (value + key).slice(0, LONGEST);
    draw(field.value);
    clearTimeout(resting);
    resting = setTimeout(() => form.isConnected && form.requestSubmit(), REST);
  });
})();
