"""Which calls are lost with places that go, and what follows on it, week by week."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.errors import RefusedError
from kiosk.models.calls import TO_COME_STATES, UNFINISHED_STATES, Booking, Slot
from kiosk.models.people import Child, SchoolClass
from kiosk.rules import call_outage
from kiosk.rules.badges import Badge
from kiosk.rules.call_outage import ClosureRefusal, Loss, LostCall, Outage
from kiosk.rules.call_repair import Moves
from kiosk.rules.call_states import CallKind
from kiosk.rules.call_waiting import CallPlace
from kiosk.services import call_seating, call_weeks, week_plan_facts, week_plans
from kiosk.services.call_weeks import StandsFor, WeekCalls
from kiosk.services.here import Here
from kiosk.services.loan_days import DueMove


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Promised:
    """An opening that goes although somebody planned it by hand, or has agreed to come."""

    on: date
    from_min: int
    to_min: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What follows from a change of the plan beside the calls that are lost."""

    promised: tuple[Promised, ...] = ()
    due: tuple[DueMove, ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything follows."""
        return bool(self.promised or self.due)

    @property
    def lines(self) -> tuple[str, ...]:
        """Return what stands for it in a digest; no name is in it."""
        gone = (f"{one.on} {one.from_min} {len(one.names)}" for one in self.promised)
        return (*gone, *(f"{one.was_on} {one.due_on} {one.books}" for one in self.due))


NOTHING_BESIDE: Final = Beside()


@dataclass(frozen=True, slots=True, kw_only=True)
class LossRow:
    """A child that loses a call, for the page that asks beforehand."""

    given_name: str
    class_name: tuple[int, int]
    badge: Badge
    loss: Loss


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Who loses a call and what becomes of it. `plans`: the room seats them anew by itself.

    `beside` is what follows beside the calls. `digest` stands for all of it: the deed is refused
    when anything else would follow by then.
    """

    rows: tuple[LossRow, ...]
    plans: bool
    digest: str
    beside: Beside = NOTHING_BESIDE

    @property
    def missing(self) -> int:
        """Return how many children would be without a call in that week."""
        return sum(row.loss.misses_week for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLosses:
    """The calls of one week that are lost, and what follows."""

    first_day: date
    booked: tuple[Booking, ...]
    outage: Outage


def losses(session: Session, which: ColumnElement[bool], *, here: Here) -> list[WeekLosses]:
    """Return, for each week, the calls to come at these places, and what follows on their loss."""
    booked = session.scalars(
        select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(
            which,
            Booking.state.in_(UNFINISHED_STATES),  # the index on these few
            Booking.state.in_(TO_COME_STATES),
            Booking.on_date >= here.today,
        )
        .order_by(Booking.on_date, Booking.start_min, Booking.booked_at)
    ).all()
    gone = frozenset(session.scalars(select(Slot.id).where(which, Slot.on_date >= here.today)))
    mondays = sorted({week_plans.first_day(one.on_date) for one in booked})
    return [
        _of_week(
            session,
            monday,
            tuple(one for one in booked if week_plans.first_day(one.on_date) == monday),
            gone,
            here,
        )
        for monday in mondays
    ]


def _of_week(
    session: Session, monday: date, booked: tuple[Booking, ...], gone: Collection[UUID], here: Here
) -> WeekLosses:
    week = call_weeks.calls(session, monday)
    lost_ids = {one.id for one in booked}
    lost_rows = [row for row in week.rows if row.booking_id in lost_ids]
    # What is lost no longer keeps anybody from another place at that time.
    rest = WeekCalls(
        first_day=monday, rows=tuple(row for row in week.rows if row.booking_id not in lost_ids)
    )
    losers = Child.id.in_([one.child_id for one in booked])
    seed = call_weeks.seed(session, monday, here=here)
    free, lent = _left(session, rest, gone, here) if seed is not None else ([], {})
    return WeekLosses(
        first_day=monday,
        booked=booked,
        outage=call_outage.outage(
            [_lost(row) for row in lost_rows],
            children=call_weeks.children(
                session, rest, losers, here=here, away=_not_here(session, booked, here)
            ),
            had_call=week.had_call,
            free=free,
            lent=lent,
            seed=seed or "",
            today=max(monday, here.today),
        ),
    )


def _not_here(session: Session, booked: Iterable[Booking], here: Here) -> frozenset[UUID]:
    """Return who is not expected today: once the room has opened, who loses calls of later days."""
    if not call_weeks.has_opened_today(session, here=here):
        return frozenset()
    today = {one.child_id for one in booked if one.on_date == here.today}
    return frozenset(one.child_id for one in booked) - today


def _lost(row: AnyRow) -> LostCall:
    return LostCall(
        call_id=str(row.booking_id),
        child_id=str(row.child_id),
        place=week_plan_facts.place_of(row),
        is_urgent=row.call_kind is CallKind.URGENT,
    )


def _left(
    session: Session, rest: WeekCalls, gone: Collection[UUID], here: Here
) -> tuple[list[CallPlace], dict[str, CallPlace]]:
    """Return the free places of a week without those that go, and those that could be lent."""
    places = week_plan_facts.places(session, rest.first_day, here=here)
    free = [one for one in places if UUID(one.slot_id) not in gone]
    lent = rest.lent(here)
    return free, {
        child_id: week_plan_facts.place_of(row)
        for child_id, row in lent.items()
        if row.id not in gone
    }


def preview(session: Session, which: ColumnElement[bool], *, here: Here) -> Preview:
    """Return what the page that asks beforehand shows."""
    return _shown(session, losses(session, which, here=here), here)


def _shown(
    session: Session, found: Iterable[WeekLosses], here: Here, beside: Beside = NOTHING_BESIDE
) -> Preview:
    outages = [one.outage for one in found]
    lost = [loss for one in outages for loss in one.losses]
    faces = {str(row.id): row for row in _faces(session, [UUID(loss.child_id) for loss in lost])}
    return Preview(
        rows=tuple(_row(faces[loss.child_id], loss) for loss in lost),
        plans=call_weeks.seed(session, here.today, here=here) is not None,
        digest=call_outage.digest(outages, also=beside.lines),
        beside=beside,
    )


def check(found: Iterable[WeekLosses], digest: str | None) -> None:
    """Refuse to do what was not shown.

    Raises:
        RefusedError: CHANGED.
    """
    if digest is not None and call_outage.digest(one.outage for one in found) != digest:
        raise RefusedError(ClosureRefusal.CHANGED)


def agree(
    session: Session,
    found: Sequence[WeekLosses],
    agreed: str | None,
    *,
    here: Here,
    beside: Beside = NOTHING_BESIDE,
) -> None:
    """Refuse to let go what nobody was shown; with None nobody looks beforehand.

    Raises:
        RefusedError: CHANGED, with the `preview` of what would follow.
    """
    if agreed is None or not (found or beside):
        return
    shown = _shown(session, found, here, beside)
    if shown.digest != agreed:
        raise RefusedError(ClosureRefusal.CHANGED, preview=shown)


def seat(session: Session, work: WeekLosses, *, staff_id: UUID, here: Here) -> int:
    """Seat those who lose a call as was worked out, and return how many these are."""
    booked = {str(one.id): one for one in work.booked}
    instead = [
        (one.instead, StandsFor(booking_id=UUID(one.call_id), kind=booked[one.call_id].kind))
        for one in work.outage.losses
        if one.instead is not None
    ]
    instead.sort(key=lambda one: one[0].order)
    done = call_seating.apply(
        session,
        Moves(seated=tuple(seat for seat, _ in instead), gives_back=work.outage.gives_back),
        call_weeks.calls(session, work.first_day),
        here=here,
        stand_for=[stands_for for _, stands_for in instead],
        by_staff_id=staff_id,
    )
    return len(done.booked)


def _faces(session: Session, child_ids: list[UUID]) -> Sequence[AnyRow]:
    return session.execute(
        select(
            Child.id,
            Child.given_name,
            Child.animal,
            Child.cloth,
            SchoolClass.grade,
            SchoolClass.number,
        )
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(Child.id.in_(child_ids))
    ).all()


def _row(face: AnyRow, loss: Loss) -> LossRow:
    return LossRow(
        given_name=face.given_name,
        class_name=(face.grade, face.number),
        badge=Badge(animal=face.animal, cloth=face.cloth),
        loss=loss,
    )
