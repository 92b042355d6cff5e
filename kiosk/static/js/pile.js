// What is lost without this file: scans on pages where staff work through a pile; a number can still
// be typed and sent. Every burst of the scanner is sent to the pile's address with an id of its own
// and again with the same id until there is an answer, so that nothing is stored twice or lost. What
// waits is kept in this window for when somebody comes back with card and PIN: books, never a card.
(() => {
  "use strict";
  const pile = document.querySelector("[data-pile]");
  if (!pile) return;
  const { pileUrl, pileBatch, pileOpens } = pile.dataset;
  const MACHINE = 60, SILENCE = 400, LONGEST = 64; // ms for a key, on average; that end a code; keys
  const LATE = 2000; // ms that a busy machine may take to bring the rest of what a gun has sent
  const TYPING = 250; // ms without a key before titles are looked up
  const PATIENCE = 4000, PAUSE = 200, LONGEST_PAUSE = 3000, AGAIN = [502, 503, 504];
  const PERSON = /^[CS][0-9A-HJ-NP-TV-Z]{11}$/, BOOK = /^B[0-9A-HJ-NP-TV-Z]{11}$/, SHELF = /^X[0-9A-HJ-NP-TV-Z]{11}$/;
  const OPENS = { shelf: SHELF, book: BOOK }[pileOpens]; // what says to which the next scans belong
  const SHAPES = /[CBSX][0-9A-HJ-NP-TV-Z]{11}$|(?:\d{18}|\d{15}|\d{12,14}|\d{9}[\dX]|\d{8})$/;
  const WHOLE = /[CBSX][0-9A-HJ-NP-TV-Z]{11}$|\d{13}$|\d{15}$|\d{18}$/; // no longer one begins with it
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const notice = document.getElementById("notice");
  const KEPT = "pile", queue = [];
  const isOurs = ({ url }) => url === pileUrl || url.startsWith(`${pileUrl}/`);
  const kept = () => JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  const keep = () => {
    const all = [...kept().filter((one) => !isOurs(one)), ...queue];
    if (all.length) sessionStorage.setItem(KEPT, JSON.stringify(all));
    else sessionStorage.removeItem(KEPT);
  };

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

  const waited = (at) => Math.min(1e9 - 1, Math.max(0, Math.floor((Date.now() - at) / 1000))) || 0; // seconds
  const ask = async ({ url, body, at }) => {
    for (let pause = PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        const response = await fetch(url, {
          method: "POST",
          keepalive: true,
          signal: AbortSignal.timeout(PATIENCE),
          headers: { "X-CSRFToken": token, "HX-Request": "true" },
          body: new URLSearchParams([...new URLSearchParams(body), ["waited", waited(at)]]),
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
  const show = ({ response: { ok }, html }) => {
    if (ok) swap(html);
    else notice.innerHTML = html;
    if (!ok) sound("teacher");
  };
  // The shelf or the label that the next scan belongs to, as the scans before it say; null: the one
  // that the page shows. One that was refused stays: what comes after it belongs nowhere else.
  let said = null;
  const settle = ({ label, after, opens }, { ok }) => {
    if (queue.length === 1) said = ok ? null : opens ? after : label || null;
  };
  // The PIN's time ran out, or somebody signed in elsewhere: what waits stays, and the page is
  // opened anew. What is refused there too waits for somebody who may.
  const leave = ({ isOld }, { response: { status }, html }) => {
    sound("teacher");
    if (status === 401) location.assign(document.body.dataset.homeUrl);
    else if (isOld) notice.innerHTML = html;
    else location.reload();
  };
  const work = async () => {
    pile.dataset.busy = "";
    while (queue.length) {
      const [one] = queue, answer = await ask(one), { status, redirected } = answer.response;
      if (status === 401 || status === 403 || redirected) return leave(one, answer);
      try {
        show(answer);
      } finally {
        settle(one, answer.response);
        queue.shift();
        keep();
      }
    }
    delete pile.dataset.busy;
  };
  const send = (url, values, belongs = {}) => {
    const body = new URLSearchParams({ request_id: crypto.randomUUID(), ...values });
    if (pileBatch) body.set("batch", pileBatch);
    const address = new URL(url, location).pathname;
    const length = queue.push({ url: address, body: String(body), at: Date.now(), ...belongs });
    keep();
    if (length === 1) work();
  };
  queue.push(...kept().filter(isOurs).map((one) => ({ ...one, isOld: true })));
  said = queue.at(-1)?.after ?? null;
  if (queue.length) work();

  // A title that stands there unsent goes first: the next book is no reason to forget it.
  const name = () => {
    const field = nameField(), { form } = field ?? {};
    if (!field?.value.trim() || queue.length) return;
    send(form.action, { title_id: form.elements.namedItem("title_id").value, name: field.value });
    field.value = "";
  };
  const take = (code) => {
    name();
    const label = said ?? pile.querySelector('[data-pile-typed] [name="label"]')?.value;
    const opens = OPENS?.test(code) ?? false;
    const after = opens ? code : pileOpens === "shelf" ? label : "";
    send(pileUrl, label && !opens ? { code, label } : { code }, { label, opens, after });
    if (OPENS) said = after ?? null;
  };

  // A book that was typed is stored: the field is empty for the next, which is another request.
  document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (detail.successful && !queue.length) said = null;
    if (!target.matches("[data-pile-typed]") || !detail.successful) return;
    target.reset();
    const id = target.elements.namedItem("request_id");
    if (id) id.value = crypto.randomUUID();
  });

  // While a title is typed: those that it may be. An old answer is no answer to what stands there.
  let asking = 0;
  const suggest = async (field) => {
    clearTimeout(asking);
    const text = field.value, known = document.getElementById("known");
    const address = `${field.dataset.pileKnown}?${new URLSearchParams({ name: text })}`;
    const response = await fetch(address, { headers: { "HX-Request": "true" } });
    const html = response.ok ? await response.text() : "";
    if (!field.isConnected || field.value !== text) return;
    known.innerHTML = html;
    known.dataset.of = text;
  };
  document.addEventListener("input", ({ target }) => {
    if (!target.dataset?.pileKnown) return;
    clearTimeout(asking);
    asking = setTimeout(() => suggest(target), TYPING);
  });
  // Bare letters are the pinyin of a title: Enter takes the first one that stands there. Where they
  // had not come yet, a single one is taken, and several are shown; with none it is a title itself.
  document.addEventListener("keydown", async (event) => {
    const { target: field, key, isComposing, defaultPrevented } = event;
    if (key !== "Enter" || isComposing || defaultPrevented || !field.dataset?.pileKnown) return;
    if (!/^[a-z][a-z\d]*$/i.test(field.value.trim())) return;
    event.preventDefault();
    const known = document.getElementById("known"), isThere = known.dataset.of === field.value;
    if (!isThere) await suggest(field);
    const all = known.querySelectorAll("button");
    if (isThere ? all.length : all.length === 1) all[0].click();
    else if (!all.length && field.isConnected) field.form.requestSubmit();
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
    // The keys' own time says whose they are; a machine that is late with one is so with the next.
    const late = Math.min(LATE, Math.max(0, performance.now() - at));
    const isWhole = WHOLE.test(strokes.map((one) => one.character).join(""));
    silence = setTimeout(end, isWhole ? SILENCE + late : LATE);
  }, true);
  // Beside staff a book would be given back; at the pile it is only looked at.
  document.addEventListener("kiosk:scan", (event) => {
    if (BOOK.test(event.detail) || OPENS?.test(event.detail)) event.stopImmediatePropagation();
  }, true);
  document.addEventListener("htmx:afterSwap", ({ target }) => target === pile && say());
  document.addEventListener("htmx:responseError", () => sound("teacher"));
})();
