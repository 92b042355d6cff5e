"""The header row of a roster: which column says what, and whose telephone stands where."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import chain
from pathlib import Path

from kiosk.files.relation_words import relation_words
from kiosk.files.text import header_keys, tidy
from kiosk.rules.relations import Relation

_FILE = Path(__file__).parent.parent / "data" / "roster_headers.toml"
_NUMBER = "第?(?:[一二三四五六1-6甲乙]|之[一二])"


class Column(StrEnum):
    """What one column of a roster is."""

    NAME = "name"
    GRADE = "grade"
    SCHOOL_CLASS = "school_class"
    LOCAL_NO = "local_no"
    IS_BOARDER = "is_boarder"
    REMARK = "remark"
    NEEDLESS = "needless"
    NEVER = "never"
    CONTACT_NAME = "contact_name"
    CONTACT_RELATION = "contact_relation"
    CONTACT_PHONE = "contact_phone"
    UNKNOWN = "unknown"


CONTACT_COLUMNS = frozenset(
    {Column.CONTACT_NAME, Column.CONTACT_RELATION, Column.CONTACT_PHONE},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One header cell understood. `whose` is empty where a contact's column does not say it."""

    column: Column
    whose: str = ""
    relation: Relation | None = None
    is_numbered: bool = False


@dataclass(slots=True, kw_only=True)
class ContactColumns:
    """The columns of one contact; `relation` is set where the header itself says it."""

    whose: str = ""
    relation: Relation | None = None
    name_at: int | None = None
    relation_at: int | None = None
    phones_at: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything stands below one header row. Absent columns are None."""

    headers: tuple[str, ...]
    headings: tuple[Heading, ...]
    contacts: tuple[ContactColumns, ...]

    @property
    def hits(self) -> int:
        """How many header cells were understood."""
        return sum(heading.column is not Column.UNKNOWN for heading in self.headings)

    @property
    def is_roster(self) -> bool:
        """Whether this can be a header row: three known headers, a child's name among them."""
        return self.hits >= 3 and self.at(Column.NAME) is not None  # noqa: PLR2004 - sync.md 3.2

    def at(self, column: Column) -> int | None:
        """Return the first place of a column."""
        places = (at for at, heading in enumerate(self.headings) if heading.column is column)
        return next(places, None)

    @property
    def ignored(self) -> tuple[str, ...]:
        """The headers whose cells are read past, in their order."""
        passed = {Column.NEEDLESS, Column.NEVER, Column.UNKNOWN, Column.REMARK}
        return tuple(
            header
            for header, heading in zip(self.headers, self.headings, strict=True)
            if heading.column in passed and header
        )


def read_layout(cells: Iterable[str]) -> Layout:
    """Return what a row says when it is read as a header."""
    headers = tuple(tidy(cell) for cell in cells)
    headings = tuple(heading_of(header) for header in headers)
    return Layout(headers=headers, headings=headings, contacts=_group(headings))


def heading_of(header: str) -> Heading:
    """Return what one header cell means."""
    for key in header_keys(header):
        column = _columns().get(key)
        if column is not None:
            return Heading(column=column)
        match = _contact_pattern().fullmatch(key) if key else None
        if match and (match["who"] or match["what"]):
            return _contact_heading(match)
    return Heading(column=Column.UNKNOWN)


def _contact_heading(match: re.Match[str]) -> Heading:
    who, what = match["who"] or "", match["what"] or ""
    numbers = "".join(match[part] or "" for part in ("before", "number", "after"))
    words = _words()
    column = Column.CONTACT_NAME
    if what in words["relation"]:
        column = Column.CONTACT_RELATION
    elif what in words["phone"] or what in words["bare_phone"]:
        column = Column.CONTACT_PHONE
    elif not who:  # 姓名1: nobody says whose
        return Heading(column=Column.UNKNOWN)
    # 联系电话1, 联系电话2 are two numbers of one contact, not two contacts.
    whose = who + numbers if who else ""
    relation = relation_words().get(who)
    return Heading(column=column, whose=whose, relation=relation, is_numbered=bool(numbers))


@cache
def _words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["contact"]
    return {
        kind: list(dict.fromkeys(key for alias in aliases for key in header_keys(alias)))
        for kind, aliases in words.items()
    }


@cache
def _columns() -> dict[str, Column]:
    aliases: dict[str, list[str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["columns"]
    return {
        header_keys(alias)[0]: Column(column)
        for column, names in aliases.items()
        for alias in names
    }


@cache
def _contact_pattern() -> re.Pattern[str]:
    words = _words()
    relations = [word for word in relation_words() if relation_words()[word] is not Relation.OTHER]
    who = _any(chain(words["groups"], words["parents"], relations))
    what = _any(chain(words["name"], words["relation"], words["phone"], words["bare_phone"]))
    return re.compile(
        f"(?P<before>{_NUMBER})?(?P<who>{who})?(?P<number>{_NUMBER})?的?"
        f"(?P<what>{what})?(?P<after>{_NUMBER})?"
    )


def _any(words: Iterable[str]) -> str:
    """Return an alternation that prefers the longer word."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True) if word)


def _group(headings: tuple[Heading, ...]) -> tuple[ContactColumns, ...]:
    """Bring together the columns of each contact, from left to right.

    A column that does not say whose it is belongs to the nearest contact on the left that lacks
    it; a lone telephone before a lone contact without one belongs to that contact.
    """
    groups: list[ContactColumns] = []
    for at, heading in enumerate(headings):
        if heading.column in CONTACT_COLUMNS:
            group = _group_for(heading, groups)
            _place(heading.column, at, group)
    nameless = [group for group in groups if not group.whose]
    lacking = [group for group in groups if group.whose and not group.phones_at]
    if len(nameless) == len(lacking) == 1:
        lacking[0].phones_at = nameless[0].phones_at
        groups.remove(nameless[0])
    return tuple(group for group in groups if group.phones_at or group.name_at is not None)


def _group_for(heading: Heading, groups: list[ContactColumns]) -> ContactColumns:
    same = [group for group in groups if group.whose == heading.whose]
    if heading.whose and same and not _has(same[-1], heading.column):
        return same[-1]
    is_another_number = heading.is_numbered and heading.column is Column.CONTACT_PHONE
    if not heading.whose and groups and (is_another_number or not _has(groups[-1], heading.column)):
        return groups[-1]
    group = ContactColumns(whose=heading.whose, relation=heading.relation)
    groups.append(group)
    return group


def _has(group: ContactColumns, column: Column) -> bool:
    if column is Column.CONTACT_NAME:
        return group.name_at is not None
    if column is Column.CONTACT_RELATION:
        return group.relation_at is not None or group.relation is not None
    return bool(group.phones_at)


def _place(column: Column, at: int, group: ContactColumns) -> None:
    if column is Column.CONTACT_NAME:
        group.name_at = at
    elif column is Column.CONTACT_RELATION:
        group.relation_at = at
    else:
        group.phones_at.append(at)
