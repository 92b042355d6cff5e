"""The camera: off until staff switch it on, and then allowed on the children's screen alone."""

import gzip
import hashlib
import tomllib
from pathlib import Path

import pytest
from flask import Flask

from kiosk.rules.devices import CameraState
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from kiosk.web import assets
from tests import factories
from tests.page import PageClient
from tests.web.staff import sign_in, token

CAMERA = "/staff/setup/camera"
VENDOR = assets.STATIC / "vendor"


@pytest.fixture(autouse=True)
def _english(instance: Path) -> None:
    (instance / "kiosk.toml").write_text('language = "en"\n', encoding="utf-8")


def _switch(page: PageClient, to: str) -> None:
    form = {"csrf_token": token(page.open(CAMERA)), "camera": to}
    assert page.submit(CAMERA, form).status == 200


def _headers(page: PageClient, path: str) -> tuple[str, str]:
    said = page.open(path).response.headers
    return said["Content-Security-Policy"], said["Permissions-Policy"]


def test_as_long_as_it_is_off_no_page_of_a_child_may_look(page: PageClient) -> None:
    policy, permissions = _headers(page, "/")

    assert "worker-src" not in policy
    assert "camera=()" in permissions
    assert "camera" not in page.open("/").response.text


def test_switched_on_the_children_s_screen_may_look_and_compiles_nothing_itself(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    _switch(page, "on")

    policy, permissions = _headers(page, "/")
    assert "worker-src 'self'" in policy
    assert "wasm-unsafe-eval" not in policy
    assert "camera=(self)" in permissions
    assert len(page.open("/").all("i", data_camera="scan")) == 1


def test_switched_off_again_it_may_not(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    _switch(page, "on")

    _switch(page, "off")

    assert "camera=()" in _headers(page, "/")[1]


def test_while_it_is_on_the_pin_pad_and_other_staff_pages_may_not_look(
    page: PageClient, here: Here
) -> None:
    who = sign_in(page, here, Role.DUTY_TEACHER)
    _switch(page, "on")
    staff_home = _headers(page, "/staff")
    page.scan(who.card_code)

    door = page.open("/staff/door")

    assert "camera=()" in staff_home[1]
    assert "camera=()" in door.response.headers["Permissions-Policy"]
    assert door.all("i", data_camera="scan") == []


def test_a_page_that_says_what_went_wrong_may_look_as_well(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    _switch(page, "on")

    assert "camera=(self)" in _headers(page, "/no-such-page")[1]


@pytest.mark.parametrize("state", [one for one in CameraState if one is not CameraState.LOOKS])
def test_what_the_children_s_screen_says_of_its_camera_stands_on_the_page_for_staff(
    page: PageClient, here: Here, state: CameraState
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    _switch(page, "on")

    told = page.submit("/camera", {"csrf_token": token(page.open(CAMERA)), "state": state})

    assert told.status == 204
    assert "Children's screen at" in page.open(CAMERA).words
    assert "The scanner goes on reading" in page.open(CAMERA).words


def test_what_is_no_state_of_a_camera_is_not_understood(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    _switch(page, "on")

    told = page.submit("/camera", {"csrf_token": token(page.open(CAMERA)), "state": "asleep"})

    assert told.status == 422


def test_the_decoder_alone_may_compile_and_asks_nobody_else(app: Flask) -> None:
    address = assets.static_url(assets.CAMERA_WORKER)

    with app.test_client().get(address, base_url="http://127.0.0.1") as answer:
        policy = answer.headers["Content-Security-Policy"]

    assert "'wasm-unsafe-eval'" in policy
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_the_decoder_comes_packed_and_as_what_it_is(app: Flask) -> None:
    name = "vendor/zxing-reader.wasm"

    with app.test_client().get(
        assets.static_url(name),
        headers={"Accept-Encoding": "gzip"},
        base_url="http://127.0.0.1",
    ) as answer:
        packed = answer.get_data()

    assert answer.mimetype == "application/wasm"
    assert gzip.decompress(packed) == (assets.STATIC / name).read_bytes()
    assert len(packed) < 450_000


def test_each_file_of_others_is_the_one_that_the_list_names() -> None:
    packages = tomllib.loads((VENDOR / "VENDOR.toml").read_text(encoding="utf-8"))["package"]
    named = {name: digest for one in packages for name, digest in one["sha256"].items()}
    there = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.suffix not in {".gz", ".toml", ".part"}
    }

    assert named == there
    assert all(one["version"] and one["licence"] for one in packages)


def test_a_child_is_told_nothing_of_a_camera_that_fails(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    sign_in(page, here, Role.DUTY_TEACHER)
    _switch(page, "on")
    page.submit("/camera", {"csrf_token": token(page.open(CAMERA)), "state": "refused"})

    greeting = page.scan(factories.child(here, given_name="小满").card_code)

    assert greeting.status == 200
    assert "camera" not in greeting.words
