"""L17 安全检查记录: the eight hazards of a period, with what was found and done."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from kiosk.files.tables import Table
from kiosk.rules.openings import Hazard
from kiosk.services import opening_log
from kiosk.services.here import Here
from kiosk.services.ledger_openings import HAZARDS
from kiosk.services.ledger_paper import DASH, NONE, Period, Row, filled
from kiosk.services.opening_log import OpeningRow

_KEYS: Final = ("place", "hazard", "looked_at", "result", "remedy")
# As the page says it on which the room is opened.
_LOOKED_AT: Final = {
    Hazard.FIRE: "灭火器在，出口通",
    Hazard.WATER: "地面干，水龙头关",
    Hazard.ELECTRICITY: "插座、电线完好",
    Hazard.POISONING: "无异味，无药品",
    Hazard.COLLAPSE: "书架、天花板牢固",
    Hazard.FALLS: "窗户、楼梯、栏杆",
    Hazard.TRAFFIC: "到校门的路",
    Hazard.ACCIDENTS: "尖角、玻璃",
}


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L17 of a period: a line for each hazard, whatever the number of checks."""
    del session  # the log of the openings reads for itself
    openings = opening_log.between(period.first, period.last, here=here)
    checked = [one for one in openings if one.has_check]
    wrong = sum(len(one.exceptions) for one in checked)
    duty = dict.fromkeys(name for one in checked for name in one.duty)
    return filled(
        "L17",
        _KEYS,
        [_row(place, hazard, checked) for place, hazard in enumerate(Hazard, start=1)],
        totals=("合计", DASH, f"检查 {len(checked)} 次", f"有问题 {wrong} 处", DASH),
        period=period,
        here=here,
        counted={"checkers": "、".join(duty) or NONE},
    )


def _row(place: int, hazard: Hazard, checked: Sequence[OpeningRow]) -> Row:
    found = [(one.on, note) for one in checked for of, note in one.exceptions if of is hazard]
    days = "、".join(dict.fromkeys(on.isoformat() for on, _ in found))
    notes = "；".join(f"{on.isoformat()}：{note}" for on, note in found)
    fine = "正常。" if checked else "未检查"
    return (
        place,
        HAZARDS[hazard],
        _LOOKED_AT[hazard],
        f"{days} 有问题，其余正常。" if found else fine,
        notes or NONE,
    )
