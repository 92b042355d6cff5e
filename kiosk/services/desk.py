"""The lending desk: a reader is chosen once, then item after item is put on the scanner.

With a reader an item is lent, whoever had it before; without one it comes back, today or, out of
the return box, as of the end of the last opening. Reading in the room is counted. Each scan is
committed before it is answered, and the same request gives the same answer again.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from kiosk.db import AnyRow, any_of, reading, transaction, writing
from kiosk.errors import InvalidInputError, RefusedError
from kiosk.models.library import Item, Loan, Title
from kiosk.models.openings import Opening
from kiosk.rules import civil, codes
from kiosk.rules import lending as rules
from kiosk.rules.book_classes import ShelfPlace
from kiosk.rules.codes import BookBar, CodeProblem, OurCode
from kiosk.rules.lending import Borrower, LendingRefusal, LoanEnd, Standing
from kiosk.rules.openings import OpeningState
from kiosk.services import (
    desk_readers,
    hold_queue,
    loan_changes,
    loan_facts,
    new_loans,
    room_readings,
)
from kiosk.services.again import once_more
from kiosk.services.desk_readers import DeskReader
from kiosk.services.here import Here
from kiosk.services.new_loans import Taker

_BEATEN_BY: Final = (
    "uq_loan_request_id",
    "uq_loan_end_request_id",
    "uq_loan_open_item",
    "uq_room_reading_request_id",
)


class DeskMode(StrEnum):
    """What a scan at the desk does."""

    LEND = "lend"
    RETURN = "return"
    BOX = "box"
    READ = "read"


class DeskOutcome(StrEnum):
    """What a scan has done. MOVED: it came back from another reader and was lent anew."""

    LENT = "lent"
    MOVED = "moved"
    ALREADY = "already"
    RETURNED = "returned"
    ON_SHELF = "on_shelf"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAnswer:
    """What the desk says of an item. `undo_id` is what `undo` asks for, where there is anything."""

    outcome: DeskOutcome
    title: str
    accession_no: str
    due_on: date | None
    place: ShelfPlace | None
    undo_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scan:
    mode: DeskMode
    reader: DeskReader | None
    request_id: UUID
    staff_id: UUID
    here: Here


@once_more(*_BEATEN_BY)
def scan(
    said: str,
    *,
    mode: DeskMode,
    reader: DeskReader | None,
    request_id: UUID,
    staff_id: UUID,
    here: Here,
) -> DeskAnswer:
    """Do what the desk's mode says with an item, by its code, its bar or its number.

    Raises:
        InvalidInputError: MISREAD or NOT_OUR_CODE. NotFoundError: UNKNOWN_ITEM.
        RefusedError: a LendingRefusal; nothing is changed then.
    """
    one = _Scan(mode=mode, reader=reader, request_id=request_id, staff_id=staff_id, here=here)
    with writing() as connection:
        item = _find(connection, said)
        if request_id in (item.request_id, item.end_request_id):
            return _same_answer(item, request_id)
        loan_changes.heal(connection, item, here)
        match mode:
            case DeskMode.LEND:
                return _lend(connection, item, one)
            case DeskMode.RETURN | DeskMode.BOX:
                return _take_back(connection, item, one)
            case DeskMode.READ:
                reading_id = room_readings.note(
                    connection, item.id, request_id=request_id, here=here
                )
                return _answer(item, DeskOutcome.READ, undo_id=reading_id)


def undo(outcome: DeskOutcome, undo_id: UUID, *, done_at: datetime, here: Here) -> None:
    """Take back what the desk did a moment ago, at `done_at`; a second time changes nothing.

    Raises:
        NotFoundError: NOT_YOURS. RefusedError: TOO_LATE_TO_UNDO.
    """
    if not rules.may_undo(done_at=done_at, now=here.now):
        raise RefusedError(LendingRefusal.TOO_LATE_TO_UNDO)
    match outcome:
        case DeskOutcome.LENT | DeskOutcome.MOVED:
            _undo_lend(undo_id, here)
        case DeskOutcome.RETURNED:
            _undo_return(undo_id)
        case DeskOutcome.READ:
            with writing() as connection:
                room_readings.forget(connection, undo_id)
        case DeskOutcome.ALREADY | DeskOutcome.ON_SHELF:
            pass  # nothing was done


def last_opening_ended(*, here: Here) -> datetime:
    """Return when the last opening that is over ended: what lay in the box came until then."""
    return _last_opening_ended(reading().connection(), here)


@once_more("uq_loan_open_item")
def _undo_lend(loan_id: UUID, here: Here) -> None:
    """Take a loan back; whoever had the item until the same scan has it again."""
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


@once_more("uq_loan_open_item")
def _undo_return(loan_id: UUID) -> None:
    with transaction() as session:
        loan = loan_changes.find(session, loan_id)
        if loan.ended_at is None:
            return
        if loan.ended_as is not LoanEnd.RETURNED:
            raise RefusedError(LendingRefusal.TOO_LATE_TO_UNDO)
        loan_changes.reopen(session, loan)


def _find(connection: Connection, said: str) -> AnyRow:
    try:
        code = codes.parse(said)
    except InvalidInputError as error:
        rows = loan_facts.BY_NUMBER.rows(connection, {"accession_no": said})
        if error.reason is not CodeProblem.MISREAD or len(rows) != 1:
            raise
        return rows[0]
    match code:
        case OurCode(text=text):
            return loan_changes.only_item(connection, loan_facts.BY_CODE, {"code": text})
        case BookBar(isbn=isbn):
            return loan_changes.only_item(connection, loan_facts.BY_ISBN, {"isbn": isbn})


def _lend(connection: Connection, item: AnyRow, one: _Scan) -> DeskAnswer:
    if one.reader is None:
        raise RuntimeError("to lend, the desk needs a reader")
    is_out = item.loan_id is not None and item.ended_at is None
    if is_out and _has_it(one.reader, item):
        return _answer(item, DeskOutcome.ALREADY, due_on=item.due_on)
    taker, policy, held = _standing(connection, one.reader, item, one)
    hold_queue.let_take(connection, item, child_id=taker.child_id, here=one.here)
    refusal = rules.refusal(policy, Standing(open_loans=held), status=item.status, by_teacher=True)
    if refusal is not None:
        raise RefusedError(refusal, held=held)
    if is_out:
        loan_changes.end(connection, item, LoanEnd.IMPLIED, one.here, request_id=one.request_id)
    loan = new_loans.add(
        connection, item.id, taker, policy, request_id=one.request_id, here=one.here
    )
    hold_queue.taken(connection, item, child_id=taker.child_id, here=one.here)
    outcome = DeskOutcome.MOVED if is_out else DeskOutcome.LENT
    return _answer(item, outcome, due_on=loan.due_on, undo_id=loan.loan_id)


def _has_it(reader: DeskReader, item: AnyRow) -> bool:
    match reader.borrower:
        case Borrower.CHILD:
            return bool(item.child_id == reader.reader_id)
        case Borrower.CLASS:
            return item.borrower is Borrower.CLASS and item.class_id == reader.reader_id
        case Borrower.STAFF:
            return bool(item.staff_id == reader.reader_id)


def _standing(
    connection: Connection, reader: DeskReader, item: AnyRow, one: _Scan
) -> tuple[Taker, rules.LendingPolicy, int]:
    """Return into whose hands the item goes, by which policy, and how much they have of its kind.

    A class borrows as much as it likes: one scan for each child of it, and more for the corner.
    """
    here = one.here
    grade, number = reader.class_name or (0, 0)
    taker = Taker(
        borrower=reader.borrower,
        child_id=reader.reader_id if reader.borrower is Borrower.CHILD else None,
        class_id=reader.class_id,
        staff_id=reader.reader_id if reader.borrower is Borrower.STAFF else None,
        lent_by_id=one.staff_id,
        turn=0 if reader.class_name is None else new_loans.turn(grade, number, here),
    )
    if reader.borrower is Borrower.STAFF:
        return taker, here.staff_policy(item.kind), _held(connection, reader, item)
    if reader.borrower is Borrower.CLASS:
        return taker, here.policy(grade, item.kind), 0
    return taker, here.policy(grade, item.kind), _held(connection, reader, item)


def _held(connection: Connection, reader: DeskReader, item: AnyRow) -> int:
    found = connection.scalar(
        select(func.count())
        .select_from(Loan)
        .join(Item, Item.id == Loan.item_id)
        .join(Title, Title.id == Item.title_id)
        .where(desk_readers.held_by(reader), Loan.ended_at.is_(None), Title.kind == item.kind)
    )
    return found or 0


def _take_back(connection: Connection, item: AnyRow, one: _Scan) -> DeskAnswer:
    if item.loan_id is None or item.ended_at is not None:
        return _answer(item, DeskOutcome.ON_SHELF)
    at = None if one.mode is DeskMode.RETURN else _last_opening_ended(connection, one.here)
    loan_changes.end(connection, item, LoanEnd.RETURNED, one.here, request_id=one.request_id, at=at)
    return _answer(item, DeskOutcome.RETURNED, undo_id=item.loan_id)


def _last_opening_ended(connection: Connection, here: Here) -> datetime:
    row = connection.execute(
        select(Opening.on_date, Opening.to_min, Opening.closed_at)
        .where(
            Opening.home_id == here.home_id,
            Opening.state.in_(any_of({OpeningState.HELD, OpeningState.SHORT})),
            Opening.on_date <= here.today,
        )
        .order_by(Opening.on_date.desc(), Opening.from_min.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return here.now
    ended: datetime = row.closed_at or civil.instant(row.on_date, row.to_min, here.settings.zone)
    return min(ended, here.now)


def _same_answer(item: AnyRow, request_id: UUID) -> DeskAnswer:
    if item.end_request_id == request_id:
        return _answer(item, DeskOutcome.RETURNED, undo_id=item.loan_id)
    return _answer(item, DeskOutcome.LENT, due_on=item.due_on, undo_id=item.loan_id)


def _answer(
    item: AnyRow, outcome: DeskOutcome, *, due_on: date | None = None, undo_id: UUID | None = None
) -> DeskAnswer:
    return DeskAnswer(
        outcome=outcome,
        title=item.name,
        accession_no=item.accession_no,
        due_on=due_on,
        place=loan_facts.place_of(item),
        undo_id=undo_id,
    )
