"""What was cancelled and stands again, and who is asked once more whether it can come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import reading, transaction
from kiosk.models.duty import PlannedDuty
from kiosk.models.openings import Opening, OpeningRule
from kiosk.models.people import Staff
from kiosk.rules import openings
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.duty import RESPONSIBLE, DutyState
from kiosk.rules.openings import (
    CancelledOpening,
    OpeningOrigin,
    OpeningState,
)
from kiosk.rules.school_days import SchoolDays
from kiosk.services import audit, duty_steps, opening_plan
from kiosk.services.audit import AuditAction
from kiosk.services.calendar import PLANNED_AHEAD
from kiosk.services.here import Here

_BY_THE_CALENDAR: Final = and_(
    Opening.state == OpeningState.CANCELLED,
    Opening.reason == ClosureReason.HOLIDAY,
    Opening.rule_id.is_(None),  # cancelled by hand it stays its rule's
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HadAgreed:
    """An opening to come, with those who had agreed to it before it was cancelled."""

    opening_id: UUID
    on: date
    from_min: int
    to_min: int
    names: tuple[str, ...]


def stand_again(session: Session, opening: Opening, *, staff_id: UUID, here: Here) -> None:
    """Plan a cancelled opening again; whoever had agreed to come is asked once more.

    The agreement ended with the opening. One at other times than its line of the pattern was moved
    by hand, and counts as such again; why, only the record of what was done still says.
    """
    opening.state = OpeningState.PLANNED
    opening.reason = ClosureReason.OTHER if _is_moved(session, opening) else None
    duty_steps.ask_again(session, opening.id, by_id=staff_id, here=here)


def _is_moved(session: Session, opening: Opening) -> bool:
    if opening.rule_id is None:
        return False
    line = session.get_one(OpeningRule, opening.rule_id)
    return (line.from_min, line.to_min) != (opening.from_min, opening.to_min)


def bring_back(session: Session, *, before: SchoolDays, staff_id: UUID, here: Here) -> None:
    """Plan again what the calendar had cancelled and closes no longer, with its people.

    `before` is the calendar as it was. The places are laid out by whoever plans ahead; no call
    comes back to them.
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
            one.rule_id = back[one.id]
            stand_again(session, one, staff_id=staff_id, here=here)
    session.flush()  # the plan that is laid out now finds them


def asked_again(*, here: Here) -> tuple[HadAgreed, ...]:
    """Return the openings to come that stand again, with those who have not agreed again yet."""
    return _had_agreed(
        here, Opening.state == OpeningState.PLANNED, PlannedDuty.state == DutyState.PLANNED
    )


def stay_cancelled(*, here: Here) -> tuple[HadAgreed, ...]:
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


def are_told(opening_id: UUID, *, staff_id: UUID, here: Here) -> None:
    """Note that whoever had agreed to an opening that stays cancelled knows of it.

    It is not cancelled for the holiday any more, which is over: it has another reason from now on,
    and nothing but a hand plans it again. A second tap changes nothing.
    """
    with transaction() as session:
        opening = session.scalars(
            select(Opening)
            .where(Opening.id == opening_id, _to_come(here), _BY_THE_CALENDAR)
            .with_for_update()
        ).one_or_none()
        if opening is None or here.school.is_closed(opening.on_date):
            return
        opening.reason = ClosureReason.OTHER
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=staff_id,
            subject=f"opening:{opening_id}",
            fields="stays_cancelled",
            purpose="openings",
            here=here,
        )


def _had_agreed(here: Here, *which: ColumnElement[bool]) -> tuple[HadAgreed, ...]:
    rows = reading().execute(
        select(Opening.on_date, Opening.from_min, Opening.to_min, Opening.id, Staff.display_name)
        .join(PlannedDuty, PlannedDuty.opening_id == Opening.id)
        .join(Staff, Staff.id == PlannedDuty.staff_id)
        .where(_to_come(here), duty_steps.HAD_AGREED, *which)
        .order_by(Opening.on_date, Opening.from_min, Opening.id, PlannedDuty.id)
    )
    return tuple(
        HadAgreed(
            opening_id=opening_id,
            on=on,
            from_min=from_min,
            to_min=to_min,
            names=tuple(one[-1] for one in found),
        )
        for (on, from_min, to_min, opening_id), found in groupby(rows, key=itemgetter(0, 1, 2, 3))
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
