"""What passed while the kiosk was off nobody saw; a clock that leaps while it runs is found out."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from flask import Flask

from kiosk.clock import running_s
from kiosk.db import reading, transaction
from kiosk.models.calls import Booking, Slot
from kiosk.models.openings import Opening
from kiosk.rules.call_corrections import PaperBox
from kiosk.rules.call_states import CallState
from kiosk.rules.openings import OpeningState
from kiosk.services import call_paper, call_settling, signs_of_life
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

Now = Callable[[], Here]


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Now:
    return partial(here_in, app, clock)


def _booked(here: Here) -> UUID:
    """Return a call of a child that is not here, in a room that is open."""
    booking_id = factories.booking(here, factories.child(here).child_id)
    with transaction() as session:
        slot = session.get_one(Slot, session.get_one(Booking, booking_id).slot_id)
        opening = session.get_one(Opening, slot.opening_id)
        opening.state, opening.opened_at = OpeningState.OPEN, here.now
    return booking_id


def _call(booking_id: UUID) -> Booking:
    session = reading()
    session.rollback()
    return session.get_one(Booking, booking_id)


def _on_until(here: Here) -> None:
    signs_of_life.note(here.settings.instance, now=here.now)


def _starts(here: Here) -> None:
    signs_of_life.begin(here.settings.instance, now=here.now, at_s=running_s())


def test_whom_the_kiosk_saw_stay_away_did_not_come(now: Now, clock: FrozenClock) -> None:
    booking_id = _booked(now())
    _starts(now())
    for _ in range(60):
        clock.advance(minutes=1)
        _on_until(now())

    call_settling.settle(here=now())

    assert _call(booking_id).state is CallState.NO_SHOW


def test_after_a_power_cut_its_calls_wait_for_the_paper(now: Now, clock: FrozenClock) -> None:
    booking_id = _booked(now())
    _on_until(now())
    clock.advance(minutes=85)
    _starts(now())

    settled = call_settling.settle(here=now())
    waits = _call(booking_id).state
    staff_id = factories.staff(now()).staff_id
    written = call_paper.write_down({booking_id: PaperBox.DONE}, staff_id=staff_id, here=now())

    assert (settled, waits, written.count) == (0, CallState.BOOKED, 1)
    assert _call(booking_id).state is CallState.DONE


def test_a_call_of_a_power_cut_that_nobody_keyed_in_is_owed(now: Now, clock: FrozenClock) -> None:
    booking_id = _booked(now())
    _on_until(now())
    clock.advance(days=1)
    _starts(now())

    call_settling.settle(here=now())

    call = _call(booking_id)
    assert (call.state, call.is_owed) == (CallState.RELEASED, True)


def test_a_kiosk_that_is_started_anew_at_once_was_not_off(now: Now, clock: FrozenClock) -> None:
    _on_until(now())
    before = now()
    clock.advance(minutes=2)
    _starts(now())

    span = {"since": before.now, "until": before.now + timedelta(hours=1)}
    assert not signs_of_life.was_off(before.settings.instance, **span)


def test_a_clock_that_leaps_while_the_kiosk_runs_settles_nothing(
    now: Now, clock: FrozenClock
) -> None:
    booking_id = _booked(now())
    _starts(now())
    clock.advance(days=40)
    leapt = call_settling.settle(here=now())
    clock.advance(days=-40, minutes=50)

    settled = call_settling.settle(here=now())

    assert (leapt, settled) == (0, 1)
    assert _call(booking_id).state is CallState.NO_SHOW


def test_a_clock_that_was_wrong_at_the_start_may_be_put_right(now: Now, clock: FrozenClock) -> None:
    _on_until(now())
    clock.advance(days=-300)
    _starts(now())
    clock.advance(days=300)

    here = now()
    assert not signs_of_life.has_leapt(here.settings.instance, now=here.now, at_s=running_s())


@pytest.mark.parametrize("damaged", [b"", b"{}", b'{"last": 1, "off": 2}', b"\xff\x00"])
def test_a_damaged_sign_is_no_sign(now: Now, damaged: bytes) -> None:
    here = now()
    (here.settings.instance / "signs-of-life.json").write_bytes(damaged)

    _starts(here)

    span = {"since": here.now - timedelta(days=1), "until": here.now}
    assert not signs_of_life.was_off(here.settings.instance, **span)
