"""What is heard on the child screen, and the pages on which staff set it up."""

import json
from typing import Any

import pytest

from kiosk.files.prompts import prompts
from kiosk.rules.staff import Role
from kiosk.services import devices
from kiosk.services.here import Here
from tests import factories
from tests.files.test_recordings import archive, manifest, wav
from tests.page import PageClient, Upload
from tests.web.staff import sign_in

SETUP = "/staff/setup/voice"
RECORD = f"{SETUP}/record"
SAYING = ("section", "div", "p")  # what may bear the keys of what is said


def _plan(page: PageClient) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.open("/voice").response.text)
    return found


def _send(page: PageClient, key: str, data: bytes) -> int:
    form = {"recording": Upload("recording.wav", data)}
    sent = {name: (_file(one), one.name) for name, one in form.items()}
    return page.submit(f"{RECORD}/{key}", sent, fragment=True).status


def _file(upload: Upload) -> Any:
    from io import BytesIO

    return BytesIO(upload.content)


def test_the_screen_is_told_where_every_sound_is(page: PageClient) -> None:
    plan = _plan(page)

    assert (plan["isOn"], plan["voice"], plan["volume"]) == (True, "best", 80)
    assert set(plan["sounds"]) == {"ok", "notice", "teacher"}
    assert set(plan["prompts"]) == set(prompts())
    assert plan["prompts"]["in.ok"]["zh"] == "签到好啦！"
    assert plan["prompts"]["in.ok"]["recorded"] is None
    assert plan["prompts"]["in.ok"]["machine"].startswith("/static/voice/zh/in.ok.ogg?v=")


def test_no_name_of_a_child_is_among_what_is_said(page: PageClient, here: Here) -> None:
    child = factories.child(here, given_name="麒夔")
    answer = page.scan(child.card_code)

    said = [one.get("data-say", "") for tag in SAYING for one in answer.all(tag)]
    keys = " ".join(said).split()
    spoken = "".join(prompts()[key].zh for key in keys)  # a key of no prompt would not be there
    assert "麒夔" in answer.words
    assert {"in.ok"} < set(keys)
    assert not set("麒夔") & set(spoken)
    assert "麒夔" not in page.open("/voice").response.text


def test_with_the_sound_off_nothing_is_fetched_and_nothing_can_be_heard_again(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)
    assert page.fragment("/no-card").all("button", data_say_again="")

    page.open(SETUP).press("Save", {"is_sound_on": False, "volume": "35"})

    assert _plan(page) == {"isOn": False}
    assert page.fragment("/no-card").all("button", data_say_again="") == []
    assert devices.read(here.home_id).volume == 35


@pytest.mark.parametrize("source", ["recorded", "computer", "machine", "nobody"])
def test_staff_choose_who_speaks(page: PageClient, here: Here, source: str) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    form = {
        "csrf_token": page.open(SETUP).all("input", name="csrf_token")[0].get("value", ""),
        "is_sound_on": "on",
        "volume": "60",
        "voice": source,
    }

    answer = page.submit(SETUP, form)

    assert "sounds like this from now on" in answer.words
    assert _plan(page)["voice"] == source


@pytest.mark.parametrize("change", [{"volume": "101"}, {"volume": ""}, {"voice": "aloud"}])
def test_what_is_no_setting_changes_nothing(
    page: PageClient, here: Here, change: dict[str, str]
) -> None:
    sign_in(page, here)
    token = page.open(SETUP).all("input", name="csrf_token")[0].get("value", "")

    answer = page.submit(SETUP, {"csrf_token": token, "volume": "5", "voice": "best", **change})

    assert answer.status == 422
    assert devices.read(here.home_id).volume == 80


def test_a_recording_is_what_the_screen_gets(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    assert _send(page, "in.ok", wav()) == 204

    address = _plan(page)["prompts"]["in.ok"]["recorded"]
    heard = page.open(address).response
    assert heard.data == wav()
    assert heard.mimetype == "audio/wav"
    assert heard.headers["X-Content-Type-Options"] == "nosniff"
    assert "1 / " in page.open(RECORD).words


def test_a_recording_is_deleted_again(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    _send(page, "in.ok", wav())

    page.open(RECORD).press(f"Delete: {prompts()['in.ok'].zh}")

    assert _plan(page)["prompts"]["in.ok"]["recorded"] is None
    assert page.open("/voice/in.ok.wav").status == 404


@pytest.mark.parametrize(("key", "data"), [("in.ok", b"noise"), ("in.ok", wav(9))])
def test_what_is_no_recording_is_said_and_not_kept(
    page: PageClient, here: Here, key: str, data: bytes
) -> None:
    sign_in(page, here)

    assert _send(page, key, data) == 422
    assert _send(page, "no.such", wav()) == 404
    assert _plan(page)["prompts"]["in.ok"]["recorded"] is None


def test_a_form_without_a_recording_is_no_form(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    assert page.submit(f"{RECORD}/in.ok", {}, fragment=True).status == 422


def test_a_pack_is_taken_away_and_in(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    _send(page, "in.ok", wav())
    pack = page.open(SETUP).press("Save as a file", {"name": "四(2)班"}).response
    page.open(RECORD).press(f"Delete: {prompts()['in.ok'].zh}")

    answer = page.open(SETUP).press("Take it in", {"pack": Upload("voice.zip", pack.data)})

    assert pack.mimetype == "application/zip"
    assert "filename*=UTF-8''%E5%9B%9B%282%29%E7%8F%AD.zip" in pack.headers["Content-Disposition"]
    assert "Taken in: 1 recordings" in answer.words
    assert _plan(page)["prompts"]["in.ok"]["recorded"] == "/voice/in.ok.wav"


def test_a_hostile_pack_is_refused_on_the_page(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    pack = archive({"manifest.json": manifest(), "../../kiosk.toml": b"port = 1"})

    answer = page.open(SETUP).press("Take it in", {"pack": Upload("voice.zip", pack)})

    assert answer.status == 422
    assert "not a voice pack" in answer.words
    assert page.open(SETUP).press("Save as a file").status == 422


def test_the_microphone_is_for_the_recording_page_alone(page: PageClient, here: Here) -> None:
    policies = {path: _policy(page, path) for path in ("/", "/no-card", "/staff/door")}
    sign_in(page, here)
    policies |= {path: _policy(page, path) for path in ("/staff", "/staff/setup", SETUP, RECORD)}

    assert {path for path, said in policies.items() if "microphone=(self)" in said} == {RECORD}
    assert all("camera=()" in said for said in policies.values())


def _policy(page: PageClient, path: str) -> str:
    return page.open(path).response.headers["Permissions-Policy"]


def test_packs_are_an_administrator_s(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    assert "Voice pack" not in page.open(SETUP).words


def test_every_sentence_can_be_heard_on_the_page(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    shown = page.open(SETUP)

    played = {element.get("data-play", "") for element in shown.all("button")} - {""}
    assert len(played) == len(prompts()) + 3
    assert len([one for one in shown.all("button") if one.get("data-speak")]) == len(prompts())
