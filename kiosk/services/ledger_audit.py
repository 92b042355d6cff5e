"""L1 for who audits it: what was put right stays to be seen, struck through, beside what holds now.

The ordinary print is clean (`domain.md` 2.4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from kiosk.files.tables import Table
from kiosk.rules.openings import OpeningState, counted_min, minute_on
from kiosk.services import opening_corrections, opening_log
from kiosk.services.here import Here
from kiosk.services.ledger_openings import actual
from kiosk.services.ledger_paper import DASH, day_of, time_of
from kiosk.services.opening_corrections import Correction

CORRECTED: Final = "更正"
ADDED: Final = "补录"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of what was put right; `kind` is whether a value was replaced or was missing."""

    place: int
    on: date
    planned: str
    kind: str
    old: str
    new: str
    reason: str
    said_by: str
    said_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """What stood in a cell before, in order, and the entries that say why it does no more."""

    old: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPrint:
    """The corrections of a period; `struck` by row and column of the table."""

    struck: Mapping[tuple[int, int], Struck]
    entries: tuple[Entry, ...]


def of(table: Table, first: date, last: date, *, here: Here) -> AuditPrint:
    """Return what was put right in L1 of a period, on whatever form it is printed."""
    said = opening_corrections.between(first, last, here=here)
    entries = tuple(_entry(place, one, here) for place, one in enumerate(said, start=1))
    rows = _rows(table, first, last, here)
    keys = {column.key: at for at, column in enumerate(table.columns)}
    struck = {}
    for opening_id, group in groupby(
        zip(said, entries, strict=True), lambda one: one[0].opening_id
    ):
        pairs = list(group)
        if opening_id not in rows:
            continue
        row, corrections = rows[opening_id], [one for one, _ in pairs]
        note = "、".join(f"{entry.kind}{entry.place}" for _, entry in pairs)
        if "actual" in keys:
            struck[row, keys["actual"]] = Struck(old=_spans(corrections, here), note=note)
        if "hours" in keys:
            old = _lengths(corrections, str(table.rows[row][keys["hours"]]), here)
            if old:
                struck[row, keys["hours"]] = Struck(old=old)
    return AuditPrint(struck=struck, entries=entries)


def _rows(table: Table, first: date, last: date, here: Here) -> dict[object, int]:
    """Return in which row each opening stands: the days of the table, in the order of the log."""
    days = [at for at, column in enumerate(table.columns) if column.key == "day"]
    if not days:
        return {}
    standing: dict[str, list[int]] = {}
    for place, row in enumerate(table.rows):
        standing.setdefault(str(row[days[0]]), []).append(place)
    found: dict[object, int] = {}
    for one in opening_log.between(first, last, here=here):
        places = standing.get(one.on.isoformat(), [])
        if one.state is not OpeningState.PLANNED and places:
            found[one.opening_id] = places.pop(0)
    return found


def _spans(corrections: Sequence[Correction], here: Here) -> tuple[str, ...]:
    return tuple(
        actual(one.old_opened, one.old_closed, here)
        for one in corrections
        # What was never said is not struck through: it was added.
        if one.old_opened is not None
    )


def _lengths(corrections: Sequence[Correction], now: str, here: Here) -> tuple[str, ...]:
    """Return the hours that stood there before, without those that hold now."""
    said = (str(_hours(one, here)) for one in corrections if one.old_opened is not None)
    return tuple(hours for hours, _ in groupby(said) if hours != now)


def _entry(place: int, one: Correction, here: Here) -> Entry:
    is_added = one.old_opened is None or one.old_closed is None
    return Entry(
        place=place,
        on=one.on,
        planned=f"{time_of(one.from_min, here)}—{time_of(one.to_min, here)}",
        kind=ADDED if is_added else CORRECTED,
        old=actual(one.old_opened, one.old_closed, here),
        new=actual(one.opened, one.closed, here),
        reason=one.reason or DASH,
        said_by=one.said_by,
        said_at=f"{day_of(one.said_at, here).isoformat()} {time_of(one.said_at, here)}",
    )


def _hours(one: Correction, here: Here) -> float:
    def minute(at: datetime | None) -> int | None:
        return minute_on(one.on, at, here.settings.zone)

    opened = minute(one.old_opened)
    if opened is None:
        return 0.0
    return opening_log.in_hours(
        counted_min(one.from_min, one.to_min, opened, minute(one.old_closed))
    )
