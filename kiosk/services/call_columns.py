"""The day's calls as the duty teacher has them: a column for each line, time downwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.models.calls import HOLDING_STATES, Booking, BookingEvent
from kiosk.models.people import Contact
from kiosk.rules import call_corrections, civil
from kiosk.rules.call_corrections import OUTCOMES, CallMark, Passage
from kiosk.rules.call_repair import SHORTEST_CALL_MIN
from kiosk.rules.call_states import TO_COME, CallState
from kiosk.rules.call_windows import LineKind
from kiosk.services import call_corrections as said
from kiosk.services import call_lines
from kiosk.services.call_board import BoardRow, CallRow, FreePlace
from kiosk.services.here import Here

_MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """Where a call was put that did not come about."""

    on: date
    start_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A call with all who ring together; `children` begins with whoever has the place.

    `talk_s` is how long they may talk, which ends with the place however late they began; `most_s`
    how long if the next place, being free, serves too. `second` is where repair has put it.
    `asks_hours`: nobody answered today, and nobody has said since when this person is better rung.
    """

    row: CallRow
    children: tuple[CallRow, ...]
    may_undo: bool
    may_correct: bool
    mark: CallMark | None
    talk_s: int
    most_s: int
    second: Second | None
    asks_hours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A line with what there is on it that day, in order of time.

    `is_out_today`: it is out of use for the rest of today only.
    `over` are those of the places that need not be looked at while others are to come.
    """

    line_id: UUID
    name: str
    kind: LineKind
    is_in_use: bool
    is_out_today: bool
    places: tuple[Tile | FreePlace, ...]
    over: tuple[Tile, ...]

    @property
    def in_sight(self) -> tuple[Tile | FreePlace, ...]:
        return tuple(one for one in self.places if one not in self.over)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of the calls of a day besides themselves."""

    events: dict[UUID, list[Passage]]
    seconds: dict[UUID, Second]
    said_today: frozenset[UUID]


def columns(rows: Sequence[BoardRow], *, here: Here) -> tuple[Column, ...]:
    """Return the lines that are in use or have a call among these rows of one day."""
    session = reading()
    calls = [row for row in rows if isinstance(row, CallRow)]
    known = _known(session, calls, here)
    free = {(row.line_id, row.start_min): row for row in rows if isinstance(row, FreePlace)}
    tiles = {
        first.booking_id: _tile(first, along, known, free, here)
        for first, along in _together(calls)
    }
    found: dict[UUID, list[Tile | FreePlace]] = {}
    for row in rows:
        if isinstance(row, FreePlace):
            found.setdefault(row.line_id, []).append(row)
        elif row.booking_id in tiles:
            found.setdefault(row.line_id, []).append(tiles[row.booking_id])
    return tuple(
        Column(
            line_id=line.line_id,
            name=line.name,
            kind=line.kind,
            is_in_use=line.is_in_use,
            is_out_today=line.is_out_today,
            places=tuple(found.get(line.line_id, ())),
            over=_over(found.get(line.line_id, ()), here),
        )
        for line in call_lines.lines(here=here)
        if line.is_in_use or line.line_id in found
    )


def _known(session: Session, calls: Sequence[CallRow], here: Here) -> _Known:
    return _Known(
        events=_events(session, calls),
        seconds=_seconds(session, calls),
        said_today=_said_today(session, calls, here),
    )


def _tile(
    row: CallRow,
    along: tuple[CallRow, ...],
    known: _Known,
    free: dict[tuple[UUID, int], FreePlace],
    here: Here,
) -> Tile:
    events = known.events.get(row.booking_id, [])
    next_place = free.get((row.line_id, row.end_min))
    more = 0 if next_place is None else next_place.end_min - next_place.start_min
    days_ago = (here.today - row.on).days
    talk_s = _talk_s(row, here)
    return Tile(
        row=row,
        children=(row, *along),
        may_undo=bool(events) and _may_undo(row, events[-1], here),
        may_correct=bool(call_corrections.corrected_states(row.state, days_ago=days_ago)),
        mark=call_corrections.mark(events) if row.state in OUTCOMES else None,
        talk_s=talk_s,
        most_s=talk_s + more * _MINUTE,
        second=known.seconds.get(row.booking_id),
        asks_hours=days_ago == 0
        and row.state is CallState.NO_ANSWER
        and not row.is_wrong_number
        and row.contact_id not in known.said_today,
    )


def _talk_s(row: CallRow, here: Here) -> int:
    """Return how long they may talk: who begins late ends with the place, not in the next one."""
    if row.started_at is None:
        return row.talk_min * _MINUTE
    over = civil.instant(row.on, row.end_min, here.settings.zone)
    left_s = int((over - row.started_at).total_seconds())
    return min(row.talk_min * _MINUTE, max(left_s, SHORTEST_CALL_MIN * _MINUTE))


def _over(places: Sequence[Tile | FreePlace], here: Here) -> tuple[Tile, ...]:
    """Return what a teacher has to look past to see the call of now, if one is to come today.

    Not what can be taken back or has no ending, nor the last if something is still to be done for
    it.
    """
    calls = [one.row.start_min for one in places if isinstance(one, Tile) and _is_open(one)]
    free = [one.start_min for one in places if isinstance(one, FreePlace)]
    if not (calls or free):
        return ()
    until = max(here.minute, min(calls or free))
    ended = [one for one in places if isinstance(one, Tile) and _is_over(one, until, here)]
    if ended and _asks_something(ended[-1]):
        del ended[-1]
    return tuple(one for one in ended if not one.may_undo)


def _asks_something(tile: Tile) -> bool:
    is_missing = tile.row.is_to_be_made_good and tile.second is None
    return is_missing or tile.asks_hours or tile.row.is_wrong_number


def _is_over(tile: Tile, until: int, here: Here) -> bool:
    has_ended = not _is_open(tile) and tile.row.state is not CallState.UNCLEAR
    return has_ended and tile.row.on == here.today and tile.row.end_min <= until


def _is_open(tile: Tile) -> bool:
    return tile.row.state in TO_COME or tile.row.state is CallState.CALLING


def _may_undo(row: CallRow, last: Passage, here: Here) -> bool:
    is_rung_again = row.state is CallState.CALLING and row.tries > 1
    refusal = call_corrections.undo_refusal(last, since=here.now - row.state_since)
    return refusal is None and not is_rung_again


def _together(calls: Iterable[CallRow]) -> list[tuple[CallRow, tuple[CallRow, ...]]]:
    """Return each call with those who ring along, as long as both stand alike."""
    by_id = {row.booking_id: row for row in calls}
    along: dict[UUID, list[CallRow]] = {}
    for row in by_id.values():
        first = None if row.companion_of_id is None else by_id.get(row.companion_of_id)
        if first is not None and first.state is row.state:
            along.setdefault(first.booking_id, []).append(row)
    follows = {row.booking_id for rows in along.values() for row in rows}
    return [
        (row, tuple(along.get(row.booking_id, ())))
        for row in by_id.values()
        if row.booking_id not in follows
    ]


def _events(session: Session, calls: Iterable[CallRow]) -> dict[UUID, list[Passage]]:
    found: dict[UUID, list[Passage]] = {}
    ended = [row.booking_id for row in calls if row.state is not CallState.BOOKED]
    for event in session.scalars(
        select(BookingEvent)
        .where(BookingEvent.booking_id.in_(ended))
        .order_by(BookingEvent.booking_id, BookingEvent.seq)
    ):
        found.setdefault(event.booking_id, []).append(said.passage(event))
    return found


def _seconds(session: Session, calls: Iterable[CallRow]) -> dict[UUID, Second]:
    rows = session.execute(
        select(Booking.replaces_id, Booking.on_date, Booking.start_min).where(
            Booking.replaces_id.in_([row.booking_id for row in calls]),
            Booking.state.in_(HOLDING_STATES),
        )
    )
    return {row.replaces_id: Second(on=row.on_date, start_min=row.start_min) for row in rows}


def _said_today(session: Session, calls: Iterable[CallRow], here: Here) -> frozenset[UUID]:
    """Return the contacts of whom somebody has said today when they can be rung."""
    missed = [row.contact_id for row in calls if row.state is CallState.NO_ANSWER]
    found = select(Contact.id).where(
        Contact.id.in_(missed), Contact.hours_confirmed_on == here.today
    )
    return frozenset(session.scalars(found)) if missed else frozenset()
