"""L5 和家人通话记录簿: a child's own book of its calls, and the books of all children in one.

Only calls at which somebody was rung: a child that did not come reads nothing of it here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.files.tables import RowMark, Table
from kiosk.models.calls import Booking
from kiosk.models.people import Child, SchoolClass
from kiosk.rules.call_states import CallState
from kiosk.services import call_board, ledger_calls
from kiosk.services.call_board import CallRow
from kiosk.services.here import Here
from kiosk.services.ledger_calls import REACHED, RELATIONS
from kiosk.services.ledger_paper import DASH, TO_SIGN, Period, Row, class_name, filled

_KEYS: Final = (
    "place",
    "day",
    "relation",
    "mode",
    "minutes",
    "outcome",
    "next",
    "signature",
)
_LENGTH: Final = _KEYS.index("minutes")
_STATE: Final = _KEYS.index("outcome")
_RUNG: Final = (CallState.DONE, CallState.CUT, CallState.NO_ANSWER, CallState.UNCLEAR)


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return the calls of all children in a period, in order of time; see `books`."""
    calls = call_board.bookings(
        session,
        Booking.on_date.between(period.first, period.last),
        Booking.state.in_(_RUNG),
        here=here,
    )
    later = ledger_calls.booked_again(session, period)
    noted = ledger_calls.passages(session, period)
    rows: list[Row] = []
    times: dict[UUID, int] = {}
    for call in calls:
        times[call.child_id] = times.get(call.child_id, 0) + 1
        said = ledger_calls.mark_of(call, noted)
        rows.append(
            (
                times[call.child_id],
                call.on.isoformat(),
                RELATIONS[call.relation],
                ledger_calls.mode(call),
                ledger_calls.length(call),
                REACHED[call.state] + (f"（{said}）" if said else ""),
                ledger_calls.next_call(call, later) or _none_yet(call, here),
                TO_SIGN,
            )
        )
    marks = [RowMark(day=call.on, child_id=call.child_id) for call in calls]
    foot = totals(rows, marks)
    return filled("L5", _KEYS, rows, totals=foot, period=period, here=here, marks=marks)


def _none_yet(call: CallRow, here: Here) -> str:
    return "待约" if ledger_calls.is_awaited(call, here) else "未约"


def totals(rows: Sequence[Row], marks: Sequence[RowMark]) -> Row:
    """Return the foot of these rows, whether they come from the tables or from the archive."""
    children = len({mark.child_id for mark in marks})
    minutes = sum(cell for row in rows if isinstance(cell := row[_LENGTH], int))
    done = sum(str(row[_STATE]).startswith(REACHED[CallState.DONE]) for row in rows)
    counted = f"{children} 人" if children > 1 else DASH
    return ("合计", counted, DASH, DASH, minutes, f"{done} 次", DASH, DASH)


def books(session: Session, found: Table, *, child_id: UUID | None) -> Table:
    """Return the book of one child, under its name, or those of all, each under a name."""
    names = _names(session, {mark.child_id for mark in found.marks if mark.child_id is not None})
    if child_id is not None:
        names |= _names(session, {child_id})
        of_child = [one for one in _pairs(found) if one[1].child_id == child_id]
        head = f"{names.get(child_id, DASH)}　{found.subtitle or ''}"
        return _with(replace(found, subtitle=head), _numbered(of_child))
    at = {known: number for number, known in enumerate(names)}
    in_order = sorted(
        _pairs(found),
        key=lambda one: (
            len(at) if one[1].child_id is None else at.get(one[1].child_id, len(at)),
            str(one[1].child_id),  # who was erased comes after all others
            one[1].day,
        ),
    )
    shown: list[tuple[Row, RowMark]] = []
    for whose, of_one in groupby(in_order, key=lambda one: one[1].child_id):
        own = list(of_one)
        name = DASH if whose is None else names.get(whose, DASH)
        shown += [((name, *[DASH] * (len(_KEYS) - 1)), replace(own[0][1], times=0))]
        shown += _numbered(own)
    return _with(found, shown)


def _pairs(found: Table) -> Iterable[tuple[Row, RowMark]]:
    return zip(found.rows, found.marks, strict=True)


def _numbered(pairs: Iterable[tuple[Row, RowMark]]) -> list[tuple[Row, RowMark]]:
    return [((place, *row[1:]), mark) for place, (row, mark) in enumerate(pairs, start=1)]


def _with(found: Table, pairs: Sequence[tuple[Row, RowMark]]) -> Table:
    rows, marks = tuple(row for row, _ in pairs), tuple(mark for _, mark in pairs)
    return replace(found, rows=rows, marks=marks, totals=totals(rows, marks))


def _names(session: Session, child_ids: set[UUID]) -> dict[UUID, str]:
    """Return the names of these children with their class, class by class."""
    rows = session.execute(
        select(Child.id, Child.family_name, Child.given_name, SchoolClass.grade, SchoolClass.number)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .order_by(SchoolClass.grade, SchoolClass.number, Child.initials, Child.id)
    )
    return {
        row.id: f"{row.family_name}{row.given_name}　{class_name(row.grade, row.number)}"
        for row in rows
        if row.id in child_ids
    }
