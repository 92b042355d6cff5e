"""A term under one rule: who was called when, and the figures of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from kiosk.rules import call_metrics, call_repair
from kiosk.rules.call_metrics import CallHistory
from kiosk.rules.call_states import CallKind, CallState
from kiosk.rules.call_waiting import BRAKE_AFTER_MISSES, CallPlace, WaitingChild
from kiosk.simulation.school import School

_WEEK: Final = timedelta(days=7)
# Told how many weeks are over.
Progress = Callable[[int], None]


class Rule(StrEnum):
    """By what a room gives its telephones away."""

    FIRST_COME = "first-come"  # a sheet on the door: whoever is there first writes its name
    ROTA = "rota"  # a list, one after the other, whatever the hours of the families
    LOTTERY = "lottery"  # drawn anew each week, seated by the families' hours
    LONGEST = "longest"  # the weekly plan of this house, and nothing after it
    NUANWU = "nuanwu"  # the same, and the repair of each day


@dataclass
class Standing:
    """What the room knows of a child, as the term goes on."""

    called_on: list[date] = field(default_factory=list)
    misses: int = 0
    ended: list[tuple[date, CallState]] = field(default_factory=list)  # as far as it may be owed

    @property
    def last(self) -> date | None:
        return self.called_on[-1] if self.called_on else None

    def is_owed(self, first_day: date) -> bool:
        """Return whether this week so far, or the one before it where nothing came about, owes one.

        `first_day` is the Monday of the week that is planned.
        """
        of_this = [state for on, state in self.ended if on >= first_day]
        of_last = [state for on, state in self.ended if first_day - _WEEK <= on < first_day]
        if CallState.DONE in of_this:
            return False
        return _owes(of_this) or _owes(of_last)


def _owes(ended: Iterable[CallState]) -> bool:
    return call_repair.is_owed((CallKind.WEEKLY, state) for state in ended)


class Register:
    """The calls of a term, and the telephone that is rung."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.of = {child_id: Standing() for child_id in school.children}
        self.places = 0  # that could be used: the room was open and the line worked
        self._bits = {day: at for week in range(school.given.term.weeks)
                      for at, day in enumerate(school.days(week))}  # fmt: skip

    def waiting(
        self,
        child_id: str,
        *,
        first_day: date,
        away: Iterable[date] = (),
        expected_on: date | None = None,
    ) -> WaitingChild:
        """Return a child as the planner sees it in the week that begins on `first_day`, a Monday.

        A call that is expected counts as made.
        """
        child, standing = self.school.children[child_id], self.of[child_id]
        return WaitingChild(
            child_id=child_id,
            last_connected_on=expected_on or standing.last,
            opened_on=self.school.given.term.first_day,
            is_owed=standing.is_owed(first_day),
            misses=standing.misses,
            callees=(child.callee,),
            blocked=child.blocked,
            away=frozenset(away),
        )

    def ring(self, child_id: str, place: CallPlace) -> bool:
        """Ring a family at a place, write down what came of it, and return whether it answered."""
        is_answered = self.answers(child_id, place)
        self.note(child_id, place.on, is_answered=is_answered)
        return is_answered

    def answers(self, child_id: str, place: CallPlace) -> bool:
        """Return whether the family would answer at a place."""
        return bool(self.school.answers(child_id, self._week(place.on)) >> self._at(place) & 1)

    def note(self, child_id: str, on: date, *, is_answered: bool) -> None:
        """Write down a call that was rung."""
        standing = self.of[child_id]
        if is_answered:
            standing.called_on.append(on)
            standing.misses = 0
        else:
            standing.misses += 1
        standing.ended.append((on, CallState.DONE if is_answered else CallState.NO_ANSWER))

    def _week(self, day: date) -> int:
        return (day - self.school.given.term.first_day).days // 7

    def _at(self, place: CallPlace) -> int:
        spans = self.school.spans
        of_day = (place.start_min - spans[0][0]) // self.school.place_min
        return self._bits[place.on] * len(spans) + of_day

    def histories(self) -> list[CallHistory]:
        return [
            CallHistory(
                child_id=child_id,
                first_day=self.school.given.term.first_day,
                last_day=self.school.last_day,
                called_on=tuple(standing.called_on),
            )
            for child_id, standing in self.of.items()
        ]


def ceiling(school: School) -> float:
    """Return the share of the children that a clairvoyant would reach in a week."""
    reached = sum(
        call_metrics.most_reachable(*school.ceiling_edges(week))
        for week in range(school.given.term.weeks)
    )
    return reached / (len(school.children) * school.given.term.weeks)


def figures(register: Register) -> dict[str, Any]:
    """Return the metrics of a term, by the keys that the command prints.

    `cov7` is of the children whose family can be reached at all, `cov7_all` of everybody.
    """
    histories, school = register.histories(), register.school
    shifts = call_metrics.by_group(histories, lambda one: school.children[one].shift.value)
    return {
        **_of(register, histories),
        "gini": round(call_metrics.gini(histories), 4),
        "use": round(call_metrics.use(histories, places=register.places), 4),
        "unreachable": call_metrics.unreachable(
            (standing.misses for standing in register.of.values()), brake_after=BRAKE_AFTER_MISSES
        ),
        "ceiling_week_share": round(ceiling(school), 4),
        "per_shift": {
            shift: {"children": len(of), **_of(register, of)} for shift, of in shifts.items()
        },
    }


def _of(register: Register, histories: list[CallHistory]) -> dict[str, Any]:
    children = register.school.children
    reachable = [one for one in histories if not children[one.child_id].never_answers]
    return {
        "cov7": round(call_metrics.cov7(reachable), 4),
        "cov7_all": round(call_metrics.cov7(histories), 4),
        "week_share": round(call_metrics.week_share(histories), 4),
        "max_gap_days": call_metrics.max_gap_days(histories),
        "p95_gap_days": call_metrics.p95_gap_days(histories),
        "zero": call_metrics.zero(histories),
    }
