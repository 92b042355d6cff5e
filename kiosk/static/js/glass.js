// What is lost without this file: the frame that grows with the slider, and what a finger gets on this
// glass. The way with a ruler works without it.
(() => {
  "use strict";
  const form = document.querySelector("[data-glass]");
  const card = form.querySelector("[data-glass-card]"), width = form.querySelector("[data-glass-width]");
  const facts = form.querySelector("[data-glass-facts]");
  const CARD_MM = 85.6;
  // Of the drawing, in rem: the smallest Han sign, a digit of the head count.
  const TEXT = 0.34, COUNT = 1.13;
  // A page of children is as large as the smaller side lets it be (kiosk.css).
  const isUpright = () => screen.height > screen.width;
  const rem = () => (isUpright() ? Math.min(screen.width / 7.68, screen.height / 13.66)
    : Math.min(screen.width / 13.66, screen.height / 7.68));

  const draw = () => {
    card.setAttribute("width", width.value);
    const mm = (size) => (size * rem() * CARD_MM) / Number(width.value);
    const found = { text: mm(TEXT), count: mm(COUNT) };
    for (const fact of facts.querySelectorAll("[data-glass-fact]")) {
      const size = found[fact.dataset.glassFact], isFine = size >= Number(fact.dataset.least) - 0.05;
      fact.querySelector("[data-glass-size]").textContent = size.toFixed(1);
      fact.querySelector("[data-glass-small]").hidden = isFine;
      fact.querySelector(".art").className = `art i-${isFine ? "tick" : "hand"}`;
    }
    facts.hidden = false;
  };

  width.addEventListener("input", draw);
  form.addEventListener("click", ({ target }) => {
    const { glassStep } = target.closest("[data-glass-step]")?.dataset ?? {};
    if (!glassStep) return;
    width.value = Number(width.value) + Number(glassStep);
    draw();
  });
  draw();
})();
