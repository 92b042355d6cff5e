// What is lost without this file: nobody notices how the scanner writes. Scans are read by scanner.js
// alone; this one only listens, and says of each burst how it came: the event `kiosk:burst`.
(() => {
  "use strict";
  const SILENCE = 500, AFTER_END = 150; // ms that end a burst; once its terminator has come
  const LATE = 2000; // ms that a busy machine may take to bring the rest of what a gun has sent
  const MACHINE = 60, LEAST = 4; // ms for a key, on average, where people type as well; characters
  let keys = [], ends = [], numpad = "", timer = 0, first = 0, last = 0;
  let isLower = null, isComposed = false, isAlt = false;

  const symbol = ({ code, key, shiftKey }) => {
    const [, letter, digit] = /^Key([A-Z])$|^(?:Digit|Numpad)(\d)$/.exec(code) || [];
    if (letter) return letter;
    if (digit && !(shiftKey && code.startsWith("Digit"))) return digit;
    if (code === "Minus" || code === "NumpadSubtract") return "-";
    if (code === "BracketRight") return "]";
    return key.length === 1 ? key.toUpperCase() : "";
  };
  const terminatorOf = ({ code, ctrlKey }) => {
    if (/^(Numpad)?Enter$/.test(code) || (ctrlKey && code === "KeyM")) return "enter";
    if (code === "Tab" || (ctrlKey && code === "KeyI")) return "tab";
    return ctrlKey && code === "KeyJ" ? "line_feed" : "";
  };

  const end = () => {
    clearTimeout(timer);
    const text = keys.join(""), isMachine = last - first <= MACHINE * keys.length;
    const kinds = [...new Set(ends)].join("_") || "nothing";
    const terminator = kinds === "enter_line_feed" || !kinds.includes("_") || kinds === "line_feed"
      ? kinds : ends[0];
    const detail = { text, terminator, isLower, isComposed, isAlt };
    [keys, ends, isLower, isComposed, isAlt] = [[], [], null, false, false];
    if (text.length < LEAST || !isMachine) return;
    document.dispatchEvent(new CustomEvent("kiosk:burst", { detail }));
  };
  // Between two keys the keys' own times say what belongs together; the clock only ends the last.
  const wait = (at) => {
    clearTimeout(timer);
    const late = Math.min(LATE, Math.max(0, performance.now() - at));
    timer = setTimeout(end, ends.length ? AFTER_END + late : LATE);
  };
  const part = (at) => { // from a person's key, or from the next code
    if (keys.length && at - last > SILENCE) end();
  };
  const add = (character, at) => {
    if (ends.length) end();
    part(at);
    if (!keys.length) first = at;
    last = at;
    keys.push(character);
    wait(at);
  };

  document.addEventListener("keydown", (event) => {
    if (event.repeat) return;
    const ending = terminatorOf(event), { code, key, keyCode, timeStamp } = event;
    if (ending) {
      part(timeStamp);
      if (keys.length) ends.push(ending);
      if (keys.length) wait(timeStamp);
    } else if (event.altKey && /^Numpad\d$/.test(code)) {
      numpad += code[6];
    } else if (!(event.ctrlKey || event.altKey || event.metaKey)) {
      const character = symbol(event);
      if (!character) return;
      add(character, timeStamp);
      if (key === "Process" || keyCode === 229 || event.isComposing) isComposed = true;
      else if (/^[a-zA-Z]$/.test(key)) isLower = isLower || key !== key.toUpperCase();
    }
  }, true);
  document.addEventListener("keyup", ({ key, timeStamp }) => {
    if (!numpad || key !== "Alt") return;
    const character = String.fromCharCode(Number(numpad));
    numpad = "";
    if (character === "\r" || character === "\n" || character === "\t") {
      part(timeStamp);
      if (keys.length) ends.push({ "\r": "enter", "\n": "line_feed", "\t": "tab" }[character]);
      wait(timeStamp);
      return;
    }
    add(character.toUpperCase(), timeStamp);
    isAlt = true;
    if (/[a-zA-Z]/.test(character)) isLower = isLower || character !== character.toUpperCase();
  }, true);
})();
