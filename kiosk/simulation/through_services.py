"""The same term through the use cases of the room, as a teacher and the children would lead it.

What the room decides by itself it decides here: the plan, its publication, the repair of the week,
the next try, and who stands by. The invented school says who is there and which family answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from kiosk.db import reading, transaction
from kiosk.models.calls import Booking, Line, Slot, SlotStatus
from kiosk.models.openings import Opening
from kiosk.models.visits import Visit
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.call_repair import GIVE_UP_MIN
from kiosk.rules.call_states import CallState
from kiosk.rules.call_waiting import CallPlace
from kiosk.rules.call_windows import LineKind
from kiosk.rules.openings import OpeningState
from kiosk.rules.visits import VisitState
from kiosk.services import (
    call_closures,
    call_desk,
    call_repair,
    opening_plan,
    openings,
    week_plans,
    week_publishing,
)
from kiosk.services.call_desk import CallResult
from kiosk.services.here import Here
from kiosk.simulation.school import School
from kiosk.simulation.term import Progress, Register
from kiosk.simulation.throwaway import Room, room_of

_WEEK: Final = timedelta(days=7)
_KNOWN_MIN: Final = 30  # before it opens: who is absent, and whether it opens at all
_TALK_MIN: Final = 2
_FIRST_RING_MIN: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A child whose calls came about on other days through the use cases than in the rules."""

    child_id: str
    by_rules: tuple[date, ...]
    through_services: tuple[date, ...]


def run(school: School, progress: Progress) -> Register:
    """Return the calls of a term; the register is written from what the database says of it.

    A line that breaks is not played: the room does not know beforehand when it will be mended.
    """
    register = Register(school)
    with room_of(school) as room:
        term = _Term(school, room, register)
        for week in range(school.given.term.weeks):
            term.week(week)
            progress(1)
        term.write_down()
    return register


def differences(by_rules: Register, through_services: Register) -> list[Difference]:
    """Return the children to whom the two terms were not the same."""
    return [
        Difference(
            child_id=child_id,
            by_rules=tuple(standing.called_on),
            through_services=tuple(through_services.of[child_id].called_on),
        )
        for child_id, standing in by_rules.of.items()
        if standing.called_on != through_services.of[child_id].called_on
    ]


class _Term:
    def __init__(self, school: School, room: Room, register: Register) -> None:
        self._school, self._room, self._register = school, room, register

    def week(self, week: int) -> None:
        term, days = self._school.given.term, self._school.days(week)
        opening_plan.plan_ahead(here=self._before(days[0]))
        if week == 0:
            self._publish(days[0], here=self._before(days[0]))
        for day in days:
            self._day(day)
            if day.isoweekday() == term.drafted_after and week + 1 < term.weeks:
                self._publish(days[0] + _WEEK, here=self._after(day))

    def _publish(self, day: date, *, here: Here) -> None:
        plan_id = week_plans.draft(week_plans.first_day(day), here=here)
        week_publishing.publish(plan_id, actor_id=self._room.staff_id, here=here)

    def _before(self, day: date) -> Here:
        return self._room.here(day, self._school.given.term.opens_min - _KNOWN_MIN)

    def _after(self, day: date) -> Here:
        return self._room.here(day, self._school.given.term.closes_min + 5)

    def _day(self, day: date) -> None:
        if not self._school.opens(day):
            self._close(day)
            return
        absent = self._school.absent(day)
        self._excuse(day, absent)
        self._repair(self._before(day), absent)
        opens = self._room.here(day, self._school.given.term.opens_min)
        openings.open_room(staff_id=self._room.staff_id, exceptions={}, here=opens)
        self._arrive(absent | self._school.elsewhere(day), opens)
        for slot in self._slots(day):
            self._use(slot)
        openings.close_room(
            is_tidy=True, are_told=True, staff_id=self._room.staff_id, here=self._after(day)
        )
        self._repair(self._after(day), ())

    def _close(self, day: date) -> None:
        opening_id = (
            reading()
            .scalars(
                select(Opening.id).where(
                    Opening.on_date == day, Opening.state == OpeningState.PLANNED
                )
            )
            .one()
        )
        call_closures.close_opening(
            opening_id,
            reason=ClosureReason.NO_DUTY,
            staff_id=self._room.staff_id,
            here=self._before(day),
        )
        self._repair(self._before(day), ())

    def _repair(self, here: Here, away: Iterable[str]) -> None:
        with transaction() as session:
            call_repair.repair_week(session, here=here, away=[UUID(one) for one in away])

    def _excuse(self, day: date, absent: Iterable[str]) -> None:
        rows = reading().execute(
            select(Booking.id, Booking.version).where(
                Booking.on_date == day,
                Booking.state == CallState.BOOKED,
                Booking.child_id.in_([UUID(one) for one in absent]),
            )
        )
        for booking_id, version in rows.all():
            call_desk.change(
                booking_id,
                CallState.EXCUSED,
                version,
                staff_id=self._room.staff_id,
                here=self._before(day),
            )

    def _arrive(self, not_here: frozenset[str], here: Here) -> None:
        rows = [
            {
                "id": uuid4(),
                "home_id": here.home_id,
                "child_id": UUID(child_id),
                "local_day": here.today,
                "signed_in_at": here.now,
                "state": VisitState.OPEN,
                "request_id": uuid4(),
            }
            for child_id in self._school.children
            if child_id not in not_here
        ]
        with transaction() as session:
            session.execute(insert(Visit), rows)

    def _slots(self, day: date) -> list[CallPlace]:
        rows = reading().execute(
            select(Slot.id, Slot.start_min, Slot.end_min, Line.name)
            .join(Line, Line.id == Slot.line_id)
            .where(Slot.on_date == day, Slot.status == SlotStatus.OPEN)
            .order_by(Slot.start_min, Line.name)
        )
        return [
            CallPlace(
                slot_id=str(row.id),
                line=row.name,
                kind=LineKind.PHONE,
                on=day,
                start_min=row.start_min,
                end_min=row.end_min,
            )
            for row in rows
        ]

    def _use(self, place: CallPlace) -> None:
        """Ring whoever has the place, then whoever stands by, until somebody answers."""
        self._register.places += 1
        minute = place.start_min
        holder = (
            reading()
            .execute(
                select(Booking.id, Booking.child_id).where(
                    Booking.slot_id == UUID(place.slot_id), Booking.state == CallState.BOOKED
                )
            )
            .one_or_none()
        )
        if holder is not None:
            self._lead(holder.id, CallState.WAITING, place.on, minute)
            if self._ring(holder.id, holder.child_id, place, minute):
                return
            minute += GIVE_UP_MIN
        while minute < place.end_min:
            here = self._room.here(place.on, minute)
            offer = call_repair.offer_standby(UUID(place.slot_id), here=here)
            if offer is None:
                return
            booking_id = call_repair.take_standby(offer.slot_id, offer.child_id, uuid4(), here=here)
            if self._ring(booking_id, offer.child_id, place, minute):
                return
            minute += GIVE_UP_MIN

    def _ring(self, booking_id: UUID, child_id: UUID, place: CallPlace, minute: int) -> bool:
        """Ring, twice if need be, and return whether anybody answered."""
        self._lead(booking_id, CallState.CALLING, place.on, minute)
        if self._register.answers(str(child_id), place):
            self._lead(booking_id, CallState.DONE, place.on, minute + _TALK_MIN)
            return True
        call_desk.ring_again(
            booking_id,
            self._version(booking_id),
            result=CallResult.NO_ANSWER,
            here=self._room.here(place.on, minute + _FIRST_RING_MIN),
        )
        self._lead(booking_id, CallState.NO_ANSWER, place.on, minute + GIVE_UP_MIN)
        return False

    def _lead(self, booking_id: UUID, to_state: CallState, on: date, minute: int) -> None:
        call_desk.change(
            booking_id,
            to_state,
            self._version(booking_id),
            staff_id=self._room.staff_id,
            here=self._room.here(on, minute),
        )

    def _version(self, booking_id: UUID) -> int:
        return reading().scalars(select(Booking.version).where(Booking.id == booking_id)).one()

    def write_down(self) -> None:
        """Write the calls that the database has into the register."""
        rows = reading().execute(
            select(Booking.child_id, Booking.on_date, Booking.state)
            .where(Booking.state.in_([CallState.DONE, CallState.NO_ANSWER]))
            .order_by(Booking.on_date, Booking.start_min, Booking.booked_at)
        )
        for row in rows:
            self._register.note(
                str(row.child_id), row.on_date, is_answered=row.state is CallState.DONE
            )
