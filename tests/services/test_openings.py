from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from kiosk.db import db, reading, transaction, violated
from kiosk.errors import RefusedError
from kiosk.ids import new_id
from kiosk.models.audit import Audit
from kiosk.models.calls import Booking, Slot, SlotStatus
from kiosk.models.openings import Duty, Opening, SafetyCheck
from kiosk.models.visits import Visit
from kiosk.rules.call_states import CallState
from kiosk.rules.openings import Hazard, OpeningOrigin, OpeningRefusal, OpeningState
from kiosk.rules.visits import VisitState
from kiosk.services import (
    call_desk,
    call_places,
    ledgers,
    opening_log,
    opening_plan,
    openings,
    rooms,
    staff_home,
)
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

Now = Callable[[], Here]


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Now:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(app, clock)


def _at(hour: int, minute: int) -> datetime:
    """Return a time of the Friday on which the tests begin, in the room's own zone."""
    return datetime(2026, 11, 20, hour - 8, minute, tzinfo=UTC)


def _open(here: Here, staff_id: UUID, **exceptions: str) -> UUID:
    notes = {Hazard(name): note for name, note in exceptions.items()}
    return openings.open_room(staff_id=staff_id, exceptions=notes, here=here)


def _refused(act: Callable[[], object]) -> object:
    with pytest.raises(RefusedError) as error:
        act()
    return error.value.reason


def _opening(opening_id: UUID) -> Opening:
    db.session.remove()
    return reading().get_one(Opening, opening_id)


def _duties() -> list[tuple[UUID, datetime, datetime | None]]:
    db.session.remove()
    rows = reading().scalars(select(Duty).order_by(Duty.signed_on_at, Duty.id))
    return [(duty.staff_id, duty.signed_on_at, duty.signed_off_at) for duty in rows]


# Opening


def test_the_room_opens_as_planned_with_duty_and_all_eight_points_fine(here: Here) -> None:
    teacher = factories.staff(here)

    opening_id = _open(here, teacher.staff_id)

    opening = _opening(opening_id)
    assert (opening.origin, opening.state, opening.opened_at) == (
        OpeningOrigin.RULE,
        OpeningState.OPEN,
        here.now,
    )
    assert (opening.from_min, opening.to_min) == (16 * 60 + 30, 18 * 60)
    assert _duties() == [(teacher.staff_id, here.now, None)]
    checks = reading().scalars(select(SafetyCheck)).all()
    assert {check.hazard for check in checks} == set(Hazard)
    assert all(check.is_fine and check.note is None for check in checks)
    assert rooms.now(here).is_open
    assert rooms.now(here).duty_title == "王老师"


def test_what_is_not_fine_is_stored_with_its_note(here: Here) -> None:
    _open(here, factories.staff(here).staff_id, electricity=" 插座松了 ")

    exceptions = reading().scalars(select(SafetyCheck).where(SafetyCheck.is_fine.is_(False))).all()
    assert [(check.hazard, check.note) for check in exceptions] == [
        (Hazard.ELECTRICITY, "插座松了")
    ]
    assert factories.how_many(SafetyCheck) == len(Hazard)


@pytest.mark.parametrize("note", ["", "  "])
def test_an_exception_without_a_note_opens_nothing(here: Here, note: str) -> None:
    teacher = factories.staff(here)

    refused = _refused(partial(_open, here, teacher.staff_id, water=note))

    assert refused is OpeningRefusal.CHECK_MISSING
    assert not rooms.now(here).is_open
    assert factories.how_many(SafetyCheck) == 0


def test_an_open_room_is_not_opened_again(here: Here) -> None:
    teacher = factories.staff(here)
    _open(here, teacher.staff_id)

    refused = _refused(partial(_open, here, teacher.staff_id))

    assert refused is OpeningRefusal.ALREADY_OPEN


def test_without_a_plan_the_room_opens_on_the_spot(now: Now, clock: FrozenClock) -> None:
    clock.set_to(datetime(2026, 11, 21, 2, 0, tzinfo=UTC))
    teacher = factories.staff(now())

    opening = _opening(_open(now(), teacher.staff_id))

    assert (opening.origin, opening.on_date) == (OpeningOrigin.ADHOC, date(2026, 11, 21))
    assert (opening.from_min, opening.to_min) == (10 * 60, 11 * 60 + 30)


def test_in_the_last_minute_of_the_day_it_opens_for_a_minute(now: Now, clock: FrozenClock) -> None:
    clock.set_to(datetime(2026, 11, 20, 15, 59, tzinfo=UTC))

    opening = _opening(_open(now(), factories.staff(now()).staff_id))

    assert (opening.from_min, opening.to_min) == (23 * 60 + 59, 24 * 60)


def test_a_noon_opening_leaves_the_plan_of_the_afternoon_alone(
    now: Now, clock: FrozenClock
) -> None:
    clock.set_to(_at(12, 0))
    teacher = factories.staff(now())
    noon = _open(now(), teacher.staff_id)
    clock.set_to(_at(13, 0))
    factories.close_room(now())

    clock.set_to(_at(16, 35))
    ahead = rooms.now(now()).next_opening
    afternoon = _open(now(), teacher.staff_id)

    first, second = _opening(noon), _opening(afternoon)
    assert (first.origin, first.from_min, first.to_min) == (OpeningOrigin.ADHOC, 720, 810)
    assert ahead is not None
    assert (ahead.on, ahead.from_min) == (date(2026, 11, 20), 16 * 60 + 30)
    assert (second.origin, second.from_min) == (OpeningOrigin.RULE, 16 * 60 + 30)


@pytest.mark.parametrize(
    ("hour", "minute", "origin", "to_min"),
    [
        (15, 59, OpeningOrigin.ADHOC, 16 * 60 + 30),
        (16, 0, OpeningOrigin.RULE, 18 * 60),
        (17, 59, OpeningOrigin.RULE, 18 * 60),
        (18, 0, OpeningOrigin.ADHOC, 19 * 60 + 30),
    ],
)
def test_the_plan_is_kept_from_half_an_hour_before_it_to_its_end(
    now: Now, clock: FrozenClock, hour: int, minute: int, origin: OpeningOrigin, to_min: int
) -> None:
    clock.set_to(_at(hour, minute))

    opening = _opening(_open(now(), factories.staff(now()).staff_id))

    assert (opening.origin, opening.to_min) == (origin, to_min)


# Closing


def test_closing_signs_duty_off_and_says_what_became_of_it(now: Now, clock: FrozenClock) -> None:
    teacher = factories.staff(now())
    opened = now().now
    opening_id = _open(now(), teacher.staff_id)
    clock.advance(minutes=70)

    factories.close_room(now())

    opening = _opening(opening_id)
    assert (opening.state, opening.is_tidy) == (OpeningState.HELD, True)
    assert (opening.opened_at, opening.closed_at) == (opened, now().now)
    assert _duties() == [(teacher.staff_id, opened, now().now)]
    assert not rooms.now(now()).is_open


def test_who_opened_and_who_closed_is_in_the_audit(now: Now, clock: FrozenClock) -> None:
    opens, closes = factories.staff(now()), factories.staff(now())
    opening_id = _open(now(), opens.staff_id)
    clock.advance(minutes=70)

    openings.close_room(is_tidy=True, are_told=True, staff_id=closes.staff_id, here=now())

    noted = reading().execute(select(Audit.actor_id, Audit.fields, Audit.subject)).all()
    assert noted == [
        (opens.staff_id, "opened", f"opening:{opening_id}"),
        (closes.staff_id, "closed", f"opening:{opening_id}"),
    ]


def test_a_few_minutes_are_a_short_opening(now: Now, clock: FrozenClock) -> None:
    opening_id = _open(now(), factories.staff(now()).staff_id)
    clock.advance(minutes=20)

    factories.close_room(now(), is_tidy=False)

    opening = _opening(opening_id)
    assert (opening.state, opening.is_tidy) == (OpeningState.SHORT, False)


def test_closing_gives_up_the_calls_that_are_still_to_come(
    either_app: Flask, clock: FrozenClock
) -> None:
    """They are owed, and neither their places nor the free ones are offered any more."""
    teacher = factories.staff(here_in(either_app, clock))
    _open(here_in(either_app, clock), teacher.staff_id)
    here = here_in(either_app, clock)
    child = factories.child(here)
    slots = reading().scalars(select(Slot).where(Slot.on_date == here.today)).all()
    at_half_past = next(slot for slot in slots if slot.start_min == 17 * 60 + 30)
    booking_id = factories.booking(here, child.child_id, slot_id=at_half_past.id)
    clock.advance(minutes=25)
    here = here_in(either_app, clock)

    sheet = openings.closing_sheet(here=here)
    factories.close_room(here)

    booking = reading().get_one(Booking, booking_id)
    assert sheet.calls_to_come == 1
    assert (booking.state, booking.is_owed) == (CallState.RELEASED, True)
    assert [row.state for row in call_desk.day(here.today, here=here)] == [CallState.RELEASED]
    assert here.today not in {place.on for place in call_places.places(here=here)}


def test_who_had_not_come_when_the_room_was_closed_did_not_come(
    now: Now, clock: FrozenClock
) -> None:
    """Nobody had looked at the calls since: it is not owed as if the room had been shut."""
    _open(now(), factories.staff(now()).staff_id)
    slots = reading().scalars(select(Slot).where(Slot.on_date == now().today)).all()
    at_five = next(slot.id for slot in slots if slot.start_min == 17 * 60)
    came, stayed_away = factories.child(now()), factories.child(now())
    at_half_past = next(slot.id for slot in slots if slot.start_min == 17 * 60 + 30)
    absent = factories.booking(now(), stayed_away.child_id, slot_id=at_five)
    present = factories.booking(now(), came.child_id, slot_id=at_half_past)
    factories.visit(now(), came.child_id)
    clock.advance(minutes=70)  # 17:50

    factories.close_room(now())

    found = {one.id: (one.state, one.is_owed) for one in reading().scalars(select(Booking))}
    assert found == {absent: (CallState.NO_SHOW, False), present: (CallState.RELEASED, True)}


def test_places_that_began_before_the_closing_stay_what_they_were(
    now: Now, clock: FrozenClock
) -> None:
    _open(now(), factories.staff(now()).staff_id)
    clock.advance(minutes=25)  # 17:05

    factories.close_room(now())

    rows = reading().scalars(select(Slot).where(Slot.on_date == now().today)).all()
    gone = {slot.start_min for slot in rows if slot.status is SlotStatus.WITHDRAWN}
    assert gone == set(range(17 * 60 + 10, 18 * 60, 10))


def test_a_room_that_opens_again_has_places_again(now: Now, clock: FrozenClock) -> None:
    teacher = factories.staff(now())
    _open(now(), teacher.staff_id)
    clock.advance(minutes=5)
    factories.close_room(now())
    clock.advance(minutes=4)

    _open(now(), teacher.staff_id)

    today = [place.start_min for place in call_places.places(here=now()) if place.on == now().today]
    # The place at 16:40 had begun when the room was closed; those of the new opening follow it.
    assert today == list(range(16 * 60 + 59, 18 * 60 + 19, 10))


def test_after_midnight_the_children_of_the_evening_are_still_here(
    now: Now, clock: FrozenClock
) -> None:
    clock.set_to(_at(23, 30))
    _open(now(), factories.staff(now()).staff_id)
    child = factories.child(now())
    factories.visit(now(), child.child_id)
    clock.advance(minutes=45)

    room = rooms.now(now())

    assert room.is_open
    assert room.headcount == 1
    assert len(room.train) == 1
    assert staff_home.look(here=now()).headcount == 1


def test_a_closed_room_is_not_closed(here: Here) -> None:
    refused = _refused(partial(factories.close_room, here))

    assert refused is OpeningRefusal.NOT_OPEN


def test_closing_after_midnight_belongs_to_the_day_it_opened(now: Now, clock: FrozenClock) -> None:
    opening_id = _open(now(), factories.staff(now()).staff_id)
    clock.set_to(datetime(2026, 11, 20, 16, 30, tzinfo=UTC))
    assert rooms.now(now()).is_open

    factories.close_room(now())

    assert _opening(opening_id).state is OpeningState.HELD
    assert _opening(opening_id).on_date == date(2026, 11, 20)


def test_the_room_is_not_closed_over_somebody_on_the_telephone(here: Here) -> None:
    _open(here, factories.staff(here).staff_id)
    factories.booking(here, factories.child(here).child_id, state=CallState.CALLING)

    refused = _refused(partial(factories.close_room, here))

    assert refused is OpeningRefusal.CALLS_UNFINISHED
    assert openings.closing_sheet(here=here).calls_unfinished == 1
    assert rooms.now(here).is_open


def test_the_closing_sheet_says_who_is_here_and_what_is_out(now: Now) -> None:
    _open(now(), factories.staff(now()).staff_id)
    late, early, gone = (
        factories.child(now(), grade=4),
        factories.child(now(), grade=2, given_name="石头"),
        factories.child(now()),
    )
    for child in (late, early):
        factories.visit(now(), child.child_id)
    factories.visit(now(), gone.child_id, signed_out_at=now().now)
    factories.loan(now(), late.child_id, factories.item(now()).item_id)
    factories.loan(now(), late.child_id, factories.item(now()).item_id, ended_at=now().now)

    sheet = openings.closing_sheet(here=now())

    assert [one.child_id for one in sheet.still_here] == [early.child_id, late.child_id]
    assert (sheet.still_here[0].given_name, sheet.still_here[0].class_name) == ("石头", (2, 1))
    assert (sheet.items_out, sheet.calls_unfinished) == (1, 0)


def test_after_the_clock_was_set_back_the_room_still_closes(now: Now, clock: FrozenClock) -> None:
    opening_id = _open(now(), factories.staff(now()).staff_id)
    clock.advance(hours=-2)

    factories.close_room(now())

    opening = _opening(opening_id)
    assert opening.state is OpeningState.SHORT
    assert opening.closed_at == opening.opened_at
    ((_, on, off),) = _duties()
    assert on == off


# The same day once more, and another person


def test_the_room_opens_again_on_the_same_day(now: Now, clock: FrozenClock) -> None:
    teacher = factories.staff(now())
    first = _open(now(), teacher.staff_id)
    clock.advance(minutes=40)
    factories.close_room(now())
    clock.advance(minutes=10)

    second = _open(now(), teacher.staff_id)

    assert second != first
    assert _opening(second).origin is OpeningOrigin.ADHOC
    assert _opening(first).state is OpeningState.HELD
    assert factories.how_many(SafetyCheck) == 2 * len(Hazard)


def test_duty_is_handed_over_and_back(now: Now, clock: FrozenClock) -> None:
    wang, li = factories.staff(now()), factories.staff(now(), display_name="李老师")
    began = now().now
    _open(now(), wang.staff_id)
    clock.advance(minutes=30)

    openings.take_over_duty(staff_id=li.staff_id, here=now())

    handed = now().now
    assert _duties() == [(wang.staff_id, began, handed), (li.staff_id, handed, None)]
    assert rooms.now(now()).duty_title == "李老师"
    clock.advance(minutes=5)
    openings.take_over_duty(staff_id=wang.staff_id, here=now())
    back = now().now
    assert _duties() == [
        (wang.staff_id, began, handed),
        (li.staff_id, handed, back),
        (wang.staff_id, back, None),
    ]
    (row,) = opening_log.between(now().today, now().today, here=now())
    assert row.duty == ("王老师", "李老师")


def test_taking_over_from_oneself_changes_nothing(now: Now, clock: FrozenClock) -> None:
    teacher = factories.staff(now())
    _open(now(), teacher.staff_id)
    before = _duties()
    clock.advance(minutes=5)

    openings.take_over_duty(staff_id=teacher.staff_id, here=now())

    assert _duties() == before


def test_in_a_closed_room_there_is_no_duty_to_take(here: Here) -> None:
    teacher = factories.staff(here)

    refused = _refused(partial(openings.take_over_duty, staff_id=teacher.staff_id, here=here))

    assert refused is OpeningRefusal.NOT_OPEN


# Left open over night


def test_a_room_that_nobody_closed_is_closed_the_next_day(now: Now, clock: FrozenClock) -> None:
    wang, child = factories.staff(now()), factories.child(now())
    forgotten = _open(now(), wang.staff_id)
    factories.visit(now(), child.child_id)
    clock.advance(days=3)
    assert not rooms.now(now()).is_open

    fresh = _open(now(), wang.staff_id)

    old = _opening(forgotten)
    assert (old.state, old.closed_at, old.is_tidy) == (OpeningState.HELD, None, None)
    assert old.is_close_unconfirmed
    assert _opening(fresh).on_date == date(2026, 11, 23)
    assert rooms.now(now()).is_open
    visit = reading().scalars(select(Visit)).one()
    assert (visit.state, visit.signed_out_at) == (VisitState.LEFT_UNCONFIRMED, None)
    assert [off for _, _, off in _duties()] == [None, None]
    assert rooms.now(now()).headcount == 0
    factories.close_room(now())
    assert not rooms.now(now()).is_open
    assert rooms.now(now()).duty_title is None
    assert _opening(forgotten).closed_at is None


def test_what_nobody_closed_counts_by_the_plan_and_says_so(now: Now, clock: FrozenClock) -> None:
    teacher = factories.staff(now())
    day = now().today
    _open(now(), teacher.staff_id)
    clock.advance(days=1)
    opening_plan.plan_ahead(here=now())

    rows = opening_log.between(day, day, here=now())
    table = ledgers.build("L1", first=day, last=day, here=now())

    assert [(row.closed_at, row.is_close_unconfirmed, row.hours) for row in rows] == [
        (None, True, 1.3)
    ]
    assert opening_log.total(rows).hours_by_plan == 1.3
    assert table.rows[0][4:6] == ("16:40—未关", "1.3(按计划)")
    assert table.rows[0][-1] == "未登记关闭，时长按计划计算"
    assert "其中 1.3 小时按计划计算" in (table.bottom_line or "")


def test_a_room_opened_after_its_plan_and_forgotten_was_short(now: Now, clock: FrozenClock) -> None:
    clock.set_to(datetime(2026, 11, 20, 9, 58, tzinfo=UTC))
    forgotten = _open(now(), factories.staff(now()).staff_id)
    with transaction() as session:
        session.execute(update(Opening).where(Opening.id == forgotten).values(to_min=17 * 60))
    clock.advance(days=1)

    openings.open_room(staff_id=factories.staff(now()).staff_id, exceptions={}, here=now())

    old = _opening(forgotten)
    assert (old.state, old.closed_at) == (OpeningState.SHORT, None)


# The database itself


def test_the_database_keeps_openings_whole(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    teacher = factories.staff(here)
    opening_id = _open(here, teacher.staff_id, fire="灭火器过期")
    other = factories.opening(here)

    with pytest.raises(IntegrityError) as twice, transaction() as session:
        session.execute(
            update(Opening)
            .where(Opening.id == other)
            .values(state=OpeningState.OPEN, opened_at=here.now)
        )
    assert violated(twice.value) == "uq_opening_open_home"
    for table, wrong in (
        (Opening, {"from_min": 1500}),
        (Opening, {"opened_at": None}),
        (Opening, {"closed_at": here.now - timedelta(days=1)}),
        (Opening, {"state": OpeningState.HELD}),
        (SafetyCheck, {"is_fine": False, "note": ""}),
        (Duty, {"signed_off_at": here.now - timedelta(days=1)}),
    ):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(update(table).values(wrong))
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(
            insert(Duty),
            {
                "id": new_id(here.now),
                "opening_id": opening_id,
                "staff_id": uuid4(),
                "signed_on_at": here.now,
            },
        )
    with pytest.raises(IntegrityError) as both, transaction() as session:
        session.execute(
            insert(Duty),
            {
                "id": new_id(here.now),
                "opening_id": opening_id,
                "staff_id": teacher.staff_id,
                "signed_on_at": here.now,
            },
        )
    assert violated(both.value) == "uq_duty_open_staff"
    clock.advance(minutes=45)
    factories.close_room(here_in(either_app, clock))
    assert _opening(opening_id).state is OpeningState.HELD
