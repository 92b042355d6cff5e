"""What templates may ask of a value: pure functions, without words, without a clock."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from html import escape
from math import cos, degrees, sin

from jinja2 import Environment
from markupsafe import Markup

from kiosk.files.tables import Align, Cell, Table
from kiosk.rules import civil, class_tree, paper_lines
from kiosk.rules.badges import Badge

HALF_DAY = 12 * 60
WEEK = timedelta(days=7)
# In a column of a ledger: so many signs, and so many figures, are not broken into two lines.
_SHORT_HAN = 3
_SHORT = 12
_FIGURES = re.compile(r"[0-9A-Z .:—-]*")
LARGEST_STEP = 100
LONGEST_STRIP = 4  # weeks; beyond them a strip of days says nothing to a child


class Nearness(StrEnum):
    """How a child speaks of a day, seen from today. Weeks begin on Monday."""

    PAST = "past"
    TODAY = "today"
    TOMORROW = "tomorrow"
    THIS_WEEK = "this_week"
    NEXT_WEEK = "next_week"
    WEEK_AFTER_NEXT = "week_after_next"
    LATER = "later"


class StripDay(StrEnum):
    """What a day of the lending strip is to the book."""

    GONE = "gone"
    TODAY = "today"
    READING = "reading"
    DUE = "due"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Where the hands of a clock face stand, in degrees from twelve."""

    hour: float
    minute: int


def minute_of_day(at: datetime) -> int:
    return at.hour * 60 + at.minute


def twelve_hour(minute: int) -> str:
    """Return the numerals of a minute of the day as they stand beside a clock face: `5:20`."""
    if minute == civil.DAY_MINUTES:
        return "24:00"  # midnight at the day's end, which twelve would make noon
    return f"{minute // 60 % 12 or 12}:{minute % 60:02}"


def hands(minute: int) -> Hands:
    return Hands(hour=minute % HALF_DAY / 2, minute=minute % 60 * 6)


def nearness(day: date, today: date) -> Nearness:
    """Return how `day` is named on `today`."""
    weeks = (_monday(day) - _monday(today)) // WEEK
    if day < today:
        return Nearness.PAST
    if day == today:
        return Nearness.TODAY
    if day - today == timedelta(days=1):
        return Nearness.TOMORROW
    named = (Nearness.THIS_WEEK, Nearness.NEXT_WEEK, Nearness.WEEK_AFTER_NEXT)
    return named[weeks] if weeks < len(named) else Nearness.LATER


def strip(due_on: date, today: date) -> tuple[tuple[StripDay, ...], ...]:
    """Return the weeks from today's to the due day's, Monday first; at least two.

    Empty when they are more than `LONGEST_STRIP`.
    """
    first = _monday(min(today, due_on))
    weeks = max(2, (_monday(max(today, due_on)) - first) // WEEK + 1)
    if weeks > LONGEST_STRIP:
        return ()
    return tuple(
        tuple(
            _strip_day(first + week * WEEK + timedelta(days=day), due_on, today) for day in range(7)
        )
        for week in range(weeks)
    )


def _strip_day(day: date, due_on: date, today: date) -> StripDay:
    if day == due_on:
        return StripDay.DUE
    if day == today:
        return StripDay.TODAY
    if day < today:
        return StripDay.GONE
    return StripDay.READING if day < due_on else StripDay.AFTER


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def last_place(train: Sequence[Badge], badge: Badge) -> int:
    """Return where `badge` boarded last, or -1: two classes may wear the same one."""
    places = range(len(train) - 1, -1, -1)
    return next((place for place in places if train[place] == badge), -1)


def windows(train: Sequence[Badge], mine: Badge | None) -> Markup:
    """Return the train's windows; the last that wears `mine` is ringed.

    Made here and not by a loop of the template: it is half of what a greeting takes.
    """
    panes = [_window(badge) for badge in train]
    place = -1 if mine is None else last_place(train, mine)
    if place >= 0:
        panes[place] = panes[place].replace('">', ' mine">')
    return Markup("".join(panes))  # noqa: S704 - made of our own words alone


@cache
def _window(badge: Badge) -> str:
    return f'<i class="c-{badge.cloth.value} a-{badge.animal.value}"></i>'


def leaf_path(leaves: int, *, last: bool = False) -> str:
    """Return the path of so many leaves, or of the last of them alone.

    The crown that they fill is 128 wide and 104 high, about (100, 72).
    """
    return "".join(_leaf(place) for place in range(leaves - 1 if last else 0, leaves))


@cache
def _leaf(place: int) -> str:
    # As seeds lie in a sunflower: each next leaf finds the widest gap.
    angle, far = place * 2.39996, ((place + 0.7) / class_tree.LEAVES) ** 0.5
    across, down = 100 + 64 * far * cos(angle), 72 + 52 * far * sin(angle)
    return f"M{across:.0f} {down:.0f}a9 13 {degrees(angle) % 180:.0f} 1 0 .1 0z"


def coaches(passengers: int, windows: int) -> int:
    """Return how many coaches of so many windows the train needs: never fewer than two."""
    return max(2, -(-passengers // windows))


def reason_key(reason: StrEnum) -> str:
    """Return the name under which a reason has its sentence: `LendingRefusal.IN_ROOM_ONLY`."""
    return f"{type(reason).__name__}.{reason.name}"


def column_looks(table: Table) -> list[Markup]:
    """Return for each column what its cells say of their look; nothing for a plain one.

    What is short throughout, a day, a time, a number, stays in one line.
    """
    columns = zip(*table.body, strict=True) if table.body else ((),) * len(table.columns)
    looks = []
    for column, cells in zip(table.columns, columns, strict=True):
        names = [] if column.align is Align.CENTER else [f"is-{column.align}"]
        if all(map(_is_short, cells)):
            names.append("is-short")
        looks.append(Markup(' class="{}"').format(" ".join(names)) if names else Markup())
    return looks


def cells(row: Sequence[Cell], looks: Sequence[Markup]) -> Markup:
    """Return a row's cells as they stand in a table, each with its look.

    Jinja makes an object of each cell that it escapes: that was half the time of a long ledger.
    """
    return Markup(  # noqa: S704 - what is not ours is escaped
        "".join(
            f"<td{look}>{escape(str(cell))}</td>" for look, cell in zip(looks, row, strict=True)
        )
    )


def _is_short(cell: Cell) -> bool:
    """Return whether a cell is a number, a day, times or a word or two."""
    if not isinstance(cell, str):
        return True
    return len(cell) <= _SHORT_HAN or (len(cell) <= _SHORT and _FIGURES.fullmatch(cell) is not None)


def nice_top(most: int) -> int:
    """Return the number at the upper end of a chart: even, round, and not below the largest."""
    top = 4
    while top < most:
        top = (
            next(step for step in (10, 20, 40, 100) if step > top)
            if top < LARGEST_STEP
            else 2 * top
        )
    return top


def quarter_px_per_mm(px_per_metre: int) -> int:
    """Return how many quarters of a CSS pixel a millimetre of glass has, upwards.

    The style sheet has a class for each from 10 to 37; beyond them a screen is drawn as at the end.
    """
    return min(max(-(-px_per_metre // 250), 10), 37)


def install(environment: Environment) -> None:
    """Give the templates these functions as filters."""
    environment.filters.update(
        coaches=coaches,
        cells=cells,
        column_looks=column_looks,
        line_parts=paper_lines.parts,
        hands=hands,
        leaf_path=leaf_path,
        minute_of_day=minute_of_day,
        nearness=nearness,
        nice_top=nice_top,
        quarter_px_per_mm=quarter_px_per_mm,
        reason_key=reason_key,
        strip=strip,
        twelve_hour=twelve_hour,
        windows=windows,
    )
