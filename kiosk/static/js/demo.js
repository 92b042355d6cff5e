// A demo instance only: opens the panel of cards and books beside the kiosk screen, and carries a
// click in the big panel's window over to the kiosk's window. The scan itself is scanner.js's.
// Without this file a demo needs a real scanner; a real instance never loads it.
(() => {
  "use strict";
  const channel = new BroadcastChannel("kiosk-demo");

  if (document.body.hasAttribute("data-demo-page")) {
    document.addEventListener("click", ({ target }) => {
      const card = target.closest?.("[data-scan-code]");
      if (card) channel.postMessage(card.dataset.scanCode);
    });
    return;
  }

  channel.addEventListener("message", ({ data }) => {
    document.dispatchEvent(new CustomEvent("kiosk:scan", { detail: data }));
  });

  const drawer = document.querySelector("[data-demo-drawer]");
  drawer?.querySelector("[data-demo-toggle]").addEventListener("click", async () => {
    drawer.classList.toggle("demo-drawer--open");
    const body = drawer.querySelector("[data-demo-body]");
    if (body.childElementCount) return;
    const answer = await fetch("/demo/panel", { headers: { "HX-Request": "true" } });
    if (answer.ok) body.innerHTML = await answer.text();
  });
})();
