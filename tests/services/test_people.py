"""Looking children up, and who may be rung: masked, and with a row in the audit."""

from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event, select

from kiosk.db import db, reading
from kiosk.errors import InvalidInputError, KioskError, NotFoundError, RefusedError
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.calls import Booking, BookingEvent
from kiosk.models.people import Contact, ContactStatus
from kiosk.models.visits import Visit
from kiosk.rules.call_states import CallState
from kiosk.rules.people import PeopleProblem
from kiosk.rules.relations import Relation
from kiosk.services import audit, contacts, people, pinyin, vault
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

PHONE = "19900005678"


def trail(action: AuditAction) -> list[Audit]:
    return list(reading().scalars(select(Audit).where(Audit.action == action)))


def names(rows: tuple[people.ChildRow, ...]) -> list[str]:
    return [row.family_name + row.given_name for row in rows]


@pytest.fixture
def actor(here: Here) -> UUID:
    return factories.staff(here).staff_id


@pytest.fixture
def some_children(here: Here) -> None:
    for family, given, grade in (("王", "子涵", 2), ("曾", "宇轩", 1), ("欧阳", "娜", 2)):
        initials = pinyin.name_initials(family, given)
        factories.child(
            here,
            family_name=family,
            given_name=given,
            initials=initials,
            grade=grade,
            local_no=given,
        )
    factories.child(here, family_name="王", given_name="走了", initials="wzl", left_on=here.today)


@pytest.mark.usefixtures("some_children")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["曾宇轩", "欧阳娜", "王子涵"]),
        ("王", ["王子涵"]),
        ("王 子", ["王子涵"]),
        ("子涵", ["王子涵"]),
        ("wzh", ["王子涵"]),
        ("ＷＺ", ["王子涵"]),
        ("zyx", ["曾宇轩"]),
        ("oy", ["欧阳娜"]),
        ("%", []),
        ("_", []),
        ("nobody", []),
    ],
)
def test_a_child_is_found_by_name_and_by_initials(
    text: str, found: list[str], here: Here, actor: UUID
) -> None:
    assert names(people.search(text, here=here, actor_id=actor)) == found


def test_a_child_is_found_on_postgresql_too(postgres_app: Flask, clock: FrozenClock) -> None:
    here = here_in(postgres_app, clock)
    actor = factories.staff(here).staff_id
    child = factories.child(here, family_name="王", given_name="子涵", initials="wzh")
    contact = factories.contact(here, child.child_id, phone=PHONE)

    for text in ("子涵", "wz", ""):
        assert names(people.search(text, here=here, actor_id=actor)) == ["王子涵"]
    assert people.classes()[0].grade == 3
    assert people.reveal_phone(contact, purpose="核对", actor_id=actor, here=here) == PHONE


def test_a_child_is_found_by_its_number(here: Here, actor: UUID) -> None:
    child = factories.child(here, local_no="0042")

    found = people.search("0042", here=here, actor_id=actor)

    assert [row.child_id for row in found] == [child.child_id]


@pytest.mark.usefixtures("some_children")
def test_a_class_is_listed_by_itself(here: Here, actor: UUID) -> None:
    second = next(one for one in people.classes() if one.grade == 2)

    found = people.search("", here=here, actor_id=actor, class_id=second.class_id)

    assert names(found) == ["欧阳娜", "王子涵"]
    assert [(one.grade, one.number) for one in people.classes()] == [(1, 1), (2, 1)]


@pytest.mark.usefixtures("some_children")
def test_a_search_is_noted_without_what_was_typed(here: Here, actor: UUID) -> None:
    people.search("王子涵", here=here, actor_id=actor)

    (row,) = trail(AuditAction.SEARCH)
    assert (row.actor_id, row.fields) == (actor, "name")
    assert "王" not in row.subject + row.fields + row.purpose


def test_a_child_is_shown_with_masked_numbers(here: Here) -> None:
    child = factories.child(here)
    factories.contact(here, child.child_id, phone=PHONE, full_name="陈建国")
    factories.loan(here, child.child_id, factories.item(here).item_id)
    factories.booking(here, child.child_id)

    shown = people.detail(child.child_id, here=here)

    assert shown.child.child_id == child.child_id
    assert shown.card_issued_at == here.now
    assert [loan.book.title for loan in shown.loans] == ["小马过河"]
    assert shown.call is not None
    assert {one.masked_phone: one.has_name for one in shown.contacts}["···· 5678"]
    assert PHONE not in repr(shown)
    assert "陈建国" not in repr(shown)


def test_a_number_is_shown_once_it_is_noted_who_asked(here: Here, actor: UUID) -> None:
    child = factories.child(here)
    contact = factories.contact(here, child.child_id, phone=PHONE, full_name="陈建国")

    phone = people.reveal_phone(contact, purpose=" 今天的电话 ", actor_id=actor, here=here)
    both = people.reveal(contact, purpose="核对", actor_id=actor, here=here)

    assert phone == PHONE
    assert (both.full_name, both.phone) == ("陈建国", PHONE)
    first, second = trail(AuditAction.REVEAL)
    assert (first.actor_id, first.purpose) == (actor, "今天的电话")
    assert (first.subject, first.fields) == (f"contact:{contact}", "full_name,phone")
    assert second.purpose == "核对"
    assert audit.broken_at(reading(), key=here.settings.keys.audit) is None
    assert PHONE not in repr(both)


def test_a_contact_without_a_name_has_a_number_all_the_same(here: Here, actor: UUID) -> None:
    contact = factories.contact(here, factories.child(here).child_id, phone=PHONE)

    assert people.reveal(contact, purpose="核对", actor_id=actor, here=here).full_name is None


def test_without_the_row_in_the_audit_there_is_no_number(here: Here, actor: UUID) -> None:
    contact = factories.contact(here, factories.child(here).child_id, phone=PHONE)

    def full(*arguments: object) -> None:
        if str(arguments[2]).startswith("INSERT INTO audit"):
            raise OSError("the disk is full")

    event.listen(db.engine, "before_cursor_execute", full)
    try:
        with pytest.raises(OSError, match="full"):
            people.reveal_phone(contact, purpose="核对", actor_id=actor, here=here)
    finally:
        event.remove(db.engine, "before_cursor_execute", full)

    assert trail(AuditAction.REVEAL) == []


@pytest.mark.parametrize("purpose", ["", "  ", "x" * 61])
def test_a_number_without_a_purpose_is_not_shown(purpose: str, here: Here, actor: UUID) -> None:
    contact = factories.contact(here, factories.child(here).child_id)

    with pytest.raises(InvalidInputError) as error:
        people.reveal_phone(contact, purpose=purpose, actor_id=actor, here=here)

    assert error.value.reason is PeopleProblem.PURPOSE_MISSING


def test_a_contact_is_proposed_first_and_rung_when_it_is_approved(here: Here, actor: UUID) -> None:
    child = factories.child(here)
    factories.contact(here, child.child_id, position=4)

    contact = contacts.add_contact(
        child.child_id,
        relation=Relation.AUNT,
        phone="199 0000 5678",
        full_name=" 林秀英 ",
        actor_id=actor,
        here=here,
    )
    before = people.detail(child.child_id, here=here).contacts[-1]
    contacts.approve_contact(contact, actor_id=actor, here=here)

    after = people.detail(child.child_id, here=here).contacts[-1]
    assert (before.status, before.position) == (ContactStatus.PROPOSED, 5)
    assert after.status is ContactStatus.APPROVED
    assert people.reveal(contact, purpose="核对", actor_id=actor, here=here).full_name == "林秀英"
    assert [row.purpose for row in trail(AuditAction.EDIT)] == ["added", "approved"]


def test_a_contact_is_known_once(here: Here, actor: UUID) -> None:
    child = factories.child(here)
    factories.contact(here, child.child_id, relation=Relation.AUNT, phone=PHONE)

    with pytest.raises(RefusedError) as error:
        contacts.add_contact(
            child.child_id,
            relation=Relation.AUNT,
            phone=PHONE,
            full_name=None,
            actor_id=actor,
            here=here,
        )

    assert error.value.reason is PeopleProblem.CONTACT_KNOWN
    assert trail(AuditAction.EDIT) == []


def test_another_constraint_is_not_mistaken_for_a_known_contact(here: Here, actor: UUID) -> None:
    from sqlalchemy.exc import IntegrityError

    child = factories.child(here)

    def broken(*arguments: object) -> None:
        if str(arguments[2]).startswith("INSERT INTO contact"):
            raise IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed: contact.id"))

    event.listen(db.engine, "before_cursor_execute", broken)
    try:
        with pytest.raises(IntegrityError):
            contacts.add_contact(
                child.child_id,
                relation=Relation.AUNT,
                phone=PHONE,
                full_name=None,
                actor_id=actor,
                here=here,
            )
    finally:
        event.remove(db.engine, "before_cursor_execute", broken)


def test_barring_a_contact_releases_its_calls(here: Here, actor: UUID) -> None:
    child = factories.child(here)
    contact = factories.contact(here, child.child_id)
    booking = factories.booking(here, child.child_id, contact_id=contact)

    released = contacts.bar_contact(contact, actor_id=actor, here=here)

    session = reading()
    assert released == 1
    assert session.get_one(Contact, contact).status is ContactStatus.BARRED
    call = session.get_one(Booking, booking)
    assert (call.state, call.is_owed) == (CallState.RELEASED, True)
    noted = session.get_one(BookingEvent, (booking, 2))
    assert noted.by_staff_id == actor
    assert [row.purpose for row in trail(AuditAction.EDIT)] == ["barred"]


def test_who_is_not_there_is_not_found(here: Here, actor: UUID) -> None:
    nobody = uuid4()
    asked = (
        lambda: people.detail(nobody, here=here),
        lambda: people.reveal_phone(nobody, purpose="核对", actor_id=actor, here=here),
        lambda: contacts.approve_contact(nobody, actor_id=actor, here=here),
        lambda: contacts.add_contact(
            nobody,
            relation=Relation.AUNT,
            phone=PHONE,
            full_name="",
            actor_id=actor,
            here=here,
        ),
    )

    for ask in asked:
        with pytest.raises(NotFoundError):
            ask()


def test_what_is_no_number_is_not_stored(here: Here, actor: UUID) -> None:
    child = factories.child(here)

    with pytest.raises(KioskError) as error:
        contacts.add_contact(
            child.child_id,
            relation=Relation.AUNT,
            phone="12345",
            full_name=None,
            actor_id=actor,
            here=here,
        )

    assert error.value.reason is PeopleProblem.WRONG_PHONE


def test_no_number_stands_anywhere_in_the_database(here: Here) -> None:
    child = factories.child(here)
    factories.contact(here, child.child_id, phone=PHONE, full_name="陈建国")
    factories.visit(here, child.child_id)
    assert factories.how_many(Visit) == 1

    data = (here.settings.instance / "kiosk.db").read_bytes()

    assert PHONE.encode() not in data
    assert "陈建国".encode() not in data
    assert vault.masked("5678") not in data.decode("utf-8", "replace")
