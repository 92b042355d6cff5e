"""Card, PIN, and whose page it is: the way into the staff pages and out of them."""

import pytest
from flask import Flask

from kiosk.rules.staff import FREE_TRIES, Role
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.page import PageClient
from tests.web.staff import DOOR, enter_pin, show_card, sign_in, token

PAGES = {
    Role.VOLUNTEER: ["/staff"],
    Role.DUTY_TEACHER: [
        "/staff/opening/open",
        "/staff/opening/close",
        "/staff/calls",
        "/staff/calls/lines",
        "/staff/openings",
        "/staff/children",
        "/staff/books",
        "/staff/record",
    ],
    Role.LIBRARIAN: ["/staff/ledgers", "/staff/ledgers/L6"],
    Role.ADMINISTRATOR: ["/staff/ledgers/L1", "/staff/ledgers/L3", "/staff/ledgers/L4"],
}
RANKS = list(Role)
MENU = [
    "/staff",
    "/staff/books",
    "/staff/calls",
    "/staff/children",
    "/staff/openings",
    "/staff/ledgers",
    "/staff/record",
    "/staff/setup",
]


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_its_own_pages_and_no_other(
    page: PageClient, here: Here, role: Role
) -> None:
    sign_in(page, here, role)

    found = {path: page.open(path).status for paths in PAGES.values() for path in paths}

    may = {
        path
        for least, paths in PAGES.items()
        for path in paths
        if RANKS.index(role) >= RANKS.index(least)
    }
    assert found == {path: 200 if path in may else 403 for path in found}


@pytest.mark.parametrize("role", Role)
def test_the_menu_leads_where_the_role_may_go_and_nowhere_else(
    page: PageClient, here: Here, role: Role
) -> None:
    sign_in(page, here, role)

    menu = page.open("/staff").all("nav")[0]

    leads = [link.get("href", "") for link in menu.iter("a")]
    assert leads == [path for path in MENU if page.open(path).status == 200]


def test_without_a_card_the_door_asks_for_one(page: PageClient) -> None:
    door = page.open("/staff")

    assert door.path.endswith("/staff/door")
    assert door.all("input", name="pin") == []


def test_a_card_brings_the_pin_pad_with_every_digit(page: PageClient, here: Here) -> None:
    pad = show_card(page, factories.staff(here))

    digits = {button.get("data-digit") for button in pad.all("button")}
    assert digits >= set("0123456789")
    assert pad.all("input", name="pin")[0].get("type") == "password"


def test_a_wrong_pin_shows_the_pad_again_with_a_sentence(page: PageClient, here: Here) -> None:
    show_card(page, factories.staff(here))

    again = enter_pin(page, "000000")

    assert again.status == 409
    assert again.all("input", name="pin")
    assert again.all("p", role="alert")


@pytest.mark.parametrize("typed", ["", "1", "24681"])
def test_a_key_too_few_is_said_and_is_no_try(page: PageClient, here: Here, typed: str) -> None:
    who = factories.staff(here)
    show_card(page, who)

    said = [enter_pin(page, typed) for _ in range(FREE_TRIES + 1)][-1]

    assert said.status == 422
    assert "六位" in said.words
    assert enter_pin(page, who.pin).status == 200


def test_no_browser_speaks_in_our_place_on_the_pad(page: PageClient, here: Here) -> None:
    field = show_card(page, factories.staff(here)).all("input", name="pin")[0]

    assert {"pattern", "required", "min", "minlength"} & set(field.keys()) == set()


def test_a_one_time_pin_must_be_replaced_before_any_page(page: PageClient, here: Here) -> None:
    new = factories.staff(here, pin_is_one_time=True)
    show_card(page, new)
    asked = enter_pin(page, new.pin)

    assert asked.path.endswith("/staff/pin")
    assert page.open("/staff/calls").path.endswith("/staff/pin")

    form = {"csrf_token": token(asked), "pin": "582914", "again": "582914"}
    assert page.submit("/staff/pin", form).path.endswith("/staff")


def test_a_pin_is_changed_by_who_knows_the_one_until_now(page: PageClient, here: Here) -> None:
    who = sign_in(page, here, Role.DUTY_TEACHER)
    chosen = {"New PIN": "582914", "New PIN, once more": "582914"}

    refused = page.open("/staff/pin").press("Keep this PIN", {"PIN until now": "000000", **chosen})
    kept = refused.press("Keep this PIN", {"PIN until now": who.pin, **chosen})

    assert refused.status == 409
    assert "This PIN is not right." in refused.words
    assert kept.path.endswith("/staff")
    assert page.open("/staff/calls").status == 200


def test_a_new_pin_is_asked_for_twice(page: PageClient, here: Here) -> None:
    who = sign_in(page, here, Role.DUTY_TEACHER)
    typed = {"PIN until now": who.pin, "New PIN": "582914", "New PIN, once more": "582915"}

    refused = page.open("/staff/pin").press("Keep this PIN", typed)

    assert refused.status == 422
    assert refused.all("p", role="alert")
    page.open("/staff").press("Children's screen")
    show_card(page, who)
    assert enter_pin(page, who.pin).status == 200


@pytest.mark.parametrize("chosen", ["123456", "58291"])
def test_a_pin_that_is_none_is_refused_beside_the_pad(
    page: PageClient, here: Here, chosen: str
) -> None:
    who = sign_in(page, here, Role.DUTY_TEACHER)
    typed = {"PIN until now": who.pin, "New PIN": chosen, "New PIN, once more": chosen}

    refused = page.open("/staff/pin").press("Keep this PIN", typed)

    assert refused.status == 409
    assert "Choose six digits" in refused.words
    assert refused.all("input", name="pin")
    assert f'"{chosen}"' not in refused.response.text, "a PIN is never sent back"


def test_a_childs_card_takes_the_screen_and_the_staff_card_gives_it_back(
    page: PageClient, here: Here
) -> None:
    teacher = sign_in(page, here, Role.DUTY_TEACHER)
    factories.open_today(here)
    child = factories.child(here)
    page.open("/staff/openings?from=2026-11-01")

    page.scan(child.card_code)
    away = page.open("/staff/openings")
    back = page.scan(teacher.card_code)

    assert away.path == "/"
    assert back.response.headers["HX-Redirect"] == "/staff/back"
    assert page.open("/staff/back").path.endswith("/staff/openings?from=2026-11-01")


def test_the_childrens_screen_locks_the_staff_pages(page: PageClient, here: Here) -> None:
    teacher = sign_in(page, here, Role.DUTY_TEACHER)
    page.open("/staff/openings")

    page.open("/")

    assert page.open("/staff").path == "/"
    assert page.scan(teacher.card_code).response.headers["HX-Redirect"] == "/staff/back"
    assert page.open("/staff/back").path.endswith("/staff/openings")


def test_a_refusals_way_to_the_children_signs_out(page: PageClient, here: Here) -> None:
    teacher = sign_in(page, here, Role.VOLUNTEER)

    idle = page.open("/staff/children").press("Children's screen")

    assert idle.path == "/"
    assert page.scan(teacher.card_code).response.headers["HX-Redirect"] == DOOR


def test_the_pin_pad_forgets_whose_card_came_after_a_minute(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    who = factories.staff(here)
    pad = show_card(page, who)
    clock.advance(seconds=61)

    assert page.open(DOOR).all("input", name="pin") == []
    refused = page.submit(DOOR, {"csrf_token": token(pad), "pin": who.pin})
    assert refused.status == 409


def test_who_mistypes_is_still_at_the_door(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    who = factories.staff(here)
    show_card(page, who)
    clock.advance(seconds=50)
    enter_pin(page, "000000")
    clock.advance(seconds=50)

    assert enter_pin(page, who.pin).path.endswith("/staff")


@pytest.mark.parametrize("comes", ["a child", "the idle screen"])
def test_the_pin_pad_forgets_a_card_when_the_screen_is_the_childrens(
    page: PageClient, here: Here, comes: str
) -> None:
    show_card(page, factories.staff(here))

    if comes == "a child":
        factories.open_today(here)
        page.scan(factories.child(here).card_code)
    else:
        page.open("/")

    assert page.open(DOOR).all("input", name="pin") == []


def test_nothing_is_changed_from_a_page_that_a_child_has_locked(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    factories.open_today(here)
    child = factories.child(here)
    closing = page.open("/staff/opening/close")
    page.scan(child.card_code)

    refused = closing.press("Close the room")

    assert refused.status == 401
    assert page.open("/healthz").status == 200


def test_a_still_screen_is_signed_out(
    app: Flask, page: PageClient, here: Here, clock: FrozenClock
) -> None:
    sign_in(page, here)
    clock.advance(minutes=3)

    assert page.open("/staff/children").path.endswith("/staff/door")
    assert app is not None


def test_a_touch_keeps_the_session(page: PageClient, here: Here, clock: FrozenClock) -> None:
    sign_in(page, here)
    for _ in range(4):
        clock.advance(minutes=2)
        form = {"csrf_token": token(page.open("/staff"))}
        assert page.submit("/staff/stay", form, fragment=True).status == 204

    assert page.open("/staff/children").status == 200


def test_leaving_gives_the_screen_back_to_the_children(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    idle = page.open("/staff").press("Children's screen")

    assert idle.path == "/"
    assert page.open("/staff/calls").path.endswith("/staff/door")


def test_the_language_can_be_switched_on_every_page(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    chinese = page.open("/staff").press("中文")

    assert chinese.all("html")[0].get("lang") == "zh-Hans"
