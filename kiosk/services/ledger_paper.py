"""What the paper ledgers have in common: the lines round the table, days and times, duty.

The words are those of the printed forms (`domain.md` 2.4) and stay Chinese in every language.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.files import ledger_forms
from kiosk.files.ledger_forms import Orientation
from kiosk.files.tables import Cell, RowMark, Table, TableColumn
from kiosk.models.openings import Duty, Opening
from kiosk.models.people import Staff
from kiosk.rules import civil
from kiosk.rules.friends import is_friend
from kiosk.rules.school_days import plain_term
from kiosk.services.here import Here
from kiosk.services.on_duty import IS_STAFF

NONE: Final = "无"
DASH: Final = "—"
# What a ledger calls its time in headers and foot.
MONTH: Final = "本月"
LONGER: Final = "本期"
# A cell for a signature stays empty on paper, and no other does: what is not known is a dash.
TO_SIGN: Final = ""
SIGNED: Final[Mapping[str, frozenset[str]]] = {
    "L1": frozenset({"signature"}),
    "L4": frozenset({"confirmed"}),
    "L5": frozenset({"signature"}),
    "L9": frozenset({"approver"}),
    "L12": frozenset({"checker"}),
    "L19": frozenset({"keeper", "head", "school_head"}),
}
_GRADES: Final = "一二三四五六七八九"
_WEEKDAYS: Final = "一二三四五六日"
SIGNATURES: Final = "单位负责人：　　　　　　复核人：　　　　　　填表人：　　　　　　"

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days of a ledger, both included."""

    first: date
    last: date

    @property
    def is_one_month(self) -> bool:
        return (self.first.year, self.first.month) == (self.last.year, self.last.month)

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyTime:
    """Who was on duty in one opening."""

    on: date
    opened_at: datetime
    names: str


def table(
    title: str,
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Row],
    *,
    totals: Row,
    period: Period,
    here: Here,
) -> Table:
    """Return a list that has no form, with its head; `columns` are header and width in signs."""
    return Table(
        title=title,
        subtitle=subtitle(period, here),
        top_line=top_line(here),
        columns=tuple(TableColumn(label=label, width=width) for label, width in columns),
        rows=tuple(rows),
        totals=totals,
        bottom_line=SIGNATURES,
    )


def filled(
    ledger: str,
    keys: Sequence[str],
    rows: Iterable[Row],
    *,
    totals: Row | None,
    period: Period,
    here: Here,
    counted: Mapping[str, object] | None = None,
    marks: Iterable[RowMark] = (),
) -> Table:
    """Return a ledger on our form: `keys` say what each cell of a row is (`source` in the form).

    `counted` is what the form's foot may say. A form of the district's own is laid over it later,
    by `ledger_form.laid_out`; what is frozen at the end of a term has always ours.
    """
    form = ledger_forms.ours(ledger)
    span = span_word(period)
    said = {"span": span} | {key: str(value) for key, value in (counted or {}).items()}
    return Table(
        title=form.title,
        subtitle=subtitle(period, here),
        top_line=top_line(here),
        columns=of_span((form.column(key).of_table for key in keys), span),
        rows=tuple(rows),
        totals=totals,
        bottom_line=form.said(said),
        marks=tuple(marks),
        is_upright=form.orientation is Orientation.PORTRAIT,
        counted=said,
    )


def span_word(period: Period) -> str:
    return MONTH if period.is_one_month else LONGER


def of_span(columns: Iterable[TableColumn], span: str) -> tuple[TableColumn, ...]:
    """Return columns whose headers do not say that a longer time is a month."""
    return tuple(replace(one, label=one.label.replace(MONTH, span)) for one in columns)


def subtitle(period: Period, here: Here) -> str:
    span = f"{period.first.isoformat()} 至 {period.last.isoformat()}"
    return f"{school_name(here)}　{term(period.last, here)}　{span}"


def report_title(period: Period) -> str:
    """Return what a report of these days is called: of a month, or of longer."""
    if period.is_one_month:
        return f"{period.first.year}年{period.first.month}月活动月报"
    return "学期活动报告"


def top_line(here: Here) -> str:
    return f"填报单位(盖章)：{school_name(here)}　　　　　　填报日期：{day_in_words(here.today)}"


def school_name(here: Here) -> str:
    return here.settings.school or here.settings.home


def day_in_words(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def term(on: date, here: Here) -> str:
    """Return the term of a day as the school calls it; without one on file, by the month."""
    known = here.school.answering_term(on)
    if known is not None and known.name is not None:
        return known.name
    plain = plain_term(on)
    return f"{plain.year}—{plain.year + 1}学年第{_GRADES[plain.number - 1]}学期"


def class_name(grade: int, number: int) -> str:
    if is_friend(grade):
        return DASH
    return f"{_GRADES[grade - 1]}（{number}）班"


def weekday(on: date) -> str:
    return f"星期{_WEEKDAYS[on.weekday()]}"


def time_of(at: int | datetime | None, here: Here) -> str:
    """Return minutes since midnight or an instant as `16:32`; without one a dash."""
    if at is None:
        return DASH
    if isinstance(at, datetime):
        at = civil.minute_of_day(civil.local(at, here.settings.zone))
    return f"{at // 60:02}:{at % 60:02}"


def day_of(at: datetime, here: Here) -> date:
    return civil.local(at, here.settings.zone).date()


def duty_times(session: Session, period: Period, here: Here) -> Mapping[date, list[DutyTime]]:
    """Return who was on duty on each day, opening by opening."""
    names: dict[tuple[date, datetime], list[str]] = {}
    for row in session.execute(
        select(Opening.on_date, Opening.opened_at, Staff.display_name)
        .join(Duty, Duty.opening_id == Opening.id)
        .join(Staff, Staff.id == Duty.staff_id)
        .where(
            Opening.home_id == here.home_id,
            Opening.on_date.between(period.first, period.last),
            Opening.opened_at.is_not(None),
            IS_STAFF,
        )
        .order_by(Opening.opened_at, Duty.signed_on_at)
    ):
        names.setdefault((row.on_date, row.opened_at), []).append(row.display_name)
    days: dict[date, list[DutyTime]] = {}
    for (on, opened_at), people in names.items():
        time = DutyTime(on=on, opened_at=opened_at, names="、".join(dict.fromkeys(people)))
        days.setdefault(on, []).append(time)
    return days


def on_duty(duty: Mapping[date, list[DutyTime]], on: date, at: datetime | None) -> str:
    """Return who was on duty when something happened; before the first opening, its teacher."""
    times = duty.get(on, [])
    if not times:
        return NONE
    begun = [one for one in times if at is None or one.opened_at <= at]
    return (begun[-1] if begun else times[0]).names
