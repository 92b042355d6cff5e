"""An item's loans as the rule of late entries reads them, and what it found written back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.models.lending import ItemCase
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Child, SchoolClass
from kiosk.rules import civil, due_days
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.due_days import Given
from kiosk.rules.item_cases import CaseEnd
from kiosk.rules.late_entries import Span
from kiosk.rules.lending import Borrower, LoanEnd
from kiosk.services import calendar, hold_queue, loan_changes, loan_facts, new_loans
from kiosk.services.here import Here


def history(session: Session, item_id: UUID) -> tuple[Span, ...]:
    """Return the loans of an item; those taken back at once never were."""
    rows = session.execute(
        select(Loan.id, Loan.child_id, Loan.lent_at, Loan.ended_at, Loan.ended_as).where(
            Loan.item_id == item_id,
            Loan.ended_as.is_(None) | (Loan.ended_as != LoanEnd.UNDONE),
        )
    )
    return tuple(
        Span(
            loan_id=row.id,
            child_id=row.child_id,
            lent_at=row.lent_at,
            ended_at=row.ended_at,
            is_lost=row.ended_as is LoanEnd.LOST,
        )
        for row in rows
    )


def write(
    session: Session,
    item_id: UUID,
    before: Iterable[Span],
    after: Sequence[Span],
    staff_id: UUID,
    here: Here,
) -> None:
    """Store what has changed: ends first, so that an item is never in two hands."""
    known = {span.loan_id: span for span in before}
    for span in after:
        if span.loan_id in known and span != known[span.loan_id]:
            _end(session, span)
    new = [span for span in after if span.loan_id not in known]
    for span in new:
        _add(session, item_id, span, staff_id, here)


def _end(session: Session, span: Span) -> None:
    session.execute(
        update(Loan)
        .where(Loan.id == span.loan_id)
        .values(ended_at=span.ended_at, ended_as=LoanEnd.RETURNED, is_late_return=True)
    )


def _add(session: Session, item_id: UUID, span: Span, staff_id: UUID, here: Here) -> None:
    reader = session.execute(
        select(Child.class_id, SchoolClass.grade, SchoolClass.number)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(Child.id == span.child_id)
    ).one()
    given = _given(session, item_id, span, reader, here)
    is_open = calendar.open_days(session, after=given.given_on, here=here)
    ended_as = LoanEnd.LOST if span.is_lost else LoanEnd.RETURNED
    session.execute(
        insert(Loan).values(
            id=span.loan_id,
            item_id=item_id,
            borrower=Borrower.CHILD,
            child_id=span.child_id,
            class_id=reader.class_id,
            local_day=given.given_on,
            lent_at=span.lent_at,
            lent_by_id=staff_id,
            plain_due_on=given.plain_due_on,
            due_on=due_days.due_on(given, school=here.school, is_open=is_open),
            is_holiday_loan=False,
            renewals=0,
            ended_at=span.ended_at,
            ended_as=None if span.ended_at is None else ended_as,
            is_late_entry=True,
            is_late_return=span.ended_at is not None and not span.is_lost,
            request_id=span.loan_id,
        )
    )


def _given(session: Session, item_id: UUID, span: Span, reader: AnyRow, here: Here) -> Given:
    """Return what the due day of a loan is made of that began on paper."""
    day = civil.local(span.lent_at, here.settings.zone).date()
    kind = session.scalar(
        select(Title.kind).join(Item, Item.title_id == Title.id).where(Item.id == item_id)
    )
    policy = here.policy(reader.grade, kind or TitleKind.BOOK)
    return Given(
        given_on=day,
        plain_due_on=due_days.plain_due_on(policy, lent_on=day),
        turn=new_loans.turn(reader.grade, reader.number, here),
    )


def follow(
    session: Session, item_id: UUID, history: Sequence[Span], *, seen_at: datetime, here: Here
) -> None:
    """Let holds and the item's own state follow: it is out by now, or in the room after all.

    What was in a hand at `seen_at` is not lost, unless it was lost later than that.
    """
    facts = loan_facts.BY_ID.rows(session, {"item_id": item_id})[0]
    lost_at = session.scalar(
        select(func.max(ItemCase.opened_at)).where(
            ItemCase.item_id == item_id,
            # Nobody answers for a lost one that was pardoned: it is lost all the same.
            or_(ItemCase.ended_at.is_(None), ItemCase.ended_as == CaseEnd.PARDONED),
        )
    )
    if lost_at is None or lost_at < seen_at:
        loan_changes.heal(session, facts, here)
    last = history[-1] if history else None
    if last is None or last.ended_at is not None:
        hold_queue.offer(session, item_id, here)
        return
    if last.child_id is not None:
        hold_queue.lent(session, facts, child_id=last.child_id, here=here)
    hold_queue.take_off_shelf(session, item_id)
