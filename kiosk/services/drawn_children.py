"""Five children drawn by lot, with their lines in the ledgers: what an inspector would look at.

The lines are those of the paper, and what does not fit together among them is said.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random, SystemRandom
from typing import Final
from uuid import UUID

from sqlalchemy import select

from kiosk.db import reading, transaction
from kiosk.files.tables import Cell, Table
from kiosk.models.people import Child, SchoolClass
from kiosk.rules.badges import Badge
from kiosk.services import audit, ledgers
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledgers import Ledger

HOW_MANY: Final = 5
_SHOWN: Final = 6
_TALKED: Final = ("接通", "中断")
_TIME: Final = re.compile(r"\d\d:\d\d")
# What is told of a line: the headers of its cells; the rest is the same for all lines of a child.
_CELLS: Final = {
    Ledger.VISITS: ("日期", "签到时间", "离开时间"),
    Ledger.CALLS: ("日期", "开始时间", "通话对象(称谓)", "是否接通"),
    Ledger.LOANS: ("借书日期", "书名", "归还日期"),
}


class Oddity(StrEnum):
    """What does not fit between two ledgers."""

    CALL_WITHOUT_VISIT = "call_without_visit"
    CALL_OUTSIDE_VISIT = "call_outside_visit"
    LOAN_WITHOUT_VISIT = "loan_without_visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A child's lines in one ledger: how many, and the last of them."""

    ledger: Ledger
    count: int
    last: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnChild:
    """A child and its lines. `odd` has a day for each thing that does not fit."""

    child_id: UUID
    name: str
    class_name: tuple[int, int]
    badge: Badge
    ledgers: tuple[Lines, ...]
    odd: tuple[tuple[Oddity, date], ...]


def draw(
    *,
    first: date,
    last: date,
    actor_id: UUID,
    here: Here,
    lot: Random | None = None,
    child_id: UUID | None = None,
) -> tuple[DrawnChild, ...]:
    """Draw children of the school and return them with their lines; the audit knows of each.

    `child_id` is the one whom an inspector has picked; nobody else is drawn then.

    Raises:
        InvalidInputError: WRONG_PERIOD.
    """
    days = ledgers.period(first, last)
    tables = {which: ledgers.known_here(which, days, here=here) for which in _CELLS}
    children = [one for one in _children() if child_id in {None, one.child_id}]
    drawn = (lot or SystemRandom()).sample(children, min(HOW_MANY, len(children)))
    with transaction() as session:
        for child in drawn:
            audit.record(
                session,
                AuditAction.REVEAL,
                actor_id=actor_id,
                subject=f"child:{child.child_id}",
                fields=f"L3, L4, L6; {first.isoformat()}..{last.isoformat()}",
                purpose="self-check",
                here=here,
            )
    return tuple(_with_lines(child, tables) for child in drawn)


def _children() -> list[DrawnChild]:
    rows = reading().execute(
        select(
            Child.id,
            Child.family_name,
            Child.given_name,
            Child.animal,
            Child.cloth,
            SchoolClass.grade,
            SchoolClass.number,
        )
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(Child.left_on.is_(None), SchoolClass.grade > 0)
        .order_by(Child.id)
    )
    return [
        DrawnChild(
            child_id=row.id,
            name=row.family_name + row.given_name,
            class_name=(row.grade, row.number),
            badge=Badge(animal=row.animal, cloth=row.cloth),
            ledgers=(),
            odd=(),
        )
        for row in rows
    ]


def _with_lines(child: DrawnChild, tables: dict[Ledger, Table]) -> DrawnChild:
    lines = tuple(_lines(which, table, child.child_id) for which, table in tables.items())
    there = {on for on, _ in _rows(tables[Ledger.VISITS], child.child_id)}
    called = _days(tables[Ledger.CALLS], child.child_id, reached=True)
    lent = _days(tables[Ledger.LOANS], child.child_id)
    odd = [(Oddity.CALL_WITHOUT_VISIT, on) for on in sorted(called - there)]
    odd += [(Oddity.CALL_OUTSIDE_VISIT, on) for on in _called_outside(child.child_id, tables)]
    odd += [(Oddity.LOAN_WITHOUT_VISIT, on) for on in sorted(lent - there)]
    return DrawnChild(
        child_id=child.child_id,
        name=child.name,
        class_name=child.class_name,
        badge=child.badge,
        ledgers=lines,
        odd=tuple(odd),
    )


def _lines(which: Ledger, table: Table, child_id: UUID) -> Lines:
    labels = [column.label for column in table.columns]
    places = [labels.index(label) for label in _CELLS[which] if label in labels]
    rows = [row for _, row in _rows(table, child_id)]
    last = tuple(tuple(str(row[at]) for at in places) for row in rows[-_SHOWN:])
    return Lines(ledger=which, count=len(rows), last=last)


def _days(table: Table, child_id: UUID, *, reached: bool = False) -> set[date]:
    labels = [column.label for column in table.columns]
    at = labels.index("是否接通") if reached else 0
    return {
        on for on, row in _rows(table, child_id) if not reached or str(row[at]).startswith(_TALKED)
    }


def _called_outside(child_id: UUID, tables: dict[Ledger, Table]) -> list[date]:
    """Return the days on which a call began before the child came or after it had gone."""
    stays: defaultdict[date, list[tuple[str, str]]] = defaultdict(list)
    for on, (came, went) in _times(tables[Ledger.VISITS], child_id, "签到时间", "离开时间"):
        stays[on].append((came, went if _TIME.fullmatch(went) else "24:00"))
    began = _times(tables[Ledger.CALLS], child_id, "开始时间", "是否接通")
    return sorted(
        on
        for on, (at, ended) in began
        if ended.startswith(_TALKED) and _TIME.fullmatch(at) and on in stays
        if not any(came <= at <= went for came, went in stays[on])
    )


def _times(table: Table, child_id: UUID, *labels: str) -> list[tuple[date, tuple[str, ...]]]:
    """Return these cells of a child's lines; a form of the district's may lack a column."""
    known = [column.label for column in table.columns]
    if not set(labels) <= set(known):
        return []
    places = [known.index(label) for label in labels]
    return [(on, tuple(str(row[at]) for at in places)) for on, row in _rows(table, child_id)]


def _rows(table: Table, child_id: UUID) -> Sequence[tuple[date, Sequence[Cell]]]:
    return [
        (mark.day, row)
        for mark, row in zip(table.marks, table.rows, strict=True)
        if mark.child_id == child_id
    ]
