"""What is heard in the room. Nothing here has a loudspeaker: these tests watch the calls to it."""

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from kiosk.files.prompts import prompts
from tests.browser import sound
from tests.browser.process import Kiosk
from tests.browser.room import PATIENCE, Pocket, Room, given_name, rows
from tests.browser.screen import SIZE, Screen
from tests.files.test_recordings import wav

OK, NOTICE, TEACHER = (f"/static/sounds/{name}.wav" for name in ("ok", "notice", "teacher"))
MACHINE = "/static/voice/zh/{}.ogg"
RECORDED = "/voice/{}.wav"
SIGNED_IN = "in.ok"


@pytest.fixture(params=[""])
def voices(request: pytest.FixtureRequest) -> str:
    """Return the voices of the PC: none."""
    found: str = request.param
    return found


@pytest.fixture
def listening(chromium: Browser, kiosk: Kiosk, voices: str) -> Iterator[Room]:
    """Return the room's screen, its calls to the sound noted."""
    context = chromium.new_context(viewport=SIZE, has_touch=True, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    sound.listen(context, voices=voices)
    screen = Screen(context=context, url=kiosk.url)
    room = Room(kiosk=kiosk, screen=screen)
    try:
        yield room
        screen.check()
    finally:
        context.close()


@pytest.fixture
def recordings(kiosk: Kiosk) -> Iterator[Any]:
    """Return the folder in which the school's recordings stand; empty again afterwards."""
    folder = kiosk.instance / "voice"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def greeted(listening: Room) -> Room:
    """Return the screen, on which the greeting stays: what it says takes its time."""
    listening.page.route("**/me", lambda route: route.fulfill(status=204))
    return listening


@pytest.fixture
def long_said(recordings: Any) -> None:
    """Let the school have said two prompts so slowly that nobody hears their end."""
    for key in (SIGNED_IN, "lend.start"):
        (recordings / f"{key}.wav").write_bytes(wav(7.5))


def _plan(room: Room, **changes: object) -> None:
    """Let the screen be told another setting than the kiosk's own."""

    def answer(route: Any) -> None:
        plan = route.fetch().json()
        route.fulfill(json={**plan, **changes})

    room.page.route("**/voice", answer)


def test_a_card_is_heard_at_once_and_then_the_greeting_is_said(
    greeted: Room, pocket: Pocket
) -> None:
    greeted.open()
    sound.ready(greeted.page)

    greeted.put(pocket.child())
    sound.wait_until_heard(greeted.page, MACHINE.format(SIGNED_IN))

    first, greeting, signed_in = sound.heard(greeted.page)
    assert first == OK
    assert greeting.startswith("/static/voice/zh/greet.")
    assert signed_in == MACHINE.format(SIGNED_IN)
    _assert_at_once(greeted)


def _assert_at_once(room: Room) -> None:
    """Expect the sound in the task in which the screen comes: nothing lies between."""
    wanted = ["swapped", OK, sound.TASK_OVER]
    assert [call["what"] for call in sound.calls(room.page) if call["what"] in wanted][:3] == wanted


@pytest.mark.usefixtures("long_said")
def test_the_next_scan_interrupts_the_voice(greeted: Room, pocket: Pocket) -> None:
    greeted.open()
    sound.ready(greeted.page)
    greeted.put(pocket.child())
    sound.wait_until_heard(greeted.page, RECORDED.format(SIGNED_IN))

    greeted.put(pocket.child())
    greeted.wait_for_answers(2)
    greeted.page.wait_for_function(
        "() => window.__heard.filter(call => call.what?.includes('/sounds/ok')).length === 2"
    )

    order = [call["what"] for call in sound.calls(greeted.page)]
    assert order.index("stop") > order.index(RECORDED.format(SIGNED_IN))
    assert order.index("stop") < len(order) - 1 - order[::-1].index(OK)


@pytest.mark.usefixtures("long_said")
def test_a_touch_interrupts_the_voice_and_can_ask_for_it_again(
    listening: Room, pocket: Pocket
) -> None:
    listening.open()
    listening.sign_in(pocket.child())
    listening.open("/me/lend")
    sound.ready(listening.page)
    again = listening.page.locator("[data-say-again]")

    listening.tap(again)
    sound.wait_until_heard(listening.page, RECORDED.format("lend.start"))
    listening.tap(again)
    listening.page.wait_for_function(
        "() => window.__heard.filter(call => call.what?.endsWith('lend.start.wav')).length === 2"
    )

    order = [call["what"] for call in sound.calls(listening.page)]
    assert order.count("stop") >= 1
    assert NOTICE not in order  # said again, without the sound


def test_a_dead_end_calls_the_teacher(listening: Room) -> None:
    listening.open()
    sound.ready(listening.page)

    listening.tap("没带卡")
    listening.says("没带卡")
    listening.tap("找老师")
    sound.wait_until_heard(listening.page, MACHINE.format("help.teacher"))

    found = sound.heard(listening.page)
    assert found[0] == NOTICE
    assert TEACHER in found


def test_what_is_refused_in_a_band_is_heard_too(listening: Room) -> None:
    listening.open()
    sound.ready(listening.page)

    listening.gun.scan("CARD")
    expect(listening.notice).to_be_visible()
    sound.wait_until_heard(listening.page, MACHINE.format("err.again"))

    assert sound.heard(listening.page)[0] == NOTICE


def test_the_idle_screen_invites_once_and_only_when_it_was_still(listening: Room) -> None:
    # A call of the demo that is due at this very minute would be called out instead.
    listening.page.route("**/idle?seen=*", lambda route: route.fulfill(status=204))
    listening.page.clock.install(time=0)
    listening.open()
    listening.page.evaluate("document.querySelector('.land').dataset.say = 'idle.invite'")
    sound.ready(listening.page)
    listening.page.clock.pause_at(3_600_000)  # the machine's own pace does not count
    listening.page.touchscreen.tap(683, 8)
    listening.page.evaluate("window.__heard.length = 0")

    listening.page.clock.run_for(7_000)
    assert sound.heard(listening.page) == []
    listening.page.clock.run_for(2_000)
    sound.wait_until_heard(listening.page, MACHINE.format("idle.invite"))
    listening.page.clock.run_for(60_000)

    assert sound.heard(listening.page) == [MACHINE.format("idle.invite")]


def test_the_ring_is_heard(listening: Room, pocket: Pocket) -> None:
    listening.page.clock.install()
    listening.open()
    listening.page.clock.run_for(1000)
    sound.ready(listening.page)
    listening.put(pocket.child())
    listening.page.wait_for_selector("#screen [data-session]")
    listening.page.clock.run_for(4_000)
    listening.says("想做什么")

    listening.page.clock.run_for(10_000)
    expect(listening.page.locator(".still-there .still")).to_be_visible()
    listening.page.clock.run_for(1_000)

    sound.wait_until_heard(listening.page, MACHINE.format("session.still"))
    assert sound.heard(listening.page)[-2:] == [NOTICE, MACHINE.format("session.still")]


# --- who speaks


@pytest.mark.parametrize("voices", [sound.LOCAL_VOICE], indirect=True)
def test_what_the_school_recorded_comes_before_the_pc(
    greeted: Room, pocket: Pocket, recordings: Any
) -> None:
    (recordings / f"{SIGNED_IN}.wav").write_bytes(wav(0.4))
    greeted.open()
    sound.ready(greeted.page)

    greeted.put(pocket.child())
    sound.wait_until_heard(greeted.page, RECORDED.format(SIGNED_IN))

    greeting = sound.heard(greeted.page)[1]
    assert greeting in {prompt.zh for key, prompt in prompts().items() if key.startswith("greet.")}


@pytest.mark.parametrize("voices", [sound.LOCAL_VOICE], indirect=True)
def test_without_a_recording_the_pc_speaks_and_never_a_name(greeted: Room, pocket: Pocket) -> None:
    child = pocket.child()
    greeted.open()
    sound.ready(greeted.page)

    greeted.put(child)
    sound.wait_until_heard(greeted.page, prompts()[SIGNED_IN].zh)

    texts = [call["text"] for call in sound.calls(greeted.page) if call["what"] == "speak"]
    assert len(texts) == 2
    assert set(texts) <= {prompt.zh for prompt in prompts().values()}
    assert not any(given_name(greeted.kiosk, child) in text for text in texts)
    names = {name for (name,) in rows(greeted.kiosk, "SELECT given_name FROM child")}
    assert len(names) > 20
    assert not [prompt for prompt in prompts().values() if any(n in prompt.zh for n in names)]


@pytest.mark.parametrize("voices", [sound.VOICES_ELSEWHERE], indirect=True)
def test_a_voice_of_the_internet_or_of_another_language_does_not_speak(
    greeted: Room, pocket: Pocket
) -> None:
    greeted.open()
    sound.ready(greeted.page)

    greeted.put(pocket.child())
    sound.wait_until_heard(greeted.page, MACHINE.format(SIGNED_IN))

    assert not [call for call in sound.calls(greeted.page) if call["what"] == "speak"]


def test_a_recording_that_is_gone_is_said_by_the_next_source(
    greeted: Room, pocket: Pocket, recordings: Any
) -> None:
    (recordings / f"{SIGNED_IN}.wav").write_bytes(wav(0.4))
    greeted.screen.expect_console("responded with a status of 404")
    greeted.open()
    sound.ready(greeted.page)
    (recordings / f"{SIGNED_IN}.wav").unlink()

    greeted.put(pocket.child())
    sound.wait_until_heard(greeted.page, MACHINE.format(SIGNED_IN))


@pytest.mark.parametrize("source", ["recorded", "computer", "nobody"])
def test_a_source_that_was_chosen_and_is_missing_leaves_the_sound_alone(
    listening: Room, pocket: Pocket, source: str
) -> None:
    _plan(listening, voice=source)
    listening.open()
    sound.ready(listening.page)

    listening.put(pocket.child())
    sound.wait_until_heard(listening.page, OK)
    listening.page.wait_for_url("**/")
    expect(listening.page.locator("#screen h1")).to_contain_text("想做什么")

    assert set(sound.heard(listening.page)) == {OK, NOTICE}


@pytest.mark.parametrize("voices", [sound.LOCAL_VOICE], indirect=True)
def test_with_the_sound_off_nothing_is_called_and_everything_works(
    listening: Room, pocket: Pocket
) -> None:
    listening.page.route("**/voice", lambda route: route.fulfill(body=json.dumps({"isOn": False})))
    with listening.page.expect_response("**/voice"):
        listening.open()

    listening.sign_in(pocket.child())
    listening.says("想做什么")
    listening.tap("借书")
    listening.says("把书放上来")
    listening.put(pocket.book())
    listening.says("借好啦")

    noted = {call["what"] for call in sound.calls(listening.page)}
    assert noted == {"swapped", sound.TASK_OVER}


def test_without_the_script_everything_works(listening: Room, pocket: Pocket) -> None:
    listening.screen.expect_console("net::ERR_FAILED")
    listening.page.route("**/speak.js*", lambda route: route.abort())
    listening.open()

    listening.sign_in(pocket.child())
    listening.says("想做什么")

    assert sound.heard(listening.page) == []
    assert not listening.page.locator("[data-say-again]").is_visible()


def test_the_sound_comes_after_the_first_picture(listening: Room) -> None:
    listening.open()
    sound.ready(listening.page)

    painted, asked = listening.page.evaluate(
        """[performance.getEntriesByName("first-contentful-paint")[0].startTime,
            Math.min(...performance.getEntriesByType("resource")
              .filter(({ name }) => /speak|voice|sounds/.test(name))
              .map(({ startTime }) => startTime))]"""
    )

    assert asked > painted
