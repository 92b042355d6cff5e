"""What has become of a copy: lost, damaged, withdrawn, or on the shelf again."""

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.library import Item, Loan
from kiosk.rules.codes import CodeProblem
from kiosk.rules.item_cases import CaseKind
from kiosk.rules.lending import ItemStatus, LendingRefusal, LoanEnd
from kiosk.services import audit, hold_queue, item_cases, loan_changes, withdrawals
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

# What a teacher says of a copy that opens a case.
_BEFALLS: Final = {
    ItemStatus.LOST: CaseKind.LOST,
    ItemStatus.MISSING: CaseKind.MISSING,
    ItemStatus.DAMAGED: CaseKind.DAMAGED,
}


def set_status(item_id: UUID, status: ItemStatus, *, staff_id: UUID, here: Here) -> UUID:
    """Store what a teacher says of a copy, and return its title.

    A copy that is said to be lost ends its loan as lost, without blame and without a return; what
    befell it is a case of `item_cases`, and one that stands on its shelf again ends it.

    Raises:
        NotFoundError: UNKNOWN_ITEM. RefusedError: ALREADY_ON_LOAN, when it would leave the
        catalogue out of a child's hands; OPEN_ALREADY.
    """
    with transaction() as session:
        item = session.get(Item, item_id)
        if item is None:
            raise NotFoundError(CodeProblem.UNKNOWN_ITEM)
        item.misses = 0  # somebody has looked
        befell = _BEFALLS.get(status)
        if befell is not None:
            item_cases.say(session, item, befell, staff_id=staff_id, here=here)
            return item.title_id
        if status is ItemStatus.WITHDRAWN and _is_out(session, item_id):
            raise RefusedError(LendingRefusal.ALREADY_ON_LOAN)
        withdrawals.put(session, item, status, staff_id=staff_id, here=here)
        item_cases.settle_by_status(session, item, status, staff_id=staff_id, here=here)
        if status is not ItemStatus.AVAILABLE:
            hold_queue.take_off_shelf(session, item_id)
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=staff_id,
            subject=f"item:{item_id}",
            fields=status.value,
            purpose="catalogue",
            here=here,
        )
        return item.title_id


def take_back(item_id: UUID, *, staff_id: UUID, here: Here) -> UUID:
    """End the loan of a copy that lies on the teacher's desk, and return its title.

    Raises:
        NotFoundError: UNKNOWN_ITEM. RefusedError: NOT_ON_LOAN.
    """
    with transaction() as session:
        item = session.get(Item, item_id)
        if item is None:
            raise NotFoundError(CodeProblem.UNKNOWN_ITEM)
        if not _is_out(session, item_id):
            raise RefusedError(LendingRefusal.NOT_ON_LOAN)
        _end(session, item_id, LoanEnd.RETURNED, here)
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=staff_id,
            subject=f"item:{item_id}",
            fields="returned",
            purpose="lending",
            here=here,
        )
        return item.title_id


def _is_out(session: Session, item_id: UUID) -> bool:
    return _open_loan(session, item_id) is not None


def _open_loan(session: Session, item_id: UUID) -> UUID | None:
    return session.scalar(select(Loan.id).where(Loan.item_id == item_id, Loan.ended_at.is_(None)))


def _end(session: Session, item_id: UUID, how: LoanEnd, here: Here) -> None:
    loan_id = _open_loan(session, item_id)
    if loan_id is not None:
        loan_changes.end(session, loan_changes.find(session, loan_id), how, here)
