"""Why a child has a place, why it is then, and why another has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kiosk.rules.call_households import Seats
from kiosk.rules.call_waiting import CallPlace, WaitingChild, lot
from kiosk.rules.call_windows import is_child_free

# A call a week is what the law asks of parents, so that is when the next one is due.
DUE_AFTER: Final = timedelta(days=7)


class SeatReason(StrEnum):
    """Why this child has a place."""

    WAITED_LONGEST = "waited-longest"
    FIRST_CALL = "first-call"  # it never had one
    OWED = "owed"  # among those who waited equally long
    DRAWN = "drawn"  # likewise, by the lot
    WITH_SIBLING = "with-sibling"
    ONE_TRY = "one-try"  # nobody answered twice: once a week, until the card is looked at


class TimeReason(StrEnum):
    """Why it is on this day."""

    SOONEST = "soonest"  # its week is over already, and this is as soon as can be
    ON_THE_DAY = "on-the-day"  # seven days after its last call
    BEFORE = "before"  # seven days are not over, but the day itself does not go
    AFTER = "after"  # everything that suited was given to those who waited longer


class UnseatedReason(StrEnum):
    """Why this child has no place this week. Who is barred is not told apart from nobody."""

    NO_CONTACT = "no-contact"
    NO_PLACES = "no-places"  # the room has none at all
    NO_LINE = "no-line"  # the family cannot be reached by what is there
    FAMILY_NEVER_FREE = "family-never-free"  # its hours meet no opening
    CHILD_AWAY = "child-away"
    CHILD_BUSY = "child-busy"  # a lesson whenever the family is free
    FAMILY_TIME_FULL = "family-time-full"  # who waited longer has all places in its hours
    ALL_FULL = "all-full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """A child's place. `order` is its turn, from 1; siblings share the place of one household."""

    child_id: str
    contact_id: str
    place: CallPlace
    order: int
    waited_days: int
    lot: int
    reason: SeatReason
    time_reason: TimeReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseated:
    """A child without a place, and why."""

    child_id: str
    order: int
    waited_days: int
    lot: int
    reason: UnseatedReason


class Telling:
    """Why each child rings when it does, or does not; `turns` is their order."""

    def __init__(
        self,
        turns: Sequence[WaitingChild],
        seats: Seats,
        *,
        is_full: bool,
        seed: str,
        first_day: date,
    ) -> None:
        self._seats, self._is_full = seats, is_full
        self._seed, self._first_day = seed, first_day
        self._order = {child.child_id: order for order, child in enumerate(turns, start=1)}
        self._alike: dict[date, set[bool]] = {}
        self._waiting: dict[date, int] = {}
        for child in turns:
            self._alike.setdefault(child.waits_since, set()).add(child.is_owed)
            self._waiting[child.waits_since] = self._waiting.get(child.waits_since, 0) + 1

    def seated(
        self, child: WaitingChild, place: CallPlace, phone: str, *, is_first: bool
    ) -> Seated:
        return Seated(
            child_id=child.child_id,
            contact_id=next(
                callee.contact_id
                for callee in child.callees
                if callee.phone == phone and callee.is_free(place.on, place.span, place.kind)
            ),
            place=place,
            order=self._order[child.child_id],
            waited_days=self._waited(child),
            lot=lot(self._seed, child.child_id),
            reason=self._reason(child) if is_first else SeatReason.WITH_SIBLING,
            time_reason=self._time_reason(child, place.on),
        )

    def unseated(self, child: WaitingChild) -> Unseated:
        return Unseated(
            child_id=child.child_id,
            order=self._order[child.child_id],
            waited_days=self._waited(child),
            lot=lot(self._seed, child.child_id),
            reason=self._why_not(child),
        )

    def _waited(self, child: WaitingChild) -> int:
        return max((self._first_day - child.waits_since).days, 0)

    def _reason(self, child: WaitingChild) -> SeatReason:
        if child.is_braked:
            return SeatReason.ONE_TRY
        if child.is_owed and len(self._alike[child.waits_since]) > 1:
            return SeatReason.OWED
        if child.last_connected_on is None:
            return SeatReason.FIRST_CALL
        return (
            SeatReason.DRAWN if self._waiting[child.waits_since] > 1 else SeatReason.WAITED_LONGEST
        )

    def _time_reason(self, child: WaitingChild, on: date) -> TimeReason:
        due = child.waits_since + DUE_AFTER
        if due < self._first_day:
            return TimeReason.SOONEST
        if on == due:
            return TimeReason.ON_THE_DAY
        return TimeReason.BEFORE if on < due else TimeReason.AFTER

    def _why_not(self, child: WaitingChild) -> UnseatedReason:
        callees = [callee for callee in child.callees if callee.may_be_rung]
        if not callees:
            return UnseatedReason.NO_CONTACT
        if not self._seats.seats:
            return UnseatedReason.NO_PLACES
        if not self._seats.of_kinds(kind for callee in callees for kind in callee.kinds):
            return UnseatedReason.NO_LINE
        family = 0
        for mask in self._seats.of_family(child).values():
            family |= mask
        if not family:
            return UnseatedReason.FAMILY_NEVER_FREE
        if not self._seats.of_child(child) & family:
            return self._busy_or_away(child)
        return UnseatedReason.ALL_FULL if self._is_full else UnseatedReason.FAMILY_TIME_FULL

    def _busy_or_away(self, child: WaitingChild) -> UnseatedReason:
        could_come = any(
            is_child_free(seat.on, seat.span, blocked=child.blocked, away=())
            for seat in self._seats.seats
            if any(one.is_free(seat.on, seat.span, seat.kind) for one in child.callees)
        )
        return UnseatedReason.CHILD_AWAY if could_come else UnseatedReason.CHILD_BUSY
