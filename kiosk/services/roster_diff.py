"""What a roster says that the kiosk does not know yet, child by child."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from kiosk.files.roster import ContactRow, RosterFile, RosterRow
from kiosk.models.people import ContactStatus
from kiosk.rules import roster as rules
from kiosk.rules.relations import Relation
from kiosk.rules.roster import Listed
from kiosk.services import roster_state, vault
from kiosk.services.here import Here
from kiosk.services.roster_plan import (
    ChildChange,
    ChildRef,
    ContactChange,
    ContactChangeKind,
    HeldRow,
    RosterPlan,
)
from kiosk.services.roster_state import StoredChild, StoredContact

_NOT_RUNG: Final = frozenset({ContactStatus.BARRED, ContactStatus.WITHDRAWN})
_ONE_PERSON: Final = frozenset(
    {
        Relation.FATHER,
        Relation.MOTHER,
        Relation.GRANDFATHER,
        Relation.GRANDMOTHER,
        Relation.MATERNAL_GRANDFATHER,
        Relation.MATERNAL_GRANDMOTHER,
    }
)


def plan(file: RosterFile, children: dict[UUID, StoredChild], *, here: Here) -> RosterPlan:
    """Return what would change if the file were applied to these children."""
    rows = file.rows
    matching = rules.match(
        (child.known for child in children.values()),
        (_listed(place, row, here) for place, row in enumerate(rows)),
    )
    changes = [
        _change(children[child_id], rows[place], here)
        for place, child_id in sorted(matching.same.items())
    ]
    missing = [children[child_id] for child_id in matching.missing]
    scope = {(row.school_class.grade, row.school_class.number) for row in rows}
    in_scope = sum((child.grade, child.number) in scope for child in children.values())
    changed = tuple(change for change in changes if change.says_something)
    return RosterPlan(
        sheets=file.sheets,
        problems=file.problems,
        ignored_columns=file.ignored_columns,
        new=tuple(rows[place] for place in matching.new),
        changed=changed,
        unchanged=len(changes) - len(changed),
        held=tuple(HeldRow(row=rows[place], doubt=doubt) for place, doubt in matching.held.items()),
        missing=tuple(
            sorted(map(_ref, missing), key=lambda one: (one.grade, one.number, one.name))
        ),
        too_many_missing=rules.too_many_missing(len(matching.missing), in_scope=in_scope),
        enrolled_before=len(children),
        state=roster_state.digest(children),
    )


def _listed(place: int, row: RosterRow, here: Here) -> Listed:
    key = here.settings.keys.field
    return Listed(
        row=place,
        name=row.family_name + row.given_name,
        grade=row.school_class.grade,
        number=row.school_class.number,
        local_no=row.local_no,
        phones=frozenset(vault.phone_digest(one.phone, key=key) for one in row.contacts),
    )


def _change(child: StoredChild, row: RosterRow, here: Here) -> ChildChange:
    place = (row.school_class.grade, row.school_class.number)
    is_other_boarder = row.is_boarder not in {None, child.is_boarder}
    return ChildChange(
        child=_ref(child),
        row=row,
        to_class=place if place != (child.grade, child.number) else None,
        local_no=row.local_no if row.local_no != child.local_no else None,
        is_boarder=row.is_boarder if is_other_boarder else None,
        contacts=tuple(_contact_changes(child, row, here)),
        is_back=child.not_in_file_since is not None,
    )


def _contact_changes(child: StoredChild, row: RosterRow, here: Here) -> Iterator[ContactChange]:
    """Yield what is new about the child's contacts; nothing is taken away because it is not listed.

    A number that is barred for this child or was withdrawn stays so under whatever relation it
    comes again. Of father, mother and grandparents there is one: another number is a change of
    number, so that calls that are booked ring the new one.
    """
    key = here.settings.keys.field
    digests = {one: vault.phone_digest(one.phone, key=key) for one in row.contacts}
    listed = set(digests.values())
    outdated = [one for one in child.contacts if one.phone_digest not in listed]
    for contact, digest in digests.items():
        stored = {one.relation: one for one in child.contacts if one.phone_digest == digest}
        if contact.relation in stored:
            yield from _name_change(stored[contact.relation], contact, here)
        elif any(one.status in _NOT_RUNG for one in stored.values()):
            continue
        elif Relation.OTHER in stored:
            yield _change_of(ContactChangeKind.RELATION, stored[Relation.OTHER], contact)
        elif not (stored and contact.relation is Relation.OTHER):
            before = next((one for one in outdated if _is_one_person(one, contact)), None)
            if before is None:
                yield _change_of(ContactChangeKind.ADDED, None, contact)
            else:
                outdated.remove(before)
                yield _change_of(ContactChangeKind.NUMBER, before, contact)


def _is_one_person(stored: StoredContact, contact: ContactRow) -> bool:
    return stored.relation is contact.relation and contact.relation in _ONE_PERSON


def _name_change(stored: StoredContact, contact: ContactRow, here: Here) -> Iterator[ContactChange]:
    if contact.full_name not in {None, roster_state.name_of(stored, here=here)}:
        yield _change_of(ContactChangeKind.NAME, stored, contact)


def _change_of(
    kind: ContactChangeKind, stored: StoredContact | None, contact: ContactRow
) -> ContactChange:
    return ContactChange(
        kind=kind,
        relation=contact.relation,
        contact_id=None if stored is None else stored.contact_id,
        old_tail=None if stored is None else stored.phone_tail,
        new_tail=contact.phone[-4:],
        phone=contact.phone,
        full_name=contact.full_name,
    )


def _ref(child: StoredChild) -> ChildRef:
    return ChildRef(
        child_id=child.child_id,
        name=child.name,
        grade=child.grade,
        number=child.number,
        is_marked=child.not_in_file_since is not None,
    )
