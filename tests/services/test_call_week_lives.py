"""A week of calls on its database: whatever happens in whatever order, its promises hold.

The services are asked in an order that nobody would think of; after each step the tables are read
by themselves and held against what must always hold (`calls-and-hours.md` 3.3 and 3.4).
"""

import os
import shutil
from collections.abc import Callable, Collection
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text

from kiosk.db import db, reading, transaction
from kiosk.errors import KioskError
from kiosk.models.call_plan import PlanSeat
from kiosk.models.calls import Booking, CallResult, Slot
from kiosk.models.openings import Opening
from kiosk.models.people import Child, Contact, Staff
from kiosk.rules import call_repair as owing
from kiosk.rules import call_states, civil
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.call_states import CallState
from kiosk.rules.call_wishes import AskedBy, OutageLength, OutageReason, UrgentReason
from kiosk.services import (
    call_closures,
    call_corrections,
    call_desk,
    call_repair,
    call_settings,
    contacts,
    openings,
    urgent_calls,
    week_plan_facts,
    week_plans,
    week_publishing,
)
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.services import calls_week
from tests.services.calls_week import FIVE, MONDAY, family

EXAMPLES: Final = 200 * int(os.environ.get("LONGER", "1"))
STEPS: Final = 4
CHILDREN: Final = 4
DAYS: Final = 3

# Calls that hold their places at one time. Who rings along shares place and person.
_PAIRS: Final = """
    FROM (SELECT booking.*, slot.line_id, slot.end_min FROM booking
          JOIN slot ON slot.id = booking.slot_id
          WHERE state IN ('booked', 'waiting', 'calling', 'done', 'cut', 'unclear')) one
    JOIN (SELECT booking.*, slot.line_id, slot.end_min FROM booking
          JOIN slot ON slot.id = booking.slot_id
          WHERE state IN ('booked', 'waiting', 'calling', 'done', 'cut', 'unclear')) two
    ON one.id < two.id AND one.on_date = two.on_date
    AND one.start_min < two.end_min AND two.start_min < one.end_min"""
_ALONE = "one.companion_of_id IS NULL AND two.companion_of_id IS NULL"
# What must come out empty, whatever has happened.
BROKEN: Final = {
    "a line has two calls at once": f"SELECT one.id {_PAIRS} WHERE one.line_id = two.line_id"
    f" AND {_ALONE}",
    "a child has two calls at once": f"SELECT one.id {_PAIRS} WHERE one.child_id = two.child_id",
    "a person is rung twice at once": f"SELECT one.id {_PAIRS}"
    f" WHERE one.phone_digest = two.phone_digest AND {_ALONE}",
    "a child has two calls of the week": """
        SELECT child_id FROM booking WHERE kind = 'weekly'
        AND state IN ('booked', 'waiting', 'calling', 'done', 'unclear')
        GROUP BY child_id, week_key HAVING count(*) > 1""",
    "a call is not in the state that its last event says": """
        SELECT booking.id FROM booking JOIN booking_event ON booking_event.booking_id = booking.id
        WHERE seq = (SELECT max(seq) FROM booking_event WHERE booking_id = booking.id)
        AND to_state <> state""",
    "somebody rings along with nobody": """
        SELECT one.id FROM booking one JOIN booking two ON two.id = one.companion_of_id
        WHERE one.state IN ('booked', 'waiting')
        AND two.state IN ('no_answer', 'no_show', 'excused', 'cancelled', 'released')""",
    "a telephone rings for nobody": """
        SELECT call_attempt.id FROM call_attempt JOIN booking ON booking.id = booking_id
        WHERE call_attempt.ended_at IS NULL AND state <> 'calling'""",
    "a call to come is on a line that is out of order": """
        SELECT booking.id FROM booking JOIN slot ON slot.id = slot_id
        JOIN line ON line.id = line_id
        WHERE state IN ('booked', 'waiting') AND NOT line.is_in_use""",
    "a call to come is with somebody who may not be rung": """
        SELECT booking.id FROM booking JOIN contact ON contact.id = contact_id
        WHERE state IN ('booked', 'waiting') AND status <> 'approved'""",
    "a call to come is at a place that was given up": """
        SELECT booking.id FROM booking JOIN slot ON slot.id = slot_id
        WHERE state IN ('booked', 'waiting') AND slot.status <> 'open'""",
    "there are more urgent calls than may be": """
        SELECT count(*) FROM booking WHERE kind = 'urgent' AND replaces_id IS NULL
        GROUP BY week_key HAVING count(*) > 6""",
}

children = st.integers(0, CHILDREN - 1)


class Week(RuleBasedStateMachine):
    """Each example begins with the same database: a published week, at five on its Monday."""

    def __init__(self, app: Flask, clock: FrozenClock, begun: Path) -> None:
        super().__init__()
        self.app, self.clock = app, clock
        db.session.remove()
        db.engine.dispose()
        shutil.copy(begun, str(db.engine.url.database))
        clock.set_to(civil.instant(MONDAY, FIVE, self.here.settings.zone))
        self.children = list(reading().scalars(select(Child.id).order_by(Child.id)))
        self.teacher = reading().scalars(select(Staff.id).order_by(Staff.id)).all()[-1]

    @property
    def here(self) -> Here:
        db.session.remove()
        return here_in(self.app, self.clock)

    @staticmethod
    def _try(act: Callable[[], object]) -> object:
        """Do something that may be refused; nothing else may go wrong."""
        try:
            return act()
        except KioskError as error:
            return error.reason

    def _latest(self, child: int) -> Booking | None:
        found = calls_week.bookings(self.children[child])
        return found[-1] if found else None

    @initialize(are_here=st.sets(children))
    def some_are_here(self, are_here: set[int]) -> None:
        for child in are_here:
            factories.visit(self.here, self.children[child])

    @rule(
        child=children,
        to_state=st.sampled_from(CallState),
        result=st.none() | st.sampled_from(CallResult),
    )
    def say(self, child: int, to_state: CallState, result: CallResult | None) -> None:
        """Say what became of a call; along the way it is led there."""
        booking = self._latest(child)
        if booking is None:
            return
        path = [to_state]
        if to_state in {CallState.DONE, CallState.CUT, CallState.NO_ANSWER}:
            path = [CallState.WAITING, CallState.CALLING, to_state]
        for state in path:
            self._change(booking.id, state, result if state is to_state else None)

    def _change(self, booking_id: UUID, state: CallState, result: CallResult | None) -> None:
        here = self.here
        version = reading().get_one(Booking, booking_id).version
        self._try(
            lambda: call_desk.change(
                booking_id,
                state,
                version,
                staff_id=self.teacher,
                result=result,
                is_sure=True,
                here=here,
            )
        )

    @rule(child=children)
    def undo(self, child: int) -> None:
        booking = self._latest(child)
        if booking is not None:
            self._try(
                lambda: call_corrections.undo(
                    booking.id, booking.version, staff_id=self.teacher, here=self.here
                )
            )

    @rule(minutes=st.sampled_from([2, 4, 15, 24 * 60, 3 * 24 * 60, -20]))
    def time_passes(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    @rule()
    def somebody_looks(self) -> None:
        call_desk.board(self.here.today, here=self.here)  # repairs what there is to repair
        assert call_repair.repair_if_due(here=self.here) == call_repair.RepairDone()

    @rule(place=st.integers(0, 5), late=st.booleans())
    def a_free_place_is_taken(self, place: int, *, late: bool) -> None:
        here = self.here
        slots = reading().scalars(
            select(Slot.id).where(Slot.on_date == here.today).order_by(Slot.start_min, Slot.id)
        )
        for slot_id in list(slots)[place : place + 1]:
            offer = call_repair.offer_standby(slot_id, here=self.here)
            if offer is not None:
                self.clock.advance(minutes=8 * late)
                self._try(
                    partial(
                        call_repair.take_standby,
                        slot_id,
                        offer.child_id,
                        uuid4(),
                        here=self.here,
                    )
                )

    @rule(child=children)
    def it_cannot_wait(self, child: int) -> None:
        self._try(
            lambda: urgent_calls.place(
                child_id=self.children[child],
                reason=UrgentReason.ILLNESS,
                asked_by=AskedBy.TEACHER,
                request_id=uuid4(),
                staff_id=self.teacher,
                here=self.here,
            )
        )

    @rule(
        number=st.integers(0, 1),
        is_mended=st.booleans(),
        length=st.sampled_from(list(OutageLength)),
    )
    def a_line_breaks(self, number: int, length: OutageLength, *, is_mended: bool) -> None:
        line_id = (
            reading().scalars(select(Slot.line_id).distinct().order_by(Slot.line_id)).all()[number]
        )
        here = self.here
        if is_mended:
            call_closures.mend_line(line_id, staff_id=self.teacher, here=here)
            return
        preview = call_closures.preview_line(line_id, length=length, here=here)
        closed = call_closures.close_line(
            line_id,
            reason=OutageReason.BROKEN,
            length=length,
            request_id=uuid4(),
            staff_id=self.teacher,
            digest=preview.digest,
            here=here,
        )
        assert closed.moved in {0, sum(row.loss.instead is not None for row in preview.rows)}

    @rule(day=st.integers(0, DAYS - 1), is_again=st.booleans())
    def a_day_is_cancelled(self, day: int, *, is_again: bool) -> None:
        on = MONDAY + timedelta(days=day)
        here = self.here
        opening_id = reading().scalars(select(Opening.id).where(Opening.on_date == on)).first()
        if opening_id is None:
            return
        if is_again:
            self._try(lambda: call_closures.reopen(opening_id, staff_id=self.teacher, here=here))
        else:
            self._try(
                lambda: call_closures.close_opening(
                    opening_id, reason=ClosureReason.POWER, staff_id=self.teacher, here=here
                )
            )

    @rule(is_opened=st.booleans())
    def the_room(self, *, is_opened: bool) -> None:
        here = self.here
        if is_opened:
            self._try(lambda: openings.open_room(staff_id=self.teacher, exceptions={}, here=here))
        else:
            self._try(
                lambda: openings.close_room(
                    is_tidy=True, are_told=True, staff_id=self.teacher, here=here
                )
            )

    @rule(child=children, is_barred=st.booleans())
    def somebody_may_not_be_rung(self, child: int, *, is_barred: bool) -> None:
        here = self.here
        contact_id = (
            reading()
            .scalars(select(Contact.id).where(Contact.child_id == self.children[child]))
            .first()
        )
        act = contacts.bar_contact if is_barred else contacts.approve_contact
        assert contact_id is not None
        act(contact_id, actor_id=self.teacher, here=here)

    @invariant()
    def nothing_is_broken(self) -> None:
        db.session.remove()
        session = reading()
        broken = {what: session.execute(text(sql)).all() for what, sql in BROKEN.items()}
        assert {what: rows for what, rows in broken.items() if rows} == {}

    def who_talked_when_is_what_the_events_say(self) -> None:
        here = self.here
        monday = week_plans.first_day(here.today)
        far = here.today + timedelta(days=60)
        session = reading()
        known = {
            UUID(one.child_id): one
            for one in week_plan_facts.children(session, monday, until=far, here=here)
        }
        for child_id, calls in self._calls().items():
            if not any(state in call_states.TO_COME | {CallState.CALLING} for _, state in calls):
                talked = [on for on, state in calls if state is CallState.DONE]
                assert known[child_id].last_connected_on == max(talked, default=None)

    def nothing_that_is_owed_is_forgotten(self) -> None:
        here = self.here
        monday = week_plans.first_day(here.today)
        next_week = week_plan_facts.children(
            reading(), monday + timedelta(days=7), until=monday + timedelta(days=7), here=here
        )
        known = {UUID(one.child_id): one.is_owed for one in next_week}
        for child_id, calls in self._calls().items():
            states = [state for on, state in calls if on >= monday]
            fell_through = {CallState.RELEASED, CallState.CUT, CallState.NO_ANSWER} & set(states)
            if fell_through and CallState.DONE not in states:
                assert known[child_id], f"{child_id} is owed and forgotten"

    def _calls(self) -> dict[UUID, list[tuple[date, CallState]]]:
        """Return each child's calls as their events tell them."""
        rows = reading().execute(
            text("""
                SELECT booking.child_id, on_date, to_state FROM booking
                JOIN booking_event ON booking_event.booking_id = booking.id
                WHERE seq = (SELECT max(seq) FROM booking_event WHERE booking_id = booking.id)""")
        )
        found: dict[UUID, list[tuple[date, CallState]]] = {one: [] for one in self.children}
        for row in rows:
            on = date.fromisoformat(row.on_date)
            found[UUID(row.child_id)].append((on, CallState(row.to_state)))
        return found

    def teardown(self) -> None:
        """In the next draft whoever is owed comes before who has waited as long and is not."""
        self.who_talked_when_is_what_the_events_say()
        self.nothing_that_is_owed_is_forgotten()
        here = self.here
        next_monday = week_plans.first_day(here.today) + timedelta(days=7)
        plan_id = week_plans.draft(next_monday, here=here)
        facts = week_plan_facts.children(reading(), next_monday, until=next_monday, here=here)
        waits = {UUID(one.child_id): (one.waits_since, not one.is_owed) for one in facts}
        seats = reading().scalars(
            select(PlanSeat.child_id).where(PlanSeat.plan_id == plan_id).order_by(PlanSeat.turn)
        )
        turns = [waits[child_id] for child_id in seats]
        assert turns == sorted(turns)


@pytest.fixture
def begun(app: Flask, clock: FrozenClock, tmp_path: Path) -> Path:
    """Return a database in which a week is published: two who ring together, two who do not."""
    here = here_in(app, clock)
    staff_id = factories.staff(here).staff_id
    call_settings.set_up(PlanSettings(), actor_id=staff_id, here=here)
    with transaction() as session:
        session.execute(text("DELETE FROM slot"))
        session.execute(text("DELETE FROM opening"))
        session.execute(text("DELETE FROM opening_rule"))
    lines = [factories.line(here), factories.line(here)]
    for day in range(DAYS):
        on = MONDAY + timedelta(days=day)
        opening_id = factories.opening(here, on=on, from_min=FIVE, to_min=FIVE + 30)
        for line_id in lines[: 1 + (day == 0)]:
            factories.slots(here, on=on, line_id=line_id, opening_id=opening_id, places=3)
    for phone in ("19900001001", "19900001001", "19900001002", "19900001003"):
        family(here, phone=phone)
    plan_id = week_plans.draft(MONDAY, here=here)
    week_publishing.publish(plan_id, actor_id=staff_id, here=here)
    clock.set_to(civil.instant(MONDAY, FIVE, here.settings.zone))
    openings.open_room(staff_id=staff_id, exceptions={}, here=here_in(app, clock))
    db.session.remove()
    db.engine.dispose()
    shutil.copy(str(db.engine.url.database), tmp_path / "begun")
    return tmp_path / "begun"


def _live(
    app: Flask, clock: FrozenClock, begun: Path, phases: Collection[Phase] = tuple(Phase)
) -> None:
    class OfThisTest(Week):
        def __init__(self) -> None:
            super().__init__(app, clock, begun)

    run_state_machine_as_test(
        OfThisTest,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            phases=phases,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_week_of_calls_keeps_its_promises(app: Flask, clock: FrozenClock, begun: Path) -> None:
    _live(app, clock, begun)


def test_a_rule_that_forgets_what_is_owed_would_be_seen(
    app: Flask, clock: FrozenClock, begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owing, "is_owed", lambda _ended: False)

    with pytest.raises(AssertionError, match="is owed and forgotten"):
        _live(app, clock, begun, phases=(Phase.generate,))
