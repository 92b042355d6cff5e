// What is lost without this file: the scanner. Nothing that a gun reads becomes a scan; what was
// read goes out as the event `kiosk:scan`, which post.js sends. Keys are read by their place on the
// keyboard, so that an input method has nothing to compose into (`domain.md` 4.9 rule 41).
(() => {
  "use strict";
  const onKiosk = document.body.hasAttribute("data-kiosk");
  if (!onKiosk && !document.body.hasAttribute("data-staff")) return;

  const row = (prefix) => new RegExp(`^(?:${prefix}[0-9A-HJ-NP-TV-Z]{11})+$`);
  const OURS = row("[CBSX]"), BESIDE_STAFF = row("(?:[CB]|X(?=DAY\\d{6}))"), INTO_A_FIELD = row("C");
  const INTO_A_PAGE = row("[CBX]"); // that takes items for itself (post.js); bars as well
  const AIM = /^\][A-Z][0-9A-Z](?=.)/; // what kind of bar it was: not part of the code (T-4)
  const FIELD = "input, textarea, select";
  const BAR = /^(?:\d{9}[\dX]|\d{13}|\d{15}|\d{18})$/; // a book's own, with its add-on (T-36)
  const BEGUN = /^(?:[CBSX][0-9A-Z]*|\d{4,12})$/; // may become one of ours yet, or a bar
  const SILENCE = 120, HICCUP = 500; // ms that end a whole code; that a gun may pause inside one
  const LATE = 2000; // ms that a busy machine may take to bring the rest of what a gun has sent
  const MACHINE = 60; // ms for a key, on average, where people type as well
  const LONGEST = 64, STRAY = 4;
  let burst = "", first = 0, last = 0, timer = 0, numpad = "", field = null;

  // What is no symbol of ours becomes "?": left out, it could make a whole code of a wrong one.
  const symbol = ({ code, key, shiftKey }) => {
    const [, letter, digit] = /^Key([A-Z])$|^(?:Digit|Numpad)(\d)$/.exec(code) || [];
    if (letter) return letter;
    if (digit && !(shiftKey && code.startsWith("Digit"))) return digit;
    if (code === "Minus" || code === "NumpadSubtract") return "-";
    if (code === "BracketRight") return "]";
    if (key.length === 1) return /[!-~]/.test(key) ? key.toUpperCase() : "?";
    const isComposed = key === "Process" || key === "Unidentified";
    return isComposed && !/Shift|Control|Alt|Meta|Lock|Lang|Conv|Kana/.test(code) ? "?" : "";
  };

  const read = (detail) => document.dispatchEvent(new CustomEvent("kiosk:scan", { detail }));
  const isShared = () => !onKiosk || field !== null; // with a person who types
  const before = document.body.dataset.scannerPrefix; // as the scanner page has learned it
  const isTaken = (all) => {
    if (field) return INTO_A_FIELD.test(all);
    if (!document.querySelector("[data-items-url]")) return BESIDE_STAFF.test(all);
    return INTO_A_PAGE.test(all) || BAR.test(all);
  };
  const text = () => {
    const bare = burst.replace(AIM, "");
    if (!before || !bare.startsWith(before) || OURS.test(bare)) return bare;
    const rest = bare.slice(before.length);
    return BAR.test(bare) && !BAR.test(rest) ? bare : rest; // whole already: none of it is a prefix
  };
  // Ten figures are an old ISBN by their check figure, or the first ten of a longer bar.
  const isOldIsbn = (bar) =>
    !/^97[89]/.test(bar)
    && [...bar].reduce((sum, figure, at) => sum + (10 - at) * (+figure || 10 * (figure === "X")), 0) % 11 === 0;
  const isBar = (all) => BAR.test(all) && (all.length !== 10 || isOldIsbn(all));
  const isWhole = () => OURS.test(text()) || isBar(text());
  const patience = () => (isWhole() ? SILENCE : HICCUP);

  const end = (event) => {
    clearTimeout(timer);
    const all = text();
    burst = "";
    if (isShared()) {
      if (!isTaken(all)) return;
      if (last - first > MACHINE * all.length) return;
      event?.preventDefault(); // or the form with the card in it would be sent
      const { value } = field ?? {};
      if (value?.toUpperCase().endsWith(all)) field.value = value.slice(0, -all.length);
    } else if (!event && all.length < STRAY) return;
    const codes = OURS.test(all) ? all.match(/.{12}/g) : [all.slice(0, LONGEST)];
    codes.forEach(read);
  };

  // What the camera saw (camera.js): only what is whole, for a poster on the wall is no scan.
  document.addEventListener("kiosk:seen", ({ detail }) => {
    if (!onKiosk || !(OURS.test(detail) || BAR.test(detail))) return;
    document.dispatchEvent(new CustomEvent("kiosk:activity"));
    read(detail);
  });

  const add = (character, { timeStamp, target }) => {
    // The keys' own time: a page that is busy tears no code apart.
    if (burst && timeStamp - last > (isShared() ? SILENCE : patience())) end();
    last = timeStamp;
    if (!burst) [first, field] = [timeStamp, target.closest?.(FIELD) ?? null];
    if (!burst && !isShared()) document.dispatchEvent(new CustomEvent("kiosk:activity"));
    if (burst.length <= LONGEST) burst += character;
    clearTimeout(timer);
    // A machine that is late with this key will be late with the next.
    const late = Math.min(LATE, Math.max(0, performance.now() - timeStamp));
    timer = setTimeout(end, !isWhole() && BEGUN.test(text()) ? LATE : patience() + late);
  };

  // On child screens no key does anything by itself: no button is pressed, no download list opens.
  document.addEventListener("keydown", (event) => {
    const code = event.code || event.key;
    if (onKiosk && !event.target.closest?.(FIELD)) event.preventDefault();
    if (event.repeat) return;
    const character = symbol(event), isControl = event.ctrlKey || event.metaKey;
    if ((isControl ? /^Key[IJM]$/ : /^(Numpad)?Enter$|^Tab$/).test(code)) {
      if (burst) end(event);
    } else if (event.altKey && /^Numpad\d$/.test(code)) {
      numpad += code[6];
    } else if (!(isControl || event.altKey)) {
      if (character) add(character, event);
    } else if (burst && character) add("?", event); // a control character inside a code
  }, true);

  // Guns in Alt mode hold Alt and type each character's number on the pad (T-2).
  document.addEventListener("keyup", (event) => {
    if (!numpad || event.key !== "Alt") return;
    const character = String.fromCharCode(Number(numpad)).toUpperCase();
    numpad = "";
    if (/[\t\r\n]/.test(character)) {
      if (burst) end(event);
    } else add(/[!-~]/.test(character) ? character : "?", event);
  }, true);

  // Where there is no gun: the cards and books of the demo panel, to click.
  document.addEventListener("click", ({ target }) => {
    const card = target.closest?.("[data-scan-code]");
    if (card) read(card.dataset.scanCode);
  });
})();
