"""L1 留守儿童之家开放记录表: plan beside fact, with what happened in each opening."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from kiosk.files.tables import RowMark, Table
from kiosk.rules.openings import Hazard, OpeningOrigin, OpeningState
from kiosk.rules.visits import Pastime
from kiosk.services import opening_facts, opening_log
from kiosk.services.here import Here
from kiosk.services.ledger_paper import (
    DASH,
    NONE,
    TO_SIGN,
    Period,
    Row,
    filled,
    span_word,
    time_of,
    weekday,
)
from kiosk.services.opening_facts import Happened
from kiosk.services.opening_log import OpeningRow

_KEYS: Final = (
    "place",
    "day",
    "weekday",
    "planned",
    "actual",
    "hours",
    "duty",
    "children",
    "visits",
    "lent",
    "returned",
    "calls",
    "activities",
    "safety",
    "hygiene",
    "exceptions",
    "signature",
    "remark",
)
_HOURS: Final = _KEYS.index("hours")
_COUNTS: Final = tuple(_KEYS.index(key) for key in ("visits", "lent", "returned", "calls"))
_BY_PLAN: Final = "(按计划)"
HAZARDS: Final = {
    Hazard.FIRE: "防火",
    Hazard.WATER: "防水",
    Hazard.ELECTRICITY: "防电",
    Hazard.POISONING: "防中毒",
    Hazard.COLLAPSE: "防倒塌",
    Hazard.FALLS: "防跌伤",
    Hazard.TRAFFIC: "防车撞",
    Hazard.ACCIDENTS: "防意外",
}
# What a child said that it came for. A call is told by the calls, whoever came for one.
PASTIMES: Final = {
    Pastime.READING: "阅读",
    Pastime.HOMEWORK: "写作业",
    Pastime.GAMES: "游戏",
}
_REMARKS: Final = {
    OpeningState.SHORT: "不足30分钟",
    OpeningState.MISSED: "未开放",
    OpeningState.CANCELLED: "已取消",
    OpeningState.OPEN: "正在开放",
}


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L1 of a period. An opening that is still to come is not in it."""
    openings = [
        one
        for one in opening_log.between(period.first, period.last, here=here)
        if one.state is not OpeningState.PLANNED
    ]
    happened = opening_facts.happened(session, openings, period, here=here)
    rows = [
        _row(place, one, happened[one.opening_id], here)
        for place, one in enumerate(openings, start=1)
    ]
    marks = [
        RowMark(day=one.on, children=tuple(happened[one.opening_id].children)) for one in openings
    ]
    return filled(
        "L1",
        _KEYS,
        rows,
        totals=totals(rows, marks),
        period=period,
        here=here,
        counted=_counted(openings, period),
        marks=marks,
    )


def _counted(openings: Sequence[OpeningRow], period: Period) -> dict[str, object]:
    """Return what the foot says of them."""
    total = opening_log.total(tuple(openings))
    by_plan = f"（其中 {total.hours_by_plan} 小时按计划计算）" if total.hours_by_plan else ""
    return {
        "span": span_word(period),
        "days": total.days,
        "times": total.times,
        "hours": total.hours,
        "by_plan": by_plan,
    }


def _row(place: int, one: OpeningRow, happened: Happened, here: Here) -> Row:
    was_open = one.opened_at is not None
    is_planned = one.origin is not OpeningOrigin.ADHOC
    planned = f"{time_of(one.from_min, here)}—{time_of(one.to_min, here)}"
    return (
        place,
        one.on.isoformat(),
        weekday(one.on),
        planned if is_planned else "临时开放",
        actual(one.opened_at, one.closed_at, here),
        _hours(one),
        "、".join(one.duty) or NONE,
        len(happened.children),
        len(happened.children),
        happened.lent,
        happened.returned,
        happened.calls,
        _activities(happened) if was_open else NONE,
        _check(one),
        {None: DASH, True: "整洁", False: "待整理"}[one.is_tidy],
        "；".join(f"{HAZARDS[hazard]}：{note}" for hazard, note in one.exceptions) or NONE,
        TO_SIGN,
        _remark(one),
    )


def actual(opened_at: datetime | None, closed_at: datetime | None, here: Here) -> str:
    """Return from when to when a room was open, as L1 says it."""
    if opened_at is None:
        return "未开放"
    closed = time_of(closed_at, here) if closed_at else "未关"
    return f"{time_of(opened_at, here)}—{closed}"


def _hours(one: OpeningRow) -> float | str:
    if one.state is OpeningState.OPEN:
        return DASH
    return f"{one.hours}{_BY_PLAN}" if one.is_close_unconfirmed else one.hours


def _remark(one: OpeningRow) -> str:
    known = [
        _REMARKS.get(one.state),
        "未登记关闭，时长按计划计算" if one.is_close_unconfirmed else None,
    ]
    return "；".join(remark for remark in known if remark) or NONE


def _activities(happened: Happened) -> str:
    """Return what was noted (L12) and what is known to have gone on; no programme is invented."""
    known = [*happened.activities, "自由活动"]
    known += [word for one, word in PASTIMES.items() if one in happened.pastimes]
    if happened.lent or happened.returned:
        known.append("图书借阅")
    if happened.calls:
        known.append("亲情通话")
    return "、".join(known)


def _check(one: OpeningRow) -> str:
    if one.exceptions:
        return "有异常"
    return "正常" if one.has_check else DASH


def totals(rows: Sequence[Row], marks: Sequence[RowMark]) -> Row:
    """Return the foot of these rows, whether they come from the tables or from the archive."""
    children = {child_id for mark in marks for child_id in mark.children}
    sums = [sum(int(row[place] or 0) for row in rows) for place in _COUNTS]
    hours = round(sum(map(_hours_of, rows)), 1)
    return ("合计", *[DASH] * 4, hours, DASH, len(children), *sums, *[DASH] * 6)


def _hours_of(row: Row) -> float:
    said = str(row[_HOURS]).removesuffix(_BY_PLAN)
    return 0.0 if said == DASH else float(said)
