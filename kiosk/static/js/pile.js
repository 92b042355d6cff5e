// What is lost without this file: scans on pages where staff work through a pile; a number can still
// be typed and sent. Every burst of the scanner is sent to the pile's address with an id of its own
// and again with the same id until there is an answer, so that nothing is stored twice or lost.
(() => {
  "use strict";
  const pile = document.querySelector("[data-pile]");
  if (!pile) return;
  const { pileUrl, pileBatch } = pile.dataset;
  const MACHINE = 60, SILENCE = 400, LONGEST = 64; // ms for a key, on average; that end a code; keys
  const TYPING = 250; // ms without a key before titles are looked up
  const PATIENCE = 4000, PAUSE = 200, LONGEST_PAUSE = 3000, AGAIN = [502, 503, 504];
  const PERSON = /^[CS][0-9A-HJ-NP-TV-Z]{11}$/, BOOK = /^B[0-9A-HJ-NP-TV-Z]{11}$/;
  const SHAPES = /[CBSX][0-9A-HJ-NP-TV-Z]{11}$|(?:\d{18}|\d{15}|\d{12,14}|\d{9}[\dX]|\d{8})$/;
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const notice = document.getElementById("notice");
  const queue = [];

  const sound = (name) => {
    const heard = document.querySelector(`[data-pile-sound="${name}"]`);
    if (!heard) return;
    heard.currentTime = 0;
    heard.play().catch(() => {}); // no sound device
  };
  const say = () => {
    const said = pile.querySelector("[data-sound]")?.dataset.sound;
    if (said) sound(said);
  };

  const ask = async ({ url, body }) => {
    for (let pause = PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        const response = await fetch(url, {
          method: "POST",
          keepalive: true,
          signal: AbortSignal.timeout(PATIENCE),
          headers: { "X-CSRFToken": token, "HX-Request": "true" },
          body,
        });
        if (!AGAIN.includes(response.status)) return { response, html: await response.text() };
      } catch { /* no server, or none in time */ }
      await new Promise((done) => setTimeout(done, pause));
    }
  };
  // What is typed while a book is on its way to the server is that book's title.
  const nameField = () => pile.querySelector('[data-pile-name] [name="name"]');
  let early = "";
  const swap = (html) => {
    early = nameField()?.value || early;
    htmx.swap(pile, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    const field = nameField();
    if (field) field.value = early;
    if (field || queue.length === 1) early = "";
  };
  const show = ({ response: { ok, status }, html }) => {
    if (status === 401) location.assign(document.body.dataset.homeUrl);
    else if (ok) swap(html);
    else notice.innerHTML = html;
    if (!ok) sound("teacher");
  };
  const work = async () => {
    pile.dataset.busy = "";
    while (queue.length) {
      try {
        show(await ask(queue[0]));
      } finally {
        queue.shift();
      }
    }
    delete pile.dataset.busy;
  };
  const send = (url, values) => {
    const body = new URLSearchParams({ request_id: crypto.randomUUID(), ...values });
    if (pileBatch) body.set("batch", pileBatch);
    if (queue.push({ url, body }) === 1) work();
  };

  // A title that stands there unsent goes first: the next book is no reason to forget it.
  const name = () => {
    const field = nameField(), { form } = field ?? {};
    if (!field?.value.trim() || queue.length) return;
    send(form.action, { title_id: form.elements.namedItem("title_id").value, name: field.value });
    field.value = "";
  };
  const take = (code) => {
    name();
    const label = pile.querySelector('[data-pile-typed] [name="label"]')?.value;
    send(pileUrl, label ? { code, label } : { code });
  };

  // While a title is typed: those that it may be. An old answer is no answer to what stands there.
  let asking = 0;
  document.addEventListener("input", ({ target }) => {
    const { pileKnown } = target.dataset ?? {};
    if (!pileKnown) return;
    clearTimeout(asking);
    asking = setTimeout(async () => {
      const text = target.value, address = `${pileKnown}?${new URLSearchParams({ name: text })}`;
      const response = await fetch(address, { headers: { "HX-Request": "true" } });
      const html = response.ok ? await response.text() : "";
      if (target.isConnected && target.value === text) {
        document.getElementById("known").innerHTML = html;
      }
    }, TYPING);
  });

  // A gun is told from a person by its speed and by what it writes. What it wrote into a field is
  // taken out again, and its Enter sends no form.
  let strokes = [], silence = 0;
  const symbol = ({ code, shiftKey }) => {
    const [, letter, digit] = /^Key([A-Z])$|^(?:Digit|Numpad)(\d)$/.exec(code) || [];
    return letter || (shiftKey && code.startsWith("Digit") ? "" : digit) || "";
  };
  const clean = ({ field, value }) => {
    if (!field?.isConnected) return;
    field.blur(); // ends what an input method is composing
    field.value = value;
    field.focus();
  };
  const end = (event) => {
    clearTimeout(silence);
    const all = strokes, [code] = SHAPES.exec(all.map(({ character }) => character).join("")) ?? [];
    strokes = [];
    if (!code) return;
    const first = all[all.length - code.length], last = all[all.length - 1];
    if (last.at - first.at > MACHINE * code.length) return; // a person
    event?.preventDefault();
    if (PERSON.test(code)) return; // a card is answered as on every staff page
    clean(first);
    take(code);
  };
  document.addEventListener("keydown", (event) => {
    const { code, timeStamp: at, repeat, ctrlKey, altKey, metaKey, target } = event;
    if (repeat || ctrlKey || altKey || metaKey) return;
    if (/^(Numpad)?Enter$|^Tab$/.test(code)) return void (strokes.length && end(event));
    const character = symbol(event), field = target.closest?.("input:not([type=hidden]), textarea");
    if (!character) return;
    if (at - strokes.at(-1)?.at > SILENCE) end();
    strokes = [...strokes.slice(-LONGEST), { character, at, field, value: field?.value }];
    clearTimeout(silence);
    silence = setTimeout(end, SILENCE);
  }, true);
  // Beside staff a book would be given back; at the pile it is only looked at.
  document.addEventListener("kiosk:scan", (event) => {
    if (BOOK.test(event.detail)) event.stopImmediatePropagation();
  }, true);
  document.addEventListener("htmx:afterSwap", ({ target }) => target === pile && say());
  document.addEventListener("htmx:responseError", () => sound("teacher"));
})();
