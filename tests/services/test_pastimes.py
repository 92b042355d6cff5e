"""What a child came for: one touch at the door, never asked for twice, told by the ledgers."""

import pytest
from flask import Flask
from sqlalchemy import select

from kiosk.db import db, reading
from kiosk.files.tables import Table
from kiosk.models.visits import VisitPastime
from kiosk.rules.visits import Pastime
from kiosk.services import ledger_openings, ledger_visits, pastimes, visits
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.page import PageClient


def _kept() -> list[Pastime]:
    db.session.remove()
    return list(reading().scalars(select(VisitPastime.pastime).order_by(VisitPastime.visit_id)))


def _told(here: Here) -> tuple[list[object], list[object]]:
    """Return what L3 says of each visit and L1 of each opening."""
    period = Period(first=here.today, last=here.today)
    db.session.remove()
    visits_told = ledger_visits.build(reading(), period, here=here)
    openings_told = ledger_openings.build(reading(), period, here=here)
    return _column(visits_told, "活动内容"), _column(openings_told, "主要活动内容")


def _column(table: Table, label: str) -> list[object]:
    place = [column.label for column in table.columns].index(label)
    return [row[place] for row in table.rows]


def test_the_latest_word_of_a_visit_is_kept(here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here)
    factories.visit(here, child.child_id)

    pastimes.choose(Pastime.GAMES, child_id=child.child_id)
    is_here = pastimes.choose(Pastime.HOMEWORK, child_id=child.child_id)

    assert is_here
    assert _kept() == [Pastime.HOMEWORK]


def test_a_child_that_has_left_says_nothing_any_more(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    factories.open_today(here)
    child = factories.child(here)
    factories.visit(here, child.child_id)
    visits.leave(child_id=child.child_id, face=child.face, here=here)

    assert not pastimes.choose(Pastime.READING, child_id=child.child_id)
    assert _kept() == []


@pytest.mark.parametrize(
    ("pastime", "visit_says", "opening_says"),
    [
        (None, "自由活动", "自由活动"),
        (Pastime.READING, "阅读", "自由活动、阅读"),
        (Pastime.HOMEWORK, "写作业", "自由活动、写作业"),
        (Pastime.GAMES, "游戏", "自由活动、游戏"),
        # Who came for a call has not had it yet: L4 alone counts calls.
        (Pastime.CALL, "自由活动", "自由活动"),
    ],
)
def test_the_ledgers_tell_what_was_said_and_nothing_else(
    here: Here, pastime: Pastime | None, visit_says: str, opening_says: str
) -> None:
    factories.open_today(here)
    child = factories.child(here)
    factories.visit(here, child.child_id)
    if pastime is not None:
        pastimes.choose(pastime, child_id=child.child_id)

    assert _told(here) == ([visit_says], [opening_says])


def test_one_touch_on_the_greeting_is_enough_and_none_is_needed(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    child = factories.child(here)
    greeting = page.scan(child.card_code)

    answer = page.submit("/me/pastime", {"pastime": "homework"}, fragment=True)

    assert "pastime" in greeting.response.text
    assert answer.status == 200
    assert "记好啦" in answer.words
    assert _kept() == [Pastime.HOMEWORK]


def test_a_word_that_is_no_tile_is_not_understood(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    page.scan(factories.child(here).card_code)

    assert page.submit("/me/pastime", {"pastime": "tidying"}, fragment=True).status == 422
    assert _kept() == []


def test_nobody_at_the_screen_says_nothing(page: PageClient, here: Here) -> None:
    factories.open_today(here)

    page.submit("/me/pastime", {"pastime": "games"}, fragment=True)

    assert _kept() == []
