"""Lines of the paper book, typed in afterwards: applied where they fit, asked about where not."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.lending import LateEntry
from kiosk.models.library import Item, Title
from kiosk.models.people import Child, SchoolClass
from kiosk.rules import civil
from kiosk.rules import late_entries as rules
from kiosk.rules.codes import CodeProblem
from kiosk.rules.late_entries import (
    Arranged,
    LateAction,
    LateProblem,
    LateRefusal,
    LateState,
    Line,
)
from kiosk.rules.people import PeopleProblem
from kiosk.services import audit, item_lookup, late_loans
from kiosk.services.again import once_more
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line as it was typed; `child_id` is needed for a lending alone."""

    action: LateAction
    item: str
    child_id: UUID | None
    on: date
    minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRow:
    """A line with what became of it; `may_insist`: the paper's word could be put in."""

    entry_id: UUID
    action: LateAction
    title_id: UUID
    title: str
    accession_no: str
    name: str | None
    class_name: tuple[int, int] | None
    happened_at: datetime
    state: LateState
    problem: LateProblem | None
    may_insist: bool


def enter(new: NewLine, *, request_id: UUID, staff_id: UUID, here: Here) -> LateState:
    """Take in a line, and with it those of the same item that wait for it; return what it became.

    The same `request_id` again changes nothing.

    Raises:
        NotFoundError: UNKNOWN_ITEM or UNKNOWN_CHILD.
        InvalidInputError: IN_THE_FUTURE or READER_MISSING.
    """
    at = civil.instant(new.on, new.minute, here.settings.zone)
    if at > here.now:
        raise InvalidInputError(LateRefusal.IN_THE_FUTURE, field="on")
    if new.action is LateAction.LEND and new.child_id is None:
        raise InvalidInputError(LateRefusal.READER_MISSING, field="child")
    with transaction() as session:
        known = session.get(LateEntry, request_id)
        if known is not None:
            return known.state
        item = item_lookup.typed(session, new.item)
        if item is None:
            raise NotFoundError(CodeProblem.UNKNOWN_ITEM, field="item")
        if new.child_id is not None and session.get(Child, new.child_id) is None:
            raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
        entry = LateEntry(
            id=request_id,
            action=new.action,
            item_id=item.id,
            child_id=new.child_id,
            happened_at=at,
            entered_at=here.now,
            entered_by_id=staff_id,
            state=LateState.ASKED,
            request_id=request_id,
        )
        session.add(entry)
        session.flush()  # what waits for this item is read with it
        _arrange(session, item.id, staff_id, here)
        _note(session, entry, entry.state.value, staff_id, here)
        return entry.state


@once_more("uq_loan_open_item")
def insist(entry_id: UUID, *, staff_id: UUID, here: Here) -> None:
    """Answer a question: the paper is right. What is known of the item is changed for it.

    Raises:
        NotFoundError: ANSWERED, for a line that there is not. RefusedError: ANSWERED, also when
        the paper says nothing that could be put in.
    """
    with transaction() as session:
        entry = _asked(session, entry_id)
        before = late_loans.history(session, entry.item_id)
        after = rules.insist(before, _line(entry))
        if after is None:
            raise RefusedError(LateRefusal.ANSWERED)
        late_loans.write(session, entry.item_id, before, after, entry.entered_by_id, here)
        late_loans.follow(session, entry.item_id, after, seen_at=entry.happened_at, here=here)
        _settle(entry, LateState.APPLIED, staff_id, here)
        session.flush()  # of those that are left, this one is none
        _arrange(session, entry.item_id, staff_id, here)
        _note(session, entry, "paper is right", staff_id, here)


def dismiss(entry_id: UUID, *, staff_id: UUID, here: Here) -> None:
    """Answer a question: what is known stays as it is, the line is laid aside.

    Raises:
        NotFoundError: ANSWERED, for a line that there is not. RefusedError: ANSWERED.
    """
    with transaction() as session:
        entry = _asked(session, entry_id)
        _settle(entry, LateState.DISMISSED, staff_id, here)
        _note(session, entry, "dismissed", staff_id, here)


def questions() -> tuple[LateRow, ...]:
    """Return the lines that contradict what is known, oldest first."""
    rows = reading().execute(
        _ROWS.where(LateEntry.state == LateState.ASKED).order_by(LateEntry.happened_at)
    )
    return tuple(map(_row, rows))


def question_count(session: Session) -> int:
    return (
        session.scalar(
            select(func.count()).select_from(LateEntry).where(LateEntry.state == LateState.ASKED)
        )
        or 0
    )


def lately() -> tuple[LateRow, ...]:
    """Return the lines that were taken in last."""
    rows = reading().execute(
        _ROWS.where(LateEntry.state != LateState.ASKED)
        .order_by(LateEntry.entered_at.desc(), LateEntry.id)
        .limit(SHOWN)
    )
    return tuple(map(_row, rows))


_ROWS: Final = (
    select(
        LateEntry,
        Item.title_id,
        Item.accession_no,
        Title.name.label("title"),
        Child.family_name,
        Child.given_name,
        SchoolClass.grade,
        SchoolClass.number,
    )
    .join(Item, Item.id == LateEntry.item_id)
    .join(Title, Title.id == Item.title_id)
    .outerjoin(Child, Child.id == LateEntry.child_id)
    .outerjoin(SchoolClass, SchoolClass.id == Child.class_id)
)
# The paper says something that could be put in; of the others there is nothing to change.
_CAN_INSIST: Final = frozenset(
    {LateProblem.IN_OTHER_HANDS, LateProblem.LENT_AGAIN, LateProblem.CAME_BACK_LATER}
)


def _row(row: AnyRow) -> LateRow:
    entry: LateEntry = row.LateEntry
    problem = None if entry.problem is None else LateProblem(entry.problem)
    return LateRow(
        entry_id=entry.id,
        action=entry.action,
        title_id=row.title_id,
        title=row.title,
        accession_no=row.accession_no,
        name=None if row.family_name is None else row.family_name + row.given_name,
        class_name=None if row.grade is None else (row.grade, row.number),
        happened_at=entry.happened_at,
        state=entry.state,
        problem=problem,
        may_insist=problem in _CAN_INSIST,
    )


def _arrange(session: Session, item_id: UUID, staff_id: UUID, here: Here) -> None:
    """Try every line of an item that is not settled yet, in the order of their times."""
    entries = session.scalars(
        select(LateEntry).where(LateEntry.item_id == item_id, LateEntry.state == LateState.ASKED)
    ).all()
    before = late_loans.history(session, item_id)
    found = rules.arrange(before, map(_line, entries))
    late_loans.write(session, item_id, before, found.history, staff_id, here)
    applied = []
    for entry in entries:
        entry.problem = found.problems.get(entry.id)
        if entry.problem is None:
            _settle(entry, LateState.APPLIED, staff_id, here)
            entry.loan_id = _loan_of(entry, found)
            applied.append(entry.happened_at)
    if applied:
        late_loans.follow(session, item_id, found.history, seen_at=max(applied), here=here)


def _loan_of(entry: LateEntry, found: Arranged) -> UUID | None:
    """Return the loan that a line began or ended."""
    own = (one.loan_id for one in found.history if one.loan_id == entry.id)
    ended = (one.loan_id for one in found.history if one.ended_at == entry.happened_at)
    return next(own if entry.action is LateAction.LEND else ended, None)


def _asked(session: Session, entry_id: UUID) -> LateEntry:
    entry = session.get(LateEntry, entry_id)
    if entry is None:
        raise NotFoundError(LateRefusal.ANSWERED)
    if entry.state is not LateState.ASKED:
        raise RefusedError(LateRefusal.ANSWERED)
    return entry


def _settle(entry: LateEntry, state: LateState, staff_id: UUID, here: Here) -> None:
    entry.state, entry.settled_at, entry.settled_by_id = state, here.now, staff_id


def _line(entry: LateEntry) -> Line:
    return Line(key=entry.id, action=entry.action, child_id=entry.child_id, at=entry.happened_at)


def _note(session: Session, entry: LateEntry, what: str, staff_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=f"item:{entry.item_id}",
        fields=f"late {entry.action.value}: {what}",
        purpose="lending",
        here=here,
    )
