"""L2 值班安排表 and the 值班记录: who is to be there, and who was.

The words are those of the printed forms (`domain.md` 2.4) and stay Chinese in every language.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.files.tables import RowMark, Table
from kiosk.models.room_times import ClosingNote
from kiosk.models.visits import Visit
from kiosk.rules.duty import DutyReason, DutyState
from kiosk.rules.openings import OpeningState
from kiosk.rules.visitors import VisitPurpose
from kiosk.services import duty_facts, duty_settings, opening_log, visitors
from kiosk.services.duty_facts import RotaDuty, RotaRow, Stretch
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, NONE, Period, Row, filled, time_of, weekday
from kiosk.services.opening_log import OpeningRow
from kiosk.services.visit_days import of_days
from kiosk.services.visitors import VisitorRow

_Begun = dict[date, list[tuple[datetime, UUID]]]
_ROTA: Final = (
    "weekday",
    "time",
    "duty",
    "helpers",
    "phone",
    "tasks",
)
_LOG: Final = (
    "day",
    "weekday",
    "leader",
    "duty",
    "on_at",
    "off_at",
    "children",
    "safety",
    "problems",
    "handed_over",
    "giver",
    "taker",
)
_TO_ARRANGE: Final = "待排"
_REASONS: Final = {
    DutyReason.ILL: "病假",
    DutyReason.LEAVE: "请假",
    DutyReason.LESSON: "有课",
    DutyReason.MEETING: "开会",
    DutyReason.FAMILY: "家中有事",
    DutyReason.OTHER: "因故",
}
PURPOSES: Final = {
    VisitPurpose.READING: "陪读",
    VisitPurpose.HOMEWORK: "辅导作业",
    VisitPurpose.GAMES: "游戏",
    VisitPurpose.CRAFTS: "手工",
    VisitPurpose.TALKING: "陪伴聊天",
    VisitPurpose.DONATION: "捐赠",
    VisitPurpose.LOOKING: "参观",
    VisitPurpose.OTHER: "其他",
}


def rota(session: Session, period: Period, *, here: Here) -> Table:
    """Return L2 of a period, a line for each opening that is not cancelled."""
    tasks = duty_settings.read(session, here=here).tasks
    openings = [
        row
        for row in duty_facts.between(session, period.first, period.last, here=here)
        if row.state is not OpeningState.CANCELLED
    ]
    rows = [
        (
            f"{one.on.month}月{one.on.day}日 {weekday(one.on)}",
            f"{time_of(one.from_min, here)}—{time_of(one.to_min, here)}",
            _names(one, are_helpers=False) or (_TO_ARRANGE if one.is_to_come else _away(one)),
            _names(one, are_helpers=True) or NONE,
            DASH,  # the kiosk keeps no number of staff
            tasks,
        )
        for one in openings
    ]
    people = {duty.staff_id for one in openings for duty in one.duties if _is_named(duty)}
    return filled(
        "L2",
        _ROTA,
        rows,
        totals=("合计", f"{len(rows)} 次", f"{len(people)} 人", DASH, DASH, DASH),
        period=period,
        here=here,
        marks=[RowMark(day=one.on) for one in openings],
    )


def _names(row: RotaRow, *, are_helpers: bool) -> str:
    """Return who is to come, and who was there without standing on the rota."""
    planned = [
        f"{one.name}（替{one.instead_of}）" if one.instead_of else one.name
        for one in row.duties
        if one.is_helper is are_helpers and _is_named(one)
    ]
    came = [f"{one.name}（临时）" for one in row.unplanned if one.is_helper is are_helpers]
    return "、".join([*planned, *came])


def _away(row: RotaRow) -> str:
    """Return who was to come to an opening of the past and was excused; 无 where nobody was."""
    away = [
        f"{one.name}（{_REASONS[one.reason or DutyReason.LEAVE]}）"
        for one in row.duties
        if one.state is DutyState.EXCUSED and not one.is_helper
    ]
    return "、".join(away) or NONE


def _is_named(one: RotaDuty) -> bool:
    return one.state is not DutyState.EXCUSED


def log(session: Session, period: Period, *, here: Here) -> Table:
    """Return the 值班记录 of a period, a line for each stretch of duty; none where nobody came."""
    openings = opening_log.between(period.first, period.last, here=here)
    rota_rows = {
        row.opening_id: row
        for row in duty_facts.between(session, period.first, period.last, here=here)
    }
    came = _children(session, openings, period, here)
    guests = visitors.of_openings(session, list(rota_rows))
    handed = _handed_over(session, list(rota_rows))
    lines = [
        (one.on, line)
        for one in openings
        if one.state not in {OpeningState.PLANNED, OpeningState.CANCELLED}
        for line in _lines(
            one,
            rota_rows[one.opening_id],
            _children_words(len(came.get(one.opening_id, ())), guests.get(one.opening_id, ())),
            handed.get(one.opening_id, NONE),
            here,
        )
    ]
    return filled(
        "L2A",
        _LOG,
        [line for _, line in lines],
        totals=("合计", *[DASH] * 2, f"{len(lines)} 条", *[DASH] * 8),
        period=period,
        here=here,
        marks=[RowMark(day=on) for on, _ in lines],
    )


def _lines(one: OpeningRow, row: RotaRow, children: str, handed: str, here: Here) -> list[Row]:
    head = (one.on.isoformat(), weekday(one.on), DASH)
    check = "有异常" if one.exceptions else "正常" if one.has_check else DASH
    not_open = ["未开放"] if one.state is OpeningState.MISSED else []
    notes = [note for _, note in one.exceptions]
    trouble = "；".join([*not_open, *notes, *_absences(row)]) or NONE
    no_end = "在岗" if one.state is OpeningState.OPEN else "未登记"
    if not row.stretches:
        return [(*head, NONE, DASH, DASH, children, check, trouble, handed, DASH, DASH)]
    following = [*(later.name for later in row.stretches[1:]), DASH]
    return [
        (
            *head,
            _who(stretch, row),
            time_of(stretch.signed_on_at, here),
            time_of(stretch.signed_off_at, here) if stretch.signed_off_at else no_end,
            children,
            check,
            trouble,
            handed,
            stretch.name,
            after,
        )
        for stretch, after in zip(row.stretches, following, strict=True)
    ]


def _handed_over(session: Session, opening_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the line that was written when the room was closed."""
    rows = session.execute(
        select(ClosingNote.opening_id, ClosingNote.line).where(
            ClosingNote.opening_id.in_(opening_ids), ClosingNote.line.is_not(None)
        )
    )
    return {row.opening_id: str(row.line) for row in rows}


def _who(stretch: Stretch, row: RotaRow) -> str:
    """Return who was on duty, and for whom."""
    instead = {one.staff_id: one.instead_of for one in row.duties}.get(stretch.staff_id)
    role = "（协助）" if stretch.is_helper else ""
    return f"{stretch.name}{role}" + (f"（替{instead}）" if instead else "")


def _absences(row: RotaRow) -> Iterable[str]:
    """Yield who was to come and did not, or late; who had somebody stand in is in that name."""
    for one in row.duties:
        if one.state is DutyState.ABSENT:
            yield f"{one.name}未到岗"
        elif one.state is DutyState.EXCUSED and one.reason is not None:
            yield f"{one.name}{_REASONS[one.reason]}"
        elif one.state is DutyState.LATE:
            yield f"{one.name}迟到"


def _children_words(children: int, guests: Iterable[VisitorRow]) -> str:
    said = [f"到室{children}人"]
    said += [f"来访{one.people}人（{one.organisation}，{PURPOSES[one.purpose]}）" for one in guests]
    return "；".join(said)


def _children(
    session: Session, openings: Sequence[OpeningRow], period: Period, here: Here
) -> Mapping[UUID, set[UUID]]:
    """Return who came in each opening: of several on one day, in the one that had begun."""
    begun: _Begun = {}
    for one in openings:
        if one.opened_at is not None:
            begun.setdefault(one.on, []).append((one.opened_at, one.opening_id))
    found: dict[UUID, set[UUID]] = {}
    visits = session.execute(
        select(Visit.child_id, Visit.local_day, Visit.signed_in_at).where(
            of_days(here.home_id, period.first, period.last)
        )
    )
    for visit in visits:
        that_day = sorted(begun.get(visit.local_day, ()))
        if that_day:
            before = [key for at, key in that_day if at <= visit.signed_in_at]
            found.setdefault(before[-1] if before else that_day[0][1], set()).add(visit.child_id)
    return found
