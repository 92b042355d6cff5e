// What is lost without this file: the camera. The scanner goes on reading without it. A code that
// the camera has read goes out as the event `kiosk:seen`; scanner.js makes a scan of it. No picture
// leaves the page, and none is kept.
(() => {
  "use strict";
  const place = document.querySelector("[data-camera]");
  if (!place) return;
  const { worker, decoder, wasm, tellUrl } = place.dataset;
  const isPreview = place.dataset.camera === "preview"; // the teacher's: begins with a button

  const EVERY = 130; // ms: fewer than eight decodes a second (`stack.md` 1b)
  const AWAY = 2000, ANOTHER = 500; // ms a code must be away to be read again; beside another one
  const RETRY = 5000, LONGEST = 120000;
  const WIDTH = 640, HEIGHT = 480;
  const WANTED = {
    audio: false,
    video: { width: { ideal: WIDTH }, height: { ideal: HEIGHT }, frameRate: { ideal: 10 } },
  };
  const WHY = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing" };
  const video = place.querySelector("video") ?? document.createElement("video");
  Object.assign(video, { muted: true, playsInline: true });
  const held = new Map(); // what lies before the camera, and when it was last seen
  let still = []; // what lay there at the look before: a busy PC looks seldom
  let stream = null, reader = null, timer = 0, pause = RETRY, begun = 0, told = "";
  let isWanted = false, isAsking = false;

  const say = (state) => {
    place.dataset.state = state;
    document.dispatchEvent(new CustomEvent("kiosk:camera", { detail: state }));
    if (!tellUrl || !state || state === told) return;
    told = state;
    fetch(tellUrl, {
      method: "POST",
      headers: {
        "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content,
        "HX-Request": "true",
      },
      body: new URLSearchParams({ state }),
    }).catch(() => { told = ""; });
  };

  const stop = (state) => {
    clearTimeout(timer);
    stream?.getTracks().forEach((track) => track.stop());
    reader?.terminate();
    stream = reader = video.srcObject = null;
    still = [];
    say(state);
  };

  const lose = (state) => {
    stop(state);
    if (!isWanted) return;
    timer = setTimeout(start, pause); // calmly: the scanner is there meanwhile
    pause = Math.min(2 * pause, LONGEST);
  };

  // One thing of a kind, or nothing: which of two children's cards is meant, nobody knows. Our own
  // label speaks for a book, not the bar beside it.
  const meant = (texts) => {
    const all = [...new Set(texts)];
    const ours = all.filter((text) => !/^\d+$/.test(text));
    const kinds = ours.length ? ours : all;
    return kinds.filter((one) => kinds.every((two) => two === one || two[0] !== one[0]));
  };

  const note = (texts) => {
    const now = performance.now(), codes = meant(texts).sort().reverse(); // a card before its book
    const isNew = (code) => !held.has(code) || !(still.includes(code) || now - held.get(code) < AWAY);
    const news = codes.filter(isNew);
    if (news.length) {
      for (const [code, seen] of held) if (now - seen > ANOTHER) held.delete(code);
    }
    for (const code of texts) if (held.has(code) || codes.includes(code)) held.set(code, now);
    still = texts;
    for (const detail of news) document.dispatchEvent(new CustomEvent("kiosk:seen", { detail }));
  };

  // Where the browser hands the pictures of a camera to a worker, this page never touches them.
  const canHandOver = "MediaStreamTrackProcessor" in window;
  const look = async () => {
    begun = performance.now();
    if (canHandOver) return reader?.postMessage({ picture: null });
    try {
      const scale = video.videoWidth > WIDTH ? { resizeWidth: WIDTH } : {};
      const picture = await createImageBitmap(video, scale);
      reader?.postMessage({ picture }, [picture]);
      if (!reader) picture.close();
    } catch { // no picture yet
      if (stream) timer = setTimeout(look, EVERY);
    }
    return undefined;
  };
  const hear = ({ data }) => {
    note(data);
    timer = setTimeout(look, Math.max(EVERY - (performance.now() - begun), 0));
  };

  const open = async () => {
    stream = await navigator.mediaDevices.getUserMedia(WANTED);
    if (!isWanted || document.hidden) return stop("");
    const [track] = stream.getVideoTracks();
    track.addEventListener("ended", () => lose("missing")); // unplugged
    if (isPreview || !canHandOver) {
      video.srcObject = stream;
      await video.play();
      if (!stream) return undefined; // left meanwhile
    }
    reader = new Worker(worker);
    reader.addEventListener("message", hear);
    reader.addEventListener("error", () => lose("broken"));
    const pictures = canHandOver
      ? new MediaStreamTrackProcessor({ track, maxBufferSize: 1 }).readable : null;
    reader.postMessage({ decoder, wasm, pictures }, pictures ? [pictures] : []);
    pause = RETRY;
    say("looks");
    return look();
  };

  async function start() {
    clearTimeout(timer);
    if (!isWanted || stream || isAsking || document.hidden) return;
    isAsking = true;
    await open().catch(({ name }) => lose(WHY[name] ?? "busy"));
    isAsking = false;
  }
  const begin = () => {
    isWanted = true;
    start();
  };
  const pauseIt = () => (document.hidden ? stop("") : start());

  addEventListener("pagehide", () => stop(""));
  addEventListener("pageshow", start);
  document.addEventListener("visibilitychange", pauseIt);
  navigator.mediaDevices?.addEventListener("devicechange", start);
  if (isPreview) place.querySelector("[data-camera-try]").addEventListener("click", begin);
  else requestAnimationFrame(() => setTimeout(begin)); // the picture of the page first
})();
