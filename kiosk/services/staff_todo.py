"""What somebody in the room has to do about it, most urgent first."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.models.calls import Line
from kiosk.models.openings import Opening
from kiosk.models.room_times import LineTest
from kiosk.rules.call_states import CallState
from kiosk.rules.compliance import Standing
from kiosk.rules.openings import Hazard, OpeningState
from kiosk.services import (
    card_doubts,
    closing_notes,
    friends,
    hold_shelf,
    late_entries,
    opening_traces,
    room_ahead,
    room_watch,
    rooms,
    talks,
    week_plans,
)
from kiosk.services.call_board import BoardRow, CallRow
from kiosk.services.here import Here
from kiosk.services.room_watch import Waiting

# How long an opening that nobody opened is still worth a line on the home page.
_MISSED_SHOWN: Final = timedelta(days=4)
# The child was here and did not talk to anybody.
_BOOK_AGAIN: Final = frozenset({CallState.NO_ANSWER, CallState.CUT, CallState.RELEASED})


class TodoKind(StrEnum):
    """What a person in the room has to see to, most urgent first."""

    OPEN_ROOM = "open_room"
    CALL_DUE = "call_due"
    SAFETY = "safety"
    LINE = "line"
    SCANNER = "scanner"
    CAMERA = "camera"
    MAKE_GOOD = "make_good"
    TALK = "talk"
    PLAN = "plan"
    LATE = "late"
    HOLD = "hold"
    NEW_FRIEND = "new_friend"
    UNCLEAR = "unclear"
    CARD = "card"
    TIMES = "times"
    CONTACT = "contact"
    CARDLESS = "cardless"
    SYNC = "sync"
    GAMES = "games"
    STANDARD = "standard"
    HOLIDAYS = "holidays"
    TERM = "term"
    GAPS = "gaps"
    DISK = "disk"
    CLOCK = "clock"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """One thing to do. What it is about stands in the fields that its kind needs."""

    kind: TodoKind
    on: date
    minute: int = 0
    call: CallRow | None = None
    hazard: Hazard | None = None
    note: str | None = None
    count: int = 0
    child_id: UUID | None = None
    name: str = ""
    standing: Standing | None = None


def room(state: rooms.RoomState, here: Here) -> tuple[Todo, ...]:
    ahead = state.next_planned
    if state.is_open or ahead is None or (ahead.on, ahead.from_min) > (here.today, here.minute):
        return ()
    return (Todo(kind=TodoKind.OPEN_ROOM, on=ahead.on, minute=ahead.from_min),)


def of_check(
    session: Session,
    opening_id: UUID,
    exceptions: Collection[tuple[Hazard, str]],
    here: Here,
) -> tuple[Todo, ...]:
    """Return what was not fine when the room was opened, telephones among it."""
    hazards = tuple(
        Todo(kind=TodoKind.SAFETY, on=here.today, hazard=hazard, note=note)
        for hazard, note in exceptions
    )
    broken = session.scalars(
        select(Line.name)
        .join(LineTest, LineTest.line_id == Line.id)
        .where(
            LineTest.opening_id == opening_id, LineTest.works.is_(False), Line.is_in_use.is_(True)
        )
        .order_by(Line.name)
    )
    return (*hazards, *(Todo(kind=TodoKind.LINE, on=here.today, name=name) for name in broken))


def of_calls(board: tuple[BoardRow, ...]) -> tuple[Todo, ...]:
    calls = [row for row in board if isinstance(row, CallRow)]
    due = tuple(
        Todo(kind=TodoKind.CALL_DUE, on=row.on, minute=row.start_min, call=row)
        for row in calls
        if row.is_due
    )
    missing = tuple(
        Todo(kind=TodoKind.MAKE_GOOD, on=row.on, minute=row.start_min, call=row)
        for row in calls
        if row.state in _BOOK_AGAIN and row.is_to_be_made_good
    )
    return due + missing


def of_talks(session: Session, staff_id: UUID | None, here: Here) -> tuple[Todo, ...]:
    """Say how many children have asked for this adult; who they are stands on its own page."""
    count = 0 if staff_id is None else talks.waiting_count(session, staff_id)
    return (Todo(kind=TodoKind.TALK, on=here.today, count=count),) if count else ()


def later(session: Session, here: Here, *, is_head: bool) -> tuple[Todo, ...]:
    """Return what can wait an hour; `is_head` is who is told what the ledgers of the month lack."""
    monday = week_plans.to_publish(here=here)
    plan = () if monday is None else (Todo(kind=TodoKind.PLAN, on=monday),)
    rest = (
        *_friend_todo(session, here),
        *_watch_todo(session, here),
        *_times_todo(here),
        *_games_todo(session, here),
        *_ahead_todo(here, is_head=is_head),
        *_missed_todo(session, here),
    )
    return (*plan, *_count_todo(session, here), *rest)


def _count_todo(session: Session, here: Here) -> tuple[Todo, ...]:
    """Say what is asked of the paper book, what is to be fetched, and which cards are in doubt.

    What nobody picked up in time is passed on first.
    """
    hold_shelf.settle(here=here)
    counts = (
        (TodoKind.LATE, late_entries.question_count(session)),
        (TodoKind.HOLD, hold_shelf.to_fetch_count()),
        (TodoKind.CARD, card_doubts.count(here=here)),
    )
    return tuple(Todo(kind=kind, on=here.today, count=count) for kind, count in counts if count)


def _friend_todo(session: Session, here: Here) -> tuple[Todo, ...]:
    count = friends.unnamed_count(session)
    return (Todo(kind=TodoKind.NEW_FRIEND, on=here.today, count=count),) if count else ()


def _watch_todo(session: Session, here: Here) -> Iterator[Todo]:
    """Yield what goes on behind the room; the machine's own troubles only when there are any."""
    for kind, waiting in (
        (TodoKind.CONTACT, room_watch.contacts_to_confirm(session)),
        (TodoKind.CARDLESS, room_watch.without_card(session)),
    ):
        if waiting is not None:
            yield _of_children(kind, waiting, here)
    for kind, is_amiss in (
        (TodoKind.SYNC, room_watch.is_record_late(here)),
        (TodoKind.DISK, room_watch.is_disk_short(here)),
        (TodoKind.CLOCK, room_watch.is_clock_wrong(session, here)),
    ):
        if is_amiss:
            yield Todo(kind=kind, on=here.today)


def _of_children(kind: TodoKind, waiting: Waiting, here: Here) -> Todo:
    return Todo(
        kind=kind,
        on=here.today,
        count=waiting.count,
        child_id=waiting.child_id,
        name=waiting.name,
    )


def _times_todo(here: Here) -> tuple[Todo, ...]:
    days = opening_traces.unsaid(here=here)
    return (Todo(kind=TodoKind.TIMES, on=days[0], count=len(days)),) if days else ()


def _games_todo(session: Session, here: Here) -> tuple[Todo, ...]:
    missing = closing_notes.games_missing(session, here=here)
    return (Todo(kind=TodoKind.GAMES, on=here.today, count=missing),) if missing else ()


def _ahead_todo(here: Here, *, is_head: bool) -> Iterator[Todo]:
    """Say what of the rule set is in danger, what the calendar and the month lack."""
    ahead = room_ahead.look(here=here)
    for standing in ahead.warned:
        yield Todo(kind=TodoKind.STANDARD, on=here.today, standing=standing)
    if ahead.missing_year is not None:
        yield Todo(kind=TodoKind.HOLIDAYS, on=here.today, count=ahead.missing_year)
    if ahead.terms_end is not None:
        yield Todo(kind=TodoKind.TERM, on=ahead.terms_end)
    if is_head and ahead.gaps:
        yield Todo(kind=TodoKind.GAPS, on=here.today.replace(day=1), count=ahead.gaps)


def _missed_todo(session: Session, here: Here) -> tuple[Todo, ...]:
    rows = session.execute(
        select(Opening.on_date, Opening.from_min)
        .where(
            Opening.home_id == here.home_id,
            Opening.on_date < here.today,
            Opening.on_date >= here.today - _MISSED_SHOWN,
            Opening.state.in_([OpeningState.MISSED, OpeningState.PLANNED]),
        )
        .order_by(Opening.on_date.desc())
        .limit(2)
    )
    return tuple(Todo(kind=TodoKind.MISSED, on=row.on_date, minute=row.from_min) for row in rows)
