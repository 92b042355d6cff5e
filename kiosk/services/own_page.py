"""What a child sees of its own: books in hand, the next call, and the page that shows both."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID
from zlib import crc32

from sqlalchemy import Connection, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow, reading
from kiosk.models.calls import TO_COME_STATES, Booking, Line, Slot
from kiosk.models.lending import Hold
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Child, Contact
from kiosk.rules.catalogue import TitleKind
from kiosk.services.answers import (
    Book,
    CallMode,
    ChildFace,
    OwnCall,
    OwnHold,
    OwnLoan,
    OwnPage,
    OwnPageSaying,
)
from kiosk.services.here import Here
from kiosk.services.prepared import Prepared

COVERS: Final = 6

_LOANS: Final = Prepared(
    select(Loan.id, Loan.due_on, Title.name, Title.kind)
    .join(Item, Item.id == Loan.item_id)
    .join(Title, Title.id == Item.title_id)
    .where(Loan.child_id == bindparam("child_id"), Loan.ended_at.is_(None))
    .order_by(Loan.due_on, Loan.lent_at)
)
_CALLS = (
    select(
        Booking.id.label("booking_id"),
        Booking.on_date,
        Booking.start_min,
        Contact.relation,
        Line.kind,
    )
    .join(Contact, Contact.id == Booking.contact_id)
    .join(Slot, Slot.id == Booking.slot_id)
    .join(Line, Line.id == Slot.line_id)
)
CALL_BY_ID: Final = Prepared(_CALLS.where(Booking.id == bindparam("booking_id")))
_CALL: Final = Prepared(
    _CALLS.where(
        Booking.child_id == bindparam("child_id"),
        Booking.state.in_(TO_COME_STATES),
        or_(
            Booking.on_date > bindparam("today"),
            (Booking.on_date == bindparam("today")) & (Booking.start_min >= bindparam("minute")),
        ),
    )
    .order_by(Booking.on_date, Booking.start_min)
    .limit(1)
)

_soonest_loan = aliased(Loan)
_soonest_call = aliased(Booking)
_ready = aliased(Hold)
_ready_title = aliased(Title)
# One statement for the door: the book due soonest, the one that lies ready and today's next call,
# where there are any.
_REMINDERS: Final = Prepared(
    select(
        Loan.id,
        Loan.due_on,
        Title.name,
        Booking.id.label("booking_id"),
        Booking.on_date,
        Booking.start_min,
        Contact.relation,
        Line.kind,
        _ready_title.name.label("ready"),
    )
    .select_from(Child)
    .outerjoin(
        Loan,
        Loan.id
        == select(_soonest_loan.id)
        .where(_soonest_loan.child_id == bindparam("child_id"), _soonest_loan.ended_at.is_(None))
        .order_by(_soonest_loan.due_on)
        .limit(1)
        .scalar_subquery(),
    )
    .outerjoin(Item, Item.id == Loan.item_id)
    .outerjoin(Title, Title.id == Item.title_id)
    .outerjoin(
        Booking,
        Booking.id
        == select(_soonest_call.id)
        .where(
            _soonest_call.child_id == bindparam("child_id"),
            _soonest_call.on_date == bindparam("today"),
            _soonest_call.start_min >= bindparam("minute"),
            _soonest_call.state.in_(TO_COME_STATES),
        )
        .order_by(_soonest_call.start_min)
        .limit(1)
        .scalar_subquery(),
    )
    .outerjoin(Contact, Contact.id == Booking.contact_id)
    .outerjoin(Slot, Slot.id == Booking.slot_id)
    .outerjoin(Line, Line.id == Slot.line_id)
    .outerjoin(
        _ready_title,
        _ready_title.id
        == select(_ready.title_id)
        .where(
            _ready.child_id == bindparam("child_id"),
            _ready.ended_at.is_(None),
            _ready.pick_up_by >= bindparam("today"),
        )
        .order_by(_ready.pick_up_by)
        .limit(1)
        .scalar_subquery(),
    )
    .where(Child.id == bindparam("child_id"))
)


_before = aliased(Hold)
_HOLDS: Final = Prepared(
    select(
        Hold.id,
        Hold.item_id,
        Title.name,
        select(func.count())
        .select_from(_before)
        .where(
            _before.title_id == Hold.title_id,
            _before.ended_at.is_(None),
            _before.item_id.is_(None),
            _before.placed_at < Hold.placed_at,
        )
        .correlate(Hold)
        .scalar_subquery()
        .label("before"),
    )
    .join(Title, Title.id == Hold.title_id)
    .where(Hold.child_id == bindparam("child_id"), Hold.ended_at.is_(None))
    # What lies ready comes first.
    .order_by(Hold.item_id.is_(None), Hold.placed_at, Hold.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    """What rides on the greeting: today's call, the book that lies ready, the one due soonest."""

    call: OwnCall | None
    loan: OwnLoan | None
    ready: Book | None


def reminders(session: Session | Connection, *, child_id: UUID, here: Here) -> Reminders:
    """Return what to remind this child of."""
    row = _REMINDERS.first(
        session, {"child_id": child_id, "today": here.today, "minute": here.minute}
    )
    if row is None:
        return Reminders(call=None, loan=None, ready=None)
    return Reminders(
        call=None if row.booking_id is None else own_call(row),
        loan=None if row.id is None else own_loan(row.id, row.name, row.due_on),
        ready=None if row.ready is None else book(row.ready),
    )


def holds(session: Session | Connection, *, child_id: UUID) -> tuple[OwnHold, ...]:
    """Return the books that a child waits for, those that lie ready first."""
    rows = _HOLDS.rows(session, {"child_id": child_id})
    return tuple(
        OwnHold(
            hold_id=row.id,
            book=book(row.name),
            place=row.before + 1,
            is_ready=row.item_id is not None,
        )
        for row in rows
    )


def loans(session: Session | Connection, *, child_id: UUID) -> tuple[OwnLoan, ...]:
    """Return the books in a child's hands, the one due soonest first."""
    rows = _LOANS.rows(session, {"child_id": child_id})
    return tuple(own_loan(row.id, row.name, row.due_on) for row in rows)


def next_call(session: Session | Connection, *, child_id: UUID, here: Here) -> OwnCall | None:
    """Return the next call that a child still has before it."""
    row = _CALL.first(session, {"child_id": child_id, "today": here.today, "minute": here.minute})
    return None if row is None else own_call(row)


def call_today(*, child_id: UUID, here: Here) -> OwnCall | None:
    """Return the call that a child still has today, read by itself."""
    call = next_call(reading(), child_id=child_id, here=here)
    return call if call is not None and call.on == here.today else None


def read(
    session: Session | Connection,
    *,
    child_id: UUID,
    face: ChildFace,
    saying: OwnPageSaying,
    here: Here,
) -> OwnPage:
    """Return a child's own page."""
    rows = _LOANS.rows(session, {"child_id": child_id})
    books = sum(row.kind is TitleKind.BOOK for row in rows)
    policy = here.policy(face.grade)
    return OwnPage(
        child=face,
        saying=saying,
        today=here.today,
        loans=tuple(own_loan(row.id, row.name, row.due_on) for row in rows),
        call=next_call(session, child_id=child_id, here=here),
        may_borrow=max(policy.limit - books, 0) if policy.self_lending else 0,
        holds=holds(session, child_id=child_id),
    )


def show(*, child_id: UUID, face: ChildFace, saying: OwnPageSaying, here: Here) -> OwnPage:
    """Return a child's own page, read by itself."""
    return read(reading(), child_id=child_id, face=face, saying=saying, here=here)


def in_hand(*, child_id: UUID) -> tuple[OwnLoan, ...]:
    """Return the books in a child's hands, read by themselves."""
    return loans(reading(), child_id=child_id)


def show_holds(*, child_id: UUID) -> tuple[OwnHold, ...]:
    """Return the books that a child waits for, read by themselves."""
    return holds(reading(), child_id=child_id)


def own_loan(loan_id: UUID, name: str, due_on: date) -> OwnLoan:
    return OwnLoan(loan_id=loan_id, book=book(name), due_on=due_on)


def book(name: str) -> Book:
    """Return a title as a child knows it; the same title always has the same drawn cover."""
    return Book(title=name, cover=crc32(name.encode()) % COVERS)


def own_call(row: AnyRow) -> OwnCall:
    """Return a call from a row of this module's queries."""
    return OwnCall(
        booking_id=row.booking_id,
        relation=row.relation,
        on=row.on_date,
        start_min=row.start_min,
        mode=CallMode(row.kind.value),
    )
