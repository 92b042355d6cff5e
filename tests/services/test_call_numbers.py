"""The figures of a room's calls, counted by hand; the clock shows Friday, 20 November."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, update

from kiosk.db import reading, transaction
from kiosk.models.call_hours import ContactDoubt
from kiosk.models.call_plan import LineOutage
from kiosk.models.calls import Booking, Line, Slot
from kiosk.models.people import Child, Contact
from kiosk.rules import civil
from kiosk.rules.call_care import CareSign
from kiosk.rules.call_states import CallState
from kiosk.rules.call_windows import Shift
from kiosk.rules.call_wishes import CardDoubt, OutageReason
from kiosk.rules.openings import OpeningState
from kiosk.services import call_care, call_numbers, letters
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

FIRST = date(2026, 10, 26)  # a Monday; 26 days until the clock's Friday
WEEK = timedelta(days=7)
TEN = 10 * 60


@pytest.fixture
def here(app: Flask, clock: FrozenClock) -> Here:
    return here_in(app, clock)


def _child(
    here: Here, *, shift: Shift | None = None, has_contact: bool = True, grade: int = 3
) -> UUID:
    """Return a child that is enrolled since before the term began."""
    child_id = factories.child(here, grade=grade).child_id
    with transaction() as session:
        session.execute(update(Child).where(Child.id == child_id).values(enrolled_on=FIRST - WEEK))
    if has_contact:
        contact_id = factories.contact(here, child_id)
        with transaction() as session:
            session.execute(update(Contact).where(Contact.id == contact_id).values(shift=shift))
    return child_id


def _opening(
    here: Here, on: date, *, places: int = 2, state: OpeningState = OpeningState.HELD
) -> tuple[UUID, ...]:
    """Return the places of an opening of a day gone by, from ten in the morning on."""
    opening_id = factories.opening(here, on=on, from_min=TEN, to_min=TEN + places * 10, state=state)
    return factories.slots(here, on=on, from_min=TEN, places=places, opening_id=opening_id)


def _call(here: Here, child_id: UUID, slot_id: UUID, state: CallState = CallState.DONE) -> None:
    with transaction() as session:
        contact = session.query(Contact).filter_by(child_id=child_id).first()
        assert contact is not None
        contact_id = contact.id
    factories.booking(here, child_id, contact_id=contact_id, slot_id=slot_id, state=state)


@pytest.fixture
def four_weeks(here: Here) -> tuple[UUID, ...]:
    """Let two children ring, one every week and one once, a third never, a fourth have nobody."""
    weekly = _child(here, shift=Shift.DAY)
    once = _child(here, shift=Shift.NIGHT)
    never = _child(here, shift=Shift.NIGHT)
    nobody = _child(here, has_contact=False)
    for week in range(4):
        first, second = _opening(here, FIRST + week * WEEK)
        _call(here, weekly, first)
        if week == 1:
            _call(here, once, second)
        else:
            _call(here, never, second, CallState.NO_ANSWER)
    reading().rollback()
    return weekly, once, never, nobody


def test_the_figures_of_a_term_are_those_counted_by_hand(
    here: Here, four_weeks: tuple[UUID, ...]
) -> None:
    found = call_numbers.numbers(here=here)

    assert (found.first, found.last) == (FIRST, here.today)
    all_of = found.all_of
    assert (all_of.children, found.enrolled) == (3, 4)
    # Days 14 to 25, of three children: the first all twelve, the second none, the third none.
    assert all_of.cov7 == 12 / 36
    assert found.cov7_of_all == 12 / 48
    assert all_of.week_share == (3 + 1 + 0) / 9
    assert all_of.max_gap_days == 25
    assert (all_of.zero, all_of.unreachable) == (1, 1)
    assert found.use == 5 / 8
    assert len(four_weeks) == 4


def test_letters_count_beside_the_calls(here: Here, four_weeks: tuple[UUID, ...]) -> None:
    _weekly, _once, never, nobody = four_weeks
    teacher = factories.staff(here).staff_id
    for back, who in ((4, never), (1, nobody)):
        on = here.today - timedelta(days=back)
        letters.tick(on, wrote=frozenset({who}), did_not=frozenset(), staff_id=teacher, here=here)

    found = call_numbers.numbers(here=here)

    # The third child wrote on day 21 and has five days of it, the one with nobody to ring two.
    assert (found.all_of.cov7, found.all_of.cov7_letters) == (12 / 36, 17 / 36)
    assert (found.cov7_of_all, found.cov7_letters_of_all) == (12 / 48, 19 / 48)


def test_a_week_says_what_was_possible_in_it(here: Here, four_weeks: tuple[UUID, ...]) -> None:
    weeks = call_numbers.numbers(here=here).weeks

    assert [(one.figures.called, one.figures.children) for one in weeks] == [
        (1, 3),
        (2, 3),
        (1, 3),
        (1, 3),
    ]
    assert [one.is_over for one in weeks] == [True, True, True, False]
    assert [round(one.ceiling, 3) for one in weeks[:3]] == [0.667, 0.667, 0.667]
    assert len(four_weeks) == 4


def test_each_way_of_working_has_figures_of_its_own(
    here: Here, four_weeks: tuple[UUID, ...]
) -> None:
    by_shift = {one.shift: one.figures for one in call_numbers.numbers(here=here).by_shift}

    assert {shift: of.children for shift, of in by_shift.items()} == {Shift.DAY: 1, Shift.NIGHT: 2}
    assert (by_shift[Shift.DAY].cov7, by_shift[Shift.NIGHT].zero) == (1.0, 1)
    assert len(four_weeks) == 4


def test_a_room_that_stayed_shut_and_a_line_that_was_out_had_no_places(here: Here) -> None:
    child_id = _child(here)
    held = _opening(here, FIRST)
    _opening(here, FIRST + WEEK, state=OpeningState.MISSED)
    _call(here, child_id, held[0])
    staff_id = factories.staff(here).staff_id
    with transaction() as session:
        line_id = session.get_one(Slot, held[1]).line_id
        zone = here.settings.zone
        session.execute(
            insert(LineOutage),
            {
                "id": uuid4(),
                "line_id": line_id,
                "reason": OutageReason.OTHER,
                "began_at": civil.instant(FIRST, TEN + 5, zone),
                "ended_at": civil.instant(FIRST, TEN + 60, zone),
                "told_by_id": staff_id,
                "request_id": uuid4(),
            },
        )
        assert session.get_one(Line, line_id).is_in_use

    found = call_numbers.numbers(here=here)

    assert (found.use, [one.places for one in found.weeks[:2]]) == (1.0, [1, 0])


def test_without_a_call_or_a_child_there_are_figures_all_the_same(here: Here) -> None:
    found = call_numbers.numbers(here=here)

    assert (found.all_of.children, found.use, found.ceiling) == (0, 0.0, 0.0)
    assert (found.by_class, found.load) == ((), None)


def test_whom_a_class_teacher_should_ask_after(here: Here, four_weeks: tuple[UUID, ...]) -> None:
    _, once, never, nobody = four_weeks
    shy = _child(here, grade=2)
    slots = _opening(here, here.today - timedelta(days=8), places=1) + _opening(
        here, here.today - timedelta(days=1), places=1
    )
    for slot_id in slots:
        _call(here, shy, slot_id, CallState.NO_SHOW)

    found = call_care.children(here=here)

    assert (found[0].child_id, found[0].signs) == (shy, frozenset(CareSign))
    rest = {one.child_id: one for one in found[1:]}
    assert set(rest) == {once, never, nobody}
    assert {one.signs for one in rest.values()} == {frozenset({CareSign.LONG_WITHOUT})}
    assert (rest[once].waits_days, rest[once].had_call) == (18, True)
    assert (rest[nobody].has_contact, rest[never].has_contact) == (False, True)


def test_nobody_is_unreachable_once_an_adult_has_looked_at_the_card(
    here: Here, four_weeks: tuple[UUID, ...]
) -> None:
    never = four_weeks[2]
    contact_id = reading().query(Contact.id).filter_by(child_id=never).scalar()
    staff_id = factories.staff(here).staff_id
    late, early = here.now - timedelta(hours=1), here.now - timedelta(days=30)
    with transaction() as session:
        # Found in any order: the later look is the one that counts.
        for settled_at in (late, early):
            session.execute(
                insert(ContactDoubt),
                {
                    "id": uuid4(),
                    "contact_id": contact_id,
                    "doubt": CardDoubt.NO_ANSWER,
                    "raised_at": early,
                    "settled_at": settled_at,
                    "settled_by_id": staff_id,
                },
            )
        # As they were missed at the end of their places, not when the test wrote them down.
        session.execute(
            update(Booking)
            .where(Booking.state == CallState.NO_ANSWER)
            .values(state_since=here.now - timedelta(days=1))
        )

    assert call_numbers.numbers(here=here).all_of.unreachable == 0
