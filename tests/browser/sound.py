"""A screen whose sounds are noted: there is no sound card, so the calls to it are what is heard."""

from typing import Any

from playwright.sync_api import BrowserContext, Page

# Each call that would be heard, with the time; decoded clips are told apart by their address. The
# voices of the PC are those that a test names: Debian's Chromium has none.
_NOTE_CALLS = """
  window.__heard = [];
  const note = (what, more) => window.__heard.push({ what, at: performance.now(), ...more });
  const addresses = new WeakMap(), fetched = new WeakMap();
  const { fetch } = window;
  window.fetch = async (...asked) => {
    const answer = await fetch(...asked);
    const read = answer.arrayBuffer.bind(answer);
    answer.arrayBuffer = async () => {
      const bytes = await read();
      fetched.set(bytes, new URL(answer.url).pathname);
      return bytes;
    };
    return answer;
  };
  const decode = BaseAudioContext.prototype.decodeAudioData;
  BaseAudioContext.prototype.decodeAudioData = async function (bytes) {
    const address = fetched.get(bytes), buffer = await decode.call(this, bytes);
    addresses.set(buffer, address);
    return buffer;
  };
  const { start, stop } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function (...when) {
    note(addresses.get(this.buffer), { lasts: this.buffer.duration });
    return start.apply(this, when);
  };
  AudioScheduledSourceNode.prototype.stop = function () {
    note("stop");
    return stop.call(this);
  };
  const { port1, port2 } = new MessageChannel(); // what it brings comes in a task of its own
  port1.onmessage = () => note(TASK_OVER);
  document.addEventListener("kiosk:swapped", () => {
    note("swapped");
    port2.postMessage("");
  });
  const voices = VOICES;
  Object.defineProperty(window.speechSynthesis, "getVoices", { value: () => voices });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  let said = null;
  window.speechSynthesis.speak = (utterance) => {
    said = utterance;
    note("speak", { text: utterance.text, voice: utterance.voice?.name });
    setTimeout(() => said === utterance && utterance.onend?.(), 200);
  };
  window.speechSynthesis.cancel = () => {
    if (said) note("cancel");
    said = null;
  };
"""
TASK_OVER = "the task of the swap is over"
LOCAL_VOICE = '{ name: "Huihui", lang: "zh-CN", localService: true }'
VOICES_ELSEWHERE = """
  { name: "Google", lang: "zh-CN", localService: false },
  { name: "Anna", lang: "de-DE", localService: true },
  { name: "Tracy", lang: "zh-HK", localService: true }
"""
_LOUD = ("/static/sounds/", "/static/voice/", "/voice/", "speak")


def listen(context: BrowserContext, *, voices: str = "") -> None:
    """Note every call to the sound in pages opened from now on."""
    script = _NOTE_CALLS.replace("VOICES", f"[{voices}]").replace("TASK_OVER", f"{TASK_OVER!r}")
    context.add_init_script(f"(() => {{{script}}})();")


def calls(page: Page) -> list[dict[str, Any]]:
    """Return what has happened since the page was opened, in order."""
    found: list[dict[str, Any]] = page.evaluate("window.__heard")
    return found


def heard(page: Page) -> list[str]:
    """Return what would have been heard: addresses of clips, and the texts that the PC spoke."""
    return [
        call.get("text", call["what"])
        for call in calls(page)
        if call["what"] and call["what"].startswith(_LOUD)
    ]


def wait_until_heard(page: Page, what: str) -> None:
    page.wait_for_function(
        "what => window.__heard.some(call => call.text === what || call.what === what)", arg=what
    )


def ready(page: Page) -> None:
    """Wait until the sounds are loaded."""
    page.wait_for_selector("body[data-hears]")
