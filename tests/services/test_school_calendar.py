"""The calendar changes, and the plan, the calls and the due days follow in one go."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from kiosk.db import db, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.audit import Audit
from kiosk.models.calendar import Term
from kiosk.models.calls import Booking
from kiosk.models.library import Loan
from kiosk.models.openings import Opening
from kiosk.rules.call_states import CallState
from kiosk.rules.codes import parse
from kiosk.rules.openings import OpeningState
from kiosk.rules.school_days import CalendarProblem, TermSpan
from kiosk.services import calendar, lending, school_calendar
from kiosk.services.answers import Lent
from kiosk.services.here import Here
from kiosk.services.school_calendar import Changed
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild

FRIDAY = date(2026, 12, 4)  # two weeks after the day of the tests
DAY = timedelta(days=1)


def _span(first: date, days: int = 1) -> TermSpan:
    return TermSpan(first_day=first, last_day=first + DAY * (days - 1))


def _lend(child: MadeChild, here: Here) -> Lent:
    item = factories.item(here)
    answer = lending.scan(parse(item.code), reader=child.reader, request_id=uuid4(), here=here)
    assert isinstance(answer, Lent)
    return answer


def _due() -> list[date]:
    db.session.remove()
    return list(reading().scalars(select(Loan.due_on).order_by(Loan.lent_at, Loan.id)))


def _openings(on: date) -> list[OpeningState]:
    db.session.remove()
    return list(reading().scalars(select(Opening.state).where(Opening.on_date == on)))


def _close(here: Here, first: date, days: int = 1) -> Changed:
    return school_calendar.close_days(
        "校运会", _span(first, days), staff_id=factories.staff(here).staff_id, here=here
    )


def _as_usual(here: Here, first: date, days: int = 1) -> Changed:
    return school_calendar.as_usual(
        _span(first, days), staff_id=factories.staff(here).staff_id, here=here
    )


def _refused(act: Callable[[], object]) -> object:
    with pytest.raises((InvalidInputError, RefusedError, NotFoundError)) as error:
        act()
    return error.value.reason


def test_a_loan_moves_off_a_day_that_is_closed_later_and_back_again(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    _lend(factories.child(here), here)

    closed = _close(here, FRIDAY)
    moved = _due()
    opened = _as_usual(replace(here, school=closed.school), FRIDAY)

    assert (closed.followed.moved, moved) == (1, [FRIDAY + DAY * 3])
    assert (opened.followed.moved, _due()) == (1, [FRIDAY])


def test_who_borrows_afterwards_gets_the_same_day(here: Here) -> None:
    changed = _close(here, FRIDAY)

    _lend(factories.child(here), replace(here, school=changed.school))

    assert _due() == [FRIDAY + DAY * 3]


def test_a_late_book_stays_late_and_a_returned_one_as_it_was(here: Here) -> None:
    child = factories.child(here, grade=5)
    late, back = _lend(child, here), _lend(child, here)
    with transaction() as session:
        session.execute(
            update(Loan)
            .where(Loan.id == late.loan.loan_id)
            .values(due_on=here.today - DAY, local_day=here.today - DAY * 15)
        )
        session.execute(
            update(Loan)
            .where(Loan.id == back.loan.loan_id)
            .values(ended_at=here.now, ended_as="returned")
        )

    changed = _close(here, FRIDAY)

    assert changed.followed.moved == 0
    assert sorted(_due()) == [here.today - DAY, FRIDAY]


def test_a_closed_day_has_no_opening_until_it_is_as_usual_again(here: Here) -> None:
    assert _openings(FRIDAY) == [OpeningState.PLANNED]

    changed = _close(here, FRIDAY)
    while_closed = _openings(FRIDAY)
    closed = replace(here, school=changed.school)
    is_open = calendar.open_days(reading(), after=here.today, here=closed)(FRIDAY)
    _as_usual(closed, FRIDAY)

    assert while_closed == []
    assert not is_open
    assert _openings(FRIDAY) == [OpeningState.PLANNED]


def test_calls_of_a_closed_day_are_released_and_the_day_is_planned_anew(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    monday = here.today + DAY * 3
    slot = factories.slot_of_plan(here, monday)
    booking_id = factories.booking(here, factories.child(here).child_id, slot_id=slot)

    changed = _close(here, monday)
    while_closed = _openings(monday)
    _as_usual(replace(here, school=changed.school), monday)

    assert changed.followed.calls_released == 1
    booking = reading().get_one(Booking, booking_id)
    assert booking.state is not CallState.BOOKED
    assert while_closed == [OpeningState.CANCELLED]
    assert sorted(_openings(monday)) == [OpeningState.CANCELLED, OpeningState.PLANNED]


def test_what_was_cancelled_by_hand_stays_cancelled(here: Here) -> None:
    with transaction() as session:
        session.execute(
            update(Opening).where(Opening.on_date == FRIDAY).values(state=OpeningState.CANCELLED)
        )

    changed = _close(here, FRIDAY)
    _as_usual(replace(here, school=changed.school), FRIDAY)

    assert _openings(FRIDAY) == [OpeningState.CANCELLED]


def test_a_saturday_that_is_made_up_opens_and_takes_books(here: Here) -> None:
    saturday = FRIDAY + DAY
    staff_id = factories.staff(here).staff_id
    changed = school_calendar.make_up("补班", saturday, as_weekday=1, staff_id=staff_id, here=here)
    changed = _close(replace(here, school=changed.school), FRIDAY)

    _lend(factories.child(here), replace(here, school=changed.school))

    assert _openings(saturday) == [OpeningState.PLANNED]
    assert _due() == [saturday]


def test_the_last_school_day_caps_what_is_out(here: Here) -> None:
    _lend(factories.child(here), here)
    wednesday = FRIDAY - DAY * 2

    changed = school_calendar.set_term(
        None,
        name="第一学期",
        span=TermSpan(first_day=date(2026, 9, 1), last_day=wednesday),
        staff_id=factories.staff(here).staff_id,
        here=here,
    )

    assert (changed.followed.moved, _due()) == (1, [wednesday])


def test_a_book_of_the_last_week_comes_back_after_the_holiday(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    school_calendar.set_term(
        None,
        name="第一学期",
        span=TermSpan(first_day=date(2026, 9, 1), last_day=here.today + DAY * 4),
        staff_id=staff_id,
        here=here,
    )
    changed = school_calendar.set_term(
        None,
        name="第二学期",
        span=TermSpan(first_day=date(2027, 1, 4), last_day=date(2027, 7, 2)),
        staff_id=staff_id,
        here=here,
    )
    child = factories.child(here, grade=3, class_number=1)

    lent = [_lend(child, replace(here, school=changed.school)) for _ in range(3)]

    # Class 3-1 has the fifth day of the first whole week.
    assert [one.loan.due_on for one in lent] == [date(2027, 1, 8)] * 3
    assert lent[-1].more == 2, "five books go home over a holiday"


def test_a_change_is_written_into_the_audit_with_what_moved(here: Here) -> None:
    _lend(factories.child(here), here)

    _close(here, FRIDAY)

    rows = reading().scalars(select(Audit).where(Audit.subject == "calendar")).all()
    assert [row.fields for row in rows] == ["closed 2026-12-04..2026-12-04: 1 moved"]


@pytest.mark.parametrize(
    ("name", "first", "days", "reason"),
    [
        ("", FRIDAY, 1, CalendarProblem.NO_NAME),
        ("雪", FRIDAY, 0, CalendarProblem.ENDS_BEFORE_IT_BEGINS),
        ("雪", FRIDAY, 200, CalendarProblem.TOO_MANY_DAYS),
        ("雪", date(2026, 11, 19), 3, CalendarProblem.IN_THE_PAST),
    ],
)
def test_days_that_cannot_be_closed_change_nothing(
    here: Here, name: str, first: date, days: int, reason: CalendarProblem
) -> None:
    staff_id = factories.staff(here).staff_id

    answer = _refused(
        lambda: school_calendar.close_days(name, _span(first, days), staff_id=staff_id, here=here)
    )

    assert answer is reason
    assert not school_calendar.read().days


def test_terms_have_names_of_their_own_and_lie_apart(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    term = TermSpan(first_day=date(2026, 9, 1), last_day=date(2027, 1, 15))

    def add(name: str, span: TermSpan) -> Changed:
        return school_calendar.set_term(None, name=name, span=span, staff_id=staff_id, here=here)

    add("第一学期", term)

    later = TermSpan(first_day=date(2027, 3, 1), last_day=date(2027, 7, 2))
    overlapping = TermSpan(first_day=term.last_day, last_day=later.last_day)
    assert _refused(lambda: add("第一学期", later)) is CalendarProblem.NAME_TAKEN
    assert _refused(lambda: add("第二学期", overlapping)) is CalendarProblem.TERMS_OVERLAP
    assert school_calendar.read().terms == (term,)


def test_a_term_whose_ledgers_are_in_the_archive_stays_as_it_is(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    span = TermSpan(first_day=date(2026, 2, 1), last_day=date(2026, 7, 2))
    school_calendar.set_term(None, name="去年", span=span, staff_id=staff_id, here=here)
    (term,) = school_calendar.terms()
    with transaction() as session:
        session.execute(update(Term).values(frozen_at=here.now))

    def change() -> Changed:
        return school_calendar.set_term(
            term.term_id, name="今年", span=span, staff_id=staff_id, here=here
        )

    def remove() -> Changed:
        return school_calendar.remove_term(term.term_id, staff_id=staff_id, here=here)

    assert _refused(change) is _refused(remove) is CalendarProblem.TERM_FROZEN
    assert school_calendar.terms()[0].is_frozen
    other = uuid4()
    assert (
        _refused(lambda: school_calendar.remove_term(other, staff_id=staff_id, here=here))
        is CalendarProblem.UNKNOWN
    )


def test_days_off_of_one_name_are_listed_as_one(here: Here) -> None:
    changed = _close(here, FRIDAY, 3)

    (listed,) = school_calendar.days_off(changed.school, since=here.today)

    assert (listed.first_day, listed.last_day) == (FRIDAY, FRIDAY + DAY * 2)
