"""What a holiday had cancelled and stands again, and who is asked once more whether it can come."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import reading
from kiosk.models.duty import PlannedDuty
from kiosk.models.openings import Opening
from kiosk.models.people import Staff
from kiosk.rules import openings
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.duty import RESPONSIBLE, DutyState
from kiosk.rules.openings import (
    CancelledOpening,
    DatedOpening,
    OpeningOrigin,
    OpeningState,
)
from kiosk.rules.school_days import SchoolDays
from kiosk.services import duty_steps, opening_plan
from kiosk.services.calendar import PLANNED_AHEAD
from kiosk.services.call_losses import Promised
from kiosk.services.here import Here

_BY_THE_CALENDAR: Final = and_(
    Opening.state == OpeningState.CANCELLED,
    Opening.reason == ClosureReason.HOLIDAY,
    Opening.rule_id.is_(None),  # cancelled by hand it stays its rule's
)


def bring_back(session: Session, *, before: SchoolDays, staff_id: UUID, here: Here) -> None:
    """Plan again what the calendar had cancelled and closes no longer, with its people.

    Their agreement ended with the opening, so they are asked again. `before` is the calendar as
    it was. The places are laid out by whoever plans ahead; no call comes back to them. One at
    other times than the pattern has was moved by hand, and counts as such again.
    """
    cancelled = [one for one in _cancelled(session, here) if not here.school.is_closed(one.on_date)]
    if not cancelled:
        return
    lines = openings.dated(
        opening_plan.weekly_rules(session, here=here),
        first=here.today,
        last=here.today + PLANNED_AHEAD,
        school=here.school,
    )
    back = openings.come_back(
        [
            _as_rule_reads_it(one)
            for one in cancelled
            if one.origin is not OpeningOrigin.MANUAL or before.is_closed(one.on_date)
        ],
        pattern=lines,
        standing=[_as_rule_reads_it(one) for one in _standing(session, here)],
    )
    for one in cancelled:
        if one.id in back:
            one.state, one.rule_id = OpeningState.PLANNED, back[one.id]
            one.reason = ClosureReason.OTHER if _is_moved(one, lines) else None
            duty_steps.ask_again(session, one.id, by_id=staff_id, here=here)
    session.flush()  # the plan that is laid out now finds them


def asked_again(*, here: Here) -> tuple[Promised, ...]:
    """Return the openings to come that stand again, with those who have not agreed again yet."""
    return _had_agreed(
        here, Opening.state == OpeningState.PLANNED, PlannedDuty.state == DutyState.PLANNED
    )


def stay_cancelled(*, here: Here) -> tuple[Promised, ...]:
    """Return what a holiday had cancelled and did not come back, with those who had agreed.

    That is what lies at no time of the pattern, or at that of another opening. Who stands on
    another opening of the day knows.
    """
    other_opening, other_duty = aliased(Opening), aliased(PlannedDuty)
    comes_anyway = exists().where(
        other_opening.id == other_duty.opening_id,
        other_opening.on_date == Opening.on_date,
        other_opening.state != OpeningState.CANCELLED,
        other_duty.staff_id == PlannedDuty.staff_id,
        other_duty.state.in_(RESPONSIBLE),
    )
    found = _had_agreed(here, _BY_THE_CALENDAR, PlannedDuty.state.in_(RESPONSIBLE), ~comes_anyway)
    return tuple(one for one in found if not here.school.is_closed(one.on))


def _had_agreed(here: Here, *which: ColumnElement[bool]) -> tuple[Promised, ...]:
    rows = reading().execute(
        select(Opening.on_date, Opening.from_min, Opening.to_min, Opening.id, Staff.display_name)
        .join(PlannedDuty, PlannedDuty.opening_id == Opening.id)
        .join(Staff, Staff.id == PlannedDuty.staff_id)
        .where(_to_come(here), duty_steps.HAD_AGREED, *which)
        .order_by(Opening.on_date, Opening.from_min, Opening.id, PlannedDuty.id)
    )
    return tuple(
        Promised(on=on, from_min=from_min, to_min=to_min, names=tuple(one[-1] for one in found))
        for (on, from_min, to_min, _), found in groupby(rows, key=itemgetter(0, 1, 2, 3))
    )


def _is_moved(one: Opening, lines: Iterable[DatedOpening]) -> bool:
    return any(
        (line.rule_id, line.on) == (one.rule_id, one.on_date)
        and (line.from_min, line.to_min) != (one.from_min, one.to_min)
        for line in lines
    )


def _cancelled(session: Session, here: Here) -> list[Opening]:
    """Return what the calendar cancelled, what was planned last first.

    Of what the pattern had only that for which somebody stands: the rest is planned anew.
    """
    counts_on_somebody = exists().where(
        PlannedDuty.opening_id == Opening.id, PlannedDuty.state.in_(RESPONSIBLE)
    )
    return list(
        session.scalars(
            select(Opening)
            .where(
                _to_come(here),
                _BY_THE_CALENDAR,
                or_(Opening.origin == OpeningOrigin.MANUAL, counts_on_somebody),
            )
            .order_by(Opening.id.desc())
        )
    )


def _standing(session: Session, here: Here) -> Iterable[Opening]:
    return session.scalars(
        select(Opening).where(_to_come(here), Opening.state != OpeningState.CANCELLED)
    )


def _to_come(here: Here) -> ColumnElement[bool]:
    return and_(Opening.home_id == here.home_id, Opening.on_date >= here.today)


def _as_rule_reads_it(one: Opening) -> CancelledOpening:
    return CancelledOpening(
        opening_id=one.id,
        on=one.on_date,
        from_min=one.from_min,
        to_min=one.to_min,
        is_by_hand=one.origin is OpeningOrigin.MANUAL,
    )
