from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from kiosk.db import db, reading, transaction
from kiosk.models.people import Staff, StaffSession
from kiosk.rules.call_states import CallState
from kiosk.services import call_desk, staff_sessions
from kiosk.services.here import Here
from kiosk.services.staff_sessions import StaffMember
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeStaff

Now = Callable[[], Here]


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Now:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(app, clock)


@pytest.fixture
def teacher(now: Now) -> MadeStaff:
    return factories.staff(now())


@pytest.fixture
def token(now: Now, teacher: MadeStaff) -> str:
    """Return the token of a session that begins with the test."""
    with transaction() as session:
        return staff_sessions.begin(session, teacher.staff_id, now())


def _member(token: str, here: Here) -> StaffMember | None:
    db.session.remove()
    return staff_sessions.member_of(token, here=here)


def _last_seen() -> datetime:
    db.session.remove()
    return reading().scalars(select(StaffSession.last_seen_at)).one()


def test_only_a_digest_of_the_token_is_stored(token: str) -> None:
    row = reading().scalars(select(StaffSession)).one()

    assert token.encode() not in row.id_digest
    assert len(token) >= 22


def test_another_token_is_nobody(now: Now, token: str) -> None:
    assert _member(token, now()) is not None
    assert _member(token[:-1], now()) is None
    assert _member("", now()) is None


@pytest.mark.parametrize(("seconds", "is_in"), [(179, True), (180, False), (-1, False)])
def test_a_session_ends_after_three_minutes_of_stillness(
    now: Now, clock: FrozenClock, token: str, seconds: int, *, is_in: bool
) -> None:
    clock.advance(seconds=seconds)

    assert (_member(token, now()) is not None) is is_in


def test_a_session_ends_after_half_an_hour_of_work(
    now: Now, clock: FrozenClock, token: str
) -> None:
    for _ in range(17):
        clock.advance(seconds=100)
        assert _member(token, now()) is not None

    clock.advance(seconds=100)
    assert _member(token, now()) is None


def test_working_is_noted_every_quarter_of_a_minute(
    now: Now, clock: FrozenClock, token: str
) -> None:
    began = _last_seen()
    clock.advance(seconds=14)
    _member(token, now())
    assert _last_seen() == began
    clock.advance(seconds=1)

    _member(token, now())

    assert _last_seen() == now().now


def test_signing_out_ends_it_at_once(now: Now, token: str) -> None:
    staff_sessions.sign_out(token, here=now())

    assert _member(token, now()) is None


def test_who_leaves_the_school_is_signed_out(now: Now, token: str) -> None:
    with transaction() as session:
        session.execute(update(Staff).values(left_on=date(2026, 11, 20)))

    assert _member(token, now()) is None


def test_a_locked_session_stays_locked_until_the_same_card_comes(
    now: Now, clock: FrozenClock, teacher: MadeStaff, token: str
) -> None:
    other = factories.staff(now(), display_name="李老师")
    unlock = partial(staff_sessions.unlock, token, here=now())
    assert not unlock(staff_id=teacher.staff_id), "it is not locked"

    staff_sessions.lock(token, here=now())

    clock.advance(seconds=60)
    member = _member(token, now())
    assert member is not None
    assert member.is_locked
    assert not staff_sessions.unlock(token, staff_id=other.staff_id, here=now())
    assert staff_sessions.unlock(token, staff_id=teacher.staff_id, here=now())
    member = _member(token, now())
    assert member is not None
    assert not member.is_locked


@pytest.mark.parametrize(("seconds", "opens"), [(179, True), (180, False)])
def test_the_card_alone_opens_it_for_three_minutes(
    now: Now, clock: FrozenClock, teacher: MadeStaff, token: str, seconds: int, *, opens: bool
) -> None:
    staff_sessions.lock(token, here=now())
    for _ in range(2):
        clock.advance(seconds=seconds / 2)
        _member(token, now())

    assert staff_sessions.unlock(token, staff_id=teacher.staff_id, here=now()) is opens


def test_only_the_sessions_of_one_person_are_ended(now: Now, token: str) -> None:
    other = factories.staff(now())
    with transaction() as session:
        others = staff_sessions.begin(session, other.staff_id, now())

    with transaction() as session:
        staff_sessions.end_all(session, other.staff_id, now())

    assert _member(others, now()) is None
    assert _member(token, now()) is not None


def _ring(now: Now, who: MadeStaff, *, early_min: int = 0) -> UUID:
    """Let somebody ring at a place of ten minutes that begins now, or later."""
    here = now()
    (slot_id,) = factories.slots(here, from_min=here.minute + early_min, places=1)
    booking_id = factories.booking(here, factories.child(here).child_id, slot_id=slot_id)
    for version, state in enumerate((CallState.WAITING, CallState.CALLING), start=1):
        call_desk.change(booking_id, state, version, staff_id=who.staff_id, here=here)
    return booking_id


@pytest.mark.parametrize(
    ("early_min", "minutes", "is_in"),
    [(0, 5, True), (0, 11, True), (0, 13, False), (2, 13, True), (40, 13, True), (40, 15, False)],
)
def test_a_session_stays_for_a_call_that_is_led_until_its_place_is_over(
    now: Now,
    clock: FrozenClock,
    teacher: MadeStaff,
    token: str,
    early_min: int,
    minutes: int,
    *,
    is_in: bool,
) -> None:
    _ring(now, teacher, early_min=early_min)

    clock.advance(minutes=minutes)

    assert (_member(token, now()) is not None) is is_in


def test_a_session_stays_for_no_call_of_another_and_for_none_that_has_ended(
    now: Now, clock: FrozenClock, teacher: MadeStaff, token: str
) -> None:
    _ring(now, factories.staff(now()))
    booking_id = _ring(now, teacher)
    end = (CallState.DONE, call_desk.one(booking_id, here=now()).version)
    call_desk.change(booking_id, *end, staff_id=teacher.staff_id, is_sure=True, here=now())

    clock.advance(minutes=5)

    assert _member(token, now()) is None


def test_a_session_that_had_ended_is_not_begun_again_by_a_call(
    now: Now, clock: FrozenClock, teacher: MadeStaff, token: str
) -> None:
    clock.advance(minutes=4)
    _ring(now, teacher)

    assert _member(token, now()) is None


def test_a_call_that_runs_as_half_an_hour_ends_is_led_to_its_end(
    now: Now, clock: FrozenClock, teacher: MadeStaff, token: str
) -> None:
    for _ in range(17):
        clock.advance(seconds=100)
        assert _member(token, now()) is not None
    _ring(now, teacher)

    clock.advance(minutes=5)
    assert _member(token, now()) is not None
    _ring(now, teacher)  # which makes it last no longer
    clock.advance(minutes=8)

    assert _member(token, now()) is None
