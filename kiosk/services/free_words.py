"""Words that somebody typed: where they stand, and a child's name taken out of them.

Names of children belong to the tables of children. Where one was typed elsewhere all the same, its
erasure finds it here, and in the frozen ledgers by the headers of `LEDGERS`.
"""

from collections.abc import Iterator
from itertools import chain, count
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from kiosk.models.activities import Activity, Pairing
from kiosk.models.duty import Visitor
from kiosk.models.intake import BatchGoods, IntakeBatch
from kiosk.models.lending import ItemCase
from kiosk.models.library import Item
from kiosk.models.openings import SafetyCheck
from kiosk.models.people import Child, Staff
from kiosk.models.room_times import ClosingNote, OpeningTimes
from kiosk.rules.erasure import NameInWords, name_in_words

_Column: TypeAlias = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]

COLUMNS: Final[tuple[_Column, ...]] = (
    Activity.title,
    Activity.place,
    Activity.organiser,
    Activity.course,
    Activity.photos,
    BatchGoods.name,
    BatchGoods.spec,
    BatchGoods.used_for,
    ClosingNote.line,
    IntakeBatch.donor,
    IntakeBatch.note,
    Item.price_reason,
    ItemCase.reason,
    ItemCase.end_reason,
    OpeningTimes.reason,
    Pairing.helper,
    Pairing.post,
    SafetyCheck.note,
    Visitor.name,
    Visitor.organisation,
)
# Where adults are named: who is called like the child there, with a family name, is somebody else.
_ADULTS: Final[tuple[_Column, ...]] = (
    Activity.organiser,
    IntakeBatch.donor,
    Pairing.helper,
    Staff.display_name,
    Visitor.name,
)
_FAMILY_NAME: Final = 2
# The headers of our own forms, under which the archive has such words.
LEDGERS: Final = {
    "L1": frozenset({"主要活动内容", "异常及处理", "备注"}),
    "L2A": frozenset({"学生情况", "问题及处理", "交接事项"}),
    "L7": frozenset({"来源(购置/捐赠/配发)", "备注"}),
    "L9": frozenset({"原因"}),
    "L11": frozenset({"捐赠单位/个人", "物品名称", "规格", "用途/去向", "备注"}),
    "L12": frozenset({"活动主题", "活动地点", "组织者", "活动过程", "照片(编号)"}),
    "L15": frozenset({"结对人姓名", "单位/职务"}),
    "L17": frozenset({"检查结果", "整改措施"}),
    "L19": frozenset({"原因"}),
}


def name_of(session: Session, child_id: UUID) -> NameInWords | None:
    """Return what finds the name of a child in words; None where nobody knows the child."""
    child = session.get(Child, child_id)
    if child is None:
        return None
    alike = session.execute(
        select(Child.family_name, Child.given_name).where(
            Child.given_name.contains(child.given_name, autoescape=True)
        )
    )
    adults = [
        words
        for column in _ADULTS
        for words in session.scalars(
            select(column).where(column.endswith(child.given_name, autoescape=True))
        )
        if words is not None and len(words) <= len(child.given_name) + _FAMILY_NAME
    ]
    return name_in_words(
        child.family_name,
        child.given_name,
        others=[*(row.family_name + row.given_name for row in alike), *adults],
    )


def how_many(session: Session, name: NameInWords) -> int:
    """Return in how many places the name stands."""
    return sum(1 for _ in _found(session, name))


def take_out(session: Session, child_id: UUID) -> None:
    """Take the name of a child out of all words in the tables."""
    name = name_of(session, child_id)
    if name is None:
        return
    for column, row_id, words in list(_found(session, name)):
        instead = name.without(words)
        if column is Pairing.helper:
            instead = _like_no_other(session, row_id, instead)
        session.execute(
            update(column.class_).where(column.class_.id == row_id).values({column.key: instead})
        )


def _like_no_other(session: Session, pairing_id: UUID, helper: str) -> str:
    """Return this name, with a number where a helper of the same child is called so already."""
    paired = session.get_one(Pairing, pairing_id).child_id
    others = set(
        session.scalars(
            select(Pairing.helper).where(Pairing.child_id == paired, Pairing.id != pairing_id)
        )
    )
    numbered = (f"{helper}{number}" for number in count(2))
    return next(one for one in chain([helper], numbered) if one not in others)


def _found(session: Session, name: NameInWords) -> Iterator[tuple[_Column, UUID, str]]:
    for column in COLUMNS:
        rows = session.execute(
            select(column.class_.id, column.label("words")).where(
                column.icontains(name.given_name, autoescape=True)
            )
        )
        yield from ((column, row.id, row.words) for row in rows if name.is_in(row.words))
