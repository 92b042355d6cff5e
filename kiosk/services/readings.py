"""How names are read, for the pinyin over them.

A table of signs, not a library: the server stays as small as it is, and a scan loads nothing. The
table is read once, when the first name is shown.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from uuid import UUID

from kiosk.db import transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.people import Child
from kiosk.rules import pinyin
from kiosk.rules.erasure import is_erased
from kiosk.rules.people import PeopleProblem
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

_FILE: Final = Path(__file__).parent.parent / "data" / "readings.txt"
_NAMES_KEPT: Final = 2048
# As family names these signs are read otherwise than elsewhere (`domain.md` 1.6).
_FAMILY: Final = {
    "曾": "zēng",
    "单": "shàn",
    "仇": "qiú",
    "解": "xiè",
    "查": "zhā",
    "盖": "gě",
    "覃": "qín",
    "翟": "zhái",
    "区": "ōu",
    "乐": "yuè",
    "朴": "piáo",
    "种": "chóng",
    "召": "shào",
    "阚": "kàn",
    "折": "shé",
    "能": "nài",
    "佴": "nài",
    "繁": "pó",
    "秘": "bì",
    "祭": "zhài",
    "藏": "zāng",
    "句": "gōu",
    "么": "yāo",
    "缪": "miào",
    "员": "yùn",
    "黑": "hè",
    "莘": "shēn",
    "任": "rén",
    "宁": "nìng",
    "华": "huà",
    "纪": "jǐ",
    "万俟": "mò qí",
    "尉迟": "yù chí",
    "单于": "chán yú",
    "澹台": "tán tái",
    "长孙": "zhǎng sūn",
}


@lru_cache(maxsize=_NAMES_KEPT)
def of_given_name(name: str, override: str | None) -> tuple[str, ...]:
    """Return a syllable for each sign of a given name; none where a sign is not known."""
    if override:
        return tuple(override.split())
    return _each(name)


@lru_cache(maxsize=_NAMES_KEPT)
def of_display_name(name: str) -> tuple[str, ...]:
    """Return a syllable for each sign of how staff are called: 曾老师."""
    for length in (2, 1):
        family = _FAMILY.get(name[:length])
        if family is not None:
            rest = _each(name[length:])
            is_whole = bool(rest) or not pinyin.signs(name[length:])
            return (*family.split(), *rest) if is_whole else ()
    return _each(name)


def say_name(child_id: UUID, *, typed: str, actor_id: UUID, here: Here) -> None:
    """Keep how a child's given name is read; nothing typed means as the table has it.

    Raises:
        NotFoundError: UNKNOWN_CHILD. RefusedError: ERASED.
        InvalidInputError: WRONG_PINYIN.
    """
    with transaction() as session:
        child = session.get(Child, child_id)
        if child is None:
            raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
        if is_erased(child.given_name):
            raise RefusedError(PeopleProblem.ERASED)
        reading = pinyin.reading_of(typed, child.given_name, known=syllables())
        if typed and reading is None:
            raise InvalidInputError(
                PeopleProblem.WRONG_PINYIN, field="pinyin", name=child.given_name
            )
        child.given_name_pinyin = reading
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=actor_id,
            subject=f"child:{child_id}",
            fields="given_name_pinyin",
            purpose="pinyin",
            here=here,
        )


@cache
def syllables() -> frozenset[str]:
    """Return every syllable that there is, without its tone."""
    return frozenset(pinyin.toneless(line.split(" ")[0]) for line in _table().splitlines())


def _each(name: str) -> tuple[str, ...]:
    found = [_of_sign(sign) for sign in pinyin.signs(name)]
    return tuple(one for one in found if one) if all(found) else ()


def _of_sign(sign: str) -> str | None:
    table = _table()
    place = table.find(sign)
    if place < 0:
        return None
    start = table.rfind("\n", 0, place) + 1
    return table[start : table.index(" ", start)]


@cache
def _table() -> str:
    return _FILE.read_text(encoding="utf-8")
