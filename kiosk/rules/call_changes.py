"""The places that a room would have if it opened longer or later, or had another line."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Final

from kiosk.rules import slots
from kiosk.rules.call_capacity import Change
from kiosk.rules.call_waiting import CallPlace
from kiosk.rules.call_windows import LineKind
from kiosk.rules.civil import DAY_MINUTES

_HOUR: Final = 60
# Most children talk for three minutes or less (`calls-and-hours.md` 3.5).
SHORT_MIN: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A line's time without a gap on one day."""

    on: date
    line: str
    kind: LineKind
    from_min: int
    to_min: int

    def places(self, minutes: int) -> Iterator[CallPlace]:
        for start, end in slots.grid(self.from_min, self.to_min, minutes):
            yield CallPlace(
                slot_id=f"{self.on}-{self.line}-{start}",
                line=self.line,
                kind=self.kind,
                on=self.on,
                start_min=start,
                end_min=end,
            )


def changed(now: Sequence[CallPlace]) -> Mapping[Change, list[CallPlace]]:
    """Return the places of a week after each change that can be made, the cheapest change first."""
    if not now:
        return {}
    minutes = usual_minutes(now)
    runs = list(_runs(now))
    ends = {on: max(run.to_min for run in of) for on, of in _by_day(runs).items()}
    begins = {on: min(run.from_min for run in of) for on, of in _by_day(runs).items()}
    later = [_moved(run, _HOUR) for run in runs]
    before = [
        replace(run, from_min=max(run.from_min - _HOUR, 0), to_min=run.from_min)
        for run in runs
        if run.from_min == begins[run.on]
    ]
    after = [
        replace(run, from_min=run.to_min, to_min=min(run.to_min + _HOUR, DAY_MINUTES))
        for run in runs
        if run.to_min == ends[run.on]
    ]
    found = {
        Change.LATER: _laid_out(later, minutes),
        Change.SHORTER_PLACES: _laid_out(runs, SHORT_MIN) if minutes > SHORT_MIN else [],
        Change.HOUR_AFTER: [*now, *_laid_out(after, minutes)],
        Change.HOUR_BEFORE: [*now, *_laid_out(before, minutes)],
        Change.MORE_LINES: [*now, *_another_line(runs, minutes)],
    }
    return {change: places for change, places in found.items() if places}


def usual_minutes(places: Iterable[CallPlace]) -> int:
    """Return how long most places are."""
    lengths = Counter(place.end_min - place.start_min for place in places)
    return min(lengths, key=lambda length: (-lengths[length], length))


def _runs(places: Iterable[CallPlace]) -> Iterator[_Run]:
    """Yield the times in which each line has place after place."""

    def of_line(place: CallPlace) -> tuple[date, str]:
        return place.on, place.line

    ordered = sorted(places, key=lambda place: (of_line(place), place.start_min))
    for _, of in groupby(ordered, key=of_line):
        run: _Run | None = None
        for place in of:
            if run is not None and run.to_min == place.start_min:
                run = replace(run, to_min=place.end_min)
                continue
            if run is not None:
                yield run
            run = _Run(
                on=place.on,
                line=place.line,
                kind=place.kind,
                from_min=place.start_min,
                to_min=place.end_min,
            )
        if run is not None:
            yield run


def _by_day(runs: Iterable[_Run]) -> dict[date, list[_Run]]:
    found: dict[date, list[_Run]] = {}
    for run in runs:
        found.setdefault(run.on, []).append(run)
    return found


def _moved(run: _Run, minutes: int) -> _Run:
    return replace(
        run,
        from_min=min(run.from_min + minutes, DAY_MINUTES),
        to_min=min(run.to_min + minutes, DAY_MINUTES),
    )


def _another_line(runs: Sequence[_Run], minutes: int) -> list[CallPlace]:
    """Return the places of one more telephone, there whenever the first one is."""
    phones = [run for run in runs if run.kind is LineKind.PHONE] or runs
    first = min(run.line for run in phones)
    more = [replace(run, line=f"{run.line}+") for run in phones if run.line == first]
    return _laid_out(more, minutes)


def _laid_out(runs: Iterable[_Run], minutes: int) -> list[CallPlace]:
    return [place for run in runs for place in run.places(minutes)]
