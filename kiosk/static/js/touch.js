// What is lost without this file: the forgiving touch. Buttons still work, with finger and mouse,
// but only exactly where they are drawn, and zoom, long press and double touches come through.
(() => {
  "use strict";
  if (!document.body.hasAttribute("data-kiosk")) return;

  const TARGET = "button, a[href], [data-still], [data-press]";
  const NATIVE = "input, textarea, select, [data-native]"; // left to the browser
  const SETTLE = 250; // ms without input after the picture has changed (`domain.md` rule 11)
  const REPEAT = 400, SPOT = 40; // ms and px in which a second touch is the first one again
  const REST = 2000; // ms after which a hand that lies beside the targets no longer counts
  const REACH = 0.2, REACH_MM = 5; // rem of the drawing, and on a glass that has been measured
  const pxPerMm = Number(document.body.dataset.pxPerMetre || 0) / 1000;
  let first = null, resting = 0, changed = -SETTLE;
  let done = { at: -REPEAT, x: 0, y: 0 };

  const isNative = ({ target }) => Boolean(target.closest?.(NATIVE));
  const stop = (event) => {
    if (isNative(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  const gap = (element, x, y) => {
    const box = element.getBoundingClientRect();
    if (!box.width) return Infinity;
    const across = Math.max(box.left - x, 0, x - box.right);
    return Math.hypot(across, Math.max(box.top - y, 0, y - box.bottom));
  };

  // The target under the finger, or the nearest one within reach.
  const targetAt = (x, y) => {
    const under = document.elementFromPoint(x, y);
    const hit = under?.closest(TARGET);
    if (hit || under?.closest("#notice")) return hit;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    let nearest = null, least = Math.max(REACH * rem, REACH_MM * pxPerMm);
    for (const element of document.querySelectorAll(TARGET)) {
      const distance = gap(element, x, y);
      if (distance <= least) [nearest, least] = [element, distance];
    }
    return nearest;
  };

  const drop = () => {
    clearTimeout(resting);
    first?.target?.classList.remove("is-pressed");
    first = null;
  };

  const press = (event) => {
    const { pointerId: id, pointerType: type, clientX: x, clientY: y, timeStamp: at } = event;
    if (event.button !== 0 || isNative(event)) return;
    // A first finger of the same kind says that the one before was lifted unseen.
    if (first && !(event.isPrimary && type === first.type)) return;
    drop();
    if (at - changed < SETTLE) return;
    const target = targetAt(x, y);
    const isAgain = at - done.at < REPEAT && Math.hypot(x - done.x, y - done.y) < SPOT;
    if (isAgain && !target?.matches("[data-key]")) return; // a key means each touch of it
    first = { id, type, target };
    if (first.target) first.target.classList.add("is-pressed");
    else resting = setTimeout(drop, REST);
  };

  const isOn = ({ clientX: x, clientY: y }) => first.target && targetAt(x, y) === first.target;

  const move = (event) => {
    if (event.pointerId === first?.id) first.target?.classList.toggle("is-pressed", isOn(event));
  };

  const release = (event) => {
    if (event.pointerId !== first?.id) return;
    const { target } = first, isMeant = isOn(event);
    drop();
    if (!isMeant) return;
    done = { at: event.timeStamp, x: event.clientX, y: event.clientY };
    target.click();
  };

  const change = () => {
    changed = performance.now();
    drop();
  };

  document.addEventListener("pointerdown", press, true);
  document.addEventListener("pointermove", move, true);
  document.addEventListener("pointerup", release, true);
  const lose = (event) => event.pointerId === first?.id && drop();
  document.addEventListener("pointercancel", lose, true);
  document.addEventListener("kiosk:swapped", change);
  document.addEventListener("kiosk:ring", change);
  document.addEventListener("kiosk:tired", change);
  // The browser's own click comes only exactly on the target; ours has been made above.
  document.addEventListener("click", (event) => event.isTrusted && stop(event), true);
  const options = { capture: true, passive: false };
  for (const name of ["touchstart", "contextmenu", "selectstart", "dragstart", "dblclick"]) {
    document.addEventListener(name, stop, options); // no zoom, no swipe, no long press
  }
  document.addEventListener("wheel", (event) => event.ctrlKey && event.preventDefault(), options);
})();
