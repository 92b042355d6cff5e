"""The plan of the room: the weekly pattern laid out in dated openings and places for calls."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, delete, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, transaction
from kiosk.errors import NotFoundError
from kiosk.ids import new_id
from kiosk.models.call_plan import PlanSeat
from kiosk.models.calls import TO_COME_STATES, Booking, Line, Slot, SlotStatus
from kiosk.models.openings import Opening, OpeningRule
from kiosk.rules import civil, openings, slots
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.openings import (
    DatedOpening,
    OpeningOrigin,
    OpeningRefusal,
    OpeningState,
    WeeklyRule,
)
from kiosk.services import call_moves, duty_steps, forgotten, line_outages, loan_days
from kiosk.services.calendar import PLANNED_AHEAD
from kiosk.services.here import Here

# Places for calls are laid out for this and the next weeks; who books further ahead forgets.
_SLOTS_AHEAD: Final = timedelta(days=13)


def plan_ahead(*, here: Here) -> int:
    """Lay out the weekly pattern in dated openings and places; return how many openings are new.

    What stands already stays as it is, also when it was cancelled or changed by hand.
    """
    with transaction() as session:
        if fresh := plan_ahead_in(session, here=here):
            loan_days.follow(session, here=here)
        return fresh


def plan_ahead_in(session: Session, *, here: Here) -> int:
    """Lay the openings and places out, inside a transaction that is under way; no due day moves."""
    forgotten.close_in(session, here=here)
    last = here.today + PLANNED_AHEAD
    standing = _standing(session, here)
    planned = openings.dated(
        weekly_rules(session, here=here), first=here.today, last=last, school=here.school
    )
    fresh = [one for one in planned if not _is_there(one, standing.get(one.on, ()))]
    for one in fresh:
        session.add(
            Opening(
                id=new_id(here.now),
                home_id=here.home_id,
                rule_id=one.rule_id,
                on_date=one.on,
                from_min=one.from_min,
                to_min=one.to_min,
                place_min=one.place_min,
                talk_min=one.talk_min,
                origin=OpeningOrigin.RULE,
                state=OpeningState.PLANNED,
            )
        )
    session.flush()  # the places refer to the openings
    _miss_past_ones(session, here)
    lay_out_slots(session, here=here)
    return len(fresh)


def lay_out_slots(session: Session, *, here: Here) -> None:
    """Make the places of each opening of the next days that has none yet, on each line in use."""
    lines = session.scalars(
        select(Line.id).where(Line.home_id == here.home_id, Line.is_in_use.is_(True))
    ).all()
    taken = _spans(session, here)
    out_today = line_outages.out_today(session, here=here)
    rows = []
    for opening in _ahead(session, here):
        of_day = taken.setdefault(opening.on_date, [])
        work = [one for one in lines if opening.on_date > here.today or one not in out_today]
        for place in slots.grid(opening.from_min, opening.to_min, opening.place_min):
            for line_id in work:
                if (line_id, place) in of_day:
                    continue  # it stands already, as most do at each start
                of_line = [span for line, span in of_day if line == line_id]
                across = [span for _, span in of_day]
                if slots.may_stand(place, on_its_line=of_line, on_that_day=across):
                    of_day.append((line_id, place))
                    rows.append(_slot(opening.id, line_id, opening.on_date, place, here))
    if rows:
        session.execute(insert(Slot), rows)


def _ahead(session: Session, here: Here) -> Sequence[AnyRow]:
    """Return the openings of the next days that have or get places."""
    return session.execute(
        select(Opening.id, Opening.on_date, Opening.from_min, Opening.to_min, Opening.place_min)
        .where(
            Opening.home_id == here.home_id,
            Opening.on_date >= here.today,
            Opening.on_date <= here.today + _SLOTS_AHEAD,
            Opening.state.in_([OpeningState.PLANNED, OpeningState.OPEN]),
        )
        .order_by(Opening.on_date, Opening.from_min)
    ).all()


def planned(session: Session, opening_id: UUID, *, here: Here) -> Opening:
    """Return a planned opening of this room, kept for this transaction.

    Raises:
        NotFoundError: NOT_OPEN, for no such planned opening.
    """
    opening = session.get(Opening, opening_id, with_for_update=True)
    if opening is None or opening.home_id != here.home_id:
        raise NotFoundError(OpeningRefusal.NOT_OPEN)
    if opening.state is not OpeningState.PLANNED:
        raise NotFoundError(OpeningRefusal.NOT_OPEN)
    return opening


def withdraw(session: Session, opening: Opening, *, staff_id: UUID, here: Here) -> int:
    """Cancel an opening with its places; return how many calls were released."""
    opening.state = OpeningState.CANCELLED
    return give_up_places(session, opening.id, staff_id=staff_id, here=here)


def take_back(
    session: Session, opening: Opening, *, reason: ClosureReason, staff_id: UUID, here: Here
) -> int:
    """Take an opening out of the plan; return how many calls were released.

    One that somebody has promised, one with calls, or with places that the draft of a week names,
    is cancelled for this reason and no longer its rule's, which may plan the day anew; any other
    is as if it had never been planned.
    """
    is_used = exists().where(
        Slot.opening_id == opening.id,
        or_(
            exists().where(Booking.slot_id == Slot.id),
            exists().where(PlanSeat.slot_id == Slot.id),
        ),
    )
    if duty_steps.is_promised(session, opening) or session.scalar(select(is_used)):
        opening.rule_id, opening.reason = None, reason
        return withdraw(session, opening, staff_id=staff_id, here=here)
    session.execute(delete(Slot).where(Slot.opening_id == opening.id))
    duty_steps.forget(session, opening.id)
    session.delete(opening)
    return 0


def give_up_places(
    session: Session, opening_id: UUID, *, staff_id: UUID, here: Here, from_min: int = 0
) -> int:
    """Withdraw the places from a minute on, and release every call that is still to come.

    Return how many calls those were.
    """
    session.execute(
        update(Slot)
        .where(Slot.opening_id == opening_id, Slot.start_min >= from_min)
        .values(status=SlotStatus.WITHDRAWN)
    )
    calls = session.scalars(calls_to_come(opening_id)).all()
    return call_moves.release(session, calls, by_staff_id=staff_id, here=here)


def calls_to_come(opening_id: UUID) -> Select[Booking]:
    """Return the query for the calls of an opening that nobody has rung yet."""
    return (
        select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Slot.opening_id == opening_id, Booking.state.in_(TO_COME_STATES))
    )


def _standing(session: Session, here: Here) -> dict[date, list[Opening]]:
    """Return the openings from today on by day, the cancelled ones among them."""
    found: dict[date, list[Opening]] = {}
    for opening in session.scalars(
        select(Opening).where(Opening.home_id == here.home_id, Opening.on_date >= here.today)
    ):
        found.setdefault(opening.on_date, []).append(opening)
    return found


def _is_there(one: DatedOpening, standing: Iterable[Opening]) -> bool:
    """Say whether the pattern's opening stands already, or another one at its time."""
    return any(
        other.rule_id == one.rule_id
        or (
            other.state is not OpeningState.CANCELLED
            and other.from_min < one.to_min
            and one.from_min < other.to_min
        )
        for other in standing
    )


def weekly_rules(session: Session, *, here: Here) -> list[WeeklyRule]:
    """Return the lines of the weekly pattern of a room."""
    rows = session.scalars(select(OpeningRule).where(OpeningRule.home_id == here.home_id))
    return [weekly_rule(row) for row in rows]


def weekly_rule(row: OpeningRule) -> WeeklyRule:
    """Return a line of the weekly pattern as the rules read it."""
    return WeeklyRule(
        rule_id=row.id,
        weekday=row.weekday,
        from_min=row.from_min,
        to_min=row.to_min,
        place_min=row.place_min,
        talk_min=row.talk_min,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        kind=row.kind,
        letter=row.week_letter,
    )


def _miss_past_ones(session: Session, here: Here) -> None:
    """Call each planned opening of a day gone by that nobody opened missed."""
    session.execute(
        update(Opening)
        .where(
            Opening.home_id == here.home_id,
            Opening.on_date < here.today,
            Opening.state == OpeningState.PLANNED,
        )
        .values(state=OpeningState.MISSED)
    )


def _spans(session: Session, here: Here) -> dict[date, list[tuple[UUID, slots.Span]]]:
    """Return the places that stand on each day, with their lines."""
    spans: dict[date, list[tuple[UUID, slots.Span]]] = {}
    rows = session.execute(
        select(Slot.line_id, Slot.on_date, Slot.start_min, Slot.end_min)
        .join(Line, Line.id == Slot.line_id)
        .where(
            Line.home_id == here.home_id,
            Slot.on_date >= here.today,
            Slot.status == SlotStatus.OPEN,
        )
    )
    for row in rows:
        spans.setdefault(row.on_date, []).append((row.line_id, (row.start_min, row.end_min)))
    return spans


def _slot(
    opening_id: UUID, line_id: UUID, on: date, place: slots.Span, here: Here
) -> dict[str, object]:
    return {
        "id": new_id(here.now),
        "opening_id": opening_id,
        "line_id": line_id,
        "on_date": on,
        "week_key": civil.week_key(on),
        "start_min": place[0],
        "end_min": place[1],
        "status": SlotStatus.OPEN,
    }
