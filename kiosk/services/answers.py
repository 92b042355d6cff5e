"""What a child's screen is told: frozen values, and nothing that the child may not see.

A use case answers with one of these and a template draws it. None of them can carry a family
name, a phone number, a contact's name or another child's book (`security.md` 4.3).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kiosk.rules.badges import Badge
from kiosk.rules.book_classes import ShelfPlace
from kiosk.rules.call_news import CallNews
from kiosk.rules.class_tree import Tree
from kiosk.rules.relations import Relation
from kiosk.services.own_call import BoardCall, OwnCall


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFace:
    """The child whose page this is. A new friend has no `given_name` yet: it is empty.

    `given_name_pinyin` is how the name is read, where staff have said so.
    """

    given_name: str
    grade: int
    badge: Badge
    given_name_pinyin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    # As a child knows it: `cover`, 0-5, is the drawn one, `picture` the address of its own, if any.
    title: str
    cover: int
    picture: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLoan:
    loan_id: UUID
    book: Book
    due_on: date
    is_late: bool = False  # the days of grace are over as well


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHold:
    """A book that the child waits for: `place` in the queue, 1 for the next; or it lies ready."""

    hold_id: UUID
    book: Book
    place: int
    is_ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NextOpening:
    # When the room opens next; minutes since midnight, local time.
    on: date
    from_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The idle screen. `closes_min` is None while the room is closed.

    `calls` is None where the school has not chosen to show them.

    `train` holds the badges of the children who are here, latest arrivals last, 24 at the most.
    `new_books` came lately and stand on the shelf, newest first. `now` is the local wall clock.
    """

    now: datetime
    closes_min: int | None
    next_opening: NextOpening | None
    headcount: int
    duty_title: str | None
    calls: tuple[BoardCall, ...] | None
    train: tuple[Badge, ...]
    new_books: tuple[Book, ...]

    @property
    def is_open(self) -> bool:
        return self.closes_min is not None


class Greeting(StrEnum):
    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A card signed its child in, or did so a few seconds ago: the greeting.

    Exactly one reminder is drawn: today's call, the book that lies ready, the one due soonest.
    """

    child: ChildFace
    greeting: Greeting
    today: date
    call: OwnCall | None
    loan: OwnLoan | None
    train: tuple[Badge, ...]
    ready: Book | None = None


class OwnPageSaying(StrEnum):
    """What the guide says on top of the own page."""

    CHOOSE = "choose"
    ALREADY_IN = "already_in"
    CALL_CANCELLED = "call_cancelled"
    LEND_UNDONE = "lend_undone"
    RETURN_UNDONE = "return_undone"
    TEACHER_COMES = "teacher_comes"
    HOLD_UNDONE = "hold_undone"
    PASTIME_NOTED = "pastime_noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """The child's own page: own books, the own call that `news` is about, what to do."""

    child: ChildFace
    saying: OwnPageSaying
    today: date
    loans: tuple[OwnLoan, ...]
    call: OwnCall | None
    may_borrow: int
    holds: tuple[OwnHold, ...] = ()
    news: CallNews = CallNews.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """A book was lent and is committed. `more` is how many the child may still borrow.

    `has_read`: the child has had this title before, which is told and refuses nothing.
    """

    child: ChildFace
    loan: OwnLoan
    today: date
    held: int
    more: int
    has_read: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyYours:
    # The same book again, in the session that lent it.
    child: ChildFace
    loan: OwnLoan
    today: date
    may_renew: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    child: ChildFace
    loan: OwnLoan
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A book came back. `child` is who stands at the screen, if anybody; never who had it.

    `was_own` and `may_renew` open the "keep it longer" tile; `may_borrow_it` the one with which
    the child at the screen takes the book that somebody else had. `tree` is that of the child's
    class, where it was its own book. `place` is where it stands on the shelves, `waited_for`: on
    the hold shelf, for another child.
    """

    child: ChildFace | None
    loan_id: UUID
    item_id: UUID
    book: Book
    place: ShelfPlace | None
    was_own: bool
    may_renew: bool
    may_borrow_it: bool
    tree: Tree | None
    waited_for: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BookWaits:
    # A book that can be borrowed lies on the scanner and no card has been shown yet.
    book: Book


@dataclass(frozen=True, slots=True, kw_only=True)
class PickContact:
    """Who shall be called? Up to three faces from the child's own card, and 找老师."""

    child: ChildFace
    contacts: tuple["ContactTile", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTile:
    contact_id: UUID
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class PickTime:
    """When? Up to three places; minutes since midnight. `may_ask`: it may ask for another time."""

    child: ChildFace
    contact: ContactTile
    today: date
    slots: tuple["SlotTile", ...]
    may_ask: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotTile:
    slot_id: UUID
    on: date
    start_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A call is booked; `books` are some of the child's own of this week, to tell about."""

    child: ChildFace
    call: OwnCall
    today: date
    books: tuple[Book, ...] = ()


class SafetyTip(StrEnum):
    RIGHT = "right"
    ROAD = "road"
    WATER = "water"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveAsked:
    """The leaving page: "going home?", the card says goodbye; `call` is one that is still today."""

    child: ChildFace
    call: OwnCall | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    child: ChildFace
    is_evening: bool
    tip: SafetyTip


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRefusal:
    """A rule says no, kindly.

    `reason` is a member of an enum in `kiosk.rules`, `values` fill its sentence. `loans` are the
    child's own, drawn where the reason is about them.
    """

    child: ChildFace | None
    reason: StrEnum
    values: dict[str, object]
    loans: tuple[OwnLoan, ...]
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LendStart:
    # The borrowing page: the book comes onto the scanner next.
    child: ChildFace
