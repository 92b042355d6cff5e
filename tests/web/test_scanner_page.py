"""The scanner page: six codes, what is wrong, and the red line for staff."""

from pathlib import Path

import pytest

from kiosk.rules.scanners import SHEET
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

SCANNER = "/staff/setup/scanner"


@pytest.fixture(autouse=True)
def _english(instance: Path) -> None:
    (instance / "kiosk.toml").write_text('language = "en"\n', encoding="utf-8")


def _read(page: PageClient, *readings: str, at: str = SCANNER) -> Page:
    form = {"csrf_token": token(page.open(SCANNER)), "reading": list(readings)}
    return page.submit(at, form)


def _whole(settings: str = "enter|upper|0|0") -> list[str]:
    return [f"{settings}|{text}" for text in SHEET.values()]


def test_codes_are_ticked_one_by_one_and_all_six_are_kept(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    two = _read(page, *_whole()[:2])
    six = _read(page, *_whole())

    assert len(two.all("li", class_="is-heard")) == 2
    assert "Nothing is wrong with it." in six.words
    assert "Learned." in six.words


def test_a_scanner_that_reads_no_bars_can_be_kept_as_it_is(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    so_far = _read(page, *_whole()[:3])
    kept = _read(page, *_whole()[:3], at=f"{SCANNER}/keep")

    assert "It reads no bars." not in so_far.words  # they may still come
    assert "It reads no bars." in kept.words


def test_what_is_none_of_the_codes_is_said_and_not_kept(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    shown = _read(page, "enter|upper|0|0|HELLO")

    assert "none of the six codes" in shown.words
    assert _read(page, "enter|upper|0|0|HELLO", at=f"{SCANNER}/keep").status == 422


def test_a_child_s_card_among_the_codes_is_not_written_into_the_page(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    card = factories.child(here).card_code
    first = _whole()[0]

    shown = _read(page, first, f"enter|upper|0|0|*{card}")

    kept = [one.get("value") for one in shown.all("input", name="reading")]
    assert kept == [first]
    assert card not in shown.response.text


def test_a_letter_before_some_codes_alone_is_said(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    six = _read(page, *_whole("enter|upper|0|0")[:5], "enter|upper|0|0|S" + _whole()[5][16:])

    assert "It writes something before its codes." in six.words
    assert "Nothing is wrong" not in six.words


@pytest.mark.parametrize("reading", ["", "enter", "shout|upper|0|0|A", "enter|middle|0|0|A"])
def test_what_no_page_of_ours_sends_is_not_understood(
    page: PageClient, here: Here, reading: str
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    assert _read(page, reading).status == 422


def test_a_flood_of_readings_is_not_understood(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    assert _read(page, *_whole() * 11).status == 422


def test_the_sheet_has_the_six_codes(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    sheet = page.open(f"{SCANNER}/sheet")

    assert all(text in sheet.response.text for text in SHEET.values())


def test_a_change_is_a_line_for_staff_and_for_children_nothing(
    page: PageClient, here: Here
) -> None:
    who = sign_in(page, here, Role.DUTY_TEACHER)
    form = {"csrf_token": token(page.open(SCANNER)), "change": "terminator"}
    page.submit("/scanner", form)
    unknown = _red(page)
    _read(page, *_whole())
    watched = _watches(page)

    page.submit("/scanner", form)

    watched_on = _watches(page)
    page.scan(who.card_code)  # the children's screen has locked the staff page
    assert (unknown, watched) == (0, 1)
    assert (_red(page), watched_on) == (1, 0)
    assert "it ends its codes otherwise" in page.open(SCANNER).words
    _read(page, *_whole())
    assert _red(page) == 0


def _red(page: PageClient) -> int:
    return len(page.open("/staff").all("li", class_="is-red"))


def _watches(page: PageClient) -> int:
    return len(page.open("/").all("i", data_scanner_watch="/scanner"))


def test_a_prefix_is_told_to_the_pages_that_read(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    _read(page, *(f"enter|upper|0|0|*{text}" for text in SHEET.values()))

    assert 'data-scanner-prefix="*"' in page.open("/staff").response.text
    assert 'data-scanner-prefix="*"' in page.open("/").response.text


def test_a_camera_that_fails_is_a_line_for_staff(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    at = "/staff/setup/camera"
    page.submit(at, {"csrf_token": token(page.open(at)), "camera": "on"})

    page.submit("/camera", {"csrf_token": token(page.open(at)), "state": "missing"})

    assert "The camera does not look" in page.open("/staff").words
