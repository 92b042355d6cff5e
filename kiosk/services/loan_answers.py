"""What a child is told about a loan, from the rows of `loan_facts`."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow, any_of
from kiosk.models.library import Loan
from kiosk.models.people import Child
from kiosk.rules import class_tree
from kiosk.rules import lending as rules
from kiosk.rules.class_tree import Tree
from kiosk.rules.friends import is_friend
from kiosk.rules.holds import HoldRefusal
from kiosk.rules.lending import LendingPolicy, LendingRefusal, LoanEnd
from kiosk.services import hold_queue, loan_facts, new_loans, own_page, passbook
from kiosk.services.answers import AlreadyYours, ChildFace, Lent, Renewed, Returned
from kiosk.services.here import Here
from kiosk.services.prepared import Prepared

_reader = aliased(Child)
_came_back: Final = (
    Loan.ended_at >= bindparam("since"),
    Loan.ended_as.in_(any_of({LoanEnd.RETURNED, LoanEnd.IMPLIED})),
)
# By way of the children of the class, each of whom an index knows: the past costs nothing. And by
# the class itself what a child has read that nobody knows of any more.
_BROUGHT_BACK: Final = Prepared(
    select(
        (
            select(func.count())
            .select_from(_reader)
            .join(Child, Child.class_id == _reader.class_id)
            .join(Loan, Loan.child_id == Child.id)
            .where(_reader.id == bindparam("child_id"), *_came_back)
            .scalar_subquery()
            + select(func.count())
            .select_from(_reader)
            .join(Loan, Loan.class_id == _reader.class_id)
            .where(_reader.id == bindparam("child_id"), Loan.child_id.is_(None), *_came_back)
            .scalar_subquery()
        ).label("books")
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The child at the screen; `lent` are the loans made since its card was shown."""

    child_id: UUID
    face: ChildFace
    lent: Collection[UUID]


def lent(session: Session | Connection, item: AnyRow, reader: Reader, here: Here) -> Lent:
    """Return what was said when this item was lent."""
    policy = here.policy(reader.face.grade, item.kind)
    held = _held(session, item, reader)
    return Lent(
        child=reader.face,
        loan=own_page.own_loan(item.loan_id, item, item.due_on),
        today=here.today,
        held=held,
        more=max(policy.limit - held, 0),
        has_read=passbook.had_before(session, child_id=reader.child_id, item_id=item.id),
    )


def _held(session: Session | Connection, item: AnyRow, reader: Reader) -> int:
    return new_loans.standing(session, child_id=reader.child_id, kind=item.kind).held


def already_yours(item: AnyRow, reader: Reader, here: Here) -> AlreadyYours:
    grade = reader.face.grade
    loan = own_page.own_loan(item.loan_id, item, item.due_on)
    is_late = own_page.late(item.due_on, item.kind, grade=grade, here=here)
    policy = here.policy(grade, item.kind)
    return AlreadyYours(
        child=reader.face,
        loan=replace(loan, is_late=is_late),
        today=here.today,
        may_renew=renewal_refusal(policy, item) is None,
    )


def renewal_refusal(policy: LendingPolicy, loan: AnyRow) -> LendingRefusal | HoldRefusal | None:
    """Return why a loan cannot be renewed, or None: nor while another child waits for the title."""
    if loan.next_hold_id is not None or loan.ready_for is not None:
        return HoldRefusal.WAITED_FOR
    return rules.renewal_refusal(policy, renewals=loan.renewals)


def returned(
    session: Session | Connection, item: AnyRow, reader: Reader | None, here: Here
) -> Returned:
    """Return the thanks; never who had the book, nor who waits for it."""
    was_own = reader is not None and item.child_id == reader.child_id
    ready_for = hold_queue.ready_for(session, item.id) if item.has_holds else None
    is_free = ready_for is None or (reader is not None and ready_for == reader.child_id)
    may_renew = may_borrow_it = False
    if reader is not None:
        policy = here.policy(reader.face.grade, item.kind)
        may_renew = was_own and renewal_refusal(policy, item) is None
        if not was_own and policy.self_lending and is_free:
            may_borrow_it = _held(session, item, reader) < policy.limit
    return Returned(
        child=None if reader is None else reader.face,
        loan_id=item.loan_id,
        item_id=item.id,
        book=own_page.book_of(item),
        place=loan_facts.place_of(item),
        was_own=was_own,
        may_renew=may_renew,
        may_borrow_it=may_borrow_it,
        waited_for=not is_free,
        tree=_tree(session, reader, here) if reader is not None and was_own else None,
    )


def _tree(session: Session | Connection, reader: Reader, here: Here) -> Tree | None:
    if is_friend(reader.face.grade):
        return None  # new friends are no class
    since = datetime.combine(here.school.term_began(here.today), time.min, here.settings.zone)
    row = _BROUGHT_BACK.first(session, {"child_id": reader.child_id, "since": since})
    return class_tree.grown(0 if row is None else row.books)


def renewed(loan: AnyRow, due_on: date, reader: Reader, here: Here) -> Renewed:
    return Renewed(
        child=reader.face,
        loan=own_page.own_loan(loan.loan_id, loan, due_on),
        today=here.today,
    )
