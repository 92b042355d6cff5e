"""Letters home: ticked by a class, taken away again, counted beside the calls."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from kiosk.db import db, reading, transaction, violated
from kiosk.errors import RefusedError
from kiosk.ids import new_id
from kiosk.models.audit import Audit
from kiosk.models.calendar import Term
from kiosk.models.letters import LetterLog
from kiosk.models.people import Child
from kiosk.models.stocktake import LedgerArchive
from kiosk.rules.call_states import CallState
from kiosk.rules.indicators import Share
from kiosk.rules.letters import LetterRefusal, kept_since
from kiosk.services import erasure, letters, month_report, reached
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

DAY = timedelta(days=1)
FRIDAY = date(2026, 11, 20)  # the day of the tests
NOBODY: frozenset[UUID] = frozenset()


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    return here_in(either_app, clock)


@pytest.fixture
def teacher(here: Here) -> UUID:
    return factories.staff(here).staff_id


def _child(here: Here, name: str = "一", *, has_contact: bool = True) -> UUID:
    child_id = factories.child(here, given_name=name).child_id
    with transaction() as session:
        long_ago = here.today - 60 * DAY
        session.execute(update(Child).where(Child.id == child_id).values(enrolled_on=long_ago))
    if has_contact:
        factories.contact(here, child_id)
    return child_id


def _wrote(on: date) -> set[UUID]:
    db.session.remove()
    return set(reading().scalars(select(LetterLog.child_id).where(LetterLog.on_date == on)))


def _tick(
    on: date, here: Here, teacher: UUID, *wrote: UUID, did_not: frozenset[UUID] = NOBODY
) -> None:
    letters.tick(on, wrote=frozenset(wrote), did_not=did_not, staff_id=teacher, here=here)


def test_a_class_is_ticked_and_a_tick_is_taken_away(here: Here, teacher: UUID) -> None:
    one, two, three = (_child(here, name) for name in "一二三")

    _tick(FRIDAY, here, teacher, one, two)
    _tick(FRIDAY, here, teacher, one, two)  # a second time on one day is the same
    assert _wrote(FRIDAY) == {one, two}
    _tick(FRIDAY, here, teacher, three, did_not=frozenset({two}))

    assert _wrote(FRIDAY) == {one, three}
    class_id = reading().scalar(select(Child.class_id).where(Child.id == one))
    assert class_id is not None
    writers = letters.of_class(class_id, FRIDAY)
    assert {writer.child_id for writer in writers if writer.has_written} == {one, three}
    assert letters.by_class(FRIDAY) == {class_id: 2}
    said = reading().scalars(select(Audit.fields).where(Audit.purpose == "letters")).all()
    assert said == ["2026-11-20: +2 -0", "2026-11-20: +1 -1"], "numbers, and no name"


def test_what_another_teacher_has_ticked_meanwhile_stays(here: Here, teacher: UUID) -> None:
    one, two = _child(here, "一"), _child(here, "二")
    _tick(FRIDAY, here, teacher, two)

    _tick(FRIDAY, here, teacher, one)  # a page that was opened before the other tick

    assert _wrote(FRIDAY) == {one, two}


@pytest.mark.parametrize("on", [FRIDAY + DAY, FRIDAY - 32 * DAY])
def test_another_day_is_refused(here: Here, teacher: UUID, on: date) -> None:
    with pytest.raises(RefusedError) as error:
        _tick(on, here, teacher, _child(here))

    assert error.value.reason is LetterRefusal.WRONG_DAY
    assert factories.how_many(LetterLog) == 0


def test_a_day_whose_ledgers_are_closed_is_left_alone(here: Here, teacher: UUID) -> None:
    child_id = _child(here)
    days = {"first_day": FRIDAY - 3 * DAY, "last_day": FRIDAY - DAY}
    with transaction() as session:
        term_id = new_id(here.now)
        session.add(Term(id=term_id, name="上学期", **days))
        session.flush()  # the archive refers to it
        frozen = {"frozen_at": here.now, "content_cipher": b"", "digest": "0" * 64}
        session.add(
            LedgerArchive(id=new_id(here.now), term_id=term_id, ledger="L4", **days, **frozen)
        )

    with pytest.raises(RefusedError) as error:
        _tick(FRIDAY - DAY, here, teacher, child_id)
    _tick(FRIDAY, here, teacher, child_id)

    assert error.value.reason is LetterRefusal.FROZEN


def test_who_was_not_at_school_is_not_ticked(here: Here, teacher: UUID) -> None:
    gone, new = _child(here, "一"), _child(here, "二")
    with transaction() as session:
        session.execute(update(Child).where(Child.id == gone).values(left_on=FRIDAY))
        session.execute(update(Child).where(Child.id == new).values(enrolled_on=FRIDAY))

    _tick(FRIDAY, here, teacher, gone, new)
    _tick(FRIDAY - DAY, here, teacher, gone, new)

    assert _wrote(FRIDAY) == {new}
    assert _wrote(FRIDAY - DAY) == {gone}


def test_the_tables_hold_one_tick_for_a_child_and_day(here: Here, teacher: UUID) -> None:
    child_id = _child(here)
    _tick(FRIDAY, here, teacher, child_id)

    values = {"child_id": child_id, "on_date": FRIDAY, "noted_by_id": teacher}
    again = insert(LetterLog).values(id=new_id(here.now), **values)
    with pytest.raises(IntegrityError) as error, transaction() as session:
        session.execute(again)
    assert violated(error.value) == "uq_letter_log_child_id_on_date"


def test_letters_go_with_the_child(here: Here, teacher: UUID) -> None:
    one, two = _child(here, "一"), _child(here, "二")
    _tick(FRIDAY, here, teacher, one, two)

    erasure.erase(one, actor_id=None, here=here)

    assert _wrote(FRIDAY) == {two}


def test_of_an_erased_child_nothing_new_is_noted(here: Here, teacher: UUID) -> None:
    one, two = _child(here, "一"), _child(here, "二")
    class_id = reading().get_one(Child, one).class_id
    assert class_id is not None
    reading().rollback()
    erasure.erase(one, actor_id=None, here=here)

    _tick(FRIDAY - DAY, here, teacher, one, two)

    assert _wrote(FRIDAY - DAY) == {two}
    assert one not in {each.child_id for each in letters.of_class(class_id, FRIDAY - DAY)}


def test_letters_of_long_ago_are_forgotten_when_the_room_closes(here: Here, teacher: UUID) -> None:
    child_id = _child(here)
    _tick(FRIDAY, here, teacher, child_id)
    oldest = kept_since(here.today)
    with transaction() as session:
        for on in (oldest, oldest - DAY):
            values = {"child_id": child_id, "on_date": on, "noted_by_id": teacher}
            session.execute(insert(LetterLog).values(id=new_id(here.now), **values))
    factories.open_today(here)

    factories.close_room(here)

    db.session.remove()
    assert set(reading().scalars(select(LetterLog.on_date))) == {FRIDAY, oldest}


def test_a_week_is_counted_by_calls_and_with_letters(here: Here, teacher: UUID) -> None:
    """Of five signed up one had a call, one wrote, one did both, one wrote the week before."""
    rang, wrote, both, before, _never = (_child(here, name) for name in "一二三四五")
    nobody = _child(here, "六", has_contact=False)
    for child_id in (rang, both):
        slot = factories.slots(here, places=1)[0]
        factories.booking(here, child_id, slot_id=slot, state=CallState.DONE)
    _tick(FRIDAY, here, teacher, wrote, both, nobody)
    _tick(FRIDAY - DAY, here, teacher, wrote)
    _tick(FRIDAY - 5 * DAY, here, teacher, before)  # the Sunday

    week = reached.in_week_of(FRIDAY, here=here)
    last = reached.in_week_of(FRIDAY - 5 * DAY, here=here)

    assert week.monday == FRIDAY - 4 * DAY
    assert (week.called, week.called_or_wrote) == (Share(of=2, whole=5), Share(of=3, whole=5))
    assert (last.called, last.called_or_wrote) == (Share(of=0, whole=5), Share(of=1, whole=5))
    later = replace(here, now=here.now + 10 * DAY)
    report = month_report.look(Period(first=FRIDAY - 4 * DAY, last=FRIDAY + 2 * DAY), here=later)
    assert [one.covered_letters for one in report.weeks] == [week.called_or_wrote]
    assert report.weeks[0].covered == week.called
    much_later = replace(here, now=here.now + 500 * DAY)  # the letters are forgotten by then
    report = month_report.look(
        Period(first=FRIDAY - 4 * DAY, last=FRIDAY + 2 * DAY), here=much_later
    )
    assert report.weeks[0].covered_letters.value is None
    assert report.weeks[0].covered == week.called
