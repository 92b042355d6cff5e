"""What a holiday had cancelled and stands again, and who is asked once more whether it can come."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.models.duty import PlannedDuty
from kiosk.models.openings import Opening
from kiosk.models.people import Staff
from kiosk.rules import openings
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.duty import RESPONSIBLE, DutyState
from kiosk.rules.openings import CancelledOpening, OpeningOrigin, OpeningState
from kiosk.rules.school_days import SchoolDays
from kiosk.services import duty_steps, opening_plan
from kiosk.services.calendar import PLANNED_AHEAD
from kiosk.services.call_losses import Promised
from kiosk.services.here import Here


def bring_back(session: Session, *, before: SchoolDays, staff_id: UUID, here: Here) -> None:
    """Plan again what the calendar had cancelled and closes no longer, with its people.

    Their agreement ended with the opening, so they are asked again. `before` is the calendar as
    it was. The places are laid out by whoever plans ahead; no call comes back to them.
    """
    cancelled = [one for one in _cancelled(session, here) if not here.school.is_closed(one.on_date)]
    if not cancelled:
        return
    back = openings.come_back(
        [
            _as_rule_reads_it(one)
            for one in cancelled
            if one.origin is not OpeningOrigin.MANUAL or before.is_closed(one.on_date)
        ],
        pattern=openings.dated(
            opening_plan.weekly_rules(session, here=here),
            first=here.today,
            last=here.today + PLANNED_AHEAD,
            school=here.school,
        ),
        standing=[_as_rule_reads_it(one) for one in _standing(session, here)],
    )
    for one in cancelled:
        if one.id in back:
            one.state, one.reason, one.rule_id = OpeningState.PLANNED, None, back[one.id]
            duty_steps.ask_again(session, one.id, by_id=staff_id, here=here)
    session.flush()  # the plan that is laid out now finds them


def asked_again(*, here: Here) -> tuple[Promised, ...]:
    """Return the openings to come that stand again, with those who have not agreed again yet."""
    rows = reading().execute(
        select(Opening.on_date, Opening.from_min, Opening.to_min, Staff.display_name)
        .join(PlannedDuty, PlannedDuty.opening_id == Opening.id)
        .join(Staff, Staff.id == PlannedDuty.staff_id)
        .where(
            _to_come(here),
            Opening.state == OpeningState.PLANNED,
            PlannedDuty.state == DutyState.PLANNED,
            duty_steps.HAD_AGREED,
        )
        .order_by(Opening.on_date, Opening.from_min, PlannedDuty.id)
    )
    return tuple(
        Promised(on=on, from_min=from_min, to_min=to_min, names=tuple(one[-1] for one in found))
        for (on, from_min, to_min), found in groupby(rows, key=itemgetter(0, 1, 2))
    )


def _cancelled(session: Session, here: Here) -> list[Opening]:
    """Return what the calendar cancelled and somebody stands for, what was cancelled last first."""
    counts_on_somebody = exists().where(
        PlannedDuty.opening_id == Opening.id, PlannedDuty.state.in_(RESPONSIBLE)
    )
    return list(
        session.scalars(
            select(Opening)
            .where(
                _to_come(here),
                Opening.state == OpeningState.CANCELLED,
                Opening.reason == ClosureReason.HOLIDAY,
                Opening.rule_id.is_(None),  # by hand it stays its rule's
                counts_on_somebody,
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
