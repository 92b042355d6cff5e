"""A child is erased: who it was is nowhere any more, that somebody came is still counted."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from kiosk.db import Base, db, reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.audit import Audit
from kiosk.models.lending import Hold
from kiosk.models.library import Item
from kiosk.models.people import Card, Contact
from kiosk.rules.call_states import CallState
from kiosk.rules.people import PeopleProblem
from kiosk.services import contacts, erasure, hold_queue, ledgers, people
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild

DAY = timedelta(days=1)


def _child_with_a_life(here: Here) -> MadeChild:
    child = factories.child(here, family_name="慕容", given_name="听雨", initials="mrty")
    came = here.now - DAY
    factories.visit(here, child.child_id, signed_in_at=came, signed_out_at=came)
    item = factories.item(here)
    factories.loan(here, child.child_id, item.item_id, lent_at=came, ended_at=here.now)
    contact = factories.contact(here, child.child_id, phone="19900001234", full_name="慕容山")
    factories.booking(here, child.child_id, contact_id=contact, state=CallState.NO_ANSWER)
    return child


def _everything() -> str:
    db.session.remove()
    return repr([reading().execute(select(table)).all() for table in Base.metadata.sorted_tables])


def test_who_the_child_was_is_in_no_table_any_more(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    child = _child_with_a_life(here)
    assert "听雨" in _everything()
    day = here.today - DAY
    before = ledgers.build("L3", first=day, last=here.today, here=here)
    db.session.remove()

    reached = erasure.erase(child.child_id, actor_id=None, here=here)

    assert (reached.name, reached.visits, reached.loans, reached.calls) == ("慕容听雨", 1, 1, 1)
    found = _everything()
    assert not [word for word in ("听雨", "慕容", "mrty", "1234") if f"'{word}" in found]
    after = ledgers.build("L3", first=day, last=here.today, here=here)
    assert (after.totals, after.rows[0][2]) == (before.totals, "—")
    assert reading().scalars(select(Contact.phone_cipher)).all() == [b""]
    assert reading().scalars(select(Card.revoked_at)).one() == here.now
    assert reading().scalars(select(Audit.purpose).order_by(Audit.n.desc())).first() == "erasure"


def test_a_child_with_a_book_or_in_the_room_is_not_erased(here: Here) -> None:
    reader, guest = factories.child(here), factories.child(here)
    factories.loan(here, reader.child_id, factories.item(here).item_id)
    factories.visit(here, guest.child_id)

    for child in (reader, guest):
        with pytest.raises(RefusedError) as error:
            erasure.erase(child.child_id, actor_id=None, here=here)
        assert error.value.reason is PeopleProblem.STILL_HERE
        assert erasure.preview(child.child_id).name == "陈小满"


def test_the_book_that_lay_ready_for_an_erased_child_is_the_next_ones(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    gone, after_it = factories.child(here), factories.child(here)
    item = factories.item(here)
    title_id = reading().get_one(Item, item.item_id).title_id
    with transaction() as session:
        for child, days in ((gone, 2), (after_it, 1)):
            session.add(
                Hold(
                    id=new_id(here.now),
                    title_id=title_id,
                    child_id=child.child_id,
                    placed_at=here.now - days * DAY,
                    request_id=uuid4(),
                )
            )
        session.flush()
        hold_queue.offer(session, item.item_id, here)

    erasure.erase(gone.child_id, actor_id=None, here=here)

    (hold,) = reading().scalars(select(Hold)).all()
    assert (hold.child_id, hold.item_id) == (after_it.child_id, item.item_id)
    assert hold.pick_up_by is not None


def test_a_contact_of_an_erased_child_has_no_number_to_show_or_to_approve(here: Here) -> None:
    child, teacher = factories.child(here), factories.staff(here)
    contact_id = factories.contact(here, child.child_id)
    erasure.erase(child.child_id, actor_id=None, here=here)
    before = factories.how_many(Audit)

    for ask in (
        partial(people.reveal, purpose="urgent"),
        contacts.approve_contact,
        contacts.bar_contact,
    ):
        with pytest.raises(RefusedError) as error:
            ask(contact_id, actor_id=teacher.staff_id, here=here)
        assert error.value.reason is PeopleProblem.ERASED

    assert factories.how_many(Audit) == before
    assert [one.is_erased for one in people.detail(child.child_id, here=here).contacts] == [True]


def test_a_child_that_nobody_knows_is_not_erased(here: Here) -> None:
    with pytest.raises(NotFoundError):
        erasure.erase(uuid4(), actor_id=None, here=here)
