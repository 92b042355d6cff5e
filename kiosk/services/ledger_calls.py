"""L4 亲情电话(视频电脑)使用记录表. Never what was said, and no number."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.files.tables import RowMark, Table
from kiosk.models.calls import Booking, BookingEvent
from kiosk.models.people import Child
from kiosk.rules import call_corrections
from kiosk.rules.call_corrections import CallMark, Passage
from kiosk.rules.call_states import CallState
from kiosk.rules.call_windows import LineKind
from kiosk.rules.relations import Relation
from kiosk.services import call_board, ledger_paper
from kiosk.services.call_board import CallRow
from kiosk.services.here import Here
from kiosk.services.ledger_paper import (
    DASH,
    NONE,
    TO_SIGN,
    Period,
    Row,
    class_name,
    filled,
    time_of,
)

# A child's calls by day and minute, as they are sorted.
Later: TypeAlias = Mapping[UUID, list[tuple[str, str]]]
Passages: TypeAlias = Mapping[UUID, Sequence[Passage]]

_KEYS: Final = (
    "place",
    "day",
    "child",
    "class",
    "relation",
    "mode",
    "booked_at",
    "began_at",
    "ended_at",
    "minutes",
    "outcome",
    "handled",
    "confirmed",
    "duty",
    "remark",
)
# A call within this time follows from one; a later one is another.
_FOLLOWS: Final = timedelta(days=28)
_LENGTH: Final = _KEYS.index("minutes")
_STATE: Final = _KEYS.index("outcome")
RELATIONS: Final = {
    Relation.FATHER: "爸爸",
    Relation.MOTHER: "妈妈",
    Relation.GRANDFATHER: "爷爷",
    Relation.GRANDMOTHER: "奶奶",
    Relation.MATERNAL_GRANDFATHER: "外公",
    Relation.MATERNAL_GRANDMOTHER: "外婆",
    Relation.UNCLE: "叔叔",
    Relation.AUNT: "姑姑",
    Relation.BROTHER: "哥哥",
    Relation.SISTER: "姐姐",
    Relation.OTHER: "亲人",
}
# A call that was given up beforehand used no telephone, and one that is to come has not yet.
SHOWN: Final = frozenset(CallState) - {
    CallState.BOOKED,
    CallState.WAITING,
    CallState.CANCELLED,
}
REACHED: Final = {
    CallState.DONE: "接通",
    CallState.CUT: "中断",
    CallState.NO_ANSWER: "未接通",
    CallState.CALLING: "通话中",
    CallState.UNCLEAR: "待确认",
}
REMARKS: Final = {
    CallState.NO_SHOW: "学生未到",
    CallState.EXCUSED: "学生请假",
    CallState.RELEASED: "线路或开放调整",
    CallState.UNCLEAR: "待教师补记",
}


_MARKS: Final = {CallMark.PAPER: "补录", CallMark.CORRECTED: "更正"}


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L4 of a period."""
    duty = ledger_paper.duty_times(session, period, here)
    calls = shown(session, period, here=here)
    names, later = _names(session, {one.child_id for one in calls}), booked_again(session, period)
    noted = passages(session, period)
    rows = [
        (
            place,
            call.on.isoformat(),
            names[call.child_id],
            *_what_happened(call, here),
            _handled(call, later, here),
            TO_SIGN,
            ledger_paper.on_duty(duty, call.on, call.started_at),
            _remark(call, noted),
        )
        for place, call in enumerate(calls, start=1)
    ]
    marks = [RowMark(day=call.on, child_id=call.child_id) for call in calls]
    foot = totals(rows, marks)
    return filled("L4", _KEYS, rows, totals=foot, period=period, here=here, marks=marks)


def shown(session: Session, period: Period, *, here: Here) -> tuple[CallRow, ...]:
    """Return the calls of a period that stand in L4, in its order."""
    return call_board.bookings(
        session,
        Booking.on_date.between(period.first, period.last),
        Booking.state.in_(SHOWN),
        here=here,
    )


def _what_happened(call: CallRow, here: Here) -> Row:
    """Return the columns from the class to whether anybody was reached."""
    return (
        class_name(*call.class_name),
        RELATIONS[call.relation],
        mode(call),
        time_of(call.start_min, here),
        time_of(call.started_at, here),
        time_of(call.ended_at, here),
        length(call),
        REACHED.get(call.state, "未打"),
    )


def mode(call: CallRow) -> str:
    return "视频" if call.line_kind is LineKind.VIDEO else "电话"


def _remark(call: CallRow, passages: Passages) -> str:
    """Return what is to be said besides: why it was not, written down later, or put right."""
    parts = [REMARKS[call.state]] if call.state in REMARKS else []
    said = mark_of(call, passages)
    return "，".join([*parts, said] if said else parts) or NONE


def mark_of(call: CallRow, passages: Passages) -> str:
    """Return the word for how a call came to be known; empty when it was noted as it happened."""
    mark = call_corrections.mark(passages.get(call.booking_id, ()))
    return "" if mark is None else _MARKS[mark]


def passages(session: Session, period: Period) -> Passages:
    """Return what was noted of each call of a period, in order."""
    found: dict[UUID, list[Passage]] = {}
    rows = session.execute(
        select(
            BookingEvent.booking_id,
            BookingEvent.from_state,
            BookingEvent.to_state,
            BookingEvent.by_staff_id.is_not(None).label("is_by_staff"),
        )
        .join(Booking, Booking.id == BookingEvent.booking_id)
        .where(Booking.on_date.between(period.first, period.last))
        .order_by(BookingEvent.booking_id, BookingEvent.seq)
    )
    for row in rows:
        passage = Passage(
            from_state=row.from_state, to_state=row.to_state, is_by_staff=row.is_by_staff
        )
        found.setdefault(row.booking_id, []).append(passage)
    return found


def length(call: CallRow) -> int | str:
    if not is_talk(call) or call.minutes is None:
        return DASH
    return call.minutes or "不足1"


def totals(rows: Sequence[Row], marks: Sequence[RowMark]) -> Row:
    """Return the foot of these rows, whether they come from the tables or from the archive."""
    children = {mark.child_id for mark in marks}
    minutes = sum(cell for row in rows if isinstance(cell := row[_LENGTH], int))
    done = sum(row[_STATE] == REACHED[CallState.DONE] for row in rows)
    return ("合计", DASH, f"{len(children)} 人", *[DASH] * 6, minutes, f"{done} 次", *[DASH] * 4)


def is_talk(call: CallRow) -> bool:
    return call.state in (CallState.DONE, CallState.CUT)


def _handled(call: CallRow, later: Later, here: Here) -> str:
    """Return what became of a call that did not come about: the next one, or that it is due."""
    if call.state in (CallState.DONE, CallState.CALLING, CallState.UNCLEAR):
        return NONE
    following = next_call(call, later)
    if following is not None:
        return f"已再约 {following}"
    return "待再约" if is_awaited(call, here) else "未再约"


def next_call(call: CallRow, later: Later) -> str | None:
    """Return day and time of the child's call after this one, where it follows from it."""
    this = (call.on.isoformat(), f"{call.start_min:04}")
    end = (call.on + _FOLLOWS).isoformat()
    ahead = [one for one in later.get(call.child_id, []) if this < one and one[0] <= end]
    if not ahead:
        return None
    on, start = ahead[0]
    return f"{on} {int(start) // 60:02}:{int(start) % 60:02}"


def is_awaited(call: CallRow, here: Here) -> bool:
    """Say whether another call may still follow from this one."""
    return here.today <= call.on + _FOLLOWS


def booked_again(session: Session, period: Period) -> Later:
    """Return each child's calls of the period and soon after it, in order of time.

    Also those that nobody answered or that fell out: they had been agreed, and have a line here.
    """
    found: dict[UUID, list[tuple[str, str]]] = {}
    rows = session.execute(
        select(Booking.child_id, Booking.on_date, Booking.start_min)
        .where(
            Booking.on_date.between(period.first, period.last + _FOLLOWS),
            Booking.state != CallState.CANCELLED,
        )
        .order_by(Booking.on_date, Booking.start_min)
    )
    for row in rows:
        found.setdefault(row.child_id, []).append((row.on_date.isoformat(), f"{row.start_min:04}"))
    return found


def _names(session: Session, child_ids: set[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Child.id, Child.family_name, Child.given_name))
    return {row.id: row.family_name + row.given_name for row in rows if row.id in child_ids}
