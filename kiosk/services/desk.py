"""The lending desk: a reader is chosen once, then item after item is put on the scanner.

With a reader an item is lent, whoever had it before; without one it comes back, today or, out of
the return box, as of the end of the last opening. Reading in the room is counted. Each scan is
committed before it is answered, and the same request gives the same answer again.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from kiosk.db import AnyRow, writing
from kiosk.errors import InvalidInputError, RefusedError
from kiosk.models.library import Item, Loan, Title
from kiosk.rules import codes
from kiosk.rules import lending as rules
from kiosk.rules.book_classes import ShelfPlace
from kiosk.rules.codes import CodeProblem
from kiosk.rules.lending import Borrower, ItemStatus, LoanEnd, Standing
from kiosk.services import (
    desk_readers,
    hold_queue,
    hold_shelf,
    loan_answers,
    loan_changes,
    loan_facts,
    new_loans,
    return_box,
    room_readings,
    scanned_copies,
)
from kiosk.services.again import in_turn, once_more
from kiosk.services.desk_readers import DeskReader
from kiosk.services.here import Here
from kiosk.services.hold_shelf import ReadyHold
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
    """What a scan has done.

    MOVED: it came back from another reader and was lent anew. OVERRULED: lent because the teacher
    says so, although a child waits for it. FOUND: it was lost or missing, and nobody had it. GONE:
    it was withdrawn, nobody had it, and it goes on no shelf.
    """

    LENT = "lent"
    MOVED = "moved"
    OVERRULED = "overruled"
    RENEWED = "renewed"
    ALREADY = "already"
    RETURNED = "returned"
    ON_SHELF = "on_shelf"
    FOUND = "found"
    GONE = "gone"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAnswer:
    """What the desk says of an item. `undo_id` is what `undo` asks for, where there is anything.

    `ready` is for whom it goes on the hold shelf, if it came back and a child waits for it.
    `renew_id` is the loan of a book that the reader has, for as long as it may be renewed. What
    `is_withdrawn` has no place.
    """

    outcome: DeskOutcome
    title: str
    accession_no: str
    due_on: date | None
    place: ShelfPlace | None
    undo_id: UUID | None
    ready: ReadyHold | None = None
    renew_id: UUID | None = None
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scan:
    mode: DeskMode
    reader: DeskReader | None
    all_the_same: bool
    request_id: UUID
    staff_id: UUID
    here: Here


@once_more(*_BEATEN_BY)
def scan(
    said: str,
    *,
    mode: DeskMode,
    reader: DeskReader | None,
    all_the_same: bool,
    request_id: UUID,
    staff_id: UUID,
    here: Here,
) -> DeskAnswer:
    """Do what the desk's mode says with an item, by its code, its bar or its number.

    What a child waits for goes to nobody else, as at the children's screen, unless the teacher
    lends it `all_the_same`: out of a hand it comes back only, and lies ready.

    Raises:
        InvalidInputError: MISREAD or NOT_OUR_CODE. NotFoundError: UNKNOWN_ITEM.
        RefusedError: a LendingRefusal, RESERVED or SEVERAL_COPIES; no loan is changed then.
    """
    one = _Scan(
        mode=mode,
        reader=reader,
        all_the_same=all_the_same,
        request_id=request_id,
        staff_id=staff_id,
        here=here,
    )
    with writing() as connection:
        if reader is not None and reader.borrower is Borrower.CHILD:
            in_turn(connection, reader.reader_id)
        item = _find(connection, said, one)
        if request_id in (item.request_id, item.end_request_id):
            return _same_answer(connection, item, one)
        is_found = rules.heals(item.status)
        item = loan_changes.heal(connection, item, here)
        try:
            return _said(_act(connection, item, one), is_found=is_found)
        except RefusedError as error:
            refused = error  # nothing is undone by it: what was lost is found all the same
    raise refused


def _said(answer: DeskAnswer, *, is_found: bool) -> DeskAnswer:
    """Say that a book was found where nothing else was done with it."""
    if is_found and answer.outcome is DeskOutcome.ON_SHELF:
        return replace(answer, outcome=DeskOutcome.FOUND)
    return answer


def _find(connection: Connection, said: str, one: _Scan) -> AnyRow:
    try:
        code = codes.parse(said)
    except InvalidInputError as error:
        rows = loan_facts.BY_NUMBER.rows(connection, {"accession_no": said})
        if error.reason is not CodeProblem.MISREAD or len(rows) != 1:
            raise
        return rows[0]
    reader = one.reader
    return scanned_copies.find(
        connection,
        code,
        is_own=lambda row: reader is not None and desk_readers.has(reader, row),
        request_id=one.request_id,
    )


def _act(connection: Connection, item: AnyRow, one: _Scan) -> DeskAnswer:
    match one.mode:
        case DeskMode.LEND:
            return _lend(connection, item, one)
        case DeskMode.RETURN | DeskMode.BOX:
            return _take_back(connection, item, one)
        case DeskMode.READ:
            reading_id = room_readings.note(
                connection, item.id, request_id=one.request_id, here=one.here
            )
            return _answer(item, DeskOutcome.READ, undo_id=reading_id)


def _lend(connection: Connection, item: AnyRow, one: _Scan) -> DeskAnswer:
    if one.reader is None:
        raise RuntimeError("to lend, the desk needs a reader")
    is_out = item.loan_id is not None and item.ended_at is None
    if is_out and desk_readers.has(one.reader, item):
        return _already(item, one.reader, one.here)
    taker, policy, held = _standing(connection, one.reader, item, one)
    if not one.all_the_same:
        if is_out and hold_queue.goes_to_another(connection, item, child_id=taker.child_id):
            return _take_back(connection, item, one)
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
    outcome = _how_lent(one, is_out=is_out)
    return _answer(item, outcome, due_on=loan.due_on, undo_id=loan.loan_id)


def _already(item: AnyRow, reader: DeskReader, here: Here) -> DeskAnswer:
    policy = desk_readers.policy_for(reader, item.kind, here)
    may_renew = loan_answers.renewal_refusal(policy, item) is None
    answer = _answer(item, DeskOutcome.ALREADY, due_on=item.due_on)
    return replace(answer, renew_id=item.loan_id if may_renew else None)


def _how_lent(one: _Scan, *, is_out: bool) -> DeskOutcome:
    if one.all_the_same:
        return DeskOutcome.OVERRULED
    return DeskOutcome.MOVED if is_out else DeskOutcome.LENT


def _standing(
    connection: Connection, reader: DeskReader, item: AnyRow, one: _Scan
) -> tuple[Taker, rules.LendingPolicy, int]:
    """Return into whose hands the item goes, by which policy, and how much they have of its kind.

    A class borrows as much as it likes: one scan for each child of it, and more for the corner.
    """
    taker = Taker(
        borrower=reader.borrower,
        child_id=reader.reader_id if reader.borrower is Borrower.CHILD else None,
        class_id=reader.class_id,
        staff_id=reader.reader_id if reader.borrower is Borrower.STAFF else None,
        lent_by_id=one.staff_id,
        class_name=reader.class_name,
    )
    held = 0 if reader.borrower is Borrower.CLASS else _held(connection, reader, item)
    return taker, desk_readers.policy_for(reader, item.kind, one.here), held


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
        if item.status is ItemStatus.WITHDRAWN:
            return _answer(item, DeskOutcome.GONE)
        return _is_back(connection, item, DeskOutcome.ON_SHELF)
    at = return_box.came_until(connection, one.here) if one.mode is DeskMode.BOX else None
    loan_changes.end(connection, item, LoanEnd.RETURNED, one.here, request_id=one.request_id, at=at)
    return _is_back(connection, item, DeskOutcome.RETURNED)


def _is_back(connection: Connection, item: AnyRow, outcome: DeskOutcome) -> DeskAnswer:
    """Answer for an item that is in the room: on its shelf, or on that of the holds."""
    undo_id = item.loan_id if outcome is DeskOutcome.RETURNED else None
    ready = hold_shelf.of_item(connection, item.id) if item.has_holds else None
    return replace(_answer(item, outcome, undo_id=undo_id), ready=ready)


def _same_answer(connection: Connection, item: AnyRow, one: _Scan) -> DeskAnswer:
    request_id = one.request_id
    if item.end_request_id == request_id:
        return _is_back(connection, item, DeskOutcome.RETURNED)
    outcome = _how_lent(one, is_out=_came_from_another(connection, request_id))
    return _answer(item, outcome, due_on=item.due_on, undo_id=item.loan_id)


def _came_from_another(connection: Connection, request_id: UUID) -> bool:
    find = select(Loan.id).where(
        Loan.end_request_id == request_id, Loan.ended_as == LoanEnd.IMPLIED
    )
    return connection.scalar(find) is not None


def _answer(
    item: AnyRow, outcome: DeskOutcome, *, due_on: date | None = None, undo_id: UUID | None = None
) -> DeskAnswer:
    is_withdrawn = item.status is ItemStatus.WITHDRAWN
    return DeskAnswer(
        outcome=outcome,
        title=item.name,
        accession_no=item.accession_no,
        due_on=due_on,
        place=None if is_withdrawn else loan_facts.place_of(item),
        undo_id=undo_id,
        is_withdrawn=is_withdrawn,
    )
