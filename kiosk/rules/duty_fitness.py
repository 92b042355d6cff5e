"""Who may be on duty on a day: whose clean record has been checked, and who is not away then.

Whoever works close to children is checked when taken on and every year after (未成年人保护法 62).
The school sees to that for its teachers and may note it here; of a helper it has to be noted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

WARN_BEFORE: Final = timedelta(days=30)
_LONGEST: Final = timedelta(days=366)


class Vetting(StrEnum):
    """How the check of somebody stands on a day."""

    FINE = "fine"
    RUNS_OUT = "runs_out"
    RAN_OUT = "ran_out"
    MISSING = "missing"


class Unfit(StrEnum):
    """Why somebody is not proposed for a day."""

    AWAY = "away"
    NOT_CHECKED = "not_checked"


def vetting(valid_until: date | None, *, is_helper: bool, on: date) -> Vetting:
    """Return how a check stands; `valid_until` is its last day, None where none is noted."""
    if valid_until is None:
        return Vetting.MISSING if is_helper else Vetting.FINE
    if valid_until < on:
        return Vetting.RAN_OUT
    return Vetting.RUNS_OUT if valid_until <= on + WARN_BEFORE else Vetting.FINE


def is_check(checked_on: date, valid_until: date, *, today: date) -> bool:
    """Say whether a check can be noted so: it has taken place, and holds for a year at most."""
    return checked_on <= today and checked_on <= valid_until <= checked_on + _LONGEST


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Away:
    """Days on which somebody cannot come, both included."""

    staff_id: UUID
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitness:
    """What is known of everybody: the last day of the check, and the days away."""

    valid_until: Mapping[UUID, date] = field(default_factory=dict)
    away: tuple[Away, ...] = ()

    def unfit(self, staff_id: UUID, *, is_helper: bool, on: date) -> Unfit | None:
        """Return why this person is not to be on duty on a day, or None."""
        if any(
            one.staff_id == staff_id and one.first_day <= on <= one.last_day for one in self.away
        ):
            return Unfit.AWAY
        stands = vetting(self.valid_until.get(staff_id), is_helper=is_helper, on=on)
        return Unfit.NOT_CHECKED if stands in {Vetting.RAN_OUT, Vetting.MISSING} else None

    def out(self, people: Iterable[tuple[UUID, bool]], *, on: date) -> frozenset[UUID]:
        """Return who of these (with whether it is a helper) is not to be on duty on a day."""
        return frozenset(
            staff_id
            for staff_id, is_helper in people
            if self.unfit(staff_id, is_helper=is_helper, on=on) is not None
        )
