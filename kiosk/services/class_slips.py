"""Friday slips for the class teachers: half a sheet per class of what to tell the children.

The words are those of the school's papers and stay Chinese in every language. Children may see it:
a slip has no reason, no number of days and nothing of why a child comes here.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, transaction
from kiosk.models.calls import TO_COME_STATES, WEEK_STATES, Booking, Line, Slot, SlotStatus
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Card, Child, Contact, SchoolClass
from kiosk.rules import civil
from kiosk.rules.lending import Borrower
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.call_facts import MAY_BE_RUNG
from kiosk.services.here import Here
from kiosk.services.ledger_paper import class_name, time_of

WHOLE_CLASS: Final = "全班"
_WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallToTell:
    """A call to come: whom to send, and when."""

    name: str
    on: date
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookToBring:
    """A book that comes back by the end of the week, or should have."""

    name: str
    title: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSlip:
    """What a class teacher is told. `without_call` is None where the room had no calls to give."""

    class_name: str
    calls: tuple[CallToTell, ...]
    without_call: tuple[str, ...] | None
    books: tuple[BookToBring, ...]
    without_card: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSlips:
    """The slips of all classes: for the week of `monday`, and what is open of the one before."""

    home: str
    monday: date
    slips: tuple[ClassSlip, ...]

    @property
    def sunday(self) -> date:
        return self.monday + _WEEK - _DAY

    @property
    def monday_before(self) -> date:
        return self.monday - _WEEK

    @property
    def sunday_before(self) -> date:
        return self.monday - _DAY


_NAMES: Final = (Child.class_id, Child.family_name, Child.given_name)


def to_print(monday: date, *, actor_id: UUID, here: Here) -> ClassSlips:
    """Return the slips for the week of a Monday as they go to the printer; the audit knows it."""
    with transaction() as session:
        slips = tuple(_slips(session, monday, here))
        audit.record(
            session,
            AuditAction.PRINT,
            actor_id=actor_id,
            subject=f"week:{civil.week_key(monday)}",
            fields=f"name,call,title,card of {len(slips)} classes",
            purpose="class slips",
            here=here,
        )
    return ClassSlips(home=here.settings.home, monday=monday, slips=slips)


def _slips(session: Session, monday: date, here: Here) -> Iterator[ClassSlip]:
    calls, books = _calls(session, monday, here), _books(session, monday + _WEEK - _DAY)
    has_card = exists().where(Card.child_id == Child.id, Card.revoked_at.is_(None))
    cardless = _children(session, ~has_card)
    uncalled = _uncalled(session, monday - _WEEK, here)
    classes = session.execute(
        select(SchoolClass.id, SchoolClass.grade, SchoolClass.number)
        .where(
            SchoolClass.grade > 0,
            exists().where(Child.class_id == SchoolClass.id, Child.left_on.is_(None)),
        )
        .order_by(SchoolClass.grade, SchoolClass.number)
    )
    for row in classes:
        yield ClassSlip(
            class_name=class_name(row.grade, row.number),
            calls=tuple(calls[row.id]),
            without_call=None if uncalled is None else tuple(uncalled[row.id]),
            books=tuple(books[row.id]),
            without_card=tuple(cardless[row.id]),
        )


def _calls(session: Session, monday: date, here: Here) -> defaultdict[UUID, list[CallToTell]]:
    rows = session.execute(
        select(*_NAMES, Slot.on_date, Slot.start_min)
        .join(Booking, Booking.child_id == Child.id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Line, Line.id == Slot.line_id)
        .where(
            Line.home_id == here.home_id,
            Booking.week_key == civil.week_key(monday),
            Booking.on_date >= here.today,
            Booking.state.in_(TO_COME_STATES),
            Child.left_on.is_(None),
        )
        .order_by(Slot.on_date, Slot.start_min, Child.initials, Child.id)
    )
    found = defaultdict[UUID, list[CallToTell]](list)
    for row in rows:
        call = CallToTell(name=_name(row), on=row.on_date, at=time_of(row.start_min, here))
        found[row.class_id].append(call)
    return found


def _uncalled(session: Session, monday: date, here: Here) -> defaultdict[UUID, list[str]] | None:
    """Return who could be rung and had no call in a week, nor has one in what is left of it."""
    week = civil.week_key(monday)
    places = (
        select(Slot.id)
        .join(Line, Line.id == Slot.line_id)
        .where(Line.home_id == here.home_id, Slot.week_key == week, Slot.status == SlotStatus.OPEN)
        .limit(1)
    )
    if session.scalar(places) is None:
        return None
    has_call = exists().where(
        Booking.child_id == Child.id, Booking.week_key == week, Booking.state.in_(WEEK_STATES)
    )
    return _children(session, exists().where(Contact.child_id == Child.id, MAY_BE_RUNG), ~has_call)


def _books(session: Session, until: date) -> defaultdict[UUID, list[BookToBring]]:
    """Return what is due in each class: the books of its children, then those of the class."""
    is_due = Loan.ended_at.is_(None), Loan.due_on <= until
    of_children = session.execute(
        select(*_NAMES, Title.name.label("title"), Loan.due_on)
        .join(Loan, Loan.child_id == Child.id)
        .join(Item, Item.id == Loan.item_id)
        .join(Title, Title.id == Item.title_id)
        .where(*is_due, Child.left_on.is_(None))
        .order_by(Loan.due_on, Child.initials, Child.id, Item.accession_no)
    )
    of_classes = session.execute(
        select(SchoolClass.id, Title.name.label("title"), Loan.due_on)
        .join(Loan, Loan.class_id == SchoolClass.id)
        .join(Item, Item.id == Loan.item_id)
        .join(Title, Title.id == Item.title_id)
        .where(*is_due, Loan.borrower == Borrower.CLASS)
        .order_by(Loan.due_on, Item.accession_no)
    )
    found = defaultdict[UUID, list[BookToBring]](list)
    for row in of_children:
        book = BookToBring(name=_name(row), title=row.title, due_on=row.due_on)
        found[row.class_id].append(book)
    for class_id, title, due_on in of_classes:
        found[class_id].append(BookToBring(name=WHOLE_CLASS, title=title, due_on=due_on))
    return found


def _children(session: Session, *which: ColumnElement[bool]) -> defaultdict[UUID, list[str]]:
    """Return the names of the children of whom that holds, by class."""
    rows = session.execute(
        select(*_NAMES).where(Child.left_on.is_(None), *which).order_by(Child.initials, Child.id)
    )
    found = defaultdict[UUID, list[str]](list)
    for row in rows:
        found[row.class_id].append(_name(row))
    return found


def _name(row: AnyRow) -> str:
    return f"{row.family_name}{row.given_name}"
