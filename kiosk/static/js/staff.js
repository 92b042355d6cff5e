// What is lost without this file: the digits of the PIN pad (the keyboard still types them), the form
// that waits while a child's card has the screen, the second tap that is no second request, and the
// way out of a page that was left lying open.
(() => {
  "use strict";
  const { body } = document;
  const DRAFT = "draft:", PATIENCE = 170; // s; the server ends a still session after three minutes
  const STAY_EVERY = 45000;
  const store = window.sessionStorage;

  // The PIN pad. Six digits go off by themselves, once: a second try would count as a wrong one.
  // Enter is sent by hand, for touch.js holds back the click that a browser makes of it.
  // Of several fields the digits go into the one that was touched last.
  const places = Array.from(document.querySelectorAll("[data-pad-field]"));
  let [field] = places, isSent = false;
  const send = () => {
    if (isSent) return;
    isSent = true;
    field.form.requestSubmit();
  };
  const complete = () => { // a PIN that is being chosen waits for its button
    if (field.value.length !== 6) return;
    if (field.form.dataset.pad !== "choose") send();
    else places[places.indexOf(field) + 1]?.focus();
  };
  const add = (digit) => {
    field.value = digit === "back" ? field.value.slice(0, -1) : (field.value + digit).slice(0, 6);
    if (digit !== "back") complete();
  };
  for (const place of places) {
    place.addEventListener("focus", () => { field = place; });
    place.addEventListener("input", complete);
    place.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      send();
    });
  }
  if (field?.form.dataset.pad === "choose") field.focus();
  document.querySelector("[data-pad]")?.addEventListener("click", ({ target }) => {
    const { digit } = target.closest("[data-digit]")?.dataset ?? {};
    if (digit && !isSent) add(digit);
  });

  // An unsaved form, kept only from a child's card until its owner is back (ruling 10). A fresh
  // sign-in forgets it: it may be somebody else's.
  const drafts = () => Object.keys(store).filter((key) => key.startsWith(DRAFT));
  const forget = () => drafts().forEach((key) => store.removeItem(key));
  const fields = () => Array.from(document.querySelectorAll("main form[data-draft]"))
    .flatMap((form) => Array.from(form.elements))
    .filter((one) => one.name && one.type !== "hidden" && one.type !== "password"
      && one.type !== "tel" && !one.matches("button, fieldset, [data-no-draft]"));
  const isTicked = (one) => one.type === "checkbox" || one.type === "radio";
  const here = DRAFT + location.pathname + location.search;
  const keep = () => {
    const values = fields().map((one) => (isTicked(one) ? one.checked : one.value));
    if (values.length) store.setItem(here, JSON.stringify(values));
  };
  const restore = () => {
    const kept = JSON.parse(store.getItem(here) ?? "null");
    forget();
    const now = fields();
    if (kept?.length !== now.length) return;
    now.forEach((one, place) => {
      if (isTicked(one)) one.checked = kept[place];
      else one.value = kept[place];
    });
  };
  if (document.querySelector("[data-drafts-end]")) forget();
  if (!body.hasAttribute("data-staff")) return;
  restore();
  document.addEventListener("kiosk:scan", ({ detail }) => detail.startsWith("C") && keep());

  // A second tap on a button is the same tap; a form whose answer is a file stays and may be sent anew.
  const SAME_TAP = 1500, tapped = new WeakMap();
  document.addEventListener("submit", (event) => {
    const now = performance.now(), before = tapped.get(event.target) ?? -SAME_TAP;
    if (now - before < SAME_TAP) event.preventDefault();
    else tapped.set(event.target, now);
  });

  // A page left lying open goes back to the children, which locks it; touches and keys keep the
  // session alive.
  let touched = performance.now(), told = touched;
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const touch = () => {
    touched = performance.now();
    if (touched - told < STAY_EVERY) return;
    told = touched;
    fetch(body.dataset.stayUrl, {
      method: "POST", headers: { "X-CSRFToken": token, "HX-Request": "true" },
    }).catch(() => {});
  };
  document.addEventListener("pointerdown", touch, true);
  document.addEventListener("keydown", touch, true);

  // Who leads a call listens, and touches nothing: the page that says so stays as long as it says.
  const stays = new WeakMap();
  const isWaitedFor = (now) => Array.from(document.querySelectorAll("[data-stays-s]"), (one) => {
    if (!stays.has(one)) stays.set(one, now + Number(one.dataset.staysS) * 1000);
    return now < stays.get(one);
  }).some(Boolean);

  const clock = document.querySelector("[data-wall-clock]");
  setInterval(() => {
    const now = performance.now();
    if (!isWaitedFor(now) && now - touched > PATIENCE * 1000) location.replace(body.dataset.homeUrl);
    if (!clock) return;
    const local = new Date(Date.now() + Number(clock.dataset.utcOffsetMin) * 60000);
    clock.textContent = local.toISOString().slice(11, 16);
  }, 5000);

  // The first page is fetched again and again, with its button.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
