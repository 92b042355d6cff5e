"""A loan that begins or goes on: its row, and the day it is due by policy and calendar."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.ids import new_id
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Child, SchoolClass
from kiosk.rules import due_days
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.due_days import Given
from kiosk.rules.lending import Borrower, LendingPolicy
from kiosk.services import calendar
from kiosk.services.here import Here
from kiosk.services.prepared import Prepared

_ADD: Final = Prepared(insert(Loan))
_STANDING: Final = Prepared(
    select(
        Child.class_id,
        SchoolClass.grade,
        SchoolClass.number,
        select(func.count())
        .select_from(Loan)
        .join(Item, Item.id == Loan.item_id)
        .join(Title, Title.id == Item.title_id)
        .where(Loan.child_id == Child.id, Loan.ended_at.is_(None), Title.kind == bindparam("kind"))
        .correlate(Child)
        .scalar_subquery()
        .label("held"),
    )
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .where(Child.id == bindparam("child_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Into whose hands an item goes; of a child also its class. A teacher has none."""

    borrower: Borrower
    child_id: UUID | None = None
    class_id: UUID | None = None
    staff_id: UUID | None = None
    lent_by_id: UUID | None = None
    class_name: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildStanding:
    """How many titles of a kind a child has in its hands, and its class."""

    held: int
    class_id: UUID
    class_name: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLoan:
    loan_id: UUID
    due_on: date


def standing(session: Session | Connection, *, child_id: UUID, kind: TitleKind) -> ChildStanding:
    """Return what a child has of a kind.

    Raises:
        LookupError: no such child.
    """
    row = _STANDING.first(session, {"child_id": child_id, "kind": kind})
    if row is None:
        raise LookupError("a child at the screen stands in the database")
    return ChildStanding(held=row.held, class_id=row.class_id, class_name=(row.grade, row.number))


def turn(grade: int, number: int, here: Here) -> int:
    return due_days.turn_of_class(grade, number, spread_days=here.library.spread_days)


def add(
    connection: Session | Connection,
    item_id: UUID,
    taker: Taker,
    policy: LendingPolicy,
    *,
    request_id: UUID,
    here: Here,
) -> NewLoan:
    """Store a loan that begins now."""
    given = Given(
        given_on=here.today,
        plain_due_on=due_days.plain_due_on(policy, lent_on=here.today),
        is_for_holiday=here.lends_for_holiday(taker.class_name[0] if taker.class_name else None),
        turn=turn(*taker.class_name, here) if taker.class_name else 0,
    )
    is_open = calendar.open_days(connection, after=here.today, here=here)
    loan = NewLoan(loan_id=new_id(here.now), due_on=_due_on(given, is_open, here))
    _ADD.run(connection, _row(item_id, taker, loan, given, request_id, here))
    return loan


def renew(
    session: Session, loan: AnyRow, policy: LendingPolicy, *, request_id: UUID, here: Here
) -> date:
    """Give an open loan, a row of `loan_facts`, more time; return the new day."""
    given = Given(
        given_on=here.today,
        plain_due_on=due_days.plain_renewed_on(
            policy, plain_due_on=loan.plain_due_on, today=here.today
        ),
        is_for_holiday=here.lends_for_holiday(loan.grade),
        turn=0 if loan.grade is None else turn(loan.grade, loan.number, here),
    )
    is_open = calendar.open_days(session, after=here.today, here=here)
    due_on = _due_on(given, is_open, here)
    session.execute(
        update(Loan)
        .where(Loan.id == loan.loan_id)
        .values(
            plain_due_on=given.plain_due_on,
            due_on=due_on,
            is_holiday_loan=given.is_for_holiday,
            renewals=loan.renewals + 1,
            renewed_at=here.now,
            renew_request_id=request_id,
        )
    )
    return due_on


def _due_on(given: Given, is_open: Callable[[date], bool], here: Here) -> date:
    return due_days.due_on(given, school=here.school, is_open=is_open)


def _row(
    item_id: UUID, taker: Taker, loan: NewLoan, given: Given, request_id: UUID, here: Here
) -> dict[str, object]:
    return {
        "id": loan.loan_id,
        "item_id": item_id,
        "borrower": taker.borrower,
        "child_id": taker.child_id,
        "class_id": taker.class_id,
        "staff_id": taker.staff_id,
        "local_day": here.today,
        "lent_at": here.now,
        "lent_by_id": taker.lent_by_id,
        "plain_due_on": given.plain_due_on,
        "due_on": loan.due_on,
        "is_holiday_loan": given.is_for_holiday,
        "renewals": 0,
        "is_late_entry": False,
        "is_late_return": False,
        "request_id": request_id,
    }
