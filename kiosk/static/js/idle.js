// What is lost without this file: the ring that asks whether the child is still here, the way back
// to the idle screen, the moving clock, and the sound, which is fetched only when the first picture
// stands. The server ends the child's session without it, but the child's page would stay on the
// screen.
(() => {
  "use strict";
  const { body } = document, { idleUrl, endUrl, stayUrl } = body.dataset;
  if (!body.hasAttribute("data-kiosk")) return;

  const STILL = 10, END = 30; // seconds without a touch: the ring; the end (`domain.md` rule 37)
  const TELL = 2000; // ms: the server ends two seconds after us and may hear of a touch so late
  const TICK = 250, CLOCK = 5000, AGAIN = 3000, PATIENCE = 2000;
  const stage = document.getElementById("screen");
  const child = () => stage.querySelector("[data-session]");
  const token = document.querySelector('meta[name="csrf-token"]');

  // The wall clock besides: only it knows how long a PC slept.
  const clocks = () => [performance.now(), Date.now()];
  let since = clocks(), told = 0, asked = 0, drawn = -CLOCK, ring = null, isLeaving = false;
  const begin = () => { since = clocks(); };
  const quiet = () => Math.max(...clocks().map((now, which) => now - since[which])) / 1000;

  const ask = (method, url) => fetch(url, {
    method, keepalive: true, signal: AbortSignal.timeout(PATIENCE),
    headers: { "X-CSRFToken": token.content, "HX-Request": "true" },
  }).then(async (reply) => ({ status: reply.status, html: await reply.text() }))
    .catch(() => ({ status: 0 })); // no server

  const home = async () => {
    [isLeaving, asked] = [true, performance.now()];
    const { status, html } = await ask("GET", idleUrl);
    if (status !== 200 || !isLeaving || "scanning" in body.dataset) return;
    htmx.swap(stage, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
  };
  const finish = async () => {
    if (isLeaving || "scanning" in body.dataset) return; // a card is about to change the screen
    [isLeaving, asked] = [true, performance.now()];
    await ask("POST", endUrl);
    if (isLeaving) home();
  };
  const stay = async () => {
    const page = child();
    told = performance.now();
    const { status } = await ask("POST", stayUrl);
    if (status >= 400 && status < 500 && page.isConnected) home(); // the server has ended it
  };

  const hide = (isHidden) => { // the child's name and what is its own
    stage.hidden = isHidden;
    document.dispatchEvent(new CustomEvent("kiosk:ring"));
  };
  const uncover = () => {
    if (ring) hide(false);
    ring?.remove();
    ring = null;
  };
  const answer = (event) => {
    if (event.target.closest("[data-still]").dataset.still === "done") finish();
    else touched(event);
  };
  const cover = () => {
    ring = Object.assign(document.createElement("div"), { className: "still-there" });
    ring.dataset.still = "stay"; // any touch says: I am here
    ring.append(document.getElementById("still-there").content.cloneNode(true));
    ring.addEventListener("click", answer);
    body.append(ring);
    hide(true);
  };

  const draw = () => {
    [drawn] = clocks();
    const here = new Date(Date.now() + Number(body.dataset.utcOffsetMin) * 60000);
    const hours = here.getUTCHours() % 12, minutes = here.getUTCMinutes();
    const digits = `${hours || 12}:${String(minutes).padStart(2, "0")}`;
    for (const clock of stage.querySelectorAll("[data-clock]")) clock.textContent = digits;
    const angles = { hour: hours * 30 + minutes / 2, minute: minutes * 6 };
    for (const hand of stage.querySelectorAll("[data-hand]")) {
      const old = hand.getAttribute("transform"); // has the point that the hand turns about
      hand.setAttribute("transform", old.replace(/[-\d.]+/, angles[hand.dataset.hand]));
    }
  };

  const tick = () => {
    setTimeout(tick, TICK);
    const [now] = clocks(), seconds = quiet();
    if (now - drawn >= CLOCK) draw();
    if (isLeaving) {
      if (now - asked < AGAIN) return;
      stage.replaceChildren(); // no server: nothing of the child stays meanwhile
      home();
    } else if (!child()) {
      if (seconds >= Number(stage.querySelector("[data-goes-home]")?.dataset.goesHome)) home();
    } else if (seconds >= END) {
      finish();
    } else if (seconds >= STILL) {
      if ("tired" in body.dataset) return; // the page above it asks nothing, and this comes after
      if (!ring) cover();
      ring.querySelectorAll("[data-lantern]").forEach((lantern, place) =>
        lantern.classList.toggle("lantern--out", place < Math.floor(seconds - STILL)));
    }
  };

  const touched = ({ type }) => {
    if (isLeaving || (ring && type === "pointerdown")) return; // the ring has its own answers
    uncover();
    begin();
    if (child() && performance.now() - told >= TELL) stay();
  };
  document.addEventListener("pointerdown", touched, true);
  document.addEventListener("kiosk:activity", touched);
  document.addEventListener("kiosk:home", home);
  document.addEventListener("kiosk:swapped", () => {
    if (!stage.childElementCount) return; // emptied, the idle screen is still on its way
    isLeaving = false;
    begin();
    [told] = since;
    uncover();
    draw();
  });
  tick();

  // To draw takes longer than to write: the drawings come with the second picture, and what is heard
  // or sought once the page is whole.
  const firstPicture = new Promise((done) => { // a busy PC paints the bare ground before the words
    new PerformanceObserver((seen) => seen.getEntriesByName("first-contentful-paint").forEach(done))
      .observe({ type: "paint", buffered: true });
  });
  const wholePage = new Promise((done) => { window.addEventListener("load", done); });
  const letDrawingsIn = () => {
    for (const sheet of document.querySelectorAll("[data-drawings]")) sheet.media = "all";
  };
  const later = () => {
    for (const src of (body.dataset.later ?? "").split(" ").filter(Boolean)) {
      body.append(Object.assign(document.createElement("script"), { src }));
    }
  };
  firstPicture.then(letDrawingsIn);
  Promise.all([firstPicture, wholePage]).then(() => setTimeout(later));
})();
