"""Staff record the prompts: real Chromium, whose microphone is a file that is made here."""

import array
import io
import math
import random
import shutil
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from kiosk.files import recordings
from kiosk.files.prompts import prompts
from kiosk.files.recordings import Pack
from tests.browser.conftest import start
from tests.browser.process import Kiosk
from tests.browser.room import PATIENCE, Room
from tests.browser.screen import SIZE, Screen

RATE = 48_000
RECORD = "/staff/setup/voice/record"
KEY = "in.ok"
ROW = f"[data-prompt='{KEY}']"


def _speech(seconds: float, *, loud: float) -> Iterator[int]:
    """Yield something like speech: syllables of a hummed tone with its overtones."""
    for place in range(round(seconds * RATE)):
        at = place / RATE
        pitch = 180 + 40 * math.sin(2 * math.pi * 1.3 * at)
        tone = sum(math.sin(2 * math.pi * pitch * part * at) / part for part in range(1, 9))
        syllable = max(0.0, math.sin(2 * math.pi * 3.5 * at)) ** 0.5
        yield round(32767 * loud * 0.5 * tone * syllable)


def _microphone(path: Path, *, loud: float) -> Path:
    """Write a second of an empty room, one and a half of speech, and an empty room again."""
    room = array.array("h", bytes(2 * RATE))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((room + array.array("h", _speech(1.5, loud=loud)) + 3 * room).tobytes())
    return path


def _browser(player: Playwright, microphone: Path | None) -> Iterator[Browser]:
    fake = ["--use-fake-ui-for-media-stream"]
    if microphone is not None:
        fake += [
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={microphone}%noloop",
        ]
    browser = start(player, *fake)
    yield browser
    browser.close()


@pytest.fixture(params=[0.2])
def room(
    request: pytest.FixtureRequest, player: Playwright, kiosk: Kiosk, tmp_path: Path
) -> Iterator[Room]:
    """Return a browser of the staff at the recording page; the parameter is how loud one speaks."""
    loud: float | None = request.param
    microphone = None if loud is None else _microphone(tmp_path / "said.wav", loud=loud)
    for browser in _browser(player, microphone):
        context = browser.new_context(viewport=SIZE, has_touch=True, locale="zh-CN")
        context.set_default_timeout(PATIENCE)
        screen = Screen(context=context, url=kiosk.url)
        room = Room(kiosk=kiosk, screen=screen)
        room.open()
        room.staff_sign_in(kiosk.codes("staff")[0])
        room.open(RECORD)
        yield room
        screen.check()
        context.close()
    shutil.rmtree(kiosk.instance / "voice", ignore_errors=True)


def _heard(room: Room) -> tuple[float, list[int]]:
    """Return the rate and the samples of what the server keeps."""
    data = (room.kiosk.instance / "voice" / f"{KEY}.wav").read_bytes()
    assert recordings.clean(data) == data
    with wave.open(io.BytesIO(data)) as file:
        return file.getframerate(), list(array.array("h", file.readframes(file.getnframes())))


def _record(room: Room) -> None:
    """Press, let the microphone's file be heard, and let the recorder stop by itself."""
    room.page.locator(f"{ROW} [data-record]").click()
    expect(room.page.locator(f"{ROW} [data-stop]")).to_be_visible()
    expect(room.page.locator(f"{ROW} [data-stop]")).to_be_hidden()


@pytest.mark.parametrize("room", [0.2, 0.9], indirect=True)
def test_a_sentence_is_recorded_trimmed_and_levelled(room: Room) -> None:
    _record(room)
    expect(room.page.locator(f"{ROW} [data-there]")).to_be_visible()

    rate, samples = _heard(room)

    assert rate == 24_000
    assert 1.2 < len(samples) / rate < 2.1  # of four and a half seconds
    soft = max(samples) / 10
    loud = [value for value in samples if abs(value) > soft]
    middle = math.sqrt(sum(value * value for value in loud) / len(loud)) / 32768
    assert 0.08 < middle < 0.2
    assert max(abs(value) for value in samples) < 0.95 * 32768
    assert room.page.locator("[data-recorder-done]").text_content() == "1"
    room.screen.shoot("voice-record")


def test_what_was_recorded_is_played_from_the_server_and_deleted(room: Room) -> None:
    with room.page.expect_response(f"**/voice/{KEY}.wav") as played:
        _record(room)
    assert played.value.status == 200

    with room.page.expect_navigation():
        room.page.locator(f"{ROW} [data-delete] button").click()

    expect(room.page.locator(f"{ROW} [data-missing]")).to_be_visible()
    assert not (room.kiosk.instance / "voice" / f"{KEY}.wav").exists()


@pytest.mark.parametrize("room", [0.0], indirect=True)
def test_an_empty_room_is_not_recorded(room: Room) -> None:
    _record(room)

    expect(room.page.locator("[data-recorder-silent]")).to_be_visible()
    expect(room.page.locator("[data-recorder-failed]")).to_be_hidden()
    assert not (room.kiosk.instance / "voice").exists()


def test_a_recording_that_does_not_arrive_is_not_called_silent(room: Room) -> None:
    room.screen.expect_console("ERR_FAILED")
    room.page.route(f"**/record/{KEY}", lambda route: route.abort())

    _record(room)

    expect(room.page.locator("[data-recorder-failed]")).to_be_visible()
    expect(room.page.locator("[data-recorder-silent]")).to_be_hidden()
    expect(room.page.locator(f"{ROW} [data-there]")).to_be_hidden()


@pytest.mark.parametrize("room", [None], indirect=True)
def test_a_pc_without_a_microphone_says_so(room: Room) -> None:
    room.page.locator(f"{ROW} [data-record]").click()

    expect(room.page.locator("[data-recorder-no-microphone]")).to_be_visible()


def test_the_page_of_the_settings_may_not_listen(room: Room) -> None:
    room.open("/staff/setup/voice")
    room.screen.expect_console("Permissions policy violation")

    refused = room.page.evaluate(
        "() => navigator.mediaDevices.getUserMedia({ audio: true })"
        ".then(() => 'heard', (error) => error.name)"
    )

    assert refused == "NotAllowedError"
    room.screen.shoot("voice-setup")


def test_the_voice_of_a_whole_school_is_taken_in_and_as_much_elsewhere_is_not(
    room: Room, tmp_path: Path
) -> None:
    room.screen.expect_console("413")
    keys = list(prompts())[:20]
    pack = recordings.packed(Pack(name="四(2)班", recordings=dict.fromkeys(keys, _noise())))
    (tmp_path / "voice.zip").write_bytes(pack)
    room.open()
    people = room.kiosk.codes("staff")
    room.staff_sign_in(next(one for one in people if "管理员" in one.label))
    room.open("/staff/setup/voice")

    with room.page.expect_navigation():
        room.page.locator("input[type=file]").set_input_files(tmp_path / "voice.zip")
        room.page.locator("form[enctype] button[type=submit]").click()

    assert len(pack) > 7_000_000
    assert room.page.url.endswith("taken=20")
    assert len(list((room.kiosk.instance / "voice").glob("*.wav"))) == 20
    statuses = [_send(room, path, len(pack)) for path in (f"{RECORD}/{KEY}", "/scan")]
    assert statuses == [413, 413]


def _noise() -> bytes:
    """Return a recording that no ZIP makes smaller."""
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(random.Random(1).randbytes(8 * RATE))  # noqa: S311 - no secret
    return recordings.clean(file.getvalue())


def _send(room: Room, path: str, size: int) -> int:
    """Send so many bytes in a form, as a page would, and return the status."""
    status: int = room.page.evaluate(
        """async ([path, size]) => {
          const body = new FormData();
          body.append("csrf_token", document.querySelector("[name=csrf_token]").value);
          body.append("recording", new Blob([new Uint8Array(size)]), "recording.wav");
          return (await fetch(path, { method: "POST", body })).status;
        }""",
        [path, size],
    )
    return status
