"""Signing in at the staff pages, for tests."""

from dataclasses import replace
from urllib.parse import urlsplit

from flask import session
from flask_wtf.csrf import generate_csrf

from kiosk.rules.staff import Role
from kiosk.services import staff
from kiosk.services.here import Here
from kiosk.web import i18n, staff_screen
from tests import factories
from tests.factories import MadeStaff
from tests.page import ORIGIN, Page, PageClient

DOOR = "/staff/door"


def show_card(page: PageClient, who: MadeStaff) -> Page:
    """Put a staff card on the scanner and return the PIN pad."""
    page.scan(who.card_code)
    return page.open(DOOR)


def enter_pin(page: PageClient, pin: str) -> Page:
    """Type a PIN into the pad that stands there."""
    return page.submit(DOOR, {"csrf_token": token(page.open(DOOR)), "pin": pin})


def sign_in(page: PageClient, here: Here, role: Role = Role.ADMINISTRATOR) -> MadeStaff:
    """Sign a new person of this role in and speak English, so that words can be read.

    The session is begun as the door and the switch of languages begin it, without their pages and
    the staff home behind them: `test_staff_door` and `test_i18n` go there.
    """
    who = factories.staff(here, display_name=f"{role}老师", role=role)
    app = page.client.application
    page.before_each()
    now = replace(here, now=app.extensions["kiosk"].clock())
    token = staff.sign_in(staff_id=who.staff_id, pin=who.pin, here=now)
    page.before_each()
    with app.test_request_context("/staff/door", base_url=ORIGIN):
        staff_screen.begin(token)
        i18n.choose("en")
        page.reads(generate_csrf())
        answer = app.response_class()
        app.session_interface.save_session(app, session, answer)
    for cookie in answer.headers.getlist("Set-Cookie"):
        name, _, value = cookie.partition(";")[0].partition("=")
        page.client.set_cookie(name, value, domain=urlsplit(ORIGIN).hostname or "")
    page.before_each()
    return who


def token(page: Page) -> str:
    return page.all("input", name="csrf_token")[0].get("value", "")
