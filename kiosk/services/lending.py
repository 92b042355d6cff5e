"""Books out and books back: each scan is decided, stored and committed at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, AnySelect, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.library import Item, Loan
from kiosk.rules import lending as rules
from kiosk.rules.codes import BookBar, CodeProblem, OurCode
from kiosk.rules.lending import ItemAction, ItemStatus, LendingRefusal, LoanEnd, Standing
from kiosk.services import calendar, loan_facts, own_page
from kiosk.services.again import once_more
from kiosk.services.answers import (
    AlreadyYours,
    BookWaits,
    ChildFace,
    Lent,
    Renewed,
    Returned,
)
from kiosk.services.here import Here

# A child that brought its own book may still say "I keep it" while its page is open.
_KEEP_WINDOW: Final = timedelta(seconds=60)

_ADD: Final = insert(Loan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The child at the screen; `lent` are the loans made since its card was shown."""

    child_id: UUID
    face: ChildFace
    lent: Collection[UUID]


Answer = Lent | AlreadyYours | Returned | BookWaits


def scan(code: OurCode | BookBar, *, reader: Reader | None, request_id: UUID, here: Here) -> Answer:
    """Lend, take back, or ask for the card: what an item on the scanner means at this moment.

    A publisher's bar stands for an item when exactly one has it (`domain.md` 4.6 rule 30).

    Raises:
        NotFoundError: UNKNOWN_ITEM.
        RefusedError: a LendingRefusal.
    """
    match code:
        case OurCode(text=text):
            return _scan(loan_facts.BY_CODE, {"code": text}, reader, request_id, here)
        case BookBar(isbn=isbn):
            return _scan(loan_facts.BY_ISBN, {"isbn": isbn}, reader, request_id, here)


@once_more("uq_loan_request_id")
def borrow(*, item_id: UUID, reader: Reader, request_id: UUID, here: Here) -> Lent:
    """Lend the book that lies there to the child at the screen.

    Raises:
        NotFoundError: UNKNOWN_ITEM.
        RefusedError: a LendingRefusal.
    """
    with transaction() as session:
        item = _only(session, loan_facts.BY_ID, {"item_id": item_id})
        if item.request_id == request_id:
            return _lent(session, item, reader, here)
        if item.loan_id is not None and item.ended_at is None:
            raise RefusedError(LendingRefusal.ALREADY_ON_LOAN)
        return _lend(session, item, reader, request_id, here)


def undo_lend(*, loan_id: UUID, child_id: UUID, here: Here) -> None:
    """Take back a lending of a moment ago; a second time changes nothing.

    Raises:
        NotFoundError: NOT_YOURS. RefusedError: TOO_LATE_TO_UNDO.
    """
    with transaction() as session:
        loan = _own(session, loan_id, child_id)
        if loan.ended_as is LoanEnd.UNDONE:
            return
        if loan.ended_at is not None or not rules.may_undo(done_at=loan.lent_at, now=here.now):
            raise RefusedError(LendingRefusal.TOO_LATE_TO_UNDO)
        _end(session, loan.loan_id, LoanEnd.UNDONE, None, here)


def undo_return(*, loan_id: UUID, here: Here) -> None:
    """Take back a return of a moment ago: the book is on loan as it was.

    Raises:
        NotFoundError: NOT_YOURS, for a loan that does not exist.
        RefusedError: TOO_LATE_TO_UNDO, also when somebody has borrowed the book since.
    """
    with transaction() as session:
        loan = _find(session, loan_id)
        if loan.ended_at is None:
            return
        if loan.ended_as not in (LoanEnd.RETURNED, LoanEnd.IMPLIED) or not rules.may_undo(
            done_at=loan.ended_at, now=here.now
        ):
            raise RefusedError(LendingRefusal.TOO_LATE_TO_UNDO)
        _reopen(session, loan)


def renew(*, loan_id: UUID, reader: Reader, request_id: UUID, here: Here) -> Renewed:
    """Give a child more time with its book, also one that it has just put on the scanner.

    Raises:
        NotFoundError: NOT_YOURS. RefusedError: NOT_ON_LOAN or NO_MORE_RENEWALS.
    """
    policy = here.settings.policy(reader.face.grade)
    with transaction() as session:
        loan = _own(session, loan_id, reader.child_id)
        if loan.renew_request_id == request_id:
            return _renewed(loan, loan.due_on, reader, here)
        refusal = rules.renewal_refusal(policy, renewals=loan.renewals)
        if refusal is not None:
            raise RefusedError(refusal)
        if loan.ended_at is not None:
            if loan.ended_as is not LoanEnd.RETURNED or here.now - loan.ended_at > _KEEP_WINDOW:
                raise RefusedError(LendingRefusal.NOT_ON_LOAN)
            _reopen(session, loan)
        due_on = rules.renewed_due_on(
            policy,
            due_on=loan.due_on,
            today=here.today,
            is_open=calendar.open_days(session, after=max(loan.due_on, here.today), here=here),
        )
        session.execute(
            update(Loan)
            .where(Loan.id == loan_id)
            .values(
                due_on=due_on,
                renewals=loan.renewals + 1,
                renewed_at=here.now,
                renew_request_id=request_id,
            )
        )
        return _renewed(loan, due_on, reader, here)


@once_more("uq_loan_request_id", "uq_loan_end_request_id")
def _scan(
    find: AnySelect,
    what: dict[str, object],
    reader: Reader | None,
    request_id: UUID,
    here: Here,
) -> Answer:
    with transaction() as session:
        item = _only(session, find, what)
        if request_id in (item.request_id, item.end_request_id):
            return _same_answer(session, item, reader, request_id, here)
        if rules.heals(item.status):
            _heal(session, item.id)
        action = rules.action_for(
            on_loan=item.loan_id is not None and item.ended_at is None,
            has_session=reader is not None,
            is_own=reader is not None and item.child_id == reader.child_id,
            lent_in_this_session=reader is not None and item.loan_id in reader.lent,
        )
        return _act(session, action, item, reader, request_id, here)


def _act(
    session: Session,
    action: ItemAction,
    item: AnyRow,
    reader: Reader | None,
    request_id: UUID,
    here: Here,
) -> Answer:
    match action:
        case ItemAction.WAIT_FOR_CARD:
            return BookWaits(book=own_page.book(item.name))
        case ItemAction.RETURN | ItemAction.RETURN_OWN:
            _end(session, item.loan_id, LoanEnd.RETURNED, request_id, here)
            return _returned(item, reader, here)
        case ItemAction.RETURN_OTHERS:
            _end(session, item.loan_id, LoanEnd.IMPLIED, request_id, here)
            return _returned(item, reader, here)
        case ItemAction.LEND if reader is not None:
            return _lend(session, item, reader, request_id, here)
        case ItemAction.ALREADY_YOURS if reader is not None:
            policy = here.settings.policy(reader.face.grade)
            return AlreadyYours(
                child=reader.face,
                loan=own_page.own_loan(item.loan_id, item.name, item.due_on),
                today=here.today,
                may_renew=rules.renewal_refusal(policy, renewals=item.renewals) is None,
            )
        case ItemAction.LEND | ItemAction.ALREADY_YOURS:
            raise RuntimeError("these need a child at the screen")


def _lend(session: Session, item: AnyRow, reader: Reader, request_id: UUID, here: Here) -> Lent:
    policy = here.settings.policy(reader.face.grade)
    in_hand = own_page.loans(session, child_id=reader.child_id)
    refusal = rules.refusal(
        policy, Standing(open_loans=len(in_hand)), status=item.status, by_teacher=False
    )
    if refusal is not None:
        raise RefusedError(refusal, held=len(in_hand))
    due_on = rules.due_on(
        policy,
        lent_on=here.today,
        is_open=calendar.open_days(session, after=here.today, here=here),
    )
    loan_id = new_id(here.now)
    session.execute(
        _ADD,
        {
            "id": loan_id,
            "item_id": item.id,
            "child_id": reader.child_id,
            "local_day": here.today,
            "lent_at": here.now,
            "due_on": due_on,
            "renewals": 0,
            "request_id": request_id,
        },
    )
    return Lent(
        child=reader.face,
        loan=own_page.own_loan(loan_id, item.name, due_on),
        today=here.today,
        held=len(in_hand) + 1,
        more=max(policy.limit - len(in_hand) - 1, 0),
    )


def _same_answer(
    session: Session, item: AnyRow, reader: Reader | None, request_id: UUID, here: Here
) -> Answer:
    """Answer a scan that was sent again, from what it stored the first time."""
    if item.end_request_id == request_id:
        return _returned(item, reader, here)
    if reader is None:
        # The server was started anew in between: the book is lent, the page is gone.
        return BookWaits(book=own_page.book(item.name))
    return _lent(session, item, reader, here)


def _lent(session: Session, item: AnyRow, reader: Reader, here: Here) -> Lent:
    held = len(own_page.loans(session, child_id=reader.child_id))
    return Lent(
        child=reader.face,
        loan=own_page.own_loan(item.loan_id, item.name, item.due_on),
        today=here.today,
        held=held,
        more=max(here.settings.policy(reader.face.grade).limit - held, 0),
    )


def _returned(item: AnyRow, reader: Reader | None, here: Here) -> Returned:
    was_own = reader is not None and item.child_id == reader.child_id
    may_renew = may_borrow_it = False
    if reader is not None:
        policy = here.settings.policy(reader.face.grade)
        may_renew = was_own and rules.renewal_refusal(policy, renewals=item.renewals) is None
        may_borrow_it = not was_own and policy.self_lending
    return Returned(
        child=None if reader is None else reader.face,
        loan_id=item.loan_id,
        item_id=item.id,
        book=own_page.book(item.name),
        was_own=was_own,
        may_renew=may_renew,
        may_borrow_it=may_borrow_it,
    )


def _renewed(loan: AnyRow, due_on: date, reader: Reader, here: Here) -> Renewed:
    return Renewed(
        child=reader.face,
        loan=own_page.own_loan(loan.loan_id, loan.name, due_on),
        today=here.today,
    )


def _only(session: Session, find: AnySelect, what: dict[str, object]) -> AnyRow:
    rows = session.execute(find, what).all()
    if len(rows) != 1:
        raise NotFoundError(CodeProblem.UNKNOWN_ITEM)
    return rows[0]


def _find(session: Session, loan_id: UUID) -> AnyRow:
    loan = session.execute(loan_facts.BY_LOAN, {"loan_id": loan_id}).one_or_none()
    if loan is None:
        raise NotFoundError(LendingRefusal.NOT_YOURS)
    return loan


def _own(session: Session, loan_id: UUID, child_id: UUID) -> AnyRow:
    loan = _find(session, loan_id)
    if loan.child_id != child_id:
        raise NotFoundError(LendingRefusal.NOT_YOURS)
    return loan


def _end(
    session: Session, loan_id: UUID, how: LoanEnd, request_id: UUID | None, here: Here
) -> None:
    session.execute(
        update(Loan)
        .where(Loan.id == loan_id, Loan.ended_at.is_(None))
        .values(ended_at=here.now, ended_as=how, end_request_id=request_id)
    )


def _reopen(session: Session, loan: AnyRow) -> None:
    """Let a loan that has just ended stand again, unless the item is with somebody else by now."""
    taken = session.scalar(select(Loan.id).where(Loan.item_id == loan.id, Loan.ended_at.is_(None)))
    if taken is not None:
        raise RefusedError(LendingRefusal.TOO_LATE_TO_UNDO)
    session.execute(
        update(Loan)
        .where(Loan.id == loan.loan_id)
        .values(ended_at=None, ended_as=None, end_request_id=None)
    )


def _heal(session: Session, item_id: UUID) -> None:
    session.execute(update(Item).where(Item.id == item_id).values(status=ItemStatus.AVAILABLE))
