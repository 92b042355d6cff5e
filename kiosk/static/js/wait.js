// What is lost without this file: what a child sees while the server does not answer, which is "just
// a moment" and then the page of the tired machine. A tile touched meanwhile is not sent again.
(() => {
  "use strict";
  const { body } = document, stage = document.getElementById("screen");
  if (!body.hasAttribute("data-kiosk")) return;

  const MOMENT = 2000, TIRED = 8000; // ms without an answer
  const AGAIN = 1000, NOBODY = [0, 502, 503, 504];
  let timers = [], page = null, touched = null, again = 0;

  const cover = () => { // drawn from the layout alone: nothing can be fetched now
    page = Object.assign(document.createElement("div"), { className: "machine-tired" });
    page.append(document.getElementById("machine-tired").content.cloneNode(true));
    body.append(page);
    body.dataset.tired = "";
    document.dispatchEvent(new CustomEvent("kiosk:tired"));
  };
  const begin = () => {
    if (timers.length) return;
    const moment = setTimeout(() => { body.dataset.waiting = ""; }, MOMENT);
    timers = [moment, setTimeout(cover, TIRED)];
  };
  const end = () => {
    [...timers, again].forEach(clearTimeout);
    [timers, touched] = [[], null];
    delete body.dataset.waiting;
    if (!page) return;
    page = void page.remove();
    delete body.dataset.tired;
    document.dispatchEvent(new CustomEvent("kiosk:tired"));
  };
  const isScanning = () => "scanning" in body.dataset;

  // post.js sends a scan until it is answered.
  document.addEventListener("kiosk:asked", begin);
  document.addEventListener("kiosk:answered", end);
  document.addEventListener("kiosk:swapped", () => {
    if (stage.childElementCount && !isScanning()) end();
  });

  // A tile is touched once more. What makes a row has an id in its form and is not stored again; an
  // undo that was done is refused kindly, and whoever has left already is at the idle screen.
  const retry = ({ elt, event }) => {
    if (!elt.isConnected || isScanning()) return; // another picture is on its way
    if (elt.matches("form")) elt.requestSubmit(event.submitter);
    else elt.click();
  };
  document.addEventListener("htmx:beforeRequest", ({ defaultPrevented, detail }) => {
    const { elt, requestConfig: { triggeringEvent: event } } = detail;
    if (defaultPrevented || !/^(click|submit)$/.test(event?.type)) return; // the screen's own polls
    clearTimeout(again);
    touched = { elt, event };
    begin();
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    if (elt !== touched?.elt) return;
    const isAnswered = !NOBODY.includes(xhr.status) || xhr.getResponseHeader("HX-Retarget");
    if (!isAnswered) again = setTimeout(retry, AGAIN, touched);
    else if (!isScanning()) end();
  });
  document.addEventListener("pointerdown", () => {
    if (!stage.childElementCount) begin(); // idle.js has emptied it and asks for the idle screen
  }, true);
})();
