"""What the room's telephones can do in a week, and what would help whoever is worst off."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import case, func, select

from kiosk.db import reading
from kiosk.models.calls import Booking, Line, Slot
from kiosk.rules import call_capacity, call_changes
from kiosk.rules.call_capacity import CapacityCard, Change
from kiosk.rules.call_states import CallState
from kiosk.services import week_plan_facts, week_plans
from kiosk.services.here import Here
from kiosk.services.week_plan_facts import PlanFacts

_LATELY: Final = timedelta(weeks=4)
# Fewer calls than these say nothing about the next ones.
_ENOUGH_CALLS: Final = 20
# How a call ended for which somebody was to ring.
_ENDED: Final = (
    CallState.DONE,
    CallState.CUT,
    CallState.NO_ANSWER,
    CallState.NO_SHOW,
    CallState.EXCUSED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """The change that helps most: the days between two calls of those who are worst off by it.

    `reached` are the children more whom some opening suits.
    """

    change: Change
    round_days: int | None
    reached: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The card of the week that begins on `monday`.

    `use` is the share of the calls of late that came about, None when too few are known.
    `place_min` is how long a place is. No advice: no change helps, or none is needed.
    """

    monday: date
    card: CapacityCard
    use: float | None
    place_min: int | None
    advised: Advised | None


def capacity(*, here: Here) -> Capacity:
    """Return the card of the next week: all children, all places, whoever has which."""
    monday = week_plans.first_day(here.today) + week_plans.WEEK
    facts = week_plan_facts.read_whole(reading(), monday, here=here)
    use = _use(here)
    card = call_capacity.card(facts.children, facts.places, use=use or 1)
    return Capacity(
        monday=monday,
        card=card,
        use=use,
        place_min=call_changes.usual_minutes(facts.places) if facts.places else None,
        advised=_advised(facts, card, use or 1),
    )


def _advised(facts: PlanFacts, card: CapacityCard, use: float) -> Advised | None:
    found = call_capacity.advice(facts.children, facts.places, call_changes.changed(facts.places))
    best = next(iter(found), None)
    is_enough = card.worst_rate >= 1
    if best is None or (best.reached <= 0 and (is_enough or best.gain <= 0)):
        return None
    days = call_capacity.round_days(best.rate, use=use)
    return Advised(change=best.change, round_days=days, reached=max(best.reached, 0))


def _use(here: Here) -> float | None:
    """Return which share of the calls of the last weeks came about."""
    row = (
        reading()
        .execute(
            select(
                func.count().label("ended"),
                func.sum(case((Booking.state == CallState.DONE, 1), else_=0)).label("done"),
            )
            .join(Slot, Slot.id == Booking.slot_id)
            .join(Line, Line.id == Slot.line_id)
            .where(
                Line.home_id == here.home_id,
                Booking.on_date.between(here.today - _LATELY, here.today),
                Booking.state.in_(_ENDED),
            )
        )
        .one()
    )
    return row.done / row.ended if row.ended >= _ENOUGH_CALLS and row.done else None
