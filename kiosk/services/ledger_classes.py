"""L14 统计表: what each class used in a period, for the school and for the district."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kiosk.files.tables import Cell, Table
from kiosk.models.people import Card, Child, SchoolClass
from kiosk.rules import civil, few
from kiosk.rules.call_states import CallState
from kiosk.rules.few import FEW_SAID
from kiosk.rules.lending import Borrower
from kiosk.services import report_facts, use_facts
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, Period, Row, class_name, filled

_KEYS: Final = (
    "class",
    "children",
    "cards",
    "visits",
    "visitors",
    "loans",
    "calls",
    "called",
    "confirmed",
)
_SHARES: Final = ("called", "confirmed")
_BOUNDS: Final = (
    ("cards", "children"),
    ("visitors", "visits"),
    ("called", "calls"),
    ("called", "children"),
    ("confirmed", "children"),
)
_RULE: Final = "到室人次：同一次开放中每人计一次；通话只计接通的；比例按学生数计算"


@dataclass(slots=True)
class _Class:
    """What a class has used; a child that left meanwhile is counted in what it did, not in it."""

    name: tuple[int, int]
    children: set[UUID] = field(default_factory=set)
    cards: set[UUID] = field(default_factory=set)
    visitors: set[UUID] = field(default_factory=set)
    called: set[UUID] = field(default_factory=set)
    confirmed: set[UUID] = field(default_factory=set)
    times: Counter[str] = field(default_factory=Counter)

    @property
    def row(self) -> Row:
        return (class_name(*self.name), *_counts([self]))

    @property
    def is_of_use(self) -> bool:
        return bool(self.children or self.visitors or self.times)


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L14 of a period, as it is known in the school; see `for_others`."""
    classes = _classes(session)
    of_child = _children(session, period, classes)
    for child_id in _with_card(session, period, here):
        classes[of_child[child_id]].cards.add(child_id)
    confirmed = report_facts.confirmed(session, period, here)
    for child_id in confirmed or ():
        classes[of_child[child_id]].confirmed.add(child_id)
    _count(session, period, classes, of_child, here)
    shown = [one for one in classes.values() if one.is_of_use]
    return filled(
        "L14",
        _KEYS,
        [_known(one.row, confirmed) for one in shown],
        totals=_known(("合计", *_counts(shown)), confirmed),
        period=period,
        here=here,
        counted={"rule": _RULE},
    )


def _known(row: Row, confirmed: set[UUID] | None) -> Row:
    return row if confirmed is not None else (*row[:-1], DASH)


def _classes(session: Session) -> dict[UUID, _Class]:
    rows = session.execute(
        select(SchoolClass.id, SchoolClass.grade, SchoolClass.number).order_by(
            SchoolClass.grade, SchoolClass.number
        )
    )
    return {row.id: _Class(name=(row.grade, row.number)) for row in rows}


def _count(
    session: Session,
    period: Period,
    classes: dict[UUID, _Class],
    of_child: dict[UUID, UUID],
    here: Here,
) -> None:
    """Count visits, loans and calls of a period into the classes."""
    for child_id, _ in {visit.time for visit in use_facts.visits(session, period, here=here)}:
        own = classes[of_child[child_id]]
        own.visitors.add(child_id)
        own.times["visits"] += 1
    for loan in use_facts.loans(session, period):
        if loan.borrower is Borrower.CHILD and loan.class_id is not None:
            classes[loan.class_id].times["loans"] += 1
    for call in use_facts.calls(session, period, here=here):
        if call.state is CallState.DONE:
            own = classes[of_child[call.child_id]]
            own.called.add(call.child_id)
            own.times["calls"] += 1


def for_others(table: Table) -> Table:
    """Return L14 as it leaves the school: without counts so small that they name somebody."""
    columns = {
        key: [_number(row[place]) for row in table.rows] for place, key in enumerate(_KEYS) if place
    }
    untold = few.untold(columns, bounds=_BOUNDS)

    def row_told(number: int, row: Row) -> Row:
        return _told(row, {key for key, rows in untold.rows.items() if number in rows})

    return replace(
        table,
        rows=tuple(row_told(number, row) for number, row in enumerate(table.rows)),
        totals=table.totals and _told(table.totals, untold.sums),
    )


def _told(row: Row, untold: AbstractSet[str]) -> Row:
    """Return a row without these cells; a share of children who are not told goes with them."""

    def told(key: str, cell: Cell) -> Cell:
        if cell == DASH:
            return DASH
        if key in untold:
            return FEW_SAID
        is_share = key in _SHARES and "children" in untold
        return f"{_number(cell)}({FEW_SAID})" if is_share else cell

    return tuple(told(key, cell) for key, cell in zip(_KEYS, row, strict=True))


def _number(cell: Cell) -> int:
    """Return the count in a cell: `12`, or `12(80%)`; what is not known is no count."""
    if isinstance(cell, int):
        return cell
    return 0 if cell == DASH else int(str(cell).partition("(")[0])


def _counts(classes: Sequence[_Class]) -> Row:
    def people(which: str) -> int:
        return sum(len(getattr(one, which)) for one in classes)

    def share(which: str) -> str:
        there = sum(len(getattr(one, which) & one.children) for one in classes)
        of = people("children")
        return f"{there}({round(100 * there / of)}%)" if of else f"{there}"

    times = [sum(one.times[which] for one in classes) for which in ("visits", "loans", "calls")]
    return (
        people("children"),
        people("cards"),
        times[0],
        people("visitors"),
        times[1],
        times[2],
        share("called"),
        share("confirmed"),
    )


def _children(session: Session, period: Period, classes: dict[UUID, _Class]) -> dict[UUID, UUID]:
    """Put who is enrolled on the last day into their classes; return everybody's class."""
    of_child = {}
    for row in session.execute(select(Child.id, Child.class_id, Child.enrolled_on, Child.left_on)):
        of_child[row.id] = row.class_id
        is_there = row.left_on is None or row.left_on > period.last
        if is_there and row.enrolled_on <= period.last:
            classes[row.class_id].children.add(row.id)
    return of_child


def _with_card(session: Session, period: Period, here: Here) -> Iterable[UUID]:
    """Return the children with a card that opened the door at the end of the last day."""
    ends = civil.instant(period.last, civil.DAY_MINUTES, here.settings.zone)
    return session.scalars(
        select(Card.child_id)
        .join(Child, Child.id == Card.child_id)
        .where(
            Card.issued_at < ends,
            or_(Card.revoked_at.is_(None), Card.revoked_at >= ends),
            Child.enrolled_on <= period.last,
            or_(Child.left_on.is_(None), Child.left_on > period.last),
        )
        .distinct()
    )
