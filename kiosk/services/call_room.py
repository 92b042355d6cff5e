"""Who could ring now: places that stand empty, and whose turn it is in the room."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select

from kiosk.db import AnyRow, reading
from kiosk.models.calls import Line, Slot, SlotStatus
from kiosk.models.openings import Opening
from kiosk.rules.badges import Badge
from kiosk.rules.call_windows import LineKind
from kiosk.rules.openings import OpeningState
from kiosk.rules.relations import Relation
from kiosk.services import call_facts, call_settling, call_standby
from kiosk.services.call_standby import Ready
from kiosk.services.here import Here

# A child is called to an empty place two minutes before its time, and not for the last three.
_AHEAD_MIN: Final = 2
_LEAST_MIN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NextChild:
    """The child whose turn it is, and whom it would ring."""

    child_id: UUID
    given_name: str
    class_name: tuple[int, int]
    badge: Badge
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyPlace:
    """A place of now that nobody has; `child` is None when it is nobody's turn."""

    slot_id: UUID
    line_name: str
    line_kind: LineKind
    end_min: int
    child: NextChild | None


def empty_places(*, here: Here, passed_over: Collection[UUID] = ()) -> tuple[EmptyPlace, ...]:
    """Return the places that stand empty now; `passed_over` were asked just now and did not come.

    No two places are offered to one child.
    """
    call_settling.settle(here=here)
    rows = reading().execute(
        select(Slot.id, Slot.end_min, Line.name, Line.kind)
        .join(Line, Line.id == Slot.line_id)
        .join(Opening, Opening.id == Slot.opening_id)
        .where(
            Line.home_id == here.home_id,
            Line.is_in_use.is_(True),
            Opening.state == OpeningState.OPEN,
            Slot.status == SlotStatus.OPEN,
            Slot.on_date == here.today,
            Slot.start_min <= here.minute + _AHEAD_MIN,
            Slot.end_min >= here.minute + _LEAST_MIN,
            ~call_facts.IS_TAKEN,
        )
        .order_by(Slot.start_min, Line.name)
    )
    empty = rows.all()
    in_turn = call_standby.ready(reading(), here) if empty else ()
    asked, found = set(passed_over), []
    for row in empty:
        child = _next(in_turn, row.id, asked, here)
        if child is not None:
            asked.add(child.child_id)
        found.append(_place(row, child))
    return tuple(found)


def _place(row: AnyRow, child: NextChild | None) -> EmptyPlace:
    return EmptyPlace(
        slot_id=row.id,
        line_name=row.name,
        line_kind=row.kind,
        end_min=row.end_min,
        child=child,
    )


def _next(
    in_turn: Iterable[Ready], slot_id: UUID, asked: Collection[UUID], here: Here
) -> NextChild | None:
    offer = call_standby.offer_to(reading(), in_turn, slot_id, here=here, passed_over=asked)
    if offer is None:
        return None
    return NextChild(
        child_id=offer.child_id,
        given_name=offer.given_name,
        class_name=offer.class_name,
        badge=offer.badge,
        relation=offer.relation,
    )
