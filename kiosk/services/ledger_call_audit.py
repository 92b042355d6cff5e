"""L4 for who audits it: what was said of a call before stays to be seen, from the call's events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading
from kiosk.files.tables import Table
from kiosk.models.audit import Audit
from kiosk.models.calls import Booking, BookingEvent
from kiosk.models.people import Child, Staff
from kiosk.rules import call_corrections
from kiosk.rules.call_corrections import OUTCOMES, CallMark, CorrectionReason, Passage
from kiosk.rules.call_states import CallState
from kiosk.services import ledger_calls
from kiosk.services.call_board import CallRow
from kiosk.services.here import Here
from kiosk.services.ledger_audit import ADDED, CORRECTED, AuditPrint, Entry, Struck
from kiosk.services.ledger_calls import REACHED, REMARKS
from kiosk.services.ledger_paper import DASH, Period, day_of, time_of

_KINDS: Final = {CallMark.PAPER: ADDED, CallMark.CORRECTED: CORRECTED}
_REASONS: Final = {
    CorrectionReason.MISTAPPED: "误点",
    CorrectionReason.OTHER_CALL: "是别的学生的通话",
    CorrectionReason.HEARD_LATER: "事后得知",
    CorrectionReason.PAPER: "据纸质记录",
}
_PURPOSE: Final = "calls:"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What somebody said of a call afterwards: how it stood before, how it stands, who and when."""

    call: CallRow
    kind: str
    old: CallState | None
    new: CallState
    said_by: str
    said_at: datetime


def of(table: Table, first: date, last: date, *, here: Here) -> AuditPrint:
    """Return what was put right in L4 of a period, on whatever form it is printed."""
    session, period = reading(), Period(first=first, last=last)
    calls = ledger_calls.shown(session, period, here=here)
    said = tuple(_said(session, calls, period))
    names, reasons = _names(session, said), _reasons(session, said)
    entries = tuple(
        _entry(place, one, names[one.call.child_id], reasons, here)
        for place, one in enumerate(said, start=1)
    )
    rows = _rows(table, calls)
    struck: dict[tuple[int, int], Struck] = {}
    keys = {column.key: at for at, column in enumerate(table.columns)}
    by_call = groupby(zip(said, entries, strict=True), lambda pair: pair[0].call.booking_id)
    for booking_id, group in by_call:
        pairs = list(group)
        note = "、".join(f"{entry.kind}{entry.place}" for _, entry in pairs)
        was = [one.old for one, _ in pairs if one.kind == CORRECTED and one.old is not None]
        if booking_id in rows:
            struck.update(_cells(rows[booking_id], table, keys, was, note))
    return AuditPrint(struck=struck, entries=entries)


def _cells(
    row: int, table: Table, keys: Mapping[str, int], was: Sequence[CallState], note: str
) -> Iterator[tuple[tuple[int, int], Struck]]:
    """Yield the cells of a call that said something else before; the first has the note."""
    for key, words in (
        ("outcome", [_outcome(state) for state in was]),
        ("remark", [REMARKS[state] for state in was if state in REMARKS]),
    ):
        if key not in keys:
            continue
        now = str(table.rows[row][keys[key]])
        old = tuple(word for word, _ in groupby(words) if word not in now.split("，"))
        if old or note:
            yield (row, keys[key]), Struck(old=old, note=note)
            note = ""


def _rows(table: Table, calls: Sequence[CallRow]) -> dict[UUID, int]:
    """Return in which row each call stands: those of a child on one day in the order of time."""
    standing: dict[tuple[date, UUID | None], list[int]] = {}
    for place, mark in enumerate(table.marks):
        standing.setdefault((mark.day, mark.child_id), []).append(place)
    found = {}
    for call in calls:
        places = standing.get((call.on, call.child_id), [])
        if places:
            found[call.booking_id] = places.pop(0)
    return found


def _said(session: Session, calls: Sequence[CallRow], period: Period) -> Iterator[_Said]:
    """Yield what was said afterwards, in the order of the calls."""
    events = _events(session, period)
    for call in calls:
        rows = events.get(call.booking_id, [])
        passages = [_passage(row.BookingEvent) for row in rows]
        taken_back = {at for at, after in enumerate(passages[1:]) if _undoes(after)}
        for at, row in enumerate(rows):
            event = row.BookingEvent
            mark = call_corrections.mark(passages[: at + 1])
            if mark is None or event.to_state not in OUTCOMES or at in taken_back:
                continue
            yield _Said(
                call=call,
                kind=_KINDS[mark],
                old=event.from_state,
                new=event.to_state,
                said_by=row.display_name or DASH,
                said_at=event.at,
            )


def _undoes(passage: Passage) -> bool:
    return passage.from_state in OUTCOMES and passage.to_state not in OUTCOMES


def _events(session: Session, period: Period) -> Mapping[UUID, list[AnyRow]]:
    found: dict[UUID, list[AnyRow]] = {}
    for row in session.execute(
        select(BookingEvent, Staff.display_name)
        .join(Booking, Booking.id == BookingEvent.booking_id)
        .outerjoin(Staff, Staff.id == BookingEvent.by_staff_id)
        .where(Booking.on_date.between(period.first, period.last))
        .order_by(BookingEvent.booking_id, BookingEvent.seq)
    ):
        found.setdefault(row.BookingEvent.booking_id, []).append(row)
    return found


def _passage(event: BookingEvent) -> Passage:
    return Passage(
        from_state=event.from_state,
        to_state=event.to_state,
        is_by_staff=event.by_staff_id is not None,
    )


def _names(session: Session, said: Sequence[_Said]) -> Mapping[UUID, str]:
    children = {one.call.child_id for one in said}
    rows = session.execute(
        select(Child.id, Child.family_name, Child.given_name).where(Child.id.in_(children))
    )
    return {row.id: row.family_name + row.given_name for row in rows}


def _reasons(session: Session, said: Sequence[_Said]) -> Mapping[tuple[str, datetime], str]:
    """Return why, by the call and the moment: the audit has it."""
    rows = session.execute(
        select(Audit.subject, Audit.at, Audit.purpose).where(
            Audit.subject.in_({_subject(one) for one in said}), Audit.purpose.startswith(_PURPOSE)
        )
    )
    known = {reason.value: word for reason, word in _REASONS.items()}
    return {
        (row.subject, row.at): known.get(row.purpose.removeprefix(_PURPOSE), DASH) for row in rows
    }


def _subject(one: _Said) -> str:
    return f"booking:{one.call.booking_id}"


def _entry(
    place: int, one: _Said, name: str, reasons: Mapping[tuple[str, datetime], str], here: Here
) -> Entry:
    return Entry(
        place=place,
        on=one.call.on,
        planned=f"{name} {time_of(one.call.start_min, here)}",
        kind=one.kind,
        old=_in_words(one.old),
        new=_in_words(one.new),
        reason=reasons.get((_subject(one), one.said_at), DASH),
        said_by=one.said_by,
        said_at=f"{day_of(one.said_at, here).isoformat()} {time_of(one.said_at, here)}",
    )


def _outcome(state: CallState) -> str:
    return REACHED.get(state, "未打")


def _in_words(state: CallState | None) -> str:
    """Return how a call stood: what L4 has of it in two columns."""
    if state in ledger_calls.SHOWN:
        why = f"（{REMARKS[state]}）" if state in REMARKS else ""
        return f"{_outcome(state)}{why}"
    return "未登记"
