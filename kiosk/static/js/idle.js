// What is lost without this file: the ring that asks whether the child is still here, the way back
// to the idle screen, and the moving clock. The server ends the child's session without it, but the
// child's page would stay on the screen.
(() => {
  "use strict";
  const { body } = document;
  if (!body.hasAttribute("data-kiosk")) return;

  const STILL = 10, END = 30; // seconds without a touch: the ring; the end (`domain.md` rule 37)
  const TICK = 250, CLOCK = 5000, AGAIN = 3000, PATIENCE = 2000;
  const TELL = 2000; // ms: the server ends two seconds after us and may hear of a touch so late
  const stage = document.getElementById("screen");
  const say = (name) => document.dispatchEvent(new CustomEvent(name));
  const child = () => stage.querySelector("[data-session]");
  const token = () => document.querySelector('meta[name="csrf-token"]').content;
  let since = [], told = 0, asked = 0, drawn = -CLOCK, ring = null, isLeaving = false;

  // The wall clock besides: only it knows how long a PC slept.
  const clocks = () => [performance.now(), Date.now()];
  const begin = () => { since = clocks(); };
  const quiet = () => Math.max(...clocks().map((now, which) => now - since[which])) / 1000;

  const tell = (url) => fetch(url, {
    method: "POST", keepalive: true, signal: AbortSignal.timeout(PATIENCE),
    headers: { "X-CSRFToken": token(), "HX-Request": "true" },
  }).catch(() => null); // no server, no session

  const leave = () => {
    isLeaving = true;
    asked = performance.now();
  };
  const home = () => {
    leave();
    htmx.ajax("GET", body.dataset.idleUrl, "#screen").catch(() => {});
  };
  const finish = async () => {
    if (isLeaving || "scanning" in body.dataset) return; // a card is about to change the screen
    leave();
    await tell(body.dataset.endUrl);
    if (isLeaving) home();
  };
  const stay = async () => {
    const page = child();
    told = performance.now();
    const status = (await tell(body.dataset.stayUrl))?.status;
    if (status >= 400 && status < 500 && page.isConnected) home(); // the server has ended it
  };

  const uncover = () => {
    if (!ring) return;
    ring.remove();
    ring = null;
    stage.hidden = false;
    say("kiosk:ring");
  };
  const answer = ({ target }) => {
    if (target.closest("[data-still]").dataset.still === "done") return void finish();
    if (isLeaving) return;
    uncover();
    begin();
    stay();
  };
  const cover = () => {
    ring = Object.assign(document.createElement("div"), { className: "still-there" });
    ring.dataset.still = "stay"; // any touch says: I am here
    ring.append(document.getElementById("still-there").content.cloneNode(true));
    ring.addEventListener("click", answer);
    stage.hidden = true; // the name and what is the child's own
    body.append(ring);
    say("kiosk:ring");
  };

  const draw = () => {
    drawn = performance.now();
    const here = new Date(Date.now() + Number(body.dataset.utcOffsetMin) * 60000);
    const hours = here.getUTCHours() % 12, minutes = here.getUTCMinutes();
    const digits = `${hours || 12}:${String(minutes).padStart(2, "0")}`;
    for (const clock of document.querySelectorAll("[data-clock]")) clock.textContent = digits;
    const turn = { hour: hours * 30 + minutes / 2, minute: minutes * 6 };
    for (const hand of document.querySelectorAll("[data-hand]")) {
      const centre = /rotate\(\s*\S+?([\s,].*)?\)/.exec(hand.getAttribute("transform"))?.[1] ?? "";
      hand.setAttribute("transform", `rotate(${turn[hand.dataset.hand]}${centre})`);
    }
  };

  const tick = () => {
    setTimeout(tick, TICK);
    const [now] = clocks(), seconds = quiet();
    if (now - drawn >= CLOCK) draw();
    if (isLeaving && now - asked >= AGAIN) {
      stage.replaceChildren(); // no server: nothing of the child stays meanwhile
      home();
    } else if (isLeaving) {
      return;
    } else if (!child()) {
      if (seconds >= Number(stage.querySelector("[data-goes-home]")?.dataset.goesHome)) home();
    } else if (seconds >= END) {
      finish();
    } else if (seconds >= STILL) {
      if (!ring) cover();
      ring.querySelectorAll("[data-lantern]").forEach((lantern, place) =>
        lantern.classList.toggle("lantern--out", place < Math.floor(seconds - STILL)));
    }
  };

  const touched = () => {
    if (isLeaving) return;
    begin();
    if (child() && performance.now() - told >= TELL) stay();
  };
  document.addEventListener("pointerdown", () => ring || touched(), true);
  document.addEventListener("kiosk:activity", () => {
    if (!isLeaving) uncover();
    touched();
  });
  document.addEventListener("kiosk:home", home);
  document.addEventListener("kiosk:swapped", () => {
    if (!stage.childElementCount) return; // emptied, the idle screen is still on its way
    isLeaving = false;
    begin();
    [told] = since;
    uncover();
    draw();
  });
  begin();
  tick();
})();
