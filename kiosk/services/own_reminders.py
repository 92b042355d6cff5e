"""What rides on the greeting at the door, read in one statement."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session, aliased

from kiosk.models.calls import TO_COME_STATES, Booking, Line, Slot
from kiosk.models.lending import Hold
from kiosk.models.library import Item, Loan, Title, TitleCover
from kiosk.models.people import Child, Contact
from kiosk.rules.call_news import CallNews
from kiosk.services import own_calls, own_page
from kiosk.services.answers import Book, OwnLoan
from kiosk.services.here import Here
from kiosk.services.own_call import OwnCall
from kiosk.services.own_calls import CALL_COLUMNS, OwnNews
from kiosk.services.own_page import COVER_COLUMNS
from kiosk.services.prepared import Prepared

_soonest_loan = aliased(Loan)
_soonest_call = aliased(Booking)
_soonest_slot = aliased(Slot)
_ready = aliased(Hold)
_ready_title = aliased(Title)
_ready_cover = aliased(TitleCover)
# One statement for the door: the book due soonest, the one that lies ready and today's next call,
# where there are any.
_REMINDERS: Final = Prepared(
    select(
        Loan.id,
        Loan.due_on,
        Title.name,
        Title.kind.label("title_kind"),
        *CALL_COLUMNS,
        _ready_title.name.label("ready"),
        _ready_title.id.label("ready_id"),
        _ready_cover.added_at.label("ready_cover_at"),
        *COVER_COLUMNS,
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
    .outerjoin(TitleCover, TitleCover.title_id == Title.id)
    .outerjoin(
        Booking,
        Booking.id
        == select(_soonest_call.id)
        .join(_soonest_slot, _soonest_slot.id == _soonest_call.slot_id)
        .where(
            _soonest_call.child_id == bindparam("child_id"),
            _soonest_call.on_date == bindparam("today"),
            _soonest_slot.end_min > bindparam("minute"),
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
    .outerjoin(_ready_cover, _ready_cover.title_id == _ready_title.id)
    .where(Child.id == bindparam("child_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    """What rides on the greeting: today's call, the book that lies ready, the one due soonest."""

    calls: OwnNews
    loan: OwnLoan | None
    ready: Book | None

    @property
    def call(self) -> OwnCall | None:
        return self.calls.call


def reminders(
    session: Session | Connection, *, child_id: UUID, grade: int, here: Here
) -> Reminders:
    """Return what to remind this child of."""
    row = _REMINDERS.first(
        session, {"child_id": child_id, "today": here.today, "minute": here.minute}
    )
    if row is None:
        return Reminders(calls=OwnNews(news=CallNews.NONE), loan=None, ready=None)
    return Reminders(
        calls=own_calls.of_next(row, here),
        loan=None if row.id is None else own_page.in_hand_loan(row, grade, here),
        ready=None
        if row.ready is None
        else own_page.book(row.ready, title_id=row.ready_id, cover_at=row.ready_cover_at),
    )
