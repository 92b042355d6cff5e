"""Whose page it is: a child's session ends by stillness, by another card, and never comes back."""

from pathlib import Path

import pytest
from flask import Flask, g

from kiosk.db import db
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.page import Page, PageClient
from tests.web.staff import sign_in

COOKIE = "__Host-home"
CHILD_PAGES = ("/me", "/me/lend", "/me/call", "/me/leave")


@pytest.fixture(autouse=True)
def _english(instance: Path) -> None:
    (instance / "kiosk.toml").write_text('language = "en"\n', encoding="utf-8")


def _stay(page: PageClient) -> Page:
    return page.submit("/me/stay", {}, fragment=True)


def _cookie(page: PageClient) -> str:
    found = page.client.get_cookie(COOKIE, domain="127.0.0.1")
    assert found is not None
    return found.value


def _replay(app: Flask, cookie: str, path: str = "/me") -> int:
    """Return what another browser gets that sends an old cookie."""
    db.session.remove()
    for name in list(g):
        g.pop(name)
    client = app.test_client()
    client.set_cookie(COOKIE, cookie, domain="127.0.0.1", secure=True)
    headers = {"HX-Request": "true"}
    return client.get(path, headers=headers, base_url="http://127.0.0.1").status_code


@pytest.mark.parametrize("path", CHILD_PAGES)
def test_without_a_card_there_is_no_page(page: PageClient, path: str) -> None:
    for answer in (page.open(path), page.fragment(path)):
        assert answer.status == 401
        assert answer.words


@pytest.mark.parametrize(("seconds", "status"), [(31.9, 200), (32, 401), (3600, 401), (-32, 401)])
def test_a_page_ends_32_seconds_after_the_last_touch(
    page: PageClient, here: Here, clock: FrozenClock, seconds: float, status: int
) -> None:
    factories.open_today(here)
    page.scan(factories.child(here).card_code)
    clock.advance(seconds=seconds)

    assert page.fragment("/me").status == status


def test_each_touch_lets_it_live_on(page: PageClient, here: Here, clock: FrozenClock) -> None:
    factories.open_today(here)
    page.scan(factories.child(here).card_code)

    for _ in range(10):
        clock.advance(seconds=30)
        assert _stay(page).status == 204

    clock.advance(seconds=32)
    assert _stay(page).status == 401


def test_looking_at_the_idle_screen_lets_nobody_live_on(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    factories.open_today(here)
    page.scan(factories.child(here).card_code)
    for _ in range(4):
        clock.advance(seconds=8)
        page.fragment("/idle")
        page.fragment("/healthz")

    assert page.fragment("/me").status == 401


@pytest.mark.parametrize("way", ["done", "the idle screen"])
def test_a_page_that_was_ended_is_gone(app: Flask, page: PageClient, here: Here, way: str) -> None:
    factories.open_today(here)
    page.scan(factories.child(here).card_code)
    cookie = _cookie(page)

    if way == "done":
        page.submit("/me/end", {}, fragment=True)
    else:
        page.open("/")

    assert page.fragment("/me").status == 401
    assert _replay(app, cookie) == 401


def test_another_card_takes_the_screen_at_once_and_the_old_cookie_opens_nothing(
    app: Flask, page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    first = factories.child(here, given_name="秋水")
    second = factories.child(here, given_name="石头")
    factories.loan(here, first.child_id, factories.item(here, name="雷锋日记").item_id)
    page.scan(first.card_code)
    old = _cookie(page)

    page.scan(second.card_code)

    assert _cookie(page) != old
    assert _replay(app, old) == 401
    shown = page.fragment("/me").response.text
    assert "石头" in shown
    assert "秋水" not in shown
    assert "雷锋日记" not in shown


def test_a_card_that_is_refused_leaves_the_page_to_its_child(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child, other = factories.child(here), factories.child(here)
    lost = factories.card(here, child_id=other.child_id, revoked_at=here.now)
    page.scan(child.card_code)

    assert page.scan(lost).status == 404

    assert child.face.given_name in page.fragment("/me").words


def test_a_cookie_that_somebody_wrote_himself_is_nobody(
    app: Flask, page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    page.scan(factories.child(here).card_code)
    cookie = _cookie(page)
    said, _, signature = cookie.partition(".")

    for forged in (
        "",
        ".",
        said,
        f"{said}.",
        f"{said}.{signature[:-2]}",
        f"{said[:-4]}AAAA.{signature}",
        f"e30=.{signature}",
        "\u00e9.\u00e9",
    ):
        assert _replay(app, forged) == 401
    assert _replay(app, cookie) == 200


def test_two_screens_have_a_child_each(app: Flask, page: PageClient, here: Here) -> None:
    factories.open_today(here)
    one, two = (factories.child(here, given_name=name) for name in ("秋水", "石头"))
    other = PageClient(app.test_client(), before_each=page.before_each)
    page.scan(one.card_code)
    other.scan(two.card_code)

    assert "秋水" in page.fragment("/me").words
    assert "石头" in other.fragment("/me").words


# Staff


def test_a_childs_card_locks_the_staff_page_and_the_staff_card_opens_it(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    factories.open_today(here)
    child, other = factories.child(here), factories.staff(here, display_name="李老师")
    teacher = sign_in(page, here, Role.ADMINISTRATOR)
    page.open("/staff/books")

    page.scan(child.card_code)

    assert page.open("/staff").path == "/"
    locked = page.submit("/staff/record", {"csrf_token": page._token()})  # noqa: SLF001
    assert locked.status == 401
    page.scan(other.card_code)
    assert page.open("/staff").path == "/"
    clock.advance(seconds=100)
    opened = page.scan(teacher.card_code)
    assert opened.response.headers["HX-Redirect"] == "/staff/back"
    assert page.open("/staff/back").path == "/staff/books"


def test_after_three_minutes_the_staff_card_needs_its_pin_again(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    factories.open_today(here)
    teacher = sign_in(page, here)
    page.scan(factories.child(here).card_code)
    clock.advance(seconds=180)

    answer = page.scan(teacher.card_code)

    assert answer.response.headers["HX-Redirect"] == "/staff/door"
    assert page.open("/staff").path == "/staff/door"


def test_a_pin_for_one_time_opens_and_changes_nothing(page: PageClient, here: Here) -> None:
    teacher = sign_in(page, here)
    _make_pin_one_time(teacher.staff_id)

    for path in ("/staff", "/staff/books", "/staff/ledgers"):
        assert page.open(path).path == "/staff/pin"
    form = {"csrf_token": page._token(), "from": "", "to": ""}  # noqa: SLF001
    assert page.submit("/staff/ledgers/L1/file", form).path == "/staff/pin"
    form = {"csrf_token": page._token(), "pin": "864209", "again": "864209"}  # noqa: SLF001
    chosen = page.submit("/staff/pin", form)
    assert chosen.path == "/staff"


def _make_pin_one_time(staff_id: object) -> None:
    from sqlalchemy import update

    from kiosk.db import transaction
    from kiosk.models.people import Staff

    with transaction() as session:
        session.execute(update(Staff).where(Staff.id == staff_id).values(pin_is_one_time=True))


def test_signing_out_ends_the_session_itself(app: Flask, page: PageClient, here: Here) -> None:
    sign_in(page, here)
    cookie = _cookie(page)
    assert _replay(app, cookie, "/staff") == 200

    answer = page.client.post(
        "/staff/leave",
        data={"csrf_token": page._token()},  # noqa: SLF001
        headers={"Sec-Fetch-Site": "same-origin"},
        base_url="http://127.0.0.1",
    )

    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert _replay(app, cookie, "/staff") == 401
    assert page.open("/staff").path == "/staff/door"
