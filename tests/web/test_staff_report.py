"""The report of a month: its figures, its charts in words, and ledgers that do not agree."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest

from kiosk.rules.call_states import CallState
from kiosk.rules.staff import Role
from kiosk.rules.visits import VisitState
from kiosk.services import letters
from kiosk.services.here import Here
from tests import factories
from tests.page import PageClient
from tests.web.staff import sign_in

PATHS = ("/staff/ledgers/report", "/staff/ledgers/report/paper")


def _a_month(here: Here) -> None:
    """Open the room once; let six children come, of whom one borrows."""
    factories.open_today(here)
    children = [factories.child(here).child_id for _ in range(6)]
    for child_id in children:
        factories.visit(here, child_id)
    factories.loan(here, children[0], factories.item(here).item_id)


@pytest.mark.parametrize("path", PATHS)
def test_each_chart_says_what_it_shows(page: PageClient, here: Here, path: str) -> None:
    sign_in(page, here)
    _a_month(here)

    text = page.open(path).response.text

    said = re.findall(r'<svg class="chart"[^>]*aria-label="([^"]*)"', text)
    assert len(said) == 5
    assert f"1 days, at most 6 on {here.today.isoformat()}, 6 in all" in said[0]
    assert "Friday 16:00 6" in said[1]


@pytest.mark.parametrize("path", PATHS)
def test_a_count_of_few_is_not_told(page: PageClient, here: Here, path: str) -> None:
    sign_in(page, here)
    _a_month(here)

    words = page.open(path).words

    assert "Visits 6" in words
    assert "Loans of children ＊" in words
    assert "Loans for each reader ＊" in words
    assert "Safety checks, with something not fine 0 / 0" in words


@pytest.mark.parametrize(("wrote", "lines"), [(0, 1), (3, 0)])
def test_no_line_is_drawn_for_a_share_that_is_not_told(
    page: PageClient, here: Here, wrote: int, lines: int
) -> None:
    sign_in(page, here)
    factories.open_today(here)
    children = [factories.child(here).child_id for _ in range(12)]
    for child_id in children:
        factories.contact(here, child_id)
    for child_id, slot in zip(children[:6], factories.slots(here, places=6), strict=True):
        factories.booking(here, child_id, slot_id=slot, state=CallState.DONE)
    letters.tick(
        here.today,
        wrote=frozenset(children[6 : 6 + wrote]),
        did_not=frozenset(),
        staff_id=factories.staff(here).staff_id,
        here=here,
    )

    text = page.open(
        f"{PATHS[0]}?from={here.today - timedelta(days=4)}&to={here.today}"
    ).response.text

    assert text.count('class="chart__mark"') == lines


@pytest.mark.parametrize("path", PATHS)
def test_the_names_below_the_bars_of_a_term_stand_apart(
    page: PageClient, here: Here, path: str
) -> None:
    sign_in(page, here)
    child = factories.child(here)
    for days in range(0, 80, 2):
        at = here.now - timedelta(days=days)
        factories.visit(here, child.child_id, signed_in_at=at, state=VisitState.LEFT_UNCONFIRMED)

    shown = page.open(f"{path}?from={here.today - timedelta(days=110)}").response.text

    named = 0
    for wide, chart in re.findall(
        r'class="chart"\s+viewBox="0 0 (\d+) .*?>(.*?)</svg>', shown, re.DOTALL
    ):
        found = re.findall(r'x="([\d.]+)"\s+y="[\d.]+">\d+/\d+</text>', chart)
        places = [float(one) for one in found]
        named += len(places)
        # `12/31` is 56 wide in letters of 20.
        assert all(after - before > 56 for before, after in pairwise(places))
        assert all(28 < place < float(wide) - 28 for place in places)
    assert named > 12


def test_ledgers_that_agree_are_said_to(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    _a_month(here)

    assert "agree with one another" in page.open(PATHS[0]).words


def test_a_loan_of_a_day_on_which_nobody_opened_is_found(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    _a_month(here)
    child = factories.child(here)
    yesterday = here.now - timedelta(days=1)
    factories.loan(here, child.child_id, factories.item(here).item_id, lent_at=yesterday)

    words = page.open(PATHS[0]).words

    assert "L1 Openings of the room says 1, L6 Loans of books says 2." in words
    assert "agree with one another" not in words


def test_a_period_that_is_none_is_said_beside_its_days(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    refused = page.open(f"{PATHS[0]}?from=2026-11-20&to=2026-11-01")

    assert refused.status == 422
    assert "The period ends before it begins" in refused.words


def test_a_room_in_which_nothing_happened_has_a_report(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    assert [page.open(path).status for path in PATHS] == [200, 200]


def test_the_report_is_the_administrators(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    assert [page.open(path).status for path in PATHS] == [403, 403]
