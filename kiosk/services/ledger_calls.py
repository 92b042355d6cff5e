"""L4 亲情电话(视频电脑)使用记录表. Never what was said, and no number."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.files.tables import RowMark, Table
from kiosk.models.calls import Booking, LineKind
from kiosk.models.people import Child
from kiosk.rules.call_states import HOLDING, CallState
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
    table,
    time_of,
)

_COLUMNS: Final = (
    ("序号", 5),
    ("日期", 11),
    ("姓名", 10),
    ("班级", 11),
    ("通话对象(称谓)", 10),
    ("通话方式(电话/视频)", 11),
    ("预约时间", 9),
    ("开始时间", 9),
    ("结束时间", 9),
    ("通话时长(分钟)", 9),
    ("是否接通", 9),
    ("未接通处理", 18),
    ("学生确认", 9),
    ("值班教师", 12),
    ("备注", 14),
)
_RELATIONS: Final = {
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
_SHOWN: Final = frozenset(CallState) - {
    CallState.BOOKED,
    CallState.WAITING,
    CallState.CANCELLED,
}
_REACHED: Final = {
    CallState.DONE: "接通",
    CallState.CUT: "中断",
    CallState.NO_ANSWER: "未接通",
    CallState.CALLING: "通话中",
    CallState.UNCLEAR: "待确认",
}
_REMARKS: Final = {
    CallState.NO_SHOW: "学生未到",
    CallState.EXCUSED: "学生请假",
    CallState.RELEASED: "线路或开放调整",
    CallState.UNCLEAR: "待教师补记",
}


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L4 of a period."""
    duty = ledger_paper.duty_times(session, period, here)
    calls = call_board.bookings(
        session,
        Booking.on_date.between(period.first, period.last),
        Booking.state.in_(_SHOWN),
        here=here,
    )
    names, later = _names(session, {one.child_id for one in calls}), _booked_again(session, period)
    rows = [
        (
            place,
            call.on.isoformat(),
            names[call.child_id],
            *_what_happened(call, here),
            _handled(call, later),
            TO_SIGN,
            ledger_paper.on_duty(duty, call.on, call.started_at),
            _REMARKS.get(call.state, NONE),
        )
        for place, call in enumerate(calls, start=1)
    ]
    return table(
        "留守儿童之家活动室亲情电话(视频电脑)使用记录表",
        _COLUMNS,
        rows,
        totals=_totals(calls),
        period=period,
        here=here,
        marks=[RowMark(day=call.on, child_id=call.child_id) for call in calls],
    )


def _what_happened(call: CallRow, here: Here) -> Row:
    """Return the columns from the class to whether anybody was reached."""
    return (
        class_name(*call.class_name),
        _RELATIONS[call.relation],
        "视频" if call.line_kind is LineKind.VIDEO else "电话",
        time_of(call.start_min, here),
        time_of(call.started_at, here),
        time_of(call.ended_at, here),
        _length(call),
        _REACHED.get(call.state, "未打"),
    )


def _length(call: CallRow) -> int | str:
    if not _is_talk(call) or call.minutes is None:
        return DASH
    return call.minutes or "不足1"


def _totals(calls: Sequence[CallRow]) -> Row:
    children = {call.child_id for call in calls}
    minutes = sum(call.minutes or 0 for call in calls if _is_talk(call))
    done = sum(call.state is CallState.DONE for call in calls)
    return ("合计", DASH, f"{len(children)} 人", *[DASH] * 6, minutes, f"{done} 次", *[DASH] * 4)


def _is_talk(call: CallRow) -> bool:
    return call.state in (CallState.DONE, CallState.CUT)


def _handled(call: CallRow, later: dict[UUID, list[tuple[str, str]]]) -> str:
    """Return what became of a call that did not come about: the next one, or that it is due."""
    if call.state in (CallState.DONE, CallState.CALLING, CallState.UNCLEAR):
        return NONE
    this = (call.on.isoformat(), f"{call.start_min:04}")
    ahead = [one for one in later.get(call.child_id, []) if one > this]
    if not ahead:
        return "待再约"
    on, start = ahead[0]
    return f"已再约 {on} {int(start) // 60:02}:{int(start) % 60:02}"


def _booked_again(session: Session, period: Period) -> dict[UUID, list[tuple[str, str]]]:
    """Return each child's calls from the period on, in order of time."""
    found: dict[UUID, list[tuple[str, str]]] = {}
    rows = session.execute(
        select(Booking.child_id, Booking.on_date, Booking.start_min)
        .where(Booking.on_date >= period.first, Booking.state.in_(HOLDING))
        .order_by(Booking.on_date, Booking.start_min)
    )
    for row in rows:
        found.setdefault(row.child_id, []).append((row.on_date.isoformat(), f"{row.start_min:04}"))
    return found


def _names(session: Session, child_ids: set[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Child.id, Child.family_name, Child.given_name))
    return {row.id: row.family_name + row.given_name for row in rows if row.id in child_ids}
