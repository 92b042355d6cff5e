"""The policies and the calendar on staff pages: what is stored holds from the next scan on."""

from datetime import date
from uuid import uuid4

import pytest

from kiosk.rules.catalogue import TitleKind
from kiosk.rules.codes import parse
from kiosk.rules.staff import Role
from kiosk.services import lending, library_settings, opening_changes, school_calendar
from kiosk.services.here import Here
from kiosk.services.opening_changes import Times
from tests import factories, markup
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

LENDING = "/staff/setup/lending"
CALENDAR = "/staff/setup/calendar"


@pytest.fixture(autouse=True)
def administrator(page: PageClient, here: Here) -> None:
    sign_in(page, here)


def _values(page: Page) -> dict[str, str]:
    return {
        one.get("name", ""): one.get("value", "")
        for one in page.all("input")
        if one.get("type") == "number"
    }


def test_the_page_shows_what_holds_without_anything_set(page: PageClient) -> None:
    shown = _values(page.open(LENDING))

    assert [shown[f"limit-{grade}"] for grade in range(7)] == ["10", "1", "2", "2", "2", "3", "3"]
    assert (shown["holiday_most"], shown["hold_days"]) == ("5", "3")


def test_a_policy_of_a_kind_holds_from_the_next_scan_on(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here, grade=1)
    form = {
        **_values(page.open(LENDING)),
        "csrf_token": token(page.open(LENDING)),
        "kind": "book",
        "limit-1": "2",
        **{f"self-{grade}": "on" for grade in range(1, 7)},
    }

    page.submit(f"{LENDING}/policies", form)
    page.scan(child.card_code)
    page.scan(factories.item(here).code)

    assert page.scan(factories.item(here).code).status == 200
    assert page.scan(factories.item(here).code).status == 409
    stored = library_settings.read(here.home_id).policies
    assert stored[1, TitleKind.BOOK].limit == 2
    assert {kind for _, kind in stored} == {TitleKind.BOOK}


def test_a_grade_without_a_tick_borrows_through_the_teacher(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here, grade=1)
    form = {
        **_values(page.open(LENDING)),
        "csrf_token": token(page.open(LENDING)),
        "kind": "book",
    }

    page.submit(f"{LENDING}/policies", form)
    page.scan(child.card_code)

    assert "这本老师帮你借" in page.scan(factories.item(here).code).words


def test_a_number_that_does_not_fit_is_asked_for_again(page: PageClient, here: Here) -> None:
    form = {
        **_values(page.open(LENDING)),
        "csrf_token": token(page.open(LENDING)),
        "kind": "game",
        "days-3": "0",
    }

    answer = page.submit(f"{LENDING}/policies", form)

    assert answer.status == 422
    assert "Give a number from 1 to 366." in answer.words
    wrong = answer.all("input", aria_invalid="true")
    assert [(one.get("name"), one.get("value")) for one in wrong] == [("days-3", "0")]
    assert not library_settings.read(here.home_id).policies


def test_the_defaults_come_back_with_one_button(page: PageClient, here: Here) -> None:
    form = {
        **_values(page.open(LENDING)),
        "csrf_token": token(page.open(LENDING)),
        "kind": "book",
    }
    page.submit(f"{LENDING}/policies", form)

    page.submit(f"{LENDING}/policies", {**form, "defaults": "1"})

    assert not library_settings.read(here.home_id).policies


def test_the_numbers_of_the_book_house_are_kept(page: PageClient, here: Here) -> None:
    form = {
        "csrf_token": token(page.open(LENDING)),
        "holiday_most": "3",
        "spread_days": "4",
        "holds_most": "1",
        "hold_days": "2",
    }

    answer = page.submit(f"{LENDING}/numbers", form)

    library = library_settings.read(here.home_id)
    assert "It holds from the next scan on." in answer.words
    assert (library.holiday_most, library.hold_days, library.forgets_readers) == (3, 2, False)
    refused = page.submit(f"{LENDING}/numbers", {**form, "hold_days": "31"})
    assert refused.status == 422


def test_only_the_administrator_sets_policies_and_calendar(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    assert page.open(LENDING).status == 403
    assert page.open(CALENDAR).status == 403


# The calendar


def _calendar(page: PageClient, path: str, **form: str) -> Page:
    return page.submit(f"{CALENDAR}/{path}", {"csrf_token": token(page.open(CALENDAR)), **form})


def test_a_closed_day_moves_loans_and_the_page_says_how_many(page: PageClient, here: Here) -> None:
    code = parse(factories.item(here).code)
    lending.scan(code, reader=factories.child(here).reader, request_id=uuid4(), here=here)
    form = {"kind": "closed", "name": "运动会", "from": "2026-12-04", "to": "2026-12-04"}

    asked = _calendar(page, "days", **form)
    answer = asked.press("Do it")

    assert asked.status == 409
    assert "1 book that is due on Friday 4 Dec is due on Monday 7 Dec then." in asked.words
    assert "1 loan is due on another day now." in answer.words
    assert "运动会" in answer.words
    answer = _calendar(page, "days", usual="1", **form).press("Do it")
    assert "运动会" not in answer.words
    assert not school_calendar.read().days


def test_a_day_off_that_is_taken_back_says_whom_to_ask_again(page: PageClient, here: Here) -> None:
    wang = factories.staff(here, display_name="王老师").staff_id
    opening_changes.add(
        Times(on=date(2026, 12, 6), from_min=600, to_min=660),
        on_duty_id=wang,
        staff_id=wang,
        here=here,
    )
    sunday = {"from": "2026-12-06", "to": "2026-12-06"}

    closed = _calendar(page, "days", kind="closed", name="放假", **sunday).press("Do it")
    back = _calendar(page, "days", usual="1", **sunday)

    again = "Please ask 王老师 again"
    assert again not in closed.words
    assert "Sunday 6 Dec, 10:00 to 11:00, is open again. " + again in back.words
    links = [one.get("href", "") for one in back.all("a")]
    assert [link for link in links if "/staff/duty?" in link] == ["/staff/duty?on=2026-12-06"]


def test_each_month_with_somebody_to_ask_or_to_tell_leads_to_its_rota(
    page: PageClient, here: Here
) -> None:
    wang, zhao = factories.staff(here).staff_id, factories.staff(here).staff_id
    sundays = [
        Times(on=on, from_min=600, to_min=660)
        for on in (date(2026, 12, 13), date(2026, 12, 6), date(2026, 11, 29))
    ]
    for times in sundays:
        opening_changes.add(times, on_duty_id=wang, staff_id=wang, here=here)
    days = {"from": "2026-11-29", "to": "2026-12-13"}

    _calendar(page, "days", kind="closed", name="放假", **days).press("Do it")
    opening_changes.add(sundays[-1], on_duty_id=zhao, staff_id=zhao, here=here)
    back = _calendar(page, "days", usual="1", **days)

    assert "Sunday 29 Nov, 10:00 to 11:00, stays cancelled" in back.words
    assert "Sunday 13 Dec, 10:00 to 11:00, is open again" in back.words
    links = [
        (one.get("href", ""), markup.words(one))
        for one in back.all("a")
        if "/staff/duty?" in one.get("href", "")
    ]
    assert links == [
        ("/staff/duty?on=2026-11-29", "Duty rota, Nov 2026"),
        ("/staff/duty?on=2026-12-06", "Duty rota, Dec 2026"),
    ]


def test_who_had_agreed_to_what_stays_cancelled_is_to_be_told(page: PageClient, here: Here) -> None:
    zhao, wang = (
        factories.staff(here, display_name=name).staff_id for name in ("赵老师", "王老师")
    )
    sunday = {"from": "2026-12-06", "to": "2026-12-06"}
    times = Times(on=date(2026, 12, 6), from_min=600, to_min=660)
    opening_changes.add(times, on_duty_id=wang, staff_id=wang, here=here)

    _calendar(page, "days", kind="closed", name="放假", **sunday).press("Do it")
    opening_changes.add(times, on_duty_id=zhao, staff_id=zhao, here=here)
    back = _calendar(page, "days", usual="1", **sunday)

    assert "Sunday 6 Dec, 10:00 to 11:00, stays cancelled after the calendar was changed. " in (
        back.words
    )
    assert "Please tell 王老师, who had agreed to come." in back.words
    told = back.press("Told")
    assert (told.status, "王老师" in told.words) == (200, False)
    assert "王老师" not in page.open(CALENDAR).words


def test_a_saturday_is_made_up(page: PageClient) -> None:
    answer = _calendar(
        page, "days", kind="made_up", name="补班", as_weekday="1", **{"from": "2026-12-05"}
    )

    assert "open as on a Monday" in answer.words
    assert school_calendar.read().days[date(2026, 12, 5)].as_weekday == 1


def test_a_term_is_added_changed_and_taken_out(page: PageClient) -> None:
    form = {"name": "第一学期", "from": "2026-09-01", "to": "2027-01-15"}

    _calendar(page, "term", **form)
    (term,) = school_calendar.terms()
    _calendar(page, f"term/{term.term_id}", **{**form, "to": "2027-01-22"})
    (changed,) = school_calendar.terms()
    _calendar(page, f"term/{term.term_id}", remove="1", **form)

    assert changed.span.last_day == date(2027, 1, 22)
    assert school_calendar.terms() == ()


@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("term", {"name": "", "from": "2026-09-01", "to": "2027-01-15"}, "give it a name"),
        ("term", {"name": "x", "from": "2026-09-01", "to": "2026-09-01"}, "ends before it begins"),
        ("term", {"name": "x", "from": "soon", "to": "2026-09-01"}, "Something in the form"),
        (
            "days",
            {"kind": "closed", "name": "x", "from": "2026-11-01", "to": "2026-11-02"},
            "These days are over.",
        ),
        (
            "days",
            {"kind": "closed", "name": "x", "from": "2026-12-01", "to": "2027-12-01"},
            "too long",
        ),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    page: PageClient, path: str, form: dict[str, str], words: str
) -> None:
    answer = _calendar(page, path, **form)

    assert answer.status == 422
    assert words in answer.words
    assert not school_calendar.read().days
    assert school_calendar.terms() == ()


def test_a_term_that_is_gone_is_not_changed(page: PageClient) -> None:
    answer = _calendar(
        page,
        "term/01930000-0000-7000-8000-000000000001",
        name="x",
        to="2027-01-15",
        **{"from": "2026-09-01"},
    )

    assert answer.status == 404
