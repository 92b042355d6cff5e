"""Books out and books back: each scan is decided, stored and committed at once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, transaction, violated, writing
from kiosk.errors import RefusedError
from kiosk.rules import lending as rules
from kiosk.rules.codes import BookBar, OurCode
from kiosk.rules.lending import (
    Borrower,
    ItemAction,
    ItemStatus,
    LendingRefusal,
    LoanEnd,
    Standing,
)
from kiosk.services import (
    hold_queue,
    loan_answers,
    loan_changes,
    loan_facts,
    new_loans,
    own_page,
    passbook,
    room_readings,
    scanned_copies,
)
from kiosk.services.again import in_turn, once_more
from kiosk.services.answers import AlreadyYours, BookWaits, Lent, Renewed, Returned
from kiosk.services.here import Here
from kiosk.services.loan_answers import Reader
from kiosk.services.new_loans import Taker

__all__ = ["Answer", "Reader", "borrow", "renew", "scan", "undo_lend", "undo_return"]

# A child that brought its own book may still say "I keep it" while its page is open.
_KEEP_WINDOW: Final = timedelta(seconds=60)

# What refuses the later one of two at one instant: the same scan twice, or two for one item.
_BEATEN_BY: Final = (
    "uq_loan_request_id",
    "uq_loan_end_request_id",
    "uq_loan_open_item",
    "uq_room_reading_request_id",
)

Answer = Lent | AlreadyYours | Returned | BookWaits


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scan:
    """An item on the scanner: who stands there, and which request it is."""

    code: OurCode | BookBar
    reader: Reader | None
    request_id: UUID
    here: Here


def scan(code: OurCode | BookBar, *, reader: Reader | None, request_id: UUID, here: Here) -> Answer:
    """Lend, take back, or ask for the card: what an item on the scanner means at this moment.

    A publisher's bar stands for the copy of it that is meant (`kiosk.rules.copies`). The same
    `request_id` gives the same answer again.

    Raises:
        NotFoundError: UNKNOWN_ITEM.
        RefusedError: a LendingRefusal, RESERVED or SEVERAL_COPIES.
    """
    scanned = _Scan(code=code, reader=reader, request_id=request_id, here=here)
    for was_beaten in (False, True):
        try:
            return _decide(scanned, was_beaten=was_beaten)
        except IntegrityError as error:
            if violated(error) not in _BEATEN_BY:
                raise
    raise RefusedError(LendingRefusal.ALREADY_ON_LOAN)


@once_more("uq_loan_request_id", "uq_loan_open_item")
def borrow(*, item_id: UUID, reader: Reader, request_id: UUID, here: Here) -> Lent:
    """Lend the book that lies there to the child at the screen.

    Raises:
        NotFoundError: UNKNOWN_ITEM.
        RefusedError: a LendingRefusal.
    """
    with writing() as connection:
        in_turn(connection, reader.child_id)
        item = loan_changes.only_item(connection, loan_facts.BY_ID, {"item_id": item_id})
        if item.request_id == request_id:
            return loan_answers.lent(connection, item, reader, here)
        if item.loan_id is not None and item.ended_at is None:
            raise RefusedError(LendingRefusal.ALREADY_ON_LOAN)
        item = loan_changes.heal(connection, item, here)
        return _lend(connection, item, reader, request_id, here)


def undo_lend(*, loan_id: UUID, child_id: UUID, here: Here) -> None:
    """Take back a lending of a moment ago; a second time changes nothing.

    Raises:
        NotFoundError: NOT_YOURS. RefusedError: TOO_LATE_TO_UNDO.
    """
    with transaction() as session:
        loan = loan_changes.own(session, loan_id, child_id)
        if loan.ended_as is LoanEnd.UNDONE:
            return
        if loan.ended_at is not None or not rules.may_undo(done_at=loan.lent_at, now=here.now):
            raise RefusedError(LendingRefusal.TOO_LATE_TO_UNDO)
        loan_changes.end(session, loan, LoanEnd.UNDONE, here)
        hold_queue.not_lent(session, loan)


@once_more("uq_loan_open_item")
def undo_return(*, loan_id: UUID, here: Here) -> None:
    """Take back a return of a moment ago: the book is on loan as it was.

    Raises:
        NotFoundError: NOT_YOURS, for a loan that does not exist.
        RefusedError: TOO_LATE_TO_UNDO, also when somebody has borrowed the book since.
    """
    with transaction() as session:
        loan = loan_changes.find(session, loan_id)
        if loan.ended_at is None:
            return
        if loan.ended_as not in (LoanEnd.RETURNED, LoanEnd.IMPLIED) or not rules.may_undo(
            done_at=loan.ended_at, now=here.now
        ):
            raise RefusedError(LendingRefusal.TOO_LATE_TO_UNDO)
        loan_changes.reopen(session, loan)


@once_more("uq_loan_open_item")
def renew(*, loan_id: UUID, reader: Reader, request_id: UUID, here: Here) -> Renewed:
    """Give a child more time with its book, also one that it has just put on the scanner.

    Raises:
        NotFoundError: NOT_YOURS. RefusedError: NOT_ON_LOAN, NO_MORE_RENEWALS or WAITED_FOR.
    """
    with transaction() as session:
        in_turn(session, reader.child_id)
        loan = loan_changes.own(session, loan_id, reader.child_id)
        policy = here.policy(reader.face.grade, loan.kind)
        if loan.renew_request_id == request_id:
            return loan_answers.renewed(loan, loan.due_on, reader, here)
        refusal = loan_answers.renewal_refusal(policy, loan)
        if refusal is not None:
            raise RefusedError(refusal)
        if loan.ended_at is not None:
            _keep(session, loan, here)
        due_on = new_loans.renew(session, loan, policy, request_id=request_id, here=here)
        return loan_answers.renewed(loan, due_on, reader, here)


def _keep(session: Session, loan: AnyRow, here: Here) -> None:
    """Reopen a loan whose book was put on the scanner a moment ago by mistake."""
    if loan.ended_as is not LoanEnd.RETURNED or abs(here.now - loan.ended_at) > _KEEP_WINDOW:
        raise RefusedError(LendingRefusal.NOT_ON_LOAN)
    loan_changes.reopen(session, loan)


def _decide(scanned: _Scan, *, was_beaten: bool) -> Answer:
    """Do what a scan asks for. `was_beaten`: another request was quicker a moment ago."""
    reader, here = scanned.reader, scanned.here
    with writing() as connection:
        if reader is not None:
            in_turn(connection, reader.child_id)
        item = scanned_copies.find(
            connection,
            scanned.code,
            is_own=lambda row: reader is not None and row.child_id == reader.child_id,
            request_id=scanned.request_id,
        )
        if scanned.request_id in (item.request_id, item.end_request_id):
            return _same_answer(connection, item, scanned)
        on_loan = item.loan_id is not None and item.ended_at is None
        if was_beaten and on_loan:
            raise RefusedError(LendingRefusal.ALREADY_ON_LOAN)
        item = loan_changes.heal(connection, item, here)
        action = rules.action_for(
            on_loan=on_loan,
            has_session=reader is not None,
            is_own=reader is not None and item.child_id == reader.child_id,
            lent_in_this_session=reader is not None and item.loan_id in reader.lent,
        )
        try:
            return _act(connection, action, item, reader, scanned.request_id, here)
        except RefusedError as error:
            refused = error  # nothing is undone by it: what was lost is found all the same
    raise refused


def _act(
    connection: Connection,
    action: ItemAction,
    item: AnyRow,
    reader: Reader | None,
    request_id: UUID,
    here: Here,
) -> Answer:
    match action:
        case ItemAction.WAIT_FOR_CARD if item.status is ItemStatus.IN_ROOM_ONLY:
            room_readings.note(connection, item.id, request_id=request_id, here=here)
            raise RefusedError(LendingRefusal.IN_ROOM_ONLY)
        case ItemAction.WAIT_FOR_CARD:
            return BookWaits(book=own_page.book_of(item))
        case ItemAction.RETURN | ItemAction.RETURN_OWN:
            loan_changes.end(connection, item, LoanEnd.RETURNED, here, request_id=request_id)
            return loan_answers.returned(connection, item, reader, here)
        case ItemAction.RETURN_OTHERS:
            loan_changes.end(connection, item, LoanEnd.IMPLIED, here, request_id=request_id)
            return loan_answers.returned(connection, item, reader, here)
        case ItemAction.LEND if reader is not None:
            return _lend(connection, item, reader, request_id, here)
        case ItemAction.ALREADY_YOURS if reader is not None:
            return loan_answers.already_yours(item, reader, here)
        case ItemAction.LEND | ItemAction.ALREADY_YOURS:
            raise RuntimeError("these need a child at the screen")


def _lend(
    connection: Connection, item: AnyRow, reader: Reader, request_id: UUID, here: Here
) -> Lent:
    hold_queue.let_take(connection, item, child_id=reader.child_id, here=here)
    policy = here.policy(reader.face.grade, item.kind)
    standing = new_loans.standing(connection, child_id=reader.child_id, kind=item.kind)
    held = standing.held
    refusal = rules.refusal(policy, Standing(open_loans=held), status=item.status, by_teacher=False)
    if refusal is LendingRefusal.IN_ROOM_ONLY:
        room_readings.note(connection, item.id, request_id=request_id, here=here)
    if refusal is not None:
        raise RefusedError(refusal, held=held)
    taker = Taker(
        borrower=Borrower.CHILD,
        child_id=reader.child_id,
        class_id=standing.class_id,
        class_name=standing.class_name,
    )
    loan = new_loans.add(connection, item.id, taker, policy, request_id=request_id, here=here)
    hold_queue.taken(connection, item, child_id=reader.child_id, here=here)
    return Lent(
        child=reader.face,
        loan=own_page.own_loan(loan.loan_id, item, loan.due_on),
        today=here.today,
        held=held + 1,
        more=max(policy.limit - held - 1, 0),
        has_read=passbook.had_before(connection, child_id=reader.child_id, item_id=item.id),
    )


def _same_answer(connection: Connection, item: AnyRow, scanned: _Scan) -> Answer:
    """Answer a scan that was sent again, from what it stored the first time."""
    if item.end_request_id == scanned.request_id:
        return loan_answers.returned(connection, item, scanned.reader, scanned.here)
    if scanned.reader is None:
        # The server was started anew in between: the book is lent, the page is gone.
        return BookWaits(book=own_page.book_of(item))
    return loan_answers.lent(connection, item, scanned.reader, scanned.here)
