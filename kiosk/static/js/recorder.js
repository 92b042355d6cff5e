// What is lost without this file: recording with the microphone. Packs can still be taken in.
(() => {
  "use strict";
  const page = document.querySelector("[data-recorder]");
  if (!page) return;

  const RATE = 24000, LONGEST = 4500; // samples a second; ms after which it stops by itself
  const FRAME = RATE / 100, BEFORE = 8, AFTER = 15; // frames of 10 ms kept around the voice
  const LOUDNESS = 0.16, PEAK = 0.89, LEAST = 0.01; // of full scale
  const token = document.querySelector('meta[name="csrf-token"]');
  const one = (name) => page.querySelector(`[data-recorder-${name}]`);
  let stream = null, recorder = null, row = null, timer = 0;

  const level = (samples) =>
    Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / (samples.length || 1));
  const peakOf = (samples) => samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

  // Without the silence around it: the voice begins and ends well above the noise of the room.
  const trimmed = (samples) => {
    const frames = Array.from({ length: Math.floor(samples.length / FRAME) },
      (_, place) => level(samples.subarray(place * FRAME, (place + 1) * FRAME)));
    const top = Math.max(...frames, 0), room = [...frames].sort((a, b) => a - b)[frames.length >> 3];
    const least = Math.max(top * 0.06, Math.min(room * 3, top * 0.25));
    const first = frames.findIndex((loud) => loud > least);
    const last = frames.findLastIndex((loud) => loud > least);
    return samples.slice(Math.max(first - BEFORE, 0) * FRAME, (last + 1 + AFTER) * FRAME);
  };
  // As loud as every other prompt, whoever spoke and however near.
  const levelled = (samples) => {
    const peak = peakOf(samples), voiced = samples.filter((value) => Math.abs(value) > peak * 0.1);
    const scale = Math.min(LOUDNESS / level(voiced), PEAK / peak);
    return samples.map((value) => value * scale);
  };

  const wav = (samples) => {
    const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
    const text = (at, word) => [...word].forEach((sign, place) =>
      view.setUint8(at + place, sign.charCodeAt(0)));
    text(0, "RIFF");
    view.setUint32(4, 36 + 2 * samples.length, true);
    text(8, "WAVEfmt ");
    view.setUint32(16, 16, true);
    view.setUint16(20, 1, true);
    view.setUint16(22, 1, true);
    view.setUint32(24, RATE, true);
    view.setUint32(28, 2 * RATE, true);
    view.setUint16(32, 2, true);
    view.setUint16(34, 16, true);
    text(36, "data");
    view.setUint32(40, 2 * samples.length, true);
    samples.forEach((value, place) => view.setInt16(44 + 2 * place, Math.round(value * 32767), true));
    return new Blob([view], { type: "audio/wav" });
  };

  const show = (isRecording) => {
    row.querySelector("[data-record]").hidden = isRecording;
    row.querySelector("[data-stop]").hidden = !isRecording;
    row.classList.toggle("is-now", isRecording);
  };
  const say = (words) => { one("said").textContent = words; };

  const send = async (sound) => {
    const body = new FormData();
    body.append("recording", sound, "recording.wav");
    const answer = await fetch(row.querySelector("[data-record]").dataset.record, {
      method: "POST", body, headers: { "X-CSRFToken": token.content, "HX-Request": "true" },
    });
    if (answer.ok) return true;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    say(page.body.textContent.trim());
    return false;
  };

  const finish = async (parts) => {
    const bytes = await new Blob(parts).arrayBuffer();
    const heard = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes);
    const samples = heard.getChannelData(0), isSilent = peakOf(samples) < LEAST;
    one("silent").hidden = !isSilent;
    if (isSilent || !await send(wav(levelled(trimmed(samples))))) return;
    for (const name of ["there", "play", "delete"]) row.querySelector(`[data-${name}]`).hidden = false;
    row.querySelector("[data-missing]").hidden = true;
    one("done").textContent = page.querySelectorAll("[data-there]:not([hidden])").length;
    row.querySelector("[data-play]").click();
  };

  const begin = async (button) => {
    say("");
    // The room's hum goes; an echo there is none, and the loudness is levelled here.
    const audio = { channelCount: 1, echoCancellation: false, autoGainControl: false };
    stream ??= await navigator.mediaDevices.getUserMedia({ audio });
    const parts = [];
    row = button.closest("[data-prompt]");
    recorder = new MediaRecorder(stream);
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    recorder.addEventListener("stop", () => {
      clearTimeout(timer);
      show(false);
      finish(parts).catch(() => { one("failed").hidden = false; }).finally(() => { recorder = null; });
    });
    recorder.start();
    show(true);
    timer = setTimeout(() => recorder?.stop(), LONGEST);
  };

  page.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-record]");
    if (target.closest("[data-stop]") && recorder?.state === "recording") recorder.stop();
    if (!button || recorder) return;
    for (const name of ["no-microphone", "silent", "failed"]) one(name).hidden = true;
    begin(button).catch(() => { one("no-microphone").hidden = false; });
  });
  window.addEventListener("pagehide", () => stream?.getTracks().forEach((track) => track.stop()));
})();
