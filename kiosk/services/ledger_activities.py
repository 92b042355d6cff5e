"""L12 活动记录表 and L15 结对情况一览表: what was done together, who looks after whom."""

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from kiosk.files.tables import RowMark, Table
from kiosk.rules.activities import PairingKind
from kiosk.services import activities, ledger_form, pairings
from kiosk.services.activities import Written
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
from kiosk.services.pairings import PairRow

_ACTIVITIES: Final = (
    "title",
    "time",
    "place",
    "organiser",
    "present",
    "plan",
    "course",
    "effect",
    "photos",
    "recorder",
    "checker",
)
_PAIRS: Final = (
    "place",
    "child",
    "class",
    "helper",
    "post",
    "kind",
    "phone",
    "day",
    "help",
    "contacts",
    "remark",
)
_ROOM: Final = ""
_KINDS: Final = {
    PairingKind.TEACHER: "教师",
    PairingKind.VOLUNTEER: "志愿者",
    PairingKind.MOTHER: "爱心妈妈",
    PairingKind.CADRE: "干部",
}


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L12 of a period, a line for each activity; it counts who was there."""
    del session  # the activities read for themselves
    found = activities.between(period.first, period.last, here=here)
    return filled(
        "L12",
        _ACTIVITIES,
        [_activity(one, here) for one in found],
        totals=("合计", f"{len(found)} 次", *[DASH] * 9),
        period=period,
        here=here,
    )


def sheet(one: Written, *, here: Here) -> Table:
    """Return the sheet of one activity, on the form of L12 in use: who took part is named.

    It is filled in by hand: what the kiosk does not know has room for it.
    """
    row = dict(zip(_ACTIVITIES, _activity(one, here, unknown=_ROOM), strict=True))
    names = "、".join(child.name for child in one.took_part)
    row["present"] = f"{names}（共 {len(one.took_part)} 人）" if names else NONE
    table = filled(
        "L12",
        _ACTIVITIES,
        [tuple(row.values())],
        totals=(DASH,) * len(_ACTIVITIES),
        period=Period(first=one.sheet.on, last=one.sheet.on),
        here=here,
    )
    return ledger_form.laid_out("L12", replace(table, totals=None), here=here)


def _activity(one: Written, here: Here, *, unknown: str = DASH) -> Row:
    sheet = one.sheet
    span = f"{time_of(sheet.from_min, here)}—{time_of(sheet.to_min, here)}"
    return (
        sheet.title,
        f"{sheet.on.isoformat()} {span}",
        sheet.place,
        sheet.organiser,
        f"到室学生 {len(one.took_part)} 人",
        unknown,
        sheet.course or unknown,
        unknown,
        sheet.photos or NONE,
        one.noted_by,
        TO_SIGN,
    )


def pairs(session: Session, period: Period, *, here: Here) -> Table:
    """Return L15 of a period. The kiosk keeps no number of a helper, nor what is talked about."""
    del session
    found = pairings.between(period.first, period.last)
    return filled(
        "L15",
        _PAIRS,
        [_pair(place, one) for place, one in enumerate(found, start=1)],
        totals=(
            "合计",
            f"{len({one.child_id for one in found})} 人",
            *[DASH] * 7,
            sum(one.contacts for one in found),
            DASH,
        ),
        period=period,
        here=here,
        marks=[RowMark(day=max(one.since, period.first), child_id=one.child_id) for one in found],
    )


def _pair(place: int, one: PairRow) -> Row:
    return (
        place,
        one.name,
        class_name(*one.class_name),
        one.helper,
        one.post or DASH,
        _KINDS[one.kind],
        DASH,
        one.since.isoformat(),
        DASH,
        one.contacts,
        NONE if one.until is None else f"至 {one.until.isoformat()}",
    )
