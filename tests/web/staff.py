"""Signing in at the staff pages, for tests."""

from kiosk.rules.staff import Role
from kiosk.services.here import Here
from tests import factories
from tests.factories import MadeStaff
from tests.page import Page, PageClient

DOOR = "/staff/door"


def show_card(page: PageClient, who: MadeStaff) -> Page:
    """Put a staff card on the scanner and return the PIN pad."""
    page.scan(who.card_code)
    return page.open(DOOR)


def enter_pin(page: PageClient, pin: str) -> Page:
    """Type a PIN into the pad that stands there."""
    return page.submit(DOOR, {"csrf_token": token(page.open(DOOR)), "pin": pin})


def sign_in(page: PageClient, here: Here, role: Role = Role.ADMINISTRATOR) -> MadeStaff:
    """Sign a new person of this role in and speak English, so that words can be read."""
    who = factories.staff(here, display_name=f"{role}老师", role=role)
    show_card(page, who)
    home = enter_pin(page, who.pin)
    assert home.status == 200
    form = {"csrf_token": token(home), "language": "en"}
    assert page.submit("/staff/language", form).status == 200
    return who


def token(page: Page) -> str:
    return page.all("input", name="csrf_token")[0].get("value", "")
