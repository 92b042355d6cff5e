"""Contacts of a child: who, and under which number, however the cells mix the two."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.files.headers import ContactColumns
from kiosk.files.names import read_contact_name
from kiosk.files.problems import RowProblemKind
from kiosk.files.relation_words import leading_relation, read_relation
from kiosk.files.text import HAN, compact, is_blank, normal
from kiosk.rules.relations import Relation

_MOBILE = r"(?:(?:\+|00)?86[\- ]?)?(?P<mobile>1[3-9]\d[\- ]?\d{4}[\- ]?\d{4})"
_LANDLINE = r"(?P<landline>(?:\(?0\d{2,3}\)?[\- ]?)?[2-8]\d{6,7})"
_PHONE = re.compile(rf"(?<!\d)(?:{_MOBILE}|{_LANDLINE})(?!\d)")
_MOBILE_DIGITS = 11
_STRAY_DIGITS = re.compile(r"\d{3,}")
_DOT_IN_NAME = re.compile(f"(?<=[{HAN}])[.•‧∙・](?=[{HAN}])")
_PUNCTUATION = re.compile(r"[\s:;,、。/|()\[\]+\-.]+")

Note = Callable[[RowProblemKind, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A relative with a number to ring. Relation OTHER where the file leaves it open."""

    relation: Relation
    full_name: str | None = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    relation: Relation | None
    full_name: str | None = field(repr=False)
    phone: str | None = field(repr=False)


def read_contacts(
    columns: tuple[ContactColumns, ...], cells: tuple[str, ...], *, note: Note
) -> tuple[ContactRow, ...]:
    """Return the contacts of one row, none twice; `note` hears of each problem and its column."""
    found: list[ContactRow] = []
    for group in columns:
        for contact in _read_group(group, cells, note=note):
            _add(contact, found)
    return tuple(found)


def _add(contact: ContactRow, found: list[ContactRow]) -> None:
    """Add a contact unless its number is there for the same relative; what says more is kept."""
    for at, known in enumerate(found):
        if known.phone != contact.phone:
            continue
        if Relation.OTHER in {known.relation, contact.relation} or (
            known.relation is contact.relation
        ):
            relation = contact.relation if known.relation is Relation.OTHER else known.relation
            name = known.full_name or contact.full_name
            found[at] = ContactRow(relation=relation, full_name=name, phone=known.phone)
            return
    found.append(contact)


def _read_group(group: ContactColumns, cells: tuple[str, ...], *, note: Note) -> list[ContactRow]:
    named = _read_named(group, cells, note=note)
    entries = [
        entry for at in group.phones_at for entry in _entries(cells[at], note=note, column=at)
    ]
    if named.phone is not None:
        entries.append(named)
    if not entries and named.full_name is not None:
        note(RowProblemKind.PHONE_MISSING, (group.phones_at or [group.name_at or 0])[0])
    contacts = []
    for entry in entries:
        relation = entry.relation or named.relation or group.relation
        is_same_person = entry.relation is None or entry.relation is named.relation
        name = entry.full_name or (named.full_name if is_same_person else None)
        if relation is None:
            note(RowProblemKind.RELATION_UNCLEAR, _where(group))
        assert entry.phone is not None  # noqa: S101 - _entries gives only entries with a number
        contacts.append(
            ContactRow(relation=relation or Relation.OTHER, full_name=name, phone=entry.phone)
        )
    return contacts


def _where(group: ContactColumns) -> int:
    """Return the column a person should look at for the relation."""
    if group.relation_at is not None:
        return group.relation_at
    return group.phones_at[0] if group.phones_at else group.name_at or 0


def _read_named(group: ContactColumns, cells: tuple[str, ...], *, note: Note) -> _Entry:
    """Return who the name and relation cells speak of; a number may stand in the name cell too."""
    entry = _Entry(relation=None, full_name=None, phone=None)
    if group.name_at is not None and not is_blank(cells[group.name_at]):
        text = cells[group.name_at]
        entries = _entries(text, note=note, column=group.name_at) if _PHONE.search(text) else []
        entry = entries[0] if entries else _person(text, note=note, column=group.name_at)
    relation = None
    if group.relation_at is not None and not is_blank(cells[group.relation_at]):
        relation = read_relation(cells[group.relation_at])
    return _Entry(relation=relation or entry.relation, full_name=entry.full_name, phone=entry.phone)


def _entries(text: str, *, note: Note, column: int) -> list[_Entry]:
    """Return an entry for each number in a cell: 妈妈15443785915; 父：张建国 15484005756."""
    if is_blank(text):
        return []
    plain = normal(text)
    matches = list(_PHONE.finditer(plain))
    if not matches and _is_mobile(plain):
        whole = re.sub(r"\D", "", plain)[-_MOBILE_DIGITS:]
        return [_Entry(relation=None, full_name=None, phone=whole)]
    labels = _PHONE.sub("\n", plain).split("\n")
    if any(_STRAY_DIGITS.search(label) for label in labels) or not matches:
        note(RowProblemKind.PHONE_UNREADABLE, column)
    follows = not _PUNCTUATION.sub("", labels[0])
    entries = []
    for at, match in enumerate(matches):
        label = labels[at + 1] if follows else labels[at]
        person = _person(label, note=note, column=column)
        digits = re.sub(r"\D", "", match["mobile"] or match["landline"])
        entries.append(_Entry(relation=person.relation, full_name=person.full_name, phone=digits))
    return entries


def _is_mobile(plain: str) -> bool:
    """Whether the digits of a cell, however parted (1545 107 2896), are one mobile number."""
    return re.fullmatch(r"(?:86)?1[3-9]\d{9}", re.sub(r"[\s\-.+()]", "", plain)) is not None


def _person(label: str, *, note: Note, column: int) -> _Entry:
    """Return relation and name of a text such as 妈妈, 父：张建国, 何静怡(妈妈)."""
    relation: Relation | None = None
    name: str | None = None
    dotted = _DOT_IN_NAME.sub("·", normal(label))
    for part in _PUNCTUATION.sub(" ", dotted).split():
        found, rest = leading_relation(compact(part))
        relation = relation or found
        if rest and not rest.isdigit():
            name = name or read_contact_name(rest)
            if name is None:
                note(RowProblemKind.CONTACT_NAME_UNREADABLE, column)
    return _Entry(relation=relation, full_name=name, phone=None)
