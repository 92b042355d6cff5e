"""The hand-over report: what somebody who takes the room over at the year's end finds there.

Counts and names of staff, no child; the words are those of a form and stay Chinese.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from kiosk.db import Base, reading, transaction
from kiosk.models.calendar import Term
from kiosk.models.calls import Line
from kiosk.models.lending import ItemCase
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Card, Child, SchoolClass, Staff
from kiosk.rules.call_windows import LineKind
from kiosk.rules.lending import ItemStatus
from kiosk.rules.staff import Role
from kiosk.services import audit, late_entries
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import NONE

_ROLES: Final = {
    Role.ADMINISTRATOR: "管理员",
    Role.LIBRARIAN: "图书管理员",
    Role.DUTY_TEACHER: "值班教师",
    Role.VOLUNTEER: "志愿者",
}
_LINES: Final = {LineKind.PHONE: "电话", LineKind.VIDEO: "视频"}
_GONE: Final = (ItemStatus.LOST, ItemStatus.MISSING, ItemStatus.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the report: lines of what and how many, or of what and who."""

    title: str
    lines: tuple[tuple[str, str], ...]


def report(*, actor_id: UUID, here: Here) -> tuple[Section, ...]:
    """Return the report as it goes to the printer; the audit knows of it."""
    session = reading()
    found = (
        Section(title="人员", lines=_people(session)),
        Section(title="学生与卡", lines=_children(session)),
        Section(title="图书", lines=_books(session)),
        Section(title="通话与设备", lines=_calls(session, here)),
        Section(title="台账与资料", lines=_papers(session, here)),
    )
    with transaction() as writing:
        audit.record(
            writing,
            AuditAction.PRINT,
            actor_id=actor_id,
            subject="hand-over",
            fields="counts, staff",
            purpose="year-end",
            here=here,
        )
    return found


def _people(session: Session) -> tuple[tuple[str, str], ...]:
    rows = session.execute(
        select(Staff.role, Staff.display_name)
        .where(Staff.left_on.is_(None))
        .order_by(Staff.display_name)
    ).all()
    return tuple(
        (words, "、".join(row.display_name for row in rows if row.role is role) or NONE)
        for role, words in _ROLES.items()
    )


def _children(session: Session) -> tuple[tuple[str, str], ...]:
    there = Child.left_on.is_(None)
    classes = session.execute(
        select(SchoolClass.grade, func.count())
        .join(Child, Child.class_id == SchoolClass.id)
        .where(there, SchoolClass.grade > 0)
        .group_by(SchoolClass.grade)
        .order_by(SchoolClass.grade)
    ).all()
    by_grade = "，".join(f"{'一二三四五六七八九'[grade - 1]}年级 {n} 人" for grade, n in classes)
    in_use = Card.revoked_at.is_(None)
    return (
        ("在校学生", by_grade or NONE),
        ("有效学生卡", f"{_count(session, Card, in_use, Card.child_id.is_not(None))} 张"),
        ("有效教师卡", f"{_count(session, Card, in_use, Card.staff_id.is_not(None))} 张"),
    )


def _books(session: Session) -> tuple[tuple[str, str], ...]:
    left = select(Child.id).where(Child.left_on.is_not(None))
    is_out = Loan.ended_at.is_(None)
    held = Item.status.not_in(_GONE)
    return (
        ("书目", f"{_count(session, Title)} 种"),
        ("在册", f"{_count(session, Item, held)} 册"),
        ("遗失、待查", f"{_count(session, Item, Item.status.in_(_GONE[:2]))} 册"),
        ("剔除", f"{_count(session, Item, Item.status == ItemStatus.WITHDRAWN)} 册"),
        ("借出未还", f"{_count(session, Loan, is_out)} 册"),
        ("其中已离校学生", f"{_count(session, Loan, is_out, Loan.child_id.in_(left))} 册"),
        ("未结的损坏、遗失", f"{_count(session, ItemCase, ItemCase.ended_at.is_(None))} 件"),
        ("补录待回答", f"{late_entries.question_count(session)} 条"),
    )


def _calls(session: Session, here: Here) -> tuple[tuple[str, str], ...]:
    lines = session.execute(
        select(Line.kind, Line.name)
        .where(Line.home_id == here.home_id, Line.is_in_use.is_(True))
        .order_by(Line.name)
    ).all()
    return (
        ("通话线路", "、".join(f"{_LINES[line.kind]} {line.name}" for line in lines) or NONE),
        ("电脑、扫描枪、打印机", "现场点交"),
        ("钥匙", "现场点交"),
    )


def _papers(session: Session, here: Here) -> tuple[tuple[str, str], ...]:
    terms = session.execute(
        select(Term.name, Term.frozen_at, Term.forgets_up_to).order_by(Term.first_day)
    ).all()
    kept = [row.name for row in terms if row.frozen_at is not None]
    still = [row.name for row in terms if row.forgets_up_to is not None]
    backups = sorted((here.settings.instance / "backups").glob("*.db"))
    return (
        ("已封存的学期", "、".join(kept[-4:]) or NONE),
        ("阅读记录仍在清除的学期", "、".join(still) or NONE),
        ("本机备份", f"{len(backups)} 份"),
        ("密钥（keys 文件夹）的存放处", "现场填写"),
        ("归档包（PDF、CSV、校验清单）的存放处", "现场填写"),
    )


def _count(session: Session, table: type[Base], *which: ColumnElement[Any]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*which)) or 0
