"""What follows when the calendar changes: the openings, and the days on which loans are due."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.models.home import Home
from kiosk.models.library import Loan
from kiosk.models.openings import Opening, OpeningRule
from kiosk.models.people import SchoolClass
from kiosk.rules import civil, due_days
from kiosk.rules.due_days import Given
from kiosk.rules.openings import OpeningState
from kiosk.services import calendar, new_loans, opening_plan
from kiosk.services.here import Here

_OUT: Final = (
    select(
        Loan.id,
        Loan.local_day,
        Loan.renewed_at,
        Loan.plain_due_on,
        Loan.due_on,
        Loan.is_holiday_loan,
        SchoolClass.grade,
        SchoolClass.number,
    )
    .outerjoin(SchoolClass, SchoolClass.id == Loan.class_id)
    .where(Loan.ended_at.is_(None))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How many loans are due on another day now, and how many calls were given back."""

    moved: int
    calls_released: int


def follow(session: Session, *, staff_id: UUID, here: Here) -> Followed:
    """Let plan and loans follow the calendar of `here`, inside a transaction that is under way."""
    homes = session.scalars(select(Home.id)).all()
    released = sum(
        _follow_plan(session, staff_id=staff_id, here=replace(here, home_id=home_id))
        for home_id in homes
    )
    return Followed(moved=_follow_loans(session, here), calls_released=released)


def _follow_plan(session: Session, *, staff_id: UUID, here: Here) -> int:
    """Take back what the calendar no longer plans, and plan what it has anew."""
    planned = session.execute(
        select(Opening, OpeningRule.weekday)
        .join(OpeningRule, OpeningRule.id == Opening.rule_id)
        .where(
            Opening.home_id == here.home_id,
            Opening.on_date >= here.today,
            Opening.state == OpeningState.PLANNED,
        )
    ).all()
    released = sum(
        opening_plan.take_back(session, opening, staff_id=staff_id, here=here)
        for opening, weekday in planned
        if here.school.plan_weekday(opening.on_date) != weekday
    )
    session.flush()  # what is planned anew must not meet what was taken back
    opening_plan.plan_ahead_in(session, here=here)
    return released


def _follow_loans(session: Session, here: Here) -> int:
    """Move the due days that are still to come; return how many moved."""
    days = calendar.open_days_from(session, here.today, here=here)
    moved = 0
    for row in session.execute(_OUT.where(Loan.due_on >= here.today)).all():
        due_on = _due_on(row, days.__contains__, here)
        if due_on != row.due_on:
            session.execute(update(Loan).where(Loan.id == row.id).values(due_on=due_on))
            moved += 1
    return moved


def _due_on(row: AnyRow, is_open: Callable[[date], bool], here: Here) -> date:
    given = Given(
        given_on=row.local_day if row.renewed_at is None else _local_day(row, here),
        plain_due_on=row.plain_due_on,
        is_for_holiday=row.is_holiday_loan,
        turn=0 if row.grade is None else new_loans.turn(row.grade, row.number, here),
    )
    found = due_days.due_on(given, school=here.school, is_open=is_open)
    if found >= here.today:
        return found
    # Nothing becomes late by a change of the calendar.
    today = Given(given_on=here.today, plain_due_on=here.today)
    return due_days.due_on(today, school=here.school, is_open=is_open)


def _local_day(row: AnyRow, here: Here) -> date:
    return civil.local(row.renewed_at, here.settings.zone).date()
