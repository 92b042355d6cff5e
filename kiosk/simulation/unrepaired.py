"""Rules without a day's repair: what most rooms do, to compare with."""

from collections.abc import Sequence
from datetime import date
from random import Random

from kiosk.rules import call_plan
from kiosk.rules.call_waiting import CallPlace, WaitingChild, week_seed
from kiosk.rules.call_windows import is_child_free
from kiosk.rules.civil import week_key
from kiosk.simulation.school import School, SimulatedChild
from kiosk.simulation.term import Progress, Register, Rule


def run(school: School, rule: Rule, progress: Progress) -> Register:
    """Return the calls of a term; who is missed or has no place waits for the next week."""
    register = Register(school)
    giving = _Giving(register, rule)
    for week in range(school.given.term.weeks):
        _keep(register, giving.week(week), week)
        progress(1)
    return register


def _keep(register: Register, given: list[tuple[CallPlace, str]], week: int) -> None:
    school = register.school
    holds = {day: school.opens(day) for day in school.days(week)}
    broken = {day: school.broken_lines(day) for day in school.days(week)}
    absent = {day: school.absent(day) for day in school.days(week)}
    for place in school.places(week):
        register.places += holds[place.on] and place.line not in broken[place.on]
    for place, child_id in sorted(given, key=lambda one: (one[0].on, one[0].start_min, one[1])):
        works = holds[place.on] and place.line not in broken[place.on]
        if works and child_id not in absent[place.on]:
            register.ring(child_id, place)


class _Giving:
    """Who gets which place of a week."""

    def __init__(self, register: Register, rule: Rule) -> None:
        self._register, self._rule, self._school = register, rule, register.school
        self._chance = Random(f"{self._school.seed}/{rule}")  # noqa: S311 - an invented school
        self._list = list(self._school.children)

    def week(self, week: int) -> list[tuple[CallPlace, str]]:
        match self._rule:
            case Rule.FIRST_COME:
                return self._sheet(week)
            case Rule.ROTA:
                return self._rota(week)
            case Rule.LOTTERY:
                return self._planned(week, remembers=False)
            case Rule.LONGEST | Rule.NUANWU:
                return self._planned(week, remembers=True)

    def _sheet(self, week: int) -> list[tuple[CallPlace, str]]:
        """Let the eager ones, most weeks, write their names first, at any days that they can."""
        free, given = self._school.places(week), []
        children = self._school.children.values()
        arriving = sorted(
            children, key=lambda one: -(self._chance.random() ** (1 / one.eagerness)))  # fmt: skip
        for child in arriving:
            for place in self._written(child, free):
                free.remove(place)
                given.append((place, child.child_id))
        return given

    def _written(self, child: SimulatedChild, free: Sequence[CallPlace]) -> list[CallPlace]:
        """Return the places that a child takes: one a day, at the days on which it can come."""
        can = [
            place
            for place in free
            if is_child_free(place.on, place.span, blocked=child.blocked, away=())
        ]
        taken: list[CallPlace] = []
        while can and len(taken) < self._school.given.sheet.most_a_week:
            taken.append(self._chance.choice(can))
            can = [place for place in can if place.on != taken[-1].on]
        return taken

    def _rota(self, week: int) -> list[tuple[CallPlace, str]]:
        """Give each place to the next of the list who can come on that day."""
        given: list[tuple[CallPlace, str]] = []
        this_week: set[str] = set()
        for place in self._school.places(week):
            for child_id in self._list:
                blocked = self._school.children[child_id].blocked
                can_come = is_child_free(place.on, place.span, blocked=blocked, away=())
                if can_come and child_id not in this_week:
                    this_week.add(child_id)
                    given.append((place, child_id))
                    self._list.remove(child_id)
                    self._list.append(child_id)
                    break
        return given

    def _planned(self, week: int, *, remembers: bool) -> list[tuple[CallPlace, str]]:
        first_day = self._school.days(week)[0]
        made = call_plan.arrange(
            [
                self._child(child_id, first_day, remembers=remembers)
                for child_id in self._school.children
            ],
            self._school.places(week),
            seed=week_seed(self._school.lot_secret, week_key(first_day)),
            first_day=first_day,
        )
        return [(seated.place, seated.child_id) for seated in made.seated]

    def _child(self, child_id: str, first_day: date, *, remembers: bool) -> WaitingChild:
        register = self._register if remembers else Register(self._school)
        return register.waiting(child_id, first_day=first_day)
