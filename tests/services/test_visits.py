from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from kiosk.db import db, reading, transaction, violated
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.openings import Opening
from kiosk.models.people import Card
from kiosk.models.visits import Visit
from kiosk.rules.codes import CodeKind, CodeProblem, compose
from kiosk.rules.openings import OpeningState
from kiosk.rules.visits import VisitRefusal, VisitState
from kiosk.services import rooms, visits
from kiosk.services.answers import Arrived, Greeting, Left, OwnPage, OwnPageSaying, SafetyTip
from kiosk.services.here import Here
from kiosk.services.rooms import PlannedOpening
from kiosk.services.visits import AtTheDoor
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild

Now = Callable[[], Here]


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Now:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(app, clock)


def _scan(child: MadeChild, here: Here, *, request_id: UUID | None = None) -> AtTheDoor:
    return visits.arrive(code=child.card_code, request_id=request_id or uuid4(), here=here)


def _leave(child: MadeChild, here: Here) -> Left:
    return visits.leave(child_id=child.child_id, face=child.face, here=here)


def _visits() -> list[Visit]:
    db.session.remove()
    return list(reading().scalars(select(Visit).order_by(Visit.id)))


def _states() -> list[VisitState]:
    return [visit.state for visit in _visits()]


def _head_count(here: Here) -> int:
    db.session.remove()
    room = rooms.now(here)
    assert room.headcount == len(room.train)
    return room.headcount


def _refused(act: Callable[[], object]) -> object:
    with pytest.raises((RefusedError, NotFoundError)) as error:
        act()
    return error.value.reason


# Coming


def test_a_card_signs_its_child_in_and_greets_it(here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here, given_name="小满")

    found = _scan(child, here)

    assert (found.child_id, found.face) == (child.child_id, child.face)
    assert isinstance(found.answer, Arrived)
    assert found.answer.greeting is Greeting.AFTERNOON
    assert found.answer.train == (child.face.badge,)
    (visit,) = _visits()
    assert (visit.child_id, visit.state, visit.signed_in_at) == (
        child.child_id,
        VisitState.OPEN,
        here.now,
    )
    assert visit.local_day == date(2026, 11, 20)


@pytest.mark.parametrize("seconds", [0, 10, -5])
def test_the_same_card_within_ten_seconds_is_greeted_again_and_stored_once(
    now: Now, clock: FrozenClock, seconds: int
) -> None:
    factories.open_today(now())
    child = factories.child(now())
    first = _scan(child, now())
    clock.advance(seconds=seconds)

    again = _scan(child, now())

    assert again == first
    assert len(_visits()) == 1


@pytest.mark.parametrize("seconds", [11, 3600])
def test_later_it_is_already_here_and_sees_its_own_page(
    now: Now, clock: FrozenClock, seconds: int
) -> None:
    factories.open_today(now())
    child = factories.child(now())
    _scan(child, now())
    clock.advance(seconds=seconds)

    answer = _scan(child, now()).answer

    assert isinstance(answer, OwnPage)
    assert answer.saying is OwnPageSaying.ALREADY_IN
    assert _states() == [VisitState.OPEN]


def test_the_same_request_again_gives_the_same_answer_however_late(
    now: Now, clock: FrozenClock
) -> None:
    factories.open_today(now())
    child, request_id = factories.child(now()), uuid4()
    first = _scan(child, now(), request_id=request_id)
    clock.advance(seconds=25)

    again = _scan(child, now(), request_id=request_id)

    assert again == first
    assert len(_visits()) == 1


def test_a_second_scan_never_signs_out(now: Now, clock: FrozenClock) -> None:
    factories.open_today(now())
    child = factories.child(now())

    for seconds in (0, 1, 9, 11, 30, 600, 3000):
        _scan(child, now())
        clock.advance(seconds=seconds)

    assert _states() == [VisitState.OPEN]
    assert _head_count(now()) == 1


def test_todays_scan_never_leaves_yesterdays_open_visit(now: Now, clock: FrozenClock) -> None:
    factories.open_today(now())
    child = factories.child(now())
    _scan(child, now())
    clock.advance(days=3)

    answer = _scan(child, now()).answer

    assert isinstance(answer, Arrived)
    old, fresh = _visits()
    assert (old.state, old.signed_out_at) == (VisitState.LEFT_UNCONFIRMED, None)
    assert (fresh.state, fresh.local_day) == (VisitState.OPEN, date(2026, 11, 23))
    assert _head_count(now()) == 1


def test_a_clock_set_back_by_a_day_opens_no_second_visit_beside_the_first(
    now: Now, clock: FrozenClock
) -> None:
    factories.open_today(now())
    child = factories.child(now())
    _scan(child, now())
    clock.advance(hours=-1)
    assert isinstance(_scan(child, now()).answer, OwnPage)
    clock.advance(days=-1)

    answer = _scan(child, now()).answer

    assert isinstance(answer, Arrived)
    assert sorted(_states()) == [VisitState.LEFT_UNCONFIRMED, VisitState.OPEN]
    _leave(child, now())
    assert sorted(_states()) == [VisitState.LEFT, VisitState.LEFT_UNCONFIRMED]


# The door


def _cancel_all() -> None:
    with transaction() as session:
        session.execute(
            update(Opening)
            .where(Opening.state == OpeningState.PLANNED)
            .values(state=OpeningState.CANCELLED)
        )


def _next(error: RefusedError) -> PlannedOpening:
    found = error.values["next"]
    assert isinstance(found, PlannedOpening)
    return found


@pytest.mark.parametrize("minute", [15, 20, 89])
def test_before_the_teacher_has_opened_a_card_within_the_plan_is_a_trace(
    now: Now, clock: FrozenClock, minute: int
) -> None:
    clock.set_to(datetime(2026, 11, 20, 8, 0, tzinfo=UTC) + timedelta(minutes=minute))
    child = factories.child(now())

    assert isinstance(_scan(child, now()).answer, Arrived)

    assert _states() == [VisitState.OPEN]
    assert _head_count(now()) == 1


@pytest.mark.parametrize("minute", [14, -600])
def test_outside_the_plan_the_door_says_when_it_opens_and_stores_nothing(
    now: Now, clock: FrozenClock, minute: int
) -> None:
    clock.set_to(datetime(2026, 11, 20, 8, 0, tzinfo=UTC) + timedelta(minutes=minute))
    child = factories.child(now())

    with pytest.raises(RefusedError) as error:
        _scan(child, now())

    assert error.value.reason is VisitRefusal.ROOM_CLOSED
    assert (_next(error.value).on, _next(error.value).from_min) == (now().today, 16 * 60 + 30)
    assert error.value.values["today"] == now().today
    assert _visits() == []


def test_after_the_last_opening_of_the_day_the_next_day_is_said(
    now: Now, clock: FrozenClock
) -> None:
    clock.advance(hours=3)
    child = factories.child(now())

    with pytest.raises(RefusedError) as error:
        _scan(child, now())

    assert _next(error.value).on == date(2026, 11, 23)


def test_without_a_plan_the_door_says_only_that_it_is_closed(here: Here) -> None:
    _cancel_all()
    child = factories.child(here)

    with pytest.raises(RefusedError) as error:
        _scan(child, here)

    assert error.value.reason is VisitRefusal.ROOM_CLOSED
    assert error.value.values["next"] is None


def test_who_came_before_the_teacher_closed_is_already_here(now: Now, clock: FrozenClock) -> None:
    child = factories.child(now())
    _scan(child, now())
    clock.advance(minutes=10)

    assert isinstance(_scan(child, now()).answer, OwnPage)


# Going


def test_a_child_that_leaves_is_out_at_that_moment(now: Now, clock: FrozenClock) -> None:
    factories.open_today(now())
    child = factories.child(now())
    _scan(child, now())
    clock.advance(minutes=30)

    goodbye = _leave(child, now())

    assert goodbye.child == child.face
    (visit,) = _visits()
    assert (visit.state, visit.signed_out_at) == (VisitState.LEFT, now().now)
    assert _head_count(now()) == 0


def test_leaving_twice_is_leaving_once(now: Now, clock: FrozenClock) -> None:
    factories.open_today(now())
    child = factories.child(now())
    _scan(child, now())
    clock.advance(minutes=30)
    first = _leave(child, now())
    left_at = now().now
    clock.advance(seconds=4)

    again = _leave(child, now())

    assert again == first
    assert [visit.signed_out_at for visit in _visits()] == [left_at]


def test_leaving_after_the_clock_was_set_back_invents_no_negative_visit(
    now: Now, clock: FrozenClock
) -> None:
    factories.open_today(now())
    child = factories.child(now())
    _scan(child, now())
    clock.advance(days=-2000)

    _leave(child, now())

    (visit,) = _visits()
    assert (visit.state, visit.signed_out_at) == (VisitState.LEFT, visit.signed_in_at)


def test_a_card_that_still_lies_there_after_leaving_is_wished_goodbye_again(
    now: Now, clock: FrozenClock
) -> None:
    factories.open_today(now())
    child = factories.child(now())
    _scan(child, now())
    clock.advance(minutes=5)
    _leave(child, now())
    clock.advance(seconds=3)

    assert isinstance(_scan(child, now()).answer, Left)

    assert _states() == [VisitState.LEFT]


def test_the_scan_that_said_goodbye_is_a_goodbye_however_late_it_is_sent_again(
    now: Now, clock: FrozenClock
) -> None:
    factories.open_today(now())
    child, scan = factories.child(now()), uuid4()
    _scan(child, now())
    clock.advance(minutes=5)
    visits.leave(child_id=child.child_id, face=child.face, here=now(), request_id=scan)
    clock.advance(seconds=40)

    assert isinstance(_scan(child, now(), request_id=scan).answer, Left)

    assert _states() == [VisitState.LEFT]


def test_a_child_that_comes_back_begins_another_visit(now: Now, clock: FrozenClock) -> None:
    factories.open_today(now())
    child = factories.child(now())
    _scan(child, now())
    clock.advance(minutes=5)
    _leave(child, now())
    clock.advance(minutes=5)

    assert isinstance(_scan(child, now()).answer, Arrived)

    assert _states() == [VisitState.LEFT, VisitState.OPEN]
    assert _head_count(now()) == 1


def test_the_closing_sweep_stores_no_time_that_nobody_saw(now: Now, clock: FrozenClock) -> None:
    factories.open_today(now())
    stays, leaves = factories.child(now()), factories.child(now())
    _scan(stays, now())
    _scan(leaves, now())
    clock.advance(minutes=40)
    _leave(leaves, now())

    factories.close_room(now())

    kept = {visit.child_id: (visit.state, visit.signed_out_at) for visit in _visits()}
    assert kept == {
        stays.child_id: (VisitState.LEFT_UNCONFIRMED, None),
        leaves.child_id: (VisitState.LEFT, now().now),
    }
    assert _head_count(now()) == 0


@pytest.mark.parametrize(
    ("hour", "minute", "tip", "is_evening"),
    [
        (9, 0, SafetyTip.WATER, False),
        (9, 29, SafetyTip.WATER, False),
        (9, 30, SafetyTip.DARK, False),
        (10, 0, SafetyTip.DARK, True),
    ],
)
def test_in_the_dark_the_goodbye_speaks_of_the_dark(
    now: Now, clock: FrozenClock, hour: int, minute: int, tip: SafetyTip, *, is_evening: bool
) -> None:
    clock.set_to(datetime(2026, 11, 20, hour, minute, tzinfo=UTC))
    child = factories.child(now())

    goodbye = _leave(child, now())

    assert (goodbye.tip, goodbye.is_evening) == (tip, is_evening)


def test_the_tip_changes_from_day_to_day(now: Now, clock: FrozenClock) -> None:
    child = factories.child(now())
    tips = []
    for _ in range(3):
        tips.append(_leave(child, now()).tip)
        clock.advance(days=1)

    assert set(tips) == {SafetyTip.ROAD, SafetyTip.RIGHT, SafetyTip.WATER}


# Whose card it is


def test_a_card_nobody_has_is_unknown(here: Here) -> None:
    stranger = compose(CodeKind.CHILD, "0123456789")

    for act in (
        partial(visits.arrive, code=stranger, request_id=uuid4(), here=here),
        partial(visits.holder, code=stranger, here=here),
    ):
        assert _refused(act) is CodeProblem.UNKNOWN_CARD


def test_a_lost_card_answers_kindly_and_the_new_one_works(here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here)
    with transaction() as session:
        session.execute(update(Card).values(revoked_at=here.now))
    new_code = factories.card(here, child_id=child.child_id)

    assert _refused(lambda: _scan(child, here)) is CodeProblem.OLD_CARD

    found = visits.arrive(code=new_code, request_id=uuid4(), here=here)
    assert found.child_id == child.child_id


def test_the_card_of_a_child_that_left_the_school_is_unknown(here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here, left_on=date(2026, 9, 1))

    assert _refused(lambda: _scan(child, here)) is CodeProblem.UNKNOWN_CARD


def test_a_staff_card_is_no_childs(here: Here) -> None:
    teacher = factories.staff(here)

    refused = _refused(partial(visits.holder, code=teacher.card_code, here=here))

    assert refused is CodeProblem.UNKNOWN_CARD


def test_a_card_tells_whose_it_is_without_doing_anything(here: Here) -> None:
    child = factories.child(here)

    assert visits.holder(code=child.card_code, here=here) == child.child_id
    assert _visits() == []


# What rides on the greeting


def test_todays_call_is_said_before_the_book(now: Now) -> None:
    factories.open_today(now())
    child = factories.child(now())
    factories.loan(now(), child.child_id, factories.item(now()).item_id)
    with_book = _scan(child, now()).answer
    place = factories.slots(now(), from_min=17 * 60, places=1)[0]
    factories.booking(now(), child.child_id, slot_id=place)

    with_call = _scan(child, now()).answer

    assert isinstance(with_book, Arrived)
    assert isinstance(with_call, Arrived)
    assert with_book.loan is not None
    assert with_book.call is None
    assert with_call.call is not None
    assert with_call.call.start_min == 17 * 60
    assert with_call.loan is None


# The head count over a whole, mixed afternoon


def test_the_head_count_is_right_after_each_step_of_an_afternoon(
    now: Now, clock: FrozenClock
) -> None:
    factories.open_today(now())
    children = [factories.child(now(), class_number=1 + n % 2) for n in range(12)]
    inside: set[UUID] = set()

    for step, child in enumerate(children * 4):
        clock.advance(seconds=40)
        if step % 3 == 2 and child.child_id in inside:
            _leave(child, now())
            inside.discard(child.child_id)
        else:
            _scan(child, now())
            inside.add(child.child_id)
        assert _head_count(now()) == len(inside)


def test_the_train_has_the_latest_last_and_24_wagons_at_most(now: Now, clock: FrozenClock) -> None:
    factories.open_today(now())
    children = [factories.child(now(), class_number=1 + n // 20) for n in range(26)]
    for child in children:
        _scan(child, now())
        clock.advance(seconds=1)

    room = rooms.now(now())

    assert room.train == tuple(child.face.badge for child in children[2:])
    assert room.headcount == 26


def test_the_database_keeps_visits_whole(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    factories.open_today(here)
    child = factories.child(here)
    _scan(child, here)
    (visit,) = _visits()
    row = {
        "id": new_id(here.now),
        "home_id": here.home_id,
        "child_id": child.child_id,
        "local_day": here.today,
        "signed_in_at": here.now,
    }

    for request_id, index in ((uuid4(), "child"), (visit.request_id, "request")):
        state = VisitState.OPEN if index == "child" else VisitState.LEFT_UNCONFIRMED
        with pytest.raises(IntegrityError) as twice, transaction() as session:
            session.execute(insert(Visit), {**row, "request_id": request_id, "state": state})
        known = {"child": "uq_visit_open_child", "request": "uq_visit_request_id"}
        assert violated(twice.value) == known[index]
    for wrong in (
        {"state": VisitState.LEFT},
        {"signed_out_at": here.now},
        {"state": VisitState.LEFT, "signed_out_at": here.now - timedelta(seconds=1)},
        {"child_id": uuid4()},
    ):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(update(Visit).values(wrong))
    clock.advance(minutes=1)
    assert isinstance(_scan(child, here_in(either_app, clock)).answer, OwnPage)
    assert isinstance(_leave(child, here_in(either_app, clock)), Left)
    clock.advance(days=3)
    assert isinstance(_scan(child, here_in(either_app, clock)).answer, Arrived)
    assert rooms.now(here_in(either_app, clock)).headcount == 1
