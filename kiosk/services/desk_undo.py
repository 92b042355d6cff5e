"""What the lending desk did a moment ago, taken back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kiosk.db import transaction, writing
from kiosk.errors import RefusedError
from kiosk.models.library import Loan
from kiosk.rules import lending as rules
from kiosk.rules.lending import LendingRefusal, LoanEnd
from kiosk.services import hold_queue, loan_changes, room_readings
from kiosk.services.again import once_more
from kiosk.services.desk import DeskOutcome
from kiosk.services.here import Here


def undo(outcome: DeskOutcome, undo_id: UUID, *, done_at: datetime, here: Here) -> None:
    """Take back what the desk did a moment ago, at `done_at`; a second time changes nothing.

    Raises:
        NotFoundError: NOT_YOURS. RefusedError: TOO_LATE_TO_UNDO.
    """
    if not rules.may_undo(done_at=done_at, now=here.now):
        raise RefusedError(LendingRefusal.TOO_LATE_TO_UNDO)
    match outcome:
        case DeskOutcome.LENT | DeskOutcome.MOVED | DeskOutcome.OVERRULED:
            _undo_lend(undo_id, here, lay_ready=outcome is DeskOutcome.OVERRULED)
        case DeskOutcome.RETURNED:
            _undo_return(undo_id)
        case DeskOutcome.READ:
            with writing() as connection:
                room_readings.forget(connection, undo_id)
        case (
            DeskOutcome.ALREADY
            | DeskOutcome.ON_SHELF
            | DeskOutcome.FOUND
            | DeskOutcome.GONE
            | DeskOutcome.RENEWED
        ):
            pass  # nothing was done that is undone; who keeps a book may bring it any day


@once_more("uq_loan_open_item")
def _undo_lend(loan_id: UUID, here: Here, *, lay_ready: bool) -> None:
    """Take a loan back; whoever had the item until the same scan has it again.

    `lay_ready`: it was kept from a child that waits, for whom it lies ready once more.
    """
    with transaction() as session:
        loan = loan_changes.find(session, loan_id)
        if loan.ended_as is LoanEnd.UNDONE:
            return
        if loan.ended_at is not None:
            raise RefusedError(LendingRefusal.TOO_LATE_TO_UNDO)
        loan_changes.end(session, loan, LoanEnd.UNDONE, here)
        hold_queue.not_lent(session, loan)
        before = session.scalar(
            select(Loan.id).where(
                Loan.end_request_id == loan.request_id, Loan.ended_as == LoanEnd.IMPLIED
            )
        )
        if before is not None:
            loan_changes.reopen(session, loan_changes.find(session, before))
        elif lay_ready:
            hold_queue.offer(session, loan.id, here)


@once_more("uq_loan_open_item")
def _undo_return(loan_id: UUID) -> None:
    with transaction() as session:
        loan = loan_changes.find(session, loan_id)
        if loan.ended_at is None:
            return
        if loan.ended_as is not LoanEnd.RETURNED:
            raise RefusedError(LendingRefusal.TOO_LATE_TO_UNDO)
        loan_changes.reopen(session, loan)
