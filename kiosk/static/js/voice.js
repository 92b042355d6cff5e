// What is lost without this file: hearing a sound or a sentence on a setup page.
(() => {
  "use strict";
  const voices = window.speechSynthesis;
  const isOurs = ({ localService, lang }) => localService && /^zh(?!.*(HK|MO))/i.test(lang);
  const found = () => {
    const ours = voices?.getVoices().filter(isOurs) ?? [];
    return ours.find(({ lang }) => /CN/i.test(lang)) ?? ours[0];
  };
  const loud = () => {
    const volume = document.querySelector("[name=volume]");
    return volume ? (volume.value / 100) ** 2 : 1;
  };
  let playing = null;
  const hush = () => {
    playing?.pause();
    voices?.cancel();
  };

  document.addEventListener("click", ({ target }) => {
    const { play, speak } = target.closest("[data-play], [data-speak]")?.dataset ?? {};
    if (!play && !speak) return;
    hush();
    if (play) {
      playing = Object.assign(new Audio(play), { volume: loud() });
      playing.play().catch(() => {}); // another was pressed before it began
    } else {
      const voice = found(), said = new SpeechSynthesisUtterance(speak);
      voices.speak(Object.assign(said, { voice, lang: voice.lang, rate: 0.9, volume: loud() }));
    }
  });

  const look = () => {
    const voice = found(), name = document.querySelector("[data-voice-name]");
    if (!name) return;
    name.textContent = voice?.name ?? "";
    document.querySelector("[data-voice-found]").hidden = !voice;
    document.querySelector("[data-voice-none]").hidden = Boolean(voice);
    for (const button of document.querySelectorAll("[data-speak]")) button.hidden = !voice;
    for (const lack of document.querySelectorAll("[data-voice-lacks]")) lack.hidden = Boolean(voice);
  };
  voices?.addEventListener("voiceschanged", look);
  look();
})();
