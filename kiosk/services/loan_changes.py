"""How a loan is found, ended and opened again; each inside a transaction that is under way."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.library import Item, Loan
from kiosk.rules import lending as rules
from kiosk.rules.codes import CodeProblem
from kiosk.rules.lending import ItemStatus, LendingRefusal, LoanEnd
from kiosk.services import loan_facts
from kiosk.services.here import Here
from kiosk.services.prepared import Prepared

_END: Final = Prepared(
    update(Loan)
    .where(Loan.id == bindparam("loan_id"), Loan.ended_at.is_(None))
    .values(
        ended_at=bindparam("at"), ended_as=bindparam("how"), end_request_id=bindparam("by_request")
    )
)


def only_item(session: Session | Connection, find: Prepared, what: dict[str, object]) -> AnyRow:
    """Return the one item that is meant.

    Raises:
        NotFoundError: UNKNOWN_ITEM, also when it could be one of several.
    """
    rows = find.rows(session, what)
    if len(rows) != 1:
        raise NotFoundError(CodeProblem.UNKNOWN_ITEM)
    return rows[0]


def find(session: Session, loan_id: UUID) -> AnyRow:
    """Return a loan with its item. Raises NotFoundError: NOT_YOURS."""
    loan = loan_facts.BY_LOAN.first(session, {"loan_id": loan_id})
    if loan is None:
        raise NotFoundError(LendingRefusal.NOT_YOURS)
    return loan


def own(session: Session, loan_id: UUID, child_id: UUID) -> AnyRow:
    """Return a loan of this child; that of another is as unknown as none."""
    loan = find(session, loan_id)
    if loan.child_id != child_id:
        raise NotFoundError(LendingRefusal.NOT_YOURS)
    return loan


def end(
    session: Session | Connection,
    loan: AnyRow,
    how: LoanEnd,
    here: Here,
    *,
    request_id: UUID | None = None,
    at: datetime | None = None,
) -> None:
    """End an open loan, `request_id` being the scan that did it; now, or as of `at`."""
    _END.run(
        session,
        {
            "loan_id": loan.loan_id,
            # A clock set back since must not keep a book from coming back.
            "at": max(at or here.now, loan.lent_at),
            "how": how,
            "by_request": request_id,
        },
    )


def reopen(session: Session, loan: AnyRow) -> None:
    """Let a loan that has just ended stand again.

    Raises:
        RefusedError: TOO_LATE_TO_UNDO, when the item is with somebody else by now.
    """
    taken = session.scalar(select(Loan.id).where(Loan.item_id == loan.id, Loan.ended_at.is_(None)))
    if taken is not None:
        raise RefusedError(LendingRefusal.TOO_LATE_TO_UNDO)
    session.execute(
        update(Loan)
        .where(Loan.id == loan.loan_id)
        .values(ended_at=None, ended_as=None, end_request_id=None)
    )


def heal(session: Session | Connection, item: AnyRow) -> None:
    """Take an item that was lost for found: it is in somebody's hand."""
    if rules.heals(item.status):
        session.execute(
            update(Item).where(Item.id == item.id).values(status=ItemStatus.AVAILABLE, misses=0)
        )
