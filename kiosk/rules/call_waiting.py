"""Whose turn it is: the children that wait for a call, in the order in which they are seated.

Who has waited longest since the last connected call comes first; among those who have waited
equally long, who is owed a call that fell through by nobody's doing; among those, the lot of the
week. Nothing else counts: no misses, no wishes of a parent, no number of calls
(`calls-and-hours.md` 4.1).
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from kiosk.rules.call_windows import BlockedTime, Callee, LineKind
from kiosk.rules.slots import Span

# After so many calls in a row that nobody answered a child is planned once a week and no more.
BRAKE_AFTER_MISSES: Final = 2

# Days of waiting, then owed, then the lot: the smaller, the sooner.
Turn: TypeAlias = tuple[date, bool, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlace:
    """A place that can be given away; `line` orders the telephones of one time."""

    slot_id: str
    line: str
    kind: LineKind
    on: date
    start_min: int
    end_min: int

    @property
    def span(self) -> Span:
        return self.start_min, self.end_min


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a child asked for: a person of its card, and times at which it would like to ring.

    Either may be missing: no person, and no times. It is heeded among places that are equally good.
    """

    contact_id: str | None
    times: tuple[tuple[date, Span], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingChild:
    """What the plan knows of a child.

    `last_connected_on` is the day of its last call that came about, or of one still to come when
    the plan is drafted before the week is over; a child that never had one waits since
    `opened_on`, the day its card was opened. `misses` counts the calls in a row that nobody
    answered. `callees` are in the order in which the family wishes to be rung.
    """

    child_id: str
    last_connected_on: date | None
    opened_on: date
    is_owed: bool
    misses: int
    callees: tuple[Callee, ...]
    blocked: tuple[BlockedTime, ...]
    away: frozenset[date]
    asked: Asked | None = None

    @property
    def waits_since(self) -> date:
        return self.opened_on if self.last_connected_on is None else self.last_connected_on

    @property
    def is_braked(self) -> bool:
        """Return whether an adult has to look at the contact card before more is tried."""
        return self.misses >= BRAKE_AFTER_MISSES


def week_seed(term_secret: bytes, week_key: str) -> str:
    """Return the seed of a week's lots; who has it can check every lot, and no other week's."""
    return hmac.new(term_secret, week_key.encode(), hashlib.sha256).hexdigest()


def lot(seed: str, child_id: str) -> int:
    """Return a child's lot of the week; the lowest is drawn first."""
    drawn = hmac.digest(bytes.fromhex(seed), child_id.encode(), "sha256")
    return int.from_bytes(drawn[:6], "big")


def turn(child: WaitingChild, seed: str) -> Turn:
    """Return by what a child is put in order."""
    return child.waits_since, not child.is_owed, lot(seed, child.child_id)


def in_turn(children: Iterable[WaitingChild], seed: str) -> list[WaitingChild]:
    """Return the children, whose turn is first before the others."""
    return sorted(children, key=lambda child: turn(child, seed))
