"""A week's plan as staff look at it: who rings when and why, who does not, and what moved since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, AnySelect, reading
from kiosk.models.call_plan import PlanSeat, WeekPlan
from kiosk.models.calls import Booking, Line, Slot
from kiosk.models.people import Child, Contact, SchoolClass, Staff
from kiosk.rules.badges import Badge
from kiosk.rules.call_reasons import SeatReason, TimeReason, UnseatedReason
from kiosk.rules.call_states import HOLDING, CallKind, CallState
from kiosk.rules.call_windows import LineKind
from kiosk.rules.call_wishes import PlanState
from kiosk.rules.relations import Relation
from kiosk.services import week_plans
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPlace:
    """A place of the plan: a day, minutes since midnight, a line."""

    slot_id: UUID
    on: date
    start_min: int
    line_name: str
    line_kind: LineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNow:
    """The call that a child has now. `is_moved`: repair put it in the place of another one."""

    place: PlanPlace
    state: CallState
    is_moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """What the plan has for a child, and why; `now` only once the plan is out.

    `is_without`: it has no place, or lost it before the plan came out or later, and no other call.
    """

    child_id: UUID
    class_id: UUID
    given_name: str
    class_name: tuple[int, int]
    badge: Badge
    turn: int
    waited_days: int
    place: PlanPlace | None
    relation: Relation | None
    with_name: str | None
    seat_reason: SeatReason | None
    time_reason: TimeReason | None
    unseated_reason: UnseatedReason | None
    now: CallNow | None
    is_without: bool

    @property
    def is_elsewhere(self) -> bool:
        """Say whether its call of the week is not where the plan had it."""
        planned = None if self.place is None else self.place.slot_id
        return self.now is not None and self.now.place.slot_id != planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a draft has otherwise than the one before it, in children."""

    gained: int
    lost: int
    moved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPage:
    """The plan of a week; `rows` in turn. `compared` where an earlier draft was replaced."""

    plan_id: UUID
    monday: date
    state: PlanState
    seed: str
    rule_version: int
    input_digest: str
    made_at: datetime
    published_at: datetime | None
    published_by: str | None
    rows: tuple[SeatRow, ...]
    compared: Compared | None

    @property
    def without(self) -> int:
        return sum(row.is_without for row in self.rows)

    @property
    def seated(self) -> int:
        return sum(row.place is not None for row in self.rows)

    @property
    def is_published(self) -> bool:
        return self.state is PlanState.PUBLISHED

    @property
    def taken_meanwhile(self) -> int:
        """How many places of the plan somebody had when it came out, so that nothing was booked."""
        lost = (row.place is not None and row.now is None for row in self.rows)
        return sum(lost) if self.is_published else 0


_PLACE: Final = (Slot.on_date, Slot.start_min, Line.name.label("line"), Line.kind)
_SEATS: Final[AnySelect] = (
    select(
        PlanSeat,
        Child.class_id,
        Child.given_name,
        Child.animal,
        Child.cloth,
        SchoolClass.grade,
        SchoolClass.number,
        Contact.relation,
        *_PLACE,
    )
    .join(Child, Child.id == PlanSeat.child_id)
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .outerjoin(Contact, Contact.id == PlanSeat.contact_id)
    .outerjoin(Slot, Slot.id == PlanSeat.slot_id)
    .outerjoin(Line, Line.id == Slot.line_id)
    .order_by(PlanSeat.turn)
)
_CALLS: Final[AnySelect] = (
    select(Booking.child_id, Booking.slot_id, Booking.state, Booking.replaces_id, *_PLACE)
    .join(Slot, Slot.id == Booking.slot_id)
    .join(Line, Line.id == Slot.line_id)
    .where(Booking.kind == CallKind.WEEKLY)
    .order_by(Booking.booked_at, Booking.id)
)


def page(monday: date, *, here: Here) -> WeekPage | None:
    """Return the plan of a week that holds, or its draft; None when there is neither."""
    session = reading()
    plan = week_plans.plan_of(session, monday, here=here)
    if plan is None:
        return None
    is_out = plan.state is PlanState.PUBLISHED
    now = _calls(session, monday, here) if is_out else {}
    seats = session.execute(_SEATS.where(PlanSeat.plan_id == plan.id)).all()
    names = {row.PlanSeat.child_id: row.given_name for row in seats}
    return WeekPage(
        plan_id=plan.id,
        monday=monday,
        state=plan.state,
        seed=plan.seed,
        rule_version=plan.rule_version,
        input_digest=plan.input_digest,
        made_at=plan.made_at,
        published_at=plan.published_at,
        published_by=_name(session, plan.published_by_id),
        rows=tuple(_row(row, names, now, is_out=is_out) for row in seats),
        compared=None if is_out else _compared(session, plan),
    )


def _calls(session: Session, monday: date, here: Here) -> dict[UUID, CallNow]:
    """Return the latest call of the week of each child that has one."""
    is_of_week = Booking.on_date.between(monday, monday + timedelta(days=6))
    rows = session.execute(_CALLS.where(is_of_week, Line.home_id == here.home_id))
    return {
        row.child_id: CallNow(
            place=_place(row, row.slot_id), state=row.state, is_moved=row.replaces_id is not None
        )
        for row in rows
    }


def _row(
    row: AnyRow, names: Mapping[UUID, str], now: Mapping[UUID, CallNow], *, is_out: bool
) -> SeatRow:
    seat: PlanSeat = row.PlanSeat
    call = now.get(seat.child_id)
    has_call = (call is not None and call.state in HOLDING) if is_out else bool(seat.slot_id)
    return SeatRow(
        child_id=seat.child_id,
        class_id=row.class_id,
        given_name=row.given_name,
        class_name=(row.grade, row.number),
        badge=Badge(animal=row.animal, cloth=row.cloth),
        turn=seat.turn,
        waited_days=seat.waited_days,
        place=None if seat.slot_id is None else _place(row, seat.slot_id),
        relation=row.relation,
        with_name=None if seat.with_child_id is None else names[seat.with_child_id],
        seat_reason=seat.seat_reason,
        time_reason=seat.time_reason,
        unseated_reason=seat.unseated_reason,
        now=call,
        is_without=not has_call,
    )


def _place(row: AnyRow, slot_id: UUID) -> PlanPlace:
    return PlanPlace(
        slot_id=slot_id,
        on=row.on_date,
        start_min=row.start_min,
        line_name=row.line,
        line_kind=row.kind,
    )


def _name(session: Session, staff_id: UUID | None) -> str | None:
    if staff_id is None:
        return None
    return session.scalar(select(Staff.display_name).where(Staff.id == staff_id))


def _compared(session: Session, plan: WeekPlan) -> Compared | None:
    """Return what is otherwise than in the draft that this one replaced last."""
    before = session.scalar(
        select(WeekPlan.id)
        .where(
            WeekPlan.home_id == plan.home_id,
            WeekPlan.week_key == plan.week_key,
            WeekPlan.state == PlanState.REPLACED,
        )
        .order_by(WeekPlan.made_at.desc(), WeekPlan.id.desc())
        .limit(1)
    )
    if before is None:
        return None
    old, new = _slots(session, before), _slots(session, plan.id)
    return Compared(
        gained=len(new.keys() - old.keys()),
        lost=len(old.keys() - new.keys()),
        moved=sum(new[child_id] != old[child_id] for child_id in new.keys() & old.keys()),
    )


def _slots(session: Session, plan_id: UUID) -> dict[UUID, UUID | None]:
    rows = session.execute(
        select(PlanSeat.child_id, PlanSeat.slot_id).where(
            PlanSeat.plan_id == plan_id, PlanSeat.slot_id.is_not(None)
        )
    )
    return {row.child_id: row.slot_id for row in rows}
