"""The calendar changes, and the plan, the calls and the due days follow in one go."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from kiosk.db import db, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.audit import Audit
from kiosk.models.calendar import Term
from kiosk.models.call_plan import PlanSeat
from kiosk.models.calls import Booking, Slot, SlotStatus
from kiosk.models.duty import DutyEvent, PlannedDuty
from kiosk.models.library import Loan
from kiosk.models.openings import Opening
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.call_states import CallState
from kiosk.rules.codes import parse
from kiosk.rules.duty import DutyReason, DutyRefusal, DutyState
from kiosk.rules.openings import OpeningState
from kiosk.rules.school_days import CalendarProblem, TermSpan, WeekLetter
from kiosk.services import (
    calendar,
    call_closures,
    call_settings,
    days_off,
    duty_changes,
    duty_plan,
    duty_steps,
    lending,
    library_settings,
    opening_changes,
    opening_plan,
    opening_returns,
    opening_rules,
    school_calendar,
    week_plans,
)
from kiosk.services.answers import Lent
from kiosk.services.call_losses import Preview, Promised
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from kiosk.services.opening_changes import Times
from kiosk.services.opening_rules import NewRule
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


def _drafted_monday(here: Here) -> date:
    """Return the Monday of a week whose draft has a place for a child on that day."""
    call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)
    monday = here.today + DAY * 3
    with transaction() as session:
        session.execute(
            update(Slot).where(Slot.on_date != monday).values(status=SlotStatus.WITHDRAWN)
        )
    factories.contact(here, factories.child(here).child_id)
    plan_id = week_plans.draft(monday, here=here)
    seat = reading().scalars(select(PlanSeat).where(PlanSeat.plan_id == plan_id)).one()
    assert seat.slot_id is not None
    return monday


def test_a_day_that_a_draft_has_places_on_is_closed_and_planned_anew(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    monday = _drafted_monday(here)

    changed = _close(here, monday)
    while_closed = _openings(monday)
    _as_usual(replace(here, school=changed.school), monday)

    assert while_closed == [OpeningState.CANCELLED]
    assert sorted(_openings(monday)) == [OpeningState.CANCELLED, OpeningState.PLANNED]


def test_a_line_of_the_pattern_ends_though_a_draft_has_its_places(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    monday = _drafted_monday(here)
    (rule,) = [one for one in opening_rules.rules(here=here) if one.weekday == 1]

    opening_rules.end_rule(rule.rule_id, staff_id=factories.staff(here).staff_id, here=here)

    assert _openings(monday) == [OpeningState.CANCELLED]


def test_what_was_cancelled_by_hand_stays_cancelled(here: Here) -> None:
    with transaction() as session:
        session.execute(
            update(Opening).where(Opening.on_date == FRIDAY).values(state=OpeningState.CANCELLED)
        )

    changed = _close(here, FRIDAY)
    _as_usual(replace(here, school=changed.school), FRIDAY)

    assert _openings(FRIDAY) == [OpeningState.CANCELLED]


def _asked_of(act: Callable[[], object]) -> Preview:
    with pytest.raises(RefusedError) as asked:
        act()
    db.session.remove()
    preview = asked.value.values["preview"]
    assert isinstance(preview, Preview)
    return preview


def test_an_extra_opening_is_cancelled_for_the_holiday_and_never_vanishes(here: Here) -> None:
    wang = factories.staff(here, display_name="王老师").staff_id
    sunday = FRIDAY + DAY * 2
    opening_id = opening_changes.add(
        Times(on=sunday, from_min=600, to_min=660), on_duty_id=wang, staff_id=wang, here=here
    )
    span = _span(sunday)

    preview = _asked_of(
        lambda: school_calendar.close_days("放假", span, staff_id=wang, here=here, agreed="")
    )
    before = _openings(sunday)
    school_calendar.close_days("放假", span, staff_id=wang, here=here, agreed=preview.digest)

    assert preview.rows == ()
    assert preview.beside.promised == (
        Promised(on=sunday, from_min=600, to_min=660, names=("王老师",)),
    )
    assert before == [OpeningState.PLANNED]
    opening = reading().get_one(Opening, opening_id)
    assert (opening.state, opening.reason) == (OpeningState.CANCELLED, ClosureReason.HOLIDAY)


def test_an_opening_that_was_moved_by_hand_is_cancelled_for_the_holiday(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    opening = reading().scalars(select(Opening).where(Opening.on_date == FRIDAY)).one()
    opening_changes.change(
        opening.id,
        from_min=opening.from_min,
        to_min=opening.to_min - 10,
        reason=ClosureReason.EXAM,
        staff_id=staff_id,
        here=here,
    )

    _close(here, FRIDAY)

    assert _openings(FRIDAY) == [OpeningState.CANCELLED]


def _agree_to_come(on: date, staff_id: UUID, here: Here) -> UUID:
    """Put somebody on the rota of a day, who agrees; return the opening."""
    opening_id = reading().scalars(select(Opening.id).where(Opening.on_date == on)).one()
    with transaction() as session:
        duty = duty_steps.add_in(session, opening_id, staff_id, by_id=staff_id, here=here)
        duty_steps.step(session, duty, DutyState.CONFIRMED, by_id=staff_id, here=here)
    return opening_id


def _rota(on: date) -> list[tuple[UUID, DutyState]]:
    db.session.remove()
    found = select(PlannedDuty.staff_id, PlannedDuty.state).join(
        Opening, Opening.id == PlannedDuty.opening_id
    )
    rows = reading().execute(
        found.where(Opening.on_date == on, Opening.state == OpeningState.PLANNED)
    )
    return [(row.staff_id, row.state) for row in rows]


def test_who_had_agreed_is_asked_again_when_a_day_off_is_taken_back(here: Here) -> None:
    wang = factories.staff(here, display_name="王老师").staff_id
    opening_id = _agree_to_come(FRIDAY, wang, here)
    before = reading().get_one(Opening, opening_id)
    rule_id, times = before.rule_id, (before.from_min, before.to_min)

    closed = replace(here, school=_close(here, FRIDAY).school)
    while_closed = opening_returns.asked_again(here=closed)
    again = replace(here, school=_as_usual(closed, FRIDAY).school)

    assert _openings(FRIDAY) == [OpeningState.PLANNED]
    opening = reading().get_one(Opening, opening_id)
    assert (opening.state, opening.reason, opening.rule_id) == (
        OpeningState.PLANNED,
        None,
        rule_id,
    )
    assert _rota(FRIDAY) == [(wang, DutyState.PLANNED)]
    assert while_closed == ()
    (asked,) = opening_returns.asked_again(here=again)
    assert (asked.opening_id, asked.on, asked.names) == (opening_id, FRIDAY, ("王老师",))
    assert (asked.from_min, asked.to_min) == times


def test_who_agrees_once_more_is_not_asked_any_longer(here: Here) -> None:
    wang = factories.staff(here).staff_id
    _agree_to_come(FRIDAY, wang, here)
    closed = replace(here, school=_close(here, FRIDAY).school)
    again = replace(here, school=_as_usual(closed, FRIDAY).school)
    duty_id = reading().scalars(select(PlannedDuty.id)).one()

    duty_changes.say(duty_id, DutyState.CONFIRMED, actor_id=wang, is_office=False, here=again)

    assert opening_returns.asked_again(here=again) == ()
    assert _rota(FRIDAY) == [(wang, DutyState.CONFIRMED)]


def _asked_again_on_friday(staff_id: UUID, here: Here) -> tuple[Here, UUID]:
    """Let somebody agree, close the day and take that back; return the duty it is asked for."""
    _agree_to_come(FRIDAY, staff_id, here)
    closed = replace(here, school=_close(here, FRIDAY).school)
    again = replace(here, school=_as_usual(closed, FRIDAY).school)
    db.session.remove()
    return again, reading().scalars(select(PlannedDuty.id)).one()


def _steps() -> list[DutyState]:
    db.session.remove()
    return list(reading().scalars(select(DutyEvent.state).order_by(DutyEvent.at, DutyEvent.seq)))


ASKED_AGAIN = [DutyState.PLANNED, DutyState.CONFIRMED, DutyState.PLANNED]


def test_what_is_asked_for_again_is_not_taken_back_as_a_proposal(here: Here) -> None:
    wang = factories.staff(here).staff_id
    again, duty_id = _asked_again_on_friday(wang, here)

    back = duty_plan.take_back(FRIDAY, FRIDAY, actor_id=wang, here=again)

    assert back == 0
    assert _refused(lambda: duty_changes.take_out(duty_id, actor_id=wang, here=again)) is (
        DutyRefusal.CHANGED
    )
    assert _rota(FRIDAY) == [(wang, DutyState.PLANNED)]
    assert _steps() == ASKED_AGAIN


def test_another_who_comes_for_whom_was_asked_again_stands_in(here: Here) -> None:
    wang, zhao = (factories.staff(here).staff_id for _ in range(2))
    again, duty_id = _asked_again_on_friday(wang, here)

    duty_changes.give_to(duty_id, zhao, actor_id=wang, here=again)

    assert sorted(_rota(FRIDAY), key=lambda one: one[1]) == [
        (zhao, DutyState.CONFIRMED),
        (wang, DutyState.REPLACED),
    ]


def test_a_day_off_that_is_taken_back_twice_keeps_who_had_agreed(here: Here) -> None:
    wang = factories.staff(here, display_name="王老师").staff_id
    again, _ = _asked_again_on_friday(wang, here)
    asked = _asked_of(
        lambda: school_calendar.close_days(
            "校运会", _span(FRIDAY), staff_id=wang, here=again, agreed=""
        )
    )

    closed = replace(again, school=_close(again, FRIDAY).school)
    while_closed = _openings(FRIDAY)
    third = replace(closed, school=_as_usual(closed, FRIDAY).school)

    assert [one.names for one in asked.beside.promised] == [("王老师",)]
    assert while_closed == [OpeningState.CANCELLED]
    assert _openings(FRIDAY) == [OpeningState.PLANNED]
    assert _rota(FRIDAY) == [(wang, DutyState.PLANNED)]
    assert _steps() == ASKED_AGAIN
    assert [one.names for one in opening_returns.asked_again(here=third)] == [("王老师",)]


def test_an_opening_that_stands_again_has_places_for_calls(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    monday = here.today + DAY * 3
    _agree_to_come(monday, factories.staff(here).staff_id, here)
    places = select(Slot.start_min).where(Slot.on_date == monday, Slot.status == SlotStatus.OPEN)
    before = sorted(reading().scalars(places))

    closed = replace(here, school=_close(here, monday).school)
    db.session.remove()
    while_closed = reading().scalars(places).all()
    _as_usual(closed, monday)
    db.session.remove()

    assert while_closed == []
    assert sorted(reading().scalars(places)) == before


def test_an_opening_more_is_back_after_the_day_off_and_its_adult_is_asked(here: Here) -> None:
    wang = factories.staff(here).staff_id
    sunday = FRIDAY + DAY * 2
    opening_changes.add(
        Times(on=sunday, from_min=600, to_min=660), on_duty_id=wang, staff_id=wang, here=here
    )

    closed = replace(here, school=_close(here, sunday).school)
    while_closed = _openings(sunday)
    _as_usual(closed, sunday)

    assert while_closed == [OpeningState.CANCELLED]
    assert _openings(sunday) == [OpeningState.PLANNED]
    assert _rota(sunday) == [(wang, DutyState.PLANNED)]


def test_an_opening_more_is_back_though_its_one_adult_is_excused(here: Here) -> None:
    wang = factories.staff(here).staff_id
    sunday = FRIDAY + DAY * 2
    opening_changes.add(
        Times(on=sunday, from_min=600, to_min=660), on_duty_id=wang, staff_id=wang, here=here
    )
    duty_changes.say(
        reading().scalars(select(PlannedDuty.id)).one(),
        DutyState.EXCUSED,
        reason=DutyReason.ILL,
        actor_id=wang,
        is_office=True,
        here=here,
    )

    closed = replace(here, school=_close(here, sunday).school)
    _as_usual(closed, sunday)

    assert _openings(sunday) == [OpeningState.PLANNED]
    assert _rota(sunday) == [(wang, DutyState.EXCUSED)]


def _moved_friday(by_min: int, staff_id: UUID, here: Here) -> None:
    """Let somebody agree to come on Friday, and the opening be later by so much."""
    opening_id = _agree_to_come(FRIDAY, staff_id, here)
    opening = reading().get_one(Opening, opening_id)
    opening_changes.change(
        opening_id,
        from_min=opening.from_min + by_min,
        to_min=opening.to_min + by_min,
        reason=ClosureReason.EXAM,
        staff_id=staff_id,
        here=here,
    )


def test_an_opening_that_was_moved_by_hand_is_back_as_one_that_was_moved(here: Here) -> None:
    wang = factories.staff(here).staff_id
    _moved_friday(10, wang, here)

    closed = replace(here, school=_close(here, FRIDAY).school)
    again = replace(here, school=_as_usual(closed, FRIDAY).school)

    db.session.remove()
    (opening,) = reading().scalars(select(Opening).where(Opening.on_date == FRIDAY))
    assert (opening.state, opening.reason) == (OpeningState.PLANNED, ClosureReason.OTHER)
    assert _rota(FRIDAY) == [(wang, DutyState.PLANNED)]
    assert opening_returns.stay_cancelled(here=again) == ()


def test_who_had_agreed_to_what_stays_cancelled_is_named_until_it_stands_elsewhere(
    here: Here,
) -> None:
    wang = factories.staff(here, display_name="王老师").staff_id
    _moved_friday(-300, wang, here)

    closed = replace(here, school=_close(here, FRIDAY).school)
    while_closed = opening_returns.stay_cancelled(here=closed)
    again = replace(here, school=_as_usual(closed, FRIDAY).school)
    named = opening_returns.stay_cancelled(here=again)
    db.session.remove()
    by_pattern = reading().scalars(
        select(Opening.id).where(Opening.on_date == FRIDAY, Opening.state == OpeningState.PLANNED)
    )
    duty_changes.add(by_pattern.one(), wang, actor_id=wang, here=again)

    assert sorted(_openings(FRIDAY)) == [OpeningState.CANCELLED, OpeningState.PLANNED]
    assert while_closed == ()
    assert [(one.on, one.names) for one in named] == [(FRIDAY, ("王老师",))]
    assert opening_returns.stay_cancelled(here=again) == ()


def test_what_was_put_in_its_place_meanwhile_stays_alone(here: Here) -> None:
    """Who planned an opening on the day off has said who comes then."""
    wang = factories.staff(here, display_name="王老师").staff_id
    zhao = factories.staff(here).staff_id
    _agree_to_come(FRIDAY, wang, here)
    closed = replace(here, school=_close(here, FRIDAY).school)
    opening_changes.add(
        Times(on=FRIDAY, from_min=960, to_min=1080), on_duty_id=zhao, staff_id=zhao, here=closed
    )

    again = replace(here, school=_as_usual(closed, FRIDAY).school)

    assert sorted(_openings(FRIDAY)) == [OpeningState.CANCELLED, OpeningState.PLANNED]
    assert _rota(FRIDAY) == [(zhao, DutyState.CONFIRMED)]
    assert [one.names for one in opening_returns.stay_cancelled(here=again)] == [("王老师",)]


def test_the_due_days_that_move_are_shown_before_a_day_is_closed(here: Here) -> None:
    _lend(factories.child(here), here)
    staff_id = factories.staff(here).staff_id

    def close(agreed: str) -> Changed:
        return school_calendar.close_days(
            "放假", _span(FRIDAY), staff_id=staff_id, here=here, agreed=agreed
        )

    preview = _asked_of(lambda: close(""))
    before = _due()
    _lend(factories.child(here), here)
    by_now = _asked_of(lambda: close(preview.digest))
    changed = close(by_now.digest)

    assert [(one.was_on, one.books) for one in preview.beside.due] == [(FRIDAY, 1)]
    assert before == [FRIDAY]
    assert [one.books for one in by_now.beside.due] == [2], "what was shown is not what would be"
    assert changed.followed.moved == 2
    assert set(_due()) == {by_now.beside.due[0].due_on}


def test_a_day_that_costs_nothing_is_closed_at_once(here: Here) -> None:
    staff_id = factories.staff(here).staff_id

    school_calendar.close_days("放假", _span(FRIDAY), staff_id=staff_id, here=here, agreed="")

    assert _openings(FRIDAY) == []


def test_a_line_that_ends_shows_the_due_days_that_move(here: Here) -> None:
    _lend(factories.child(here), here)
    staff_id = factories.staff(here).staff_id
    (of_friday,) = [one for one in opening_rules.rules(here=here) if one.weekday == 5]

    preview = _asked_of(
        lambda: opening_rules.end_rule(of_friday.rule_id, staff_id=staff_id, here=here, agreed="")
    )

    assert [(one.was_on, one.books) for one in preview.beside.due] == [(FRIDAY, 1)]
    assert _due() == [FRIDAY]


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
    _close(here, FRIDAY, 3)

    (listed,) = days_off.listed(since=here.today)

    assert (listed.first_day, listed.last_day) == (FRIDAY, FRIDAY + DAY * 2)


def _with_terms(here: Here, *spans: TermSpan) -> Here:
    """Return the moment with these terms on file."""
    staff_id = factories.staff(here).staff_id
    for span in spans:
        changed = school_calendar.set_term(
            None, name=f"从{span.first_day}", span=span, staff_id=staff_id, here=here
        )
        here = replace(here, school=changed.school)
    return here


THIS_TERM = TermSpan(first_day=date(2026, 9, 1), last_day=date(2026, 11, 24))


@pytest.mark.parametrize(
    ("next_term", "grade", "due_on", "more"),
    [
        # The next term is one of another school year: whoever has the last grade behind is gone.
        (date(2027, 8, 30), 6, THIS_TERM.last_day, 2),
        (date(2027, 8, 30), 5, None, 4),
        (date(2026, 12, 28), 6, None, 4),
    ],
)
def test_who_leaves_the_school_takes_no_book_home_for_the_summer(
    here: Here, next_term: date, grade: int, due_on: date | None, more: int
) -> None:
    after = TermSpan(first_day=next_term, last_day=next_term + DAY * 120)
    at = _with_terms(here, THIS_TERM, after)

    lent = _lend(factories.child(here, grade=grade), at)

    assert lent.more == more
    assert lent.loan.due_on == due_on or (due_on is None and lent.loan.due_on >= next_term)


def test_a_school_with_higher_classes_keeps_its_sixth_grade(here: Here) -> None:
    factories.school_class(here, grade=9)
    next_term = date(2027, 8, 30)
    at = _with_terms(here, THIS_TERM, TermSpan(first_day=next_term, last_day=date(2028, 1, 14)))

    lent = _lend(
        factories.child(here, grade=6),
        replace(at, library=library_settings.read(here.home_id)),
    )

    assert lent.loan.due_on >= next_term


def test_a_book_moves_when_the_opening_of_its_day_is_cancelled(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    _lend(factories.child(here), here)
    opening_id = reading().scalars(select(Opening.id).where(Opening.on_date == FRIDAY)).one()

    call_closures.close_opening(
        opening_id,
        reason=ClosureReason.ILLNESS,
        staff_id=factories.staff(here).staff_id,
        here=here,
    )

    assert _due() == [FRIDAY + DAY * 3]


def test_a_book_moves_when_a_line_of_the_week_ends_and_when_one_begins(here: Here) -> None:
    _lend(factories.child(here), here)
    staff_id = factories.staff(here).staff_id
    of_friday = next(rule for rule in opening_rules.rules(here=here) if rule.weekday == 5)

    opening_rules.end_rule(of_friday.rule_id, staff_id=staff_id, here=here)
    without = _due()
    opening_rules.add_rule(
        NewRule(weekday=6, from_min=540, to_min=600, place_min=10), staff_id=staff_id, here=here
    )

    assert without == [FRIDAY + DAY * 3]
    assert _due() == [FRIDAY + DAY]


def test_a_book_lent_beyond_the_plan_moves_once_the_plan_reaches_its_day(
    app: Flask, clock: FrozenClock
) -> None:
    here = here_in(app, clock)
    _lend(factories.child(here), here)
    a_sunday = FRIDAY + DAY * 93
    with transaction() as session:
        session.execute(update(Loan).values(plain_due_on=a_sunday, due_on=a_sunday))
    clock.advance(days=20)

    opening_plan.plan_ahead(here=here_in(app, clock))

    assert _due() == [a_sunday + DAY]


def test_an_opening_on_the_spot_makes_no_book_due_that_day(here: Here) -> None:
    _lend(factories.child(here), here)
    with transaction() as session:
        session.execute(
            update(Loan).values(local_day=here.today - DAY * 14, plain_due_on=here.today)
        )

    _close(here, here.today + DAY * 4)

    assert min(_due()) > here.today


def test_a_renewal_counts_from_the_day_of_the_policy_not_from_a_moved_one(here: Here) -> None:
    child = factories.child(here)
    lent = _lend(child, here)
    changed = _close(here, FRIDAY, days=4)

    renewed = lending.renew(
        loan_id=lent.loan.loan_id,
        reader=child.reader,
        request_id=uuid4(),
        here=replace(here, school=changed.school),
    )

    assert renewed.loan.due_on == FRIDAY + DAY * 14


def test_openings_of_odd_weeks_follow_when_the_term_begins_with_an_even_one(here: Here) -> None:
    term = TermSpan(first_day=date(2026, 9, 1), last_day=date(2027, 1, 15))
    at = _with_terms(here, term)
    staff_id = factories.staff(here).staff_id
    sunday = FRIDAY + DAY * 2
    letter = at.school.week_letter(sunday)
    opening_rules.add_rule(
        NewRule(weekday=7, from_min=600, to_min=660, place_min=10, letter=letter),
        staff_id=staff_id,
        here=at,
    )
    before = (_openings(sunday), _openings(sunday + DAY * 7))
    row = school_calendar.terms()[0]

    school_calendar.set_term(
        row.term_id,
        name=row.name,
        span=replace(term, first_letter=WeekLetter.B),
        staff_id=staff_id,
        here=at,
        agreed="",
    )

    assert before == ([OpeningState.PLANNED], [])
    assert (_openings(sunday), _openings(sunday + DAY * 7)) == ([], [OpeningState.PLANNED])
    assert school_calendar.terms()[0].span.first_letter is WeekLetter.B
