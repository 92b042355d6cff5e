"""What a child's card on the scanner means.

A second scan never signs out: leaving is an act of its own, or the closing sweep, which stores
`left_unconfirmed` and no invented time.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SAME_SCAN_WINDOW = timedelta(seconds=10)
EARLY_MIN = 15


class VisitState(StrEnum):
    OPEN = "open"
    LEFT = "left"
    LEFT_UNCONFIRMED = "left_unconfirmed"


class Pastime(StrEnum):
    """What a child came for, where it said so; nobody has to."""

    READING = "reading"
    HOMEWORK = "homework"
    GAMES = "games"
    CALL = "call"


class VisitRefusal(StrEnum):
    ROOM_CLOSED = "room-closed"


class ArrivalAction(StrEnum):
    """What to do with a card.

    SIGN_IN: begin a visit. TRACE: the same, before the teacher has opened. SAME_ANSWER: say the
    greeting again. JUST_LEFT: say goodbye again, the card still lay there. ALREADY_HERE: show the
    own page. CLOSED: say when the room opens and store nothing.
    """

    SIGN_IN = "sign_in"
    TRACE = "trace"
    SAME_ANSWER = "same_answer"
    JUST_LEFT = "just_left"
    ALREADY_HERE = "already_here"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastVisit:
    """The child's latest visit.

    `on` is the local day it began. `since` is the time since the child signed in or, once it has
    left, since then; below zero when the clock was set back. `is_same_request`: it was begun by
    this very scan, which has been sent again; `is_same_leaving`: it was ended by it.
    """

    state: VisitState
    on: date
    since: timedelta
    is_same_request: bool
    is_same_leaving: bool = False


def arrival(
    *, is_open: bool, minutes_to_planned: int | None, today: date, last: LastVisit | None
) -> ArrivalAction:
    """Return what a child's card asks for.

    `minutes_to_planned` counts to the next planned opening of today, 0 while it should be going
    on, None if there is none (`openings.minutes_until`). SIGN_IN and TRACE may find an older visit
    open, see `is_stale`.
    """
    if last is not None:
        answer = _again(last, today=today)
        if answer is not None:
            return answer
    if is_open:
        return ArrivalAction.SIGN_IN
    if minutes_to_planned is not None and minutes_to_planned <= EARLY_MIN:
        return ArrivalAction.TRACE
    return ArrivalAction.CLOSED


def is_stale(last: LastVisit, *, today: date) -> bool:
    """Return whether it was left open on another day: it is swept, never left by today's scan."""
    return last.state is VisitState.OPEN and last.on != today


def _again(last: LastVisit, *, today: date) -> ArrivalAction | None:
    """Return the answer that begins no visit, if the latest one already says it all."""
    if last.is_same_leaving:
        return ArrivalAction.JUST_LEFT
    if last.is_same_request:
        return ArrivalAction.SAME_ANSWER
    if last.state is VisitState.LEFT_UNCONFIRMED:
        return None
    is_here = last.state is VisitState.OPEN
    # A clock set back by a little is the same moment; by more, it says nothing about this scan.
    if abs(last.since) <= SAME_SCAN_WINDOW:
        return ArrivalAction.SAME_ANSWER if is_here else ArrivalAction.JUST_LEFT
    return ArrivalAction.ALREADY_HERE if is_here and last.on == today else None
