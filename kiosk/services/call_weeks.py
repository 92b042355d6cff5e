"""How a week of calls stands now: who has had one, who has a place to come, and what is free."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.models.call_plan import CallSetting
from kiosk.models.calls import Booking, Line, Slot
from kiosk.models.openings import Opening
from kiosk.rules import call_waiting, civil
from kiosk.rules.call_repair import PresentChild
from kiosk.rules.call_states import HOLDING, TO_COME, USES_WEEK, CallKind, CallState
from kiosk.rules.call_waiting import CallPlace, WaitingChild
from kiosk.rules.call_windows import BlockedTime
from kiosk.services import week_plan_facts
from kiosk.services.here import Here

_DAY: Final = timedelta(days=1)
_LIVE: Final = TO_COME | {CallState.CALLING}

_CALLS: Final = (
    select(
        Booking.id.label("booking_id"),
        Booking.child_id,
        Booking.phone_digest,
        Booking.kind.label("call_kind"),
        Booking.state,
        Booking.state_since,
        Booking.companion_of_id,
        Booking.replaces_id,
        Slot.id,
        Slot.on_date,
        Slot.start_min,
        Slot.end_min,
        Line.name,
        Line.kind,
    )
    .join(Slot, Slot.id == Booking.slot_id)
    .join(Line, Line.id == Slot.line_id)
    # By its days: they have an index that the name of a week has not.
    .where(Booking.on_date.between(bindparam("first_day"), bindparam("last_day")))
    .order_by(Booking.booked_at, Booking.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandsFor:
    """The call that another one stands for, if any, and the kind of both."""

    booking_id: UUID | None
    kind: CallKind


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekCalls:
    """The calls of the week that begins on `first_day`, a Monday, in the order of their booking."""

    first_day: date
    rows: tuple[AnyRow, ...]

    @property
    def had_call(self) -> frozenset[str]:
        """Return the children whose call of this week came about, of whatever kind."""
        return frozenset(str(one.child_id) for one in self.rows if one.state is CallState.DONE)

    @property
    def provided(self) -> frozenset[UUID]:
        """Return the children for whom nothing is looked for: they have a call or called it off."""
        # What was said last counts: a call that was given up for one that came to nothing after all
        # was not called off.
        last = {one.child_id: one for one in sorted(self.rows, key=_said)}
        return frozenset(
            one.child_id
            for one in self.rows
            if one.state in _LIVE | {CallState.DONE}
            or (one.call_kind is CallKind.WEEKLY and one.state in USES_WEEK)
            or last[one.child_id].state is CallState.CANCELLED
        )

    def next_places(self, here: Here) -> dict[str, CallPlace]:
        """Return the next place to come of each child that has one."""
        found: dict[str, CallPlace] = {}
        for one in self.rows:
            place = week_plan_facts.place_of(one)
            # What nobody led the child to before it was over is not to come.
            is_over = (one.on_date, one.end_min) <= (here.today, here.minute)
            if one.state is CallState.WAITING or (one.state is CallState.BOOKED and not is_over):
                known = found.setdefault(str(one.child_id), place)
                if (place.on, place.start_min) < (known.on, known.start_min):
                    found[str(one.child_id)] = place
        return found

    def lent(self, here: Here) -> dict[str, AnyRow]:
        """Return the calls to come of children who have rung already, and ring alone, by child."""
        rung = self.had_call
        leading = {one.companion_of_id for one in self.rows}
        return {
            str(one.child_id): one
            for one in self.rows
            if one.state is CallState.BOOKED
            and one.call_kind is CallKind.WEEKLY
            and str(one.child_id) in rung
            and one.companion_of_id is None
            and one.booking_id not in leading
            and (one.on_date, one.start_min) >= (here.today, here.minute)
        }

    def fallen_through(self) -> dict[str, UUID]:
        """Return the last call of each child that did not come about, for another to stand for."""
        return {
            str(one.child_id): one.booking_id
            for one in self.rows
            if one.state not in _LIVE | {CallState.DONE, CallState.CANCELLED}
        }

    def urgent_needs(self) -> dict[UUID, StandsFor]:
        """Return the calls that cannot wait and have not come about, by child.

        Whoever has talked since, or called it off, needs no other.
        """
        last = {one.child_id: one for one in self.rows if one.call_kind is CallKind.URGENT}
        talked = [one for one in self.rows if one.state is CallState.DONE]
        stands = {one.replaces_id for one in self.rows}
        return {
            one.child_id: StandsFor(booking_id=one.booking_id, kind=CallKind.URGENT)
            for one in last.values()
            if one.state not in USES_WEEK | {CallState.CANCELLED}
            and one.booking_id not in stands
            and not any(
                call.child_id == one.child_id and call.state_since > one.state_since
                for call in talked
            )
        }

    def in_place_of(self, booking_id: UUID) -> AnyRow | None:
        """Return the call that stands for another one, if there is one."""
        return next(
            (
                one
                for one in self.rows
                if one.replaces_id == booking_id and one.state is not CallState.CANCELLED
            ),
            None,
        )

    def missed_at(self, here: Here) -> dict[str, int]:
        """Return at which minute of today nobody answered a child's call last."""
        found: dict[str, int] = {}
        for one in self.rows:
            if one.state is CallState.NO_ANSWER and one.on_date == here.today:
                child_id = str(one.child_id)
                found[child_id] = max(one.start_min, found.get(child_id, 0))
        return found


def _said(row: AnyRow) -> tuple[datetime, bool]:
    return row.state_since, row.state is not CallState.CANCELLED


def calls(session: Session, first_day: date) -> WeekCalls:
    """Return the calls of the week that begins on a day."""
    last_day = first_day + 6 * _DAY
    rows = session.execute(_CALLS, {"first_day": first_day, "last_day": last_day}).all()
    return WeekCalls(first_day=first_day, rows=tuple(rows))


def children(
    session: Session,
    week: WeekCalls,
    which: ColumnElement[bool],
    *,
    here: Here,
    away: Iterable[UUID] = (),
) -> tuple[WaitingChild, ...]:
    """Return what is known of these children now; times that they or their people have are theirs.

    `away` are not there today, beside those who are excused.
    """
    until = here.today + _DAY if week.first_day <= here.today else week.first_day
    found = week_plan_facts.children(session, week.first_day, which, until=until, here=here)
    absent = {str(one) for one in away}
    absent |= {
        str(one.child_id)
        for one in week.rows
        if one.state is CallState.EXCUSED and one.on_date == here.today
    }
    of_child: defaultdict[str, list[BlockedTime]] = defaultdict(list)
    of_phone: defaultdict[str, list[BlockedTime]] = defaultdict(list)
    for one in week.rows:
        if one.state in HOLDING:
            time = BlockedTime(
                weekday=one.on_date.isoweekday(), from_min=one.start_min, to_min=one.end_min
            )
            of_child[str(one.child_id)].append(time)
            of_phone[one.phone_digest.hex()].append(time)
    return tuple(
        replace(
            one,
            away=frozenset({here.today}) if one.child_id in absent else one.away,
            blocked=(
                *one.blocked,
                *of_child[one.child_id],
                *(time for callee in one.callees for time in of_phone[callee.phone]),
            ),
        )
        for one in found
    )


def present(
    week: WeekCalls,
    waiting: Iterable[WaitingChild],
    *,
    here: Here,
    urgent: Collection[UUID] = (),
) -> tuple[PresentChild, ...]:
    """Return the children, all of them in the room, as those who may stand by."""
    rung, places = week.had_call, week.next_places(here)
    return tuple(
        PresentChild(
            child=one,
            had_call=one.child_id in rung,
            next_place_on=places[one.child_id].on if one.child_id in places else None,
            is_urgent=UUID(one.child_id) in urgent,
        )
        for one in waiting
    )


def seed(session: Session, first_day: date, *, here: Here) -> str | None:
    """Return what opens the lots of a week, or None where children pick their times."""
    chosen = session.get(CallSetting, here.home_id)
    if chosen is None:
        return None
    return call_waiting.week_seed(chosen.lot_secret, civil.week_key(first_day))


def has_opened_today(session: Session, *, here: Here) -> bool:
    """Return whether the day's telephone hour has begun: what is free today is for who is here."""
    opened = exists().where(
        Opening.home_id == here.home_id,
        Opening.on_date == here.today,
        Opening.opened_at.is_not(None),
    )
    return bool(session.scalar(select(opened)))
