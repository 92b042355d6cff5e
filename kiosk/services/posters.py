"""The wall says what the kiosk does: hours board and rules, printed from the settings.

Who is responsible and the telephone are kept only where an administrator wants them on the wall.

The words are those of the forms (`domain.md` 2.4, L22) and stay Chinese in every language.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.models.audit import Audit
from kiosk.models.home import WallBoard
from kiosk.models.people import SchoolClass
from kiosk.rules import civil, hours_board
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import LendingPolicy
from kiosk.rules.openings import OpeningKind, WeeklyRule
from kiosk.rules.school_days import WeekLetter
from kiosk.services import audit, opening_plan, rooms
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import time_of, weekday

_WEEKDAYS: Final = "一二三四五六日"
_LETTERS: Final = {WeekLetter.A: "单周", WeekLetter.B: "双周"}
_GRADES: Final = "一二三四五六七八九"
_PURPOSE: Final = "wall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When the room is open on some days of the week, in words: 星期一至星期五, 16:30—18:00."""

    days: str
    spans: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """Whom the wall names, and the telephone; empty: written by hand."""

    manager: str = ""
    telephone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The board outside: the hours, and when the room opens next."""

    school: str
    home: str
    hours: tuple[Hours, ...]
    next_on: date | None
    next_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LendingLine:
    """What the children of some grades may borrow."""

    grades: str
    policy: LendingPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the rules poster takes from the settings."""

    board: Board
    lending: tuple[LendingLine, ...]
    talk_min: int | None


def responsible(session: Session, *, here: Here) -> Responsible:
    """Return whom the wall of this room names."""
    row = session.get(WallBoard, here.home_id)
    if row is None:
        return Responsible()
    return Responsible(manager=row.manager, telephone=row.telephone)


def kept(*, here: Here) -> Responsible:
    return responsible(reading(), here=here)


def keep(wanted: Responsible, *, actor_id: UUID, here: Here) -> None:
    """Let the wall name this person from now on; with two empty fields nobody any more.

    Whoever is named already stays so since the day it was put down.
    """
    with transaction() as session:
        if wanted == responsible(session, here=here):
            return
        session.execute(delete(WallBoard).where(WallBoard.home_id == here.home_id))
        if wanted != Responsible():
            session.add(
                WallBoard(home_id=here.home_id, manager=wanted.manager, telephone=wanted.telephone)
            )
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=actor_id,
            subject=_subject(here),
            fields="manager telephone",
            purpose=_PURPOSE,
            here=here,
        )


def put_down_on(session: Session, *, here: Here) -> date | None:
    """Return the day since which the wall has named whom it names now; None: it names nobody."""
    if session.get(WallBoard, here.home_id) is None:
        return None
    at = session.scalar(
        select(func.max(Audit.at)).where(Audit.purpose == _PURPOSE, Audit.subject == _subject(here))
    )
    # The clock may have been put back since.
    return None if at is None else min(civil.local(at, here.settings.zone).date(), here.today)


def _subject(here: Here) -> str:
    return f"home:{here.home_id}"


def board(here: Here) -> Board:
    """Return the board outside."""
    coming = rooms.next_planned(reading(), here)
    words = ""
    if coming is not None:
        words = (
            f"{coming.on.month}月{coming.on.day}日（{weekday(coming.on)}）"
            f"{time_of(coming.from_min, here)}—{time_of(coming.to_min, here)}"
        )
    return Board(
        school=here.settings.school,
        home=here.settings.home,
        hours=hours(_rules_now(here), here),
        next_on=None if coming is None else coming.on,
        next_words=words,
    )


def rules(here: Here) -> Rules:
    """Return what the rules poster says."""
    talks = [rule.talk_min for rule in _rules_now(here)]
    return Rules(board=board(here), lending=_lending(here), talk_min=min(talks) if talks else None)


def _rules_now(here: Here) -> tuple[WeeklyRule, ...]:
    return hours_board.hanging(opening_plan.weekly_rules(reading(), here=here), on=here.today)


def hours(rules: Iterable[WeeklyRule], here: Here) -> tuple[Hours, ...]:
    """Return the hours, days with the same ones together; those of the holidays come last."""
    found: dict[tuple[bool, tuple[str, ...]], list[int]] = {}
    rules = tuple(rules)
    for is_holiday in (False, True):
        by_day: dict[int, list[str]] = {}
        for rule in rules:
            if (rule.kind is OpeningKind.HOLIDAY) is is_holiday:
                spans = by_day.setdefault(rule.weekday, [])
                if (said := _span(rule, here)) not in spans:
                    spans.append(said)
        for day in sorted(by_day):
            found.setdefault((is_holiday, tuple(by_day[day])), []).append(day)
    return tuple(
        Hours(days=("寒暑假 " if is_holiday else "") + _days(days), spans="，".join(spans))
        for (is_holiday, spans), days in found.items()
    )


def _span(rule: WeeklyRule, here: Here) -> str:
    span = f"{time_of(rule.from_min, here)}—{time_of(rule.to_min, here)}"
    return span if rule.letter is None else f"{_LETTERS[rule.letter]} {span}"


def _days(days: Iterable[int]) -> str:
    """Return days of the week as a notice has them: 星期一至星期五, 星期二、星期四."""
    runs = [
        [day for _, day in run]
        for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0])
    ]
    said = []
    for run in runs:
        names = [f"星期{_WEEKDAYS[day - 1]}" for day in run]
        said += [f"{names[0]}至{names[-1]}"] if len(run) > 2 else names  # noqa: PLR2004
    return "、".join(said)


def _lending(here: Here) -> tuple[LendingLine, ...]:
    """Return what each grade may borrow, grades with the same policy together."""
    grades = reading().scalars(
        select(SchoolClass.grade).where(SchoolClass.grade > 0).distinct().order_by("grade")
    )
    lines: list[tuple[LendingPolicy, list[int]]] = []
    for grade in grades:
        policy = here.plain_policy(grade, TitleKind.BOOK)
        if lines and lines[-1][0] == policy:
            lines[-1][1].append(grade)
        else:
            lines.append((policy, [grade]))
    return tuple(
        LendingLine(grades=_grade_words(of_policy), policy=policy) for policy, of_policy in lines
    )


def _grade_words(grades: list[int]) -> str:
    words = [f"{_GRADES[grade - 1]}年级" for grade in grades]
    return words[0] if len(words) == 1 else f"{words[0]}至{words[-1]}"
