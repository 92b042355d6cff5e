"""The rows that a child who is new here needs: roster and demo make children in the same way."""

from collections.abc import Collection, Mapping
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.errors import RefusedError
from kiosk.ids import new_id
from kiosk.models.people import Child, ContactStatus, SchoolClass
from kiosk.rules import codes, friends
from kiosk.rules.badges import Badge, free_badge
from kiosk.rules.codes import CodeKind
from kiosk.rules.people import PeopleProblem
from kiosk.rules.relations import Relation
from kiosk.services import pinyin, vault
from kiosk.services.here import Here

# A row as it goes into an insert; each column has a type of its own.
Row: TypeAlias = dict[str, Any]

_ANIMALS_APART: Final = 7
_CLASSES_APART: Final = 13


def badge_for(
    worn: Mapping[tuple[int, int], Collection[Badge]], *, grade: int, number: int
) -> Badge:
    """Return a badge that nobody of the class wears and, while there is one, nobody at all.

    `worn` are the badges of each class, by grade and number: in the room all of them meet.

    Raises:
        RefusedError: CLASS_TOO_LARGE, when the class wears all 180.
    """
    start = grade * _ANIMALS_APART + number * _CLASSES_APART
    in_school = set().union(*worn.values())
    badge = free_badge(in_school, start=start)
    if badge is None:
        badge = free_badge(worn.get((grade, number), ()), start=start)
    if badge is None:
        raise RefusedError(PeopleProblem.CLASS_TOO_LARGE, grade=grade, number=number)
    return badge


def worn_by_friends(session: Session) -> set[Badge]:
    """Return the badges of the new friends: in the room everybody meets them too."""
    rows = session.execute(
        select(Child.animal, Child.cloth)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(Child.left_on.is_(None), SchoolClass.grade == friends.GRADE)
    )
    return {Badge(animal=row.animal, cloth=row.cloth) for row in rows}


def child_row(
    *,
    child_id: UUID,
    family_name: str,
    given_name: str,
    class_id: UUID,
    badge: Badge,
    local_no: str | None,
    is_boarder: bool,
    here: Here,
) -> Row:
    return {
        "id": child_id,
        "family_name": family_name,
        "given_name": given_name,
        "initials": pinyin.name_initials(family_name, given_name),
        "class_id": class_id,
        "local_no": local_no,
        "is_boarder": is_boarder,
        "animal": badge.animal,
        "cloth": badge.cloth,
        "enrolled_on": here.today,
        "left_on": None,
        "not_in_file_since": None,
    }


def contact_row(
    *,
    contact_id: UUID,
    child_id: UUID,
    relation: Relation,
    full_name: str | None,
    phone: str,
    position: int,
    status: ContactStatus,
    here: Here,
) -> Row:
    """Return a contact whose name and number are sealed for this row."""
    return {
        "id": contact_id,
        "child_id": child_id,
        "relation": relation,
        "status": status,
        "position": position,
        **sealed_name(full_name, row=contact_id, here=here),
        **sealed_phone(phone, row=contact_id, here=here),
    }


def sealed_name(full_name: str | None, *, row: UUID, here: Here) -> Row:
    key = here.settings.keys.field
    sealed = None
    if full_name is not None:
        sealed = vault.seal(full_name, column="full_name", row=row, key=key)
    return {"full_name_cipher": sealed}


def sealed_phone(phone: str, *, row: UUID, here: Here) -> Row:
    key = here.settings.keys.field
    return {
        "phone_cipher": vault.seal(phone, column="phone", row=row, key=key),
        "phone_tail": phone[-4:],
        "phone_digest": vault.phone_digest(phone, key=key),
    }


def card_row(*, child_id: UUID | None, staff_id: UUID | None, here: Here) -> tuple[Row, str]:
    """Return a new card and the code that is printed on it; the database never has the code."""
    card_id, key = new_id(here.now), here.settings.keys.card
    kind = CodeKind.STAFF if child_id is None else CodeKind.CHILD
    code = codes.card_code(kind, card_id, key=key)
    row: Row = {
        "id": card_id,
        "code_digest": codes.card_digest(code, key=key),
        "child_id": child_id,
        "staff_id": staff_id,
        "issued_at": here.now,
        "revoked_at": None,
    }
    return row, code
