"""How fair the calls of this term were, counted from the calls themselves; no names in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.rules import call_capacity, call_figures, call_metrics, civil
from kiosk.rules.call_figures import Figures, WeekFigures
from kiosk.rules.call_metrics import CallHistory
from kiosk.rules.call_waiting import CallPlace, WaitingChild
from kiosk.rules.call_windows import Shift
from kiosk.services import call_numbers_facts, letters, week_plan_facts
from kiosk.services.call_numbers_facts import CountedChild, CountedPlaces
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period

_DAY: Final = timedelta(days=1)
# A week's places by weekday and minute, and whether the factories have their A or their B week.
_WeekShape: TypeAlias = tuple[tuple[tuple[int, int, int, str], ...], bool, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedWeek:
    """A week and the share that was possible in it: every family reached in its hours.

    `places` are those of the week; `is_over` is false for the one in which we are.
    """

    week_key: str
    figures: WeekFigures
    ceiling: float
    places: int
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    class_name: tuple[int, int]
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftFigures:
    """The children whose families work so; None: nobody has asked."""

    shift: Shift | None
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNumbers:
    """The figures of a term until today.

    `all_of` are those of the children who have somebody to ring, `cov7_of_all` counts everybody,
    so that nobody is defined away; each of them stands with the letters besides. `ceiling` is the
    mean of the weeks' that are over. `load` is children for each place of the last full week,
    `worst_rate` the calls a week that everybody could have had in it at once.
    """

    first: date
    last: date
    all_of: Figures
    enrolled: int
    cov7_of_all: float
    cov7_letters_of_all: float
    use: float
    ceiling: float
    load: float | None
    worst_rate: float | None
    weeks: tuple[CountedWeek, ...]
    by_class: tuple[ClassFigures, ...]
    by_shift: tuple[ShiftFigures, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ByChild:
    """What is known of each child besides its calls: answers that did not come, and letters."""

    misses: Mapping[str, int]
    letters: Mapping[str, Sequence[date]]


def numbers(*, here: Here) -> CallNumbers:
    """Return the figures of this term, from its first opening until today."""
    session = reading()
    first = min(call_numbers_facts.first_day(session, here=here), here.today)
    period = Period(first=first, last=here.today)
    made = call_numbers_facts.calls(session, period, here=here)
    by_child = _ByChild(misses=made.misses, letters=_letters(session, period))
    counted = call_numbers_facts.children(session, period, made)
    next_monday = here.today + _DAY * (7 - here.today.weekday())
    families = week_plan_facts.read_whole(session, next_monday, here=here).children
    places = call_numbers_facts.places(session, period, here=here)
    ringing = [one for one in counted if one.has_contact]
    weeks = _weeks(ringing, families, places, period, here)
    over = [week for week in weeks if week.is_over]
    card = _card(ringing, families, places, over)
    return CallNumbers(
        first=period.first,
        last=period.last,
        all_of=_figures(ringing, by_child, here),
        enrolled=len(counted),
        cov7_of_all=call_metrics.cov7(_histories(counted)),
        cov7_letters_of_all=call_figures.cov7_letters(_histories(counted), by_child.letters),
        use=made.places / places.could_be_used if places.could_be_used else 0.0,
        ceiling=sum(week.ceiling for week in over) / len(over) if over else 0.0,
        load=None if card is None else card.load,
        worst_rate=None if card is None else float(card.worst_rate),
        weeks=weeks,
        by_class=_by_class(ringing, by_child, here),
        by_shift=_by_shift(ringing, by_child, here),
    )


def _letters(session: Session, period: Period) -> dict[str, list[date]]:
    return {str(child_id): days for child_id, days in letters.days(session, period).items()}


def _histories(children: Iterable[CountedChild]) -> list[CallHistory]:
    return [child.history for child in children]


def _figures(children: Iterable[CountedChild], by_child: _ByChild, here: Here) -> Figures:
    return call_figures.of(
        _histories(children),
        by_child.misses,
        letters=by_child.letters,
        last_sunday=_last_sunday(here),
    )


def _by_class(
    children: Sequence[CountedChild], by_child: _ByChild, here: Here
) -> tuple[ClassFigures, ...]:
    names = sorted({child.class_name for child in children})
    return tuple(
        ClassFigures(
            class_name=name,
            figures=_figures((one for one in children if one.class_name == name), by_child, here),
        )
        for name in names
    )


def _by_shift(
    children: Sequence[CountedChild], by_child: _ByChild, here: Here
) -> tuple[ShiftFigures, ...]:
    shifts = {child.shift for child in children}
    return tuple(
        ShiftFigures(
            shift=shift,
            figures=_figures((one for one in children if one.shift is shift), by_child, here),
        )
        for shift in (*Shift, None)
        if shift in shifts
    )


def _weeks(
    children: Sequence[CountedChild],
    families: Sequence[WaitingChild],
    places: CountedPlaces,
    period: Period,
    here: Here,
) -> tuple[CountedWeek, ...]:
    possible: dict[_WeekShape, int] = {}
    found = []
    for week in call_figures.weeks(_histories(children), first=period.first, last=period.last):
        of_week = places.by_week.get(week.monday, ())
        there = frozenset(one.history.child_id for one in children if _is_there(one, week.monday))
        shape = _shape(of_week, week.monday, there)
        if shape not in possible:
            known = [one for one in families if one.child_id in there]
            possible[shape] = call_figures.most_in_a_week(known, of_week)
        # Who has left since was reached all the same, and hours on a card were others once.
        most = max(possible[shape], week.called)
        found.append(
            CountedWeek(
                week_key=civil.week_key(week.monday),
                figures=week,
                ceiling=most / week.children if week.children else 0.0,
                places=len(of_week),
                is_over=week.monday <= _last_sunday(here),
            )
        )
    return tuple(found)


def _last_sunday(here: Here) -> date:
    return here.today - _DAY * here.today.isoweekday()


def _is_there(child: CountedChild, monday: date) -> bool:
    return child.history.first_day <= monday + 6 * _DAY and child.history.last_day >= monday


def _shape(places: Iterable[CallPlace], monday: date, there: frozenset[str]) -> _WeekShape:
    """Return all on which it depends how many could ring: weeks alike are reckoned once."""
    grid = sorted((one.on.weekday(), one.start_min, one.end_min, one.kind) for one in places)
    return tuple(grid), monday.toordinal() // 7 % 2 == 0, there


def _card(
    children: Sequence[CountedChild],
    families: Sequence[WaitingChild],
    places: CountedPlaces,
    over: Sequence[CountedWeek],
) -> call_capacity.CapacityCard | None:
    """Return what the last week with places that is over could do."""
    last = next((week for week in reversed(over) if week.places), None)
    if last is None:
        return None
    there = {child.history.child_id for child in children}
    of_week = places.by_week[last.figures.monday]
    return call_capacity.card((one for one in families if one.child_id in there), of_week, use=1)
