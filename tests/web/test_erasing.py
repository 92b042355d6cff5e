"""A child is erased on a page: what goes is said, the PIN is asked for, no address has a name."""

import pytest

from kiosk.db import reading
from kiosk.models.audit import Audit
from kiosk.models.people import Child
from kiosk.rules.staff import Role
from kiosk.services import erased_list
from kiosk.services.here import Here
from tests import factories
from tests.factories import MadeChild
from tests.page import PageClient
from tests.web.staff import sign_in


@pytest.fixture
def child(here: Here) -> MadeChild:
    """Return a child with a contact, and a visit that is over."""
    made = factories.child(here, family_name="慕容", given_name="听雨")
    factories.contact(here, made.child_id)
    factories.visit(here, made.child_id, signed_out_at=here.now)
    return made


def _path(child: MadeChild) -> str:
    return f"/staff/children/{child.child_id}"


def _name(child: MadeChild) -> str:
    session = reading()
    session.rollback()
    return session.get_one(Child, child.child_id).given_name


def test_a_child_is_erased_in_two_steps(page: PageClient, here: Here, child: MadeChild) -> None:
    who = sign_in(page, here)

    told = page.open(_path(child)).follow("Erase this child")
    asked = told.follow("Next step")
    named = _name(child)
    done = asked.press("Erase for good", {"Your PIN, once more": who.pin})

    assert "Erase 慕容听雨?" in told.words
    assert all(words in told.words for words in ("1 contact: name", "1 visit is still counted."))
    assert "Nobody typed its name into a note." in told.words
    assert named == "听雨", "to look at it erases nothing"
    assert "The child is erased." in done.words
    assert _name(child) == "—"
    assert child.child_id in erased_list.read(here.settings.instance)
    last = reading().query(Audit).filter_by(purpose="erasure").one()
    assert last.actor_id == who.staff_id
    assert all("听雨" not in one.path for one in (told, asked, done))


def test_of_an_erased_child_its_page_says_so_and_offers_it_no_more(
    page: PageClient, here: Here, child: MadeChild
) -> None:
    who = sign_in(page, here)
    offered = ("Erase this child", "Book a call", "How the name is read", "Number Name Add")

    before = page.open(_path(child)).words
    page.open(f"{_path(child)}/erase/sure").press(
        "Erase for good", {"Your PIN, once more": who.pin}
    )

    after = page.open(_path(child))

    assert "This child was erased." in after.words
    assert all(words in before for words in offered)
    assert not [words for words in offered if words in after.words]
    assert page.open(f"{_path(child)}/erase").path == _path(child)


def test_a_wrong_pin_erases_nothing(page: PageClient, here: Here, child: MadeChild) -> None:
    sign_in(page, here)

    refused = page.open(f"{_path(child)}/erase/sure").press(
        "Erase for good", {"Your PIN, once more": "999999"}
    )

    assert refused.status == 409
    assert "Erase for good" in refused.words
    assert _name(child) == "听雨"
    assert not erased_list.read(here.settings.instance)


def test_a_child_in_the_room_is_not_erased(page: PageClient, here: Here, child: MadeChild) -> None:
    who = sign_in(page, here)
    asked = page.open(f"{_path(child)}/erase/sure")
    factories.visit(here, child.child_id)

    told = page.open(f"{_path(child)}/erase")
    refused = asked.press("Erase for good", {"Your PIN, once more": who.pin})

    assert "See to this first: The child is in the room." in told.words
    assert "books are out" not in told.words
    assert "Next step" not in told.words
    assert page.open(f"{_path(child)}/erase/sure").path == f"{_path(child)}/erase"
    assert refused.status == 409
    assert _name(child) == "听雨"


def test_what_has_to_be_seen_to_first_is_said(
    page: PageClient, here: Here, child: MadeChild
) -> None:
    sign_in(page, here)
    factories.loan(here, child.child_id, factories.item(here).item_id)
    contact_id = factories.contact(here, child.child_id, phone="19900005678")
    factories.booking(here, child.child_id, contact_id=contact_id)

    told = page.open(f"{_path(child)}/erase").words

    assert "1 book is out. 1 call is to come." in told
    assert "The child is in the room." not in told


def test_a_teacher_on_duty_erases_nobody(page: PageClient, here: Here, child: MadeChild) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    assert "Erase this child" not in page.open(_path(child)).words
    assert page.open(f"{_path(child)}/erase").status == 403
    assert _name(child) == "听雨"
