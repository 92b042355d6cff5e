"""Roles, PINs and the patience of the PIN pad."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

PIN_LENGTH: Final = 6
FREE_TRIES: Final = 5
SESSION_IDLE: Final = timedelta(minutes=3)
SESSION_LIMIT: Final = timedelta(minutes=30)
# A child is called so long before its time; and after the call somebody says how it ended.
BEFORE_CALL: Final = timedelta(minutes=2)
AFTER_CALL: Final = timedelta(minutes=2)
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(minutes=15)


class Role(StrEnum):
    """What a person may do here, from least to most (`security.md` 4.2)."""

    VOLUNTEER = "volunteer"
    DUTY_TEACHER = "duty_teacher"
    LIBRARIAN = "librarian"
    ADMINISTRATOR = "administrator"


class StaffRefusal(StrEnum):
    """Why a staff screen says no."""

    WRONG_PIN = "wrong-pin"
    PLEASE_WAIT = "please-wait"
    SCAN_CARD_FIRST = "scan-card-first"
    TRIVIAL_PIN = "trivial-pin"
    NOT_YOUR_ROLE = "not-your-role"
    SIGNED_OUT = "signed-out"
    NAME_MISSING = "name-missing"
    NAME_UNKNOWN = "name-unknown"
    NAME_TAKEN = "name-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedCall:
    """A call under way: since when, and its place."""

    rang_at: datetime
    place_begins_at: datetime
    place_ends_at: datetime

    @property
    def stays_until(self) -> datetime:
        """When whoever leads it is no longer waited for: soon after the end of its place.

        A call of the evening that is rung at noon lasts no longer than its place is long.
        """
        longest = BEFORE_CALL + (self.place_ends_at - self.place_begins_at)
        return min(self.place_ends_at, self.rang_at + longest) + AFTER_CALL


def pin_problem(pin: str) -> StaffRefusal | None:
    """Return why `pin` may not be chosen: six digits, no run, no repetition."""
    if len(pin) != PIN_LENGTH or not (pin.isascii() and pin.isdigit()):
        return StaffRefusal.TRIVIAL_PIN
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    repeats = pin[:3] == pin[3:] or pin[:2] * 3 == pin
    return StaffRefusal.TRIVIAL_PIN if repeats or steps in ({0}, {1}, {9}) else None


def wait_after(failures: int) -> timedelta | None:
    """Return how long the pad waits after this many wrong PINs in a row; None: not at all.

    Five are free, then 30 s, doubling, 15 minutes at the most (ruling 11).
    """
    over = failures - FREE_TRIES
    if over < 0:
        return None
    doublings: int = 2 ** min(over, 10)
    return min(_FIRST_WAIT * doublings, _LONGEST_WAIT)


def session_is_alive(*, age: timedelta, idle: timedelta) -> bool:
    """Say whether a staff session still stands; a clock that went backwards ends it."""
    return timedelta(0) <= age < SESSION_LIMIT and timedelta(0) <= idle < SESSION_IDLE


def session_stays_for(
    call: LedCall, *, started_at: datetime, seen_at: datetime, now: datetime
) -> bool:
    """Say whether a staff session stays for a call that its owner leads, beyond its usual end.

    It does when it stood as the telephone was rung: one that had ended is not begun again, and
    call after call does not make it last. A clock set back ends it all the same.
    """
    stood = call.rang_at - started_at < SESSION_LIMIT and call.rang_at - seen_at < SESSION_IDLE
    return stood and max(started_at, seen_at) <= now < call.stays_until
