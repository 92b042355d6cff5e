// What is lost without this file: the sounds, the voice and "hear it again". It is fetched once the
// first picture stands, and nothing waits for it.
(() => {
  "use strict";
  const REMIND = 8000; // ms without a touch until a screen says once more what to do (rule 23)
  const BEST = ["recorded", "computer", "machine"]; // who speaks: the first that exists
  const stage = document.getElementById("screen"), notice = document.getElementById("notice");
  const voices = window.speechSynthesis, sounds = {};
  let plan = null, audio = null, loud = null; // what the server says; where it is played
  let turn = 0, node = null, current = null, isReminded = false, timer = 0, called = "";
  const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
  const load = async (url) => audio.decodeAudioData(await (await fetch(url)).arrayBuffer());
  const play = (buffer) => {
    const source = new AudioBufferSourceNode(audio, { buffer });
    source.connect(loud);
    source.start();
    return source;
  };
  const hush = () => { // the voice; a sound is over before it could disturb
    [turn, node] = [turn + 1, void node?.stop()];
    voices?.cancel();
  };

  // Each answers whether this source has said the prompt, or was interrupted in it.
  const clip = async (url, mine) => {
    const buffer = url && await load(url).catch(() => null); // a file that is gone: the next source
    if (!buffer || turn !== mine) return Boolean(buffer);
    node = play(buffer);
    await wait(buffer.duration);
    return true;
  };
  // Mandarin alone, and only a voice that needs no network (`stack.md` section 4).
  const isOurs = ({ localService, lang }) => localService && /^zh(?!.*(HK|MO))/i.test(lang);
  const speech = (zh, mine) => new Promise((done) => {
    const found = voices?.getVoices().filter(isOurs) ?? [];
    const voice = found.find(({ lang }) => /CN/i.test(lang)) ?? found[0];
    if (!voice) return void done(false);
    const ends = { onend: () => done(true), onerror: () => done(turn !== mine) };
    const how = { voice, lang: voice.lang, rate: 0.9, volume: loud.gain.value };
    voices.speak(Object.assign(new SpeechSynthesisUtterance(zh), how, ends));
  });
  const say = (source, { zh, ...at }, mine) =>
    (source === "computer" ? speech(zh, mine) : clip(at[source], mine));
  const hear = async (element, withSound) => {
    hush();
    if (!plan?.isOn || !element) return;
    const mine = turn, sound = withSound && sounds[element.dataset.sound];
    if (sound) await wait(play(sound).buffer.duration); // begins in the task in which the screen came
    for (const key of element.dataset.say.split(" ").filter((one) => one in plan.prompts)) {
      for (const source of plan.voice === "best" ? BEST : [plan.voice]) {
        if (turn !== mine || await say(source, plan.prompts[key], mine)) break;
      }
    }
  };
  const rest = () => {
    clearTimeout(timer);
    if (plan?.isOn && current && !isReminded) timer = setTimeout(() => {
      isReminded = true;
      if (stage.checkVisibility() && notice.hidden) hear(current, false);
    }, REMIND);
  };
  const isQuiet = (element) => element?.dataset.quiet !== undefined;
  const touched = () => {
    hush();
    if (isQuiet(current)) isReminded = false; // somebody stands there
    if (audio?.state === "suspended") audio.resume();
    rest();
  };
  document.addEventListener("kiosk:scan", touched);
  document.addEventListener("pointerdown", touched, true);
  document.addEventListener("kiosk:swapped", () => {
    const wasQuiet = isQuiet(current);
    current = stage.querySelector("[data-say]");
    const call = isQuiet(current) ? current.dataset.call ?? "" : called; // a child's turn, said once
    const isCalled = call !== called && Boolean(called = call);
    if (wasQuiet && isQuiet(current) && !isCalled) return; // the idle screen has renewed itself
    isReminded = false;
    void (isQuiet(current) && !isCalled ? hush() : hear(current, true));
    rest();
  });
  const shown = (element) => element && hear(element, true);
  document.addEventListener("kiosk:ring", () =>
    (stage.hidden ? shown(document.querySelector(".still-there [data-say]")) : hush()));
  document.addEventListener("kiosk:tired", () =>
    void (shown(document.querySelector(".machine-tired [data-say]")) ?? hush()));
  new MutationObserver(() => shown(notice.querySelector("[data-say]")))
    .observe(notice, { childList: true });
  document.addEventListener("click", ({ target }) =>
    target.closest?.("[data-say-again]") && hear(current, false));

  const begin = async () => {
    plan = await (await fetch("/voice")).json();
    if (!plan.isOn) return;
    audio = new AudioContext();
    (loud = new GainNode(audio, { gain: (plan.volume / 100) ** 2 })).connect(audio.destination);
    voices?.getVoices(); // some browsers begin to look only now
    current = stage.querySelector("[data-say]");
    rest();
    for (const name of Object.keys(plan.sounds)) sounds[name] = await load(plan.sounds[name]);
    document.body.dataset.hears = ""; // from now on the tile "hear it again" does something
  };
  begin().catch(() => {}); // no server or no sound: the pictures say it all
})();
