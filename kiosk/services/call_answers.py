"""What a child's screen is told about its calls, beside the choosing of a face and a time."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kiosk.rules.call_news import CallNews
from kiosk.rules.day_parts import DayPart
from kiosk.rules.relations import Relation
from kiosk.rules.talk_pictures import TalkPicture
from kiosk.services.answers import ChildFace, ContactTile
from kiosk.services.own_call import CallMode, OwnCall


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTurn:
    """The child came for its call: which telephone, and three pictures of what it could tell.

    `is_soon`: a few minutes are left. `has_come`: its card has just signed it in.
    """

    child: ChildFace
    call: OwnCall
    is_soon: bool
    has_come: bool
    pictures: tuple[TalkPicture, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPage:
    """What there is to tell about the child's call.

    `call` is the one the news is about, if any. Who waits hears on `known_on` about it, None: as
    soon as there is a place. `undo_wish` is what it asked a moment ago. `may_book`: it may choose
    a time, or ask.
    """

    child: ChildFace
    news: CallNews
    call: OwnCall | None
    today: date
    known_on: date | None = None
    undo_wish: UUID | None = None
    may_book: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTime:
    """No place is left over: the parts of the day at which the child could like to ring."""

    child: ChildFace
    contact: ContactTile
    parts: tuple[DayPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandbyAsked:
    """A telephone is free now, and the child may call this person at once."""

    child: ChildFace
    slot_id: UUID
    relation: Relation
    line: str
    mode: CallMode
