"""How a loan is found, ended and opened again; each inside a transaction that is under way."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.lending import ItemCase
from kiosk.models.library import Item, Loan
from kiosk.rules import lending as rules
from kiosk.rules.codes import CodeProblem
from kiosk.rules.item_cases import CaseEnd
from kiosk.rules.lending import Borrower, ItemStatus, LendingRefusal, LoanEnd
from kiosk.services import hold_queue, loan_facts, withdrawals
from kiosk.services.here import Here
from kiosk.services.prepared import Prepared

# The item is in the room again.
_BACK: Final = frozenset({LoanEnd.RETURNED, LoanEnd.IMPLIED, LoanEnd.FOUND})
# Whatever is said of it by now, it is not in a hand.
_AWAY: Final = frozenset({ItemStatus.LOST, ItemStatus.MISSING, ItemStatus.WITHDRAWN})
_END: Final = Prepared(
    update(Loan)
    .where(Loan.id == bindparam("loan_id"), Loan.ended_at.is_(None))
    .values(
        ended_at=bindparam("at"),
        end_noted_at=bindparam("noted_at"),
        ended_as=bindparam("how"),
        end_request_id=bindparam("by_request"),
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
    """End an open loan, `request_id` being the scan that did it; now, or as of `at`.

    What comes back is laid ready for the child that waits for it longest.
    """
    _END.run(
        session,
        {
            "loan_id": loan.loan_id,
            # A clock set back since must not keep a book from coming back.
            "at": max(at or here.now, loan.lent_at),
            "noted_at": here.now,
            "how": how,
            "by_request": request_id,
        },
    )
    if how in _BACK:
        hold_queue.item_is_back(session, loan, here)


def reopen(session: Session, loan: AnyRow) -> None:
    """Let a loan that has just ended stand again.

    Raises:
        RefusedError: TOO_LATE_TO_UNDO, when the item has been with somebody else, or is lost, or
        the child is forgotten.
    """
    taken = session.scalar(
        select(Loan.id).where(
            Loan.item_id == loan.id,
            Loan.id != loan.loan_id,
            or_(
                Loan.ended_at.is_(None),
                # Written down afterwards from the paper book, and back by now.
                (Loan.lent_at >= loan.ended_at) & (Loan.ended_as != LoanEnd.UNDONE),
            ),
        )
    )
    is_nobodys = loan.borrower is Borrower.CHILD and loan.child_id is None
    if taken is not None or is_nobodys or loan.status in _AWAY:
        raise RefusedError(LendingRefusal.TOO_LATE_TO_UNDO)
    hold_queue.take_off_shelf(session, loan.id)
    session.execute(
        update(Loan)
        .where(Loan.id == loan.loan_id)
        .values(ended_at=None, end_noted_at=None, ended_as=None, end_request_id=None)
    )


def heal(session: Session | Connection, item: AnyRow, here: Here) -> AnyRow:
    """Take an item that was lost for found, and return it as it stands then.

    It is in somebody's hand: its case is settled, and it lies ready for the child that waits for
    it longest, as if it had come back.
    """
    if not rules.heals(item.status):
        return item
    session.execute(
        update(Item).where(Item.id == item.id).values(status=ItemStatus.AVAILABLE, misses=0)
    )
    session.execute(
        update(ItemCase)
        .where(ItemCase.item_id == item.id, ItemCase.ended_at.is_(None))
        .values(ended_at=here.now, ended_as=CaseEnd.FOUND)
    )
    withdrawals.found(session, item.id, here)
    hold_queue.offer(session, item.id, here)
    return loan_facts.BY_ID.rows(session, {"item_id": item.id})[0]
