"""The staff home asks often: it stays cheap, and says in time what will be asked of the room."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from kiosk.db import db, reading, transaction
from kiosk.models.calendar import HolidayYear
from kiosk.rules import civil
from kiosk.rules.gaps import GapKind
from kiosk.rules.school_days import SchoolDays, TermSpan
from kiosk.rules.visits import VisitState
from kiosk.services import compliance, gaps, room_ahead, rule_sets, staff_home
from kiosk.services.here import Here
from kiosk.services.staff_home import Todo, TodoKind
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

OWN = """
name = "本县要求"
source = "本县文件"
[[demand]]
measure = "openings_a_week"
least = 1
text = "每周开放 1 次"
"""
NOON = 12 * 60


@contextmanager
def _statements() -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, sql: str, *_more: Any) -> None:
        sent.append(sql)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _nobody_said(here: Here, many: int) -> None:
    """Leave openings behind that nobody opened or closed, with a child in each of them."""
    child = factories.child(here)
    for number in range(many):
        on = here.today - timedelta(days=1 + number % 7)
        from_min = NOON + 60 * (number // 7)
        factories.opening(here, on=on, from_min=from_min, to_min=from_min + 50)
        factories.visit(
            here,
            child.child_id,
            signed_in_at=civil.instant(on, from_min + 5, here.settings.zone),
            state=VisitState.LEFT_UNCONFIRMED,
        )


def _of(kind: TodoKind, here: Here) -> list[Todo]:
    reading().rollback()
    return [one for one in staff_home.look(here=here).todo if one.kind is kind]


@pytest.mark.parametrize("many", [1, 20])
def test_many_openings_without_an_end_cost_no_more_than_one(here: Here, many: int) -> None:
    staff_home.look(here=here)
    with _statements() as none:
        staff_home.look(here=here)
    _nobody_said(here, many)
    reading().rollback()

    with _statements() as sent:
        home = staff_home.look(here=here)

    assert [one.count for one in home.todo if one.kind is TodoKind.TIMES] == [many]
    # Openings of these days, duty, visits, loans, books brought back.
    assert len(sent) - len(none) == 5


def test_what_the_district_asks_is_told_while_something_can_be_done(here: Here) -> None:
    folder = here.settings.instance / "rule_sets"
    folder.mkdir(exist_ok=True)
    (folder / "county.toml").write_text(OWN, encoding="utf-8")
    rule_sets.follow("county", staff_id=factories.staff(here).staff_id, here=here)

    (told,) = _of(TodoKind.STANDARD, here)

    assert told.standing is not None
    assert told.standing.demand.text == "每周开放 1 次"
    assert (told.standing,) == compliance.warnings(here=here)


def test_a_room_that_follows_no_rule_set_is_told_of_none(here: Here) -> None:
    assert _of(TodoKind.STANDARD, here) == []


def _know_year(year: int, here: Here) -> None:
    with transaction() as session:
        session.add(HolidayYear(year=year, source="chinesecalendar", noted_at=here.now))


def test_a_year_whose_holidays_lack_is_told_once_any_year_is_known(
    app: Flask, clock: FrozenClock
) -> None:
    before = _of(TodoKind.HOLIDAYS, here_in(app, clock))
    _know_year(2026, here_in(app, clock))  # the day of the tests is late in November: 2027 is due
    clock.advance(minutes=1)

    told = _of(TodoKind.HOLIDAYS, here_in(app, clock))

    assert before == []
    assert [one.count for one in told] == [2027]


def test_the_next_term_is_asked_for_when_the_last_one_is_nearly_over(
    app: Flask, clock: FrozenClock
) -> None:
    here = here_in(app, clock)
    before = _of(TodoKind.TERM, here)
    last = here.today + timedelta(days=14)
    school = SchoolDays(terms=(TermSpan(first_day=here.today, last_day=last),))
    clock.advance(minutes=1)

    told = _of(TodoKind.TERM, replace(here_in(app, clock), school=school))

    assert before == []
    assert [one.on for one in told] == [last]


def test_it_is_counted_once_a_minute(app: Flask, clock: FrozenClock) -> None:
    room_ahead.look(here=here_in(app, clock))
    clock.advance(seconds=1)

    with _statements() as same_minute:
        room_ahead.look(here=here_in(app, clock))
    clock.advance(minutes=1)
    with _statements() as next_minute:
        room_ahead.look(here=here_in(app, clock))

    assert same_minute == []
    assert next_minute != []


def _gaps_told(here: Here, *, is_head: bool = True) -> list[Todo]:
    reading().rollback()
    todo = staff_home.look(here=here, is_head=is_head).todo
    return [one for one in todo if one.kind is TodoKind.GAPS]


@pytest.mark.parametrize(("days", "is_told"), [(-5, False), (-4, True), (10, True), (11, False)])
def test_what_the_month_lacks_is_told_in_its_last_two_weeks(
    app: Flask, clock: FrozenClock, *, days: int, is_told: bool
) -> None:
    factories.child(here_in(app, clock))
    clock.advance(days=days)  # from the 20th of a month with thirty days
    here = here_in(app, clock)

    told = _gaps_told(here)

    first = here.today.replace(day=1)
    lacks = sum(one.count for one in gaps.find(first=first, last=here.today, here=here))
    assert lacks
    assert [(one.on, one.count) for one in told] == ([(first, lacks)] if is_told else [])


def test_nobody_is_sent_after_what_cannot_be_mended(app: Flask, clock: FrozenClock) -> None:
    child = factories.child(here_in(app, clock))
    before = _gaps_told(here_in(app, clock))

    for hours in (3, 4):
        factories.visit(
            here_in(app, clock),
            child.child_id,
            signed_in_at=clock() - timedelta(hours=hours),
            state=VisitState.LEFT_UNCONFIRMED,
        )
    clock.advance(minutes=2)  # it is counted once a minute

    here = here_in(app, clock)
    found = gaps.find(first=here.today, last=here.today, here=here)
    assert [one.count for one in found if one.kind is GapKind.NOT_SEEN_OUT] == [2]
    assert _gaps_told(here) == before != []


def test_only_an_administrator_hears_what_the_month_lacks(here: Here) -> None:
    factories.child(here)

    assert _gaps_told(here, is_head=False) == []
    assert _gaps_told(here)
