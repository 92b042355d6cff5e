// What is lost without this file: pictures by the PC's camera; a file can still be handed in. The
// first tap opens the camera, each further one takes a picture and sends it; none is kept here.
(() => {
  "use strict";
  const WIDTH = 640, QUALITY = 0.85;
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const notice = document.getElementById("notice");

  document.querySelectorAll("[data-shot]").forEach((place) => {
    const { shotUrl, shotTarget } = place.dataset;
    const video = place.querySelector("video"), wrong = place.querySelector("[data-shot-wrong]");
    const ofLast = place.querySelector("[data-shot-of=last]");
    let stream = null, isBusy = false;

    // A book above that has its title wants no picture in place of it.
    const lastTitle = () => document.querySelector("[data-last-title]")?.dataset.lastTitle;
    const offer = () => { ofLast.hidden = !lastTitle(); };
    if (ofLast) {
      offer();
      new MutationObserver(offer).observe(document.querySelector(shotTarget), { childList: true });
    }

    const open = async () => {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false, video: { width: { ideal: 1280 }, height: { ideal: 960 } },
      });
      Object.assign(video, { srcObject: stream, hidden: false });
      await video.play();
    };
    const picture = () => {
      const canvas = document.createElement("canvas");
      canvas.width = Math.min(WIDTH, video.videoWidth);
      canvas.height = Math.round((canvas.width * video.videoHeight) / video.videoWidth);
      canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
      return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    };
    const send = async (titleId) => {
      const pile = document.querySelector("[data-pile]"), body = new FormData();
      body.set("photo", await picture(), "cover.jpg");
      body.set("request_id", crypto.randomUUID());
      if (titleId) body.set("title_id", titleId);
      if (pile?.dataset.pileBatch) body.set("batch", pile.dataset.pileBatch);
      const headers = { "X-CSRFToken": token };
      if (shotTarget) headers["HX-Request"] = "true";
      const response = await fetch(shotUrl, { method: "POST", headers, body });
      const html = await response.text();
      if (shotTarget && response.ok) htmx.swap(shotTarget, html, { swapStyle: "innerHTML" });
      else if (response.ok) location.reload();
      else if (shotTarget) notice.innerHTML = html;
      else location.reload();
    };

    place.addEventListener("click", async ({ target }) => {
      const button = target.closest("[data-shot-of]");
      if (!button || isBusy) return;
      isBusy = true;
      wrong.hidden = true;
      const isLast = button.dataset.shotOf === "last";
      const titleId = isLast ? lastTitle() : "";
      try {
        if (!stream) await open();
        else if (!isLast || titleId) await send(titleId);
      } catch {
        wrong.hidden = false;
      }
      isBusy = false;
    });
    addEventListener("pagehide", () => stream?.getTracks().forEach((track) => track.stop()));
  });
})();
