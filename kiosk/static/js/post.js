// What is lost without this file: the way to the server. No scan is sent, and what a tile is
// refused with stays unsaid. Scans wait in memory and nowhere else, for no card's code may stay on
// the PC: a reload forgets those not yet answered, so scanner.js swallows the keys that reload.
(() => {
  "use strict";
  const { body } = document, onKiosk = body.hasAttribute("data-kiosk");
  if (!onKiosk && !body.hasAttribute("data-staff")) return;

  const LOST = [400, 401, 403]; // the session or its token is gone
  const AGAIN = [502, 503, 504];
  const PATIENCE = 2000, NOTICE = 5000, PAUSE = 200, LONGEST_PAUSE = 3000;
  const TOKEN = 'meta[name="csrf-token"]', token = document.querySelector(TOKEN);
  const notice = document.getElementById("notice");
  const stage = document.getElementById("screen"), queue = [];
  const say = (name) => document.dispatchEvent(new CustomEvent(name));
  const hush = () => notice?.replaceChildren();
  let goal = "", swaps = 0, fading = 0, flying = null;

  const hex = (byte) => byte.toString(16).padStart(2, "0");
  const bytes = () => crypto.getRandomValues(new Uint8Array(16));
  const newId = () => crypto.randomUUID?.() ?? Array.from(bytes(), hex).join("");

  const ask = async (url, options) => {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE), ...options });
    return { response, html: await response.text() };
  };

  // A staff page may take books and shelves for itself: whatever is no card goes to the address that
  // stands on it at that moment. A card is always the door's.
  const place = (code) => !code.startsWith("C")
    && document.querySelector("[data-items-url]")?.dataset.itemsUrl;

  const post = ({ code, id }) => ask(place(code) || body.dataset.scanUrl || "/scan", {
    method: "POST", keepalive: true, // a page that leaves takes no scan with it
    headers: { "X-CSRFToken": token.content, "HX-Request": "true" },
    body: new URLSearchParams({ code, request_id: id }),
  });

  const renew = async () => {
    const page = new DOMParser().parseFromString((await ask("/no-card")).html, "text/html");
    token.content = page.querySelector(TOKEN).content;
    for (const field of document.getElementsByName("csrf_token")) field.value = token.content;
    return true;
  };

  // The same id until there is an answer: what the server stored once, it does not store again.
  const deliver = async (scan) => {
    for (let pause = PAUSE, isRenewed = false; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        const answer = await post(scan), { status } = answer.response;
        const isOver = LOST.includes(status) && !isRenewed;
        if (!isOver && !AGAIN.includes(status)) return answer;
        if (isOver) isRenewed = await renew();
      } catch { /* no server, or none in time */ }
      await new Promise((done) => setTimeout(done, pause));
    }
  };

  // A staff page makes way for a child; a book that comes there is only said to be taken.
  const show = ({ ok, headers }, html, isCard) => {
    if (onKiosk) goal = "";
    else if (ok && isCard && body.dataset.childUrl) goal = body.dataset.childUrl;
    goal = headers.get("HX-Redirect") || goal;
    const place = headers.get("HX-Retarget") || (ok ? "#screen" : "");
    if (goal || !place || !html.trim()) return;
    if (place === "#screen") hush();
    if (place === "#screen" && !onKiosk) {
      const page = new DOMParser().parseFromString(html, "text/html");
      notice?.replaceChildren(page.querySelector("h1")?.textContent ?? "");
      return;
    }
    htmx.swap(place, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
  };

  const work = async () => {
    body.dataset.scanning = "";
    say("kiosk:asked");
    const { response, html } = await deliver(queue[0]);
    say("kiosk:answered");
    const isCard = queue.shift().code.startsWith("C");
    try {
      show(response, html, isCard);
    } finally { // a page that cannot be drawn holds up no scan
      if (queue.length) work();
      else delete body.dataset.scanning;
    }
    if (goal && !queue.length) location.assign(goal); // the last answer says where to
  };

  document.addEventListener("kiosk:scan", ({ detail: code }) => {
    hush();
    if (onKiosk) flying?.abort(); // its answer would bring its own child's cookie after the card's
    if (queue.push({ code, id: newId() }) === 1) work();
  });

  // A refusal shows itself, and goes by itself or with the next touch or scan.
  const fade = () => {
    notice.hidden = !notice.textContent.trim();
    clearTimeout(fading);
    fading = setTimeout(hush, NOTICE);
  };
  document.addEventListener("pointerdown", hush, true);
  if (notice) new MutationObserver(fade).observe(notice, { childList: true });
  const change = () => {
    swaps += 1;
    say("kiosk:swapped");
  };
  if (stage) new MutationObserver(change).observe(stage, { childList: true });

  // The tiles: htmx asks. What answers a screen that has been replaced meanwhile is dropped.
  const asked = new WeakMap();
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    asked.set(event.detail.xhr, swaps);
    if (onKiosk && queue.length) event.preventDefault(); // another page is on its way
    else flying = event.detail.xhr;
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { xhr } = detail, isOver = onKiosk && LOST.includes(xhr.status);
    if (asked.get(xhr) !== swaps) {
      Object.assign(detail, { shouldSwap: false, isError: false });
    } else if (xhr.getResponseHeader("HX-Retarget") && !isOver) {
      Object.assign(detail, { shouldSwap: true, isError: false, swapOverride: "innerHTML" });
    }
  });
  document.addEventListener("htmx:responseError", async ({ detail }) => {
    if (!onKiosk || !LOST.includes(detail.xhr.status)) return;
    await renew().catch(() => {}); // no server: idle.js goes on trying
    say("kiosk:home");
  });
})();
