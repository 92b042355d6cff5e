"""The lending desk gives a reader more time with a book, by the same rule as the child's screen."""

from uuid import UUID

from kiosk.db import AnyRow, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.rules.lending import LendingRefusal
from kiosk.services import desk_readers, loan_answers, loan_changes, loan_facts, new_loans
from kiosk.services.again import once_more
from kiosk.services.desk import DeskAnswer, DeskOutcome
from kiosk.services.desk_readers import DeskReader
from kiosk.services.here import Here


@once_more("uq_loan_open_item")
def renew(*, loan_id: UUID, reader: DeskReader, request_id: UUID, here: Here) -> DeskAnswer:
    """Let a reader keep a book for longer; the same request gives the same answer again.

    Raises:
        NotFoundError: NOT_YOURS. RefusedError: NOT_ON_LOAN, NO_MORE_RENEWALS or WAITED_FOR.
    """
    with transaction() as session:
        loan = loan_changes.find(session, loan_id)
        if not desk_readers.has(reader, loan):
            raise NotFoundError(LendingRefusal.NOT_YOURS)
        if loan.renew_request_id != request_id:
            _refuse(loan, reader, here)
            policy = desk_readers.policy_for(reader, loan.kind, here)
            new_loans.renew(session, loan, policy, request_id=request_id, here=here)
            loan = loan_changes.find(session, loan_id)
        return DeskAnswer(
            outcome=DeskOutcome.RENEWED,
            title=loan.name,
            accession_no=loan.accession_no,
            due_on=loan.due_on,
            place=loan_facts.place_of(loan),
            undo_id=None,
        )


def _refuse(loan: AnyRow, reader: DeskReader, here: Here) -> None:
    if loan.ended_at is not None:
        raise RefusedError(LendingRefusal.NOT_ON_LOAN)
    policy = desk_readers.policy_for(reader, loan.kind, here)
    refusal = loan_answers.renewal_refusal(policy, loan)
    if refusal is not None:
        raise RefusedError(refusal)
