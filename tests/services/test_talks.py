"""Talks: one open request for a child, seen by the adult it asked for and by nobody else."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from kiosk.db import db, reading, transaction
from kiosk.ids import new_id
from kiosk.models.people import Child, Staff
from kiosk.models.talks import TalkOffer, TalkRequest
from kiosk.rules.badges import Cloth
from kiosk.rules.staff import Role
from kiosk.rules.talks import TalkStanding, kept_since, may_be_asked_for
from kiosk.services import erasure, openings, staff_home, talks
from kiosk.services.here import Here
from kiosk.services.staff_home import TodoKind
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild

DAY = timedelta(days=1)


@pytest.fixture
def child(here: Here) -> MadeChild:
    return factories.child(here, given_name="浩然")


@pytest.fixture
def wang(here: Here) -> UUID:
    return _adult(here, "王老师", Cloth.LAKE)


@pytest.fixture
def li(here: Here) -> UUID:
    return _adult(here, "李老师", Cloth.WHEAT)


def _adult(here: Here, name: str, cloth: Cloth, role: Role = Role.DUTY_TEACHER) -> UUID:
    staff_id = factories.staff(here, display_name=name, role=role).staff_id
    talks.offer(cloth, staff_id=staff_id, here=here)
    return staff_id


def _requests() -> list[tuple[UUID, bool]]:
    """Return who was asked for and whether it is still to come; what is over first."""
    db.session.remove()
    rows = reading().scalars(select(TalkRequest))
    return sorted(
        ((one.staff_id, one.talked_on is None) for one in rows), key=lambda one: (one[1], one[0])
    )


def _standing(child: MadeChild) -> TalkStanding:
    db.session.remove()
    return talks.for_child(child_id=child.child_id, face=child.face).talk


def _waiting(staff_id: UUID, here: Here) -> list[str]:
    db.session.remove()
    return [one.given_name for one in talks.own(staff_id, here=here).waiting]


def _after_closing(staff_id: UUID, here: Here) -> list[tuple[UUID, bool]]:
    factories.open_today(here)
    openings.close_room(is_tidy=True, are_told=False, staff_id=staff_id, here=here)
    return _requests()


def _talk(staff_id: UUID, here: Here) -> None:
    (one,) = talks.own(staff_id, here=here).waiting
    talks.talked(one.request_id, staff_id=staff_id, here=here)


def test_nobody_is_shown_before_somebody_offers(here: Here, child: MadeChild) -> None:
    factories.staff(here)

    assert _standing(child) is TalkStanding.NOBODY
    assert talks.pick(face=child.face) is None


def test_a_child_finds_each_adult_on_a_cloth(child: MadeChild, wang: UUID, li: UUID) -> None:
    found = talks.pick(face=child.face)

    assert found is not None
    assert {one.staff_id: one.cloth for one in found.adults} == {wang: Cloth.LAKE, li: Cloth.WHEAT}


def test_a_child_has_one_open_request(here: Here, child: MadeChild, wang: UUID, li: UUID) -> None:
    first = talks.ask(wang, child_id=child.child_id, here=here)
    second = talks.ask(li, child_id=child.child_id, here=here)

    assert (first, second) == (True, True)
    assert _requests() == [(wang, True)]
    assert _standing(child) is TalkStanding.ASKED


def test_the_table_itself_keeps_to_one_open_request(
    here: Here, child: MadeChild, wang: UUID
) -> None:
    talks.ask(wang, child_id=child.child_id, here=here)

    with pytest.raises(IntegrityError), transaction() as session:
        session.add(
            TalkRequest(
                id=new_id(here.now), child_id=child.child_id, staff_id=wang, asked_on=here.today
            )
        )


def test_a_talk_is_a_day_and_then_the_child_may_ask_again(
    here: Here, child: MadeChild, wang: UUID, li: UUID
) -> None:
    talks.ask(wang, child_id=child.child_id, here=here)

    _talk(wang, here)

    db.session.remove()
    (told,) = talks.own(wang, here=here).talked
    assert told.talked_on == here.today
    assert _standing(child) is TalkStanding.MAY_ASK
    assert talks.ask(li, child_id=child.child_id, here=here)
    assert _requests() == [(wang, False), (li, True)]


def test_only_who_was_asked_for_sees_and_ticks_it(
    here: Here, child: MadeChild, wang: UUID, li: UUID
) -> None:
    talks.ask(wang, child_id=child.child_id, here=here)
    (one,) = talks.own(wang, here=here).waiting

    talks.talked(one.request_id, staff_id=li, here=here)

    assert (_waiting(wang, here), _waiting(li, here)) == (["浩然"], [])


def test_the_staff_home_tells_the_one_adult_how_many(
    here: Here, child: MadeChild, wang: UUID, li: UUID
) -> None:
    talks.ask(wang, child_id=child.child_id, here=here)

    def told(staff_id: UUID | None) -> list[int]:
        db.session.remove()
        todo = staff_home.look(here=here, staff_id=staff_id).todo
        return [one.count for one in todo if one.kind is TodoKind.TALK]

    assert (told(wang), told(li), told(None)) == ([1], [], [])


def test_who_offers_no_longer_is_not_asked_and_talks_with_who_has_asked(
    here: Here, child: MadeChild, wang: UUID
) -> None:
    other = factories.child(here)
    talks.ask(wang, child_id=child.child_id, here=here)

    talks.offer(None, staff_id=wang, here=here)

    assert not talks.ask(wang, child_id=other.child_id, here=here)
    assert _waiting(wang, here) == ["浩然"]


def test_two_adults_cannot_have_one_cloth(here: Here, wang: UUID, li: UUID) -> None:
    assert not talks.offer(Cloth.LAKE, staff_id=li, here=here)
    assert talks.offer(Cloth.TARO, staff_id=li, here=here)

    db.session.remove()
    assert Cloth.LAKE not in talks.own(li, here=here).free
    assert talks.own(wang, here=here).cloth is Cloth.LAKE


@pytest.mark.parametrize("role", Role)
def test_a_helper_is_not_asked_for(here: Here, child: MadeChild, role: Role) -> None:
    adult = _adult(here, "甲", Cloth.TARO, role)

    assert may_be_asked_for(role) is (role is not Role.VOLUNTEER)
    assert (factories.how_many(TalkOffer) == 1) is may_be_asked_for(role)
    assert talks.ask(adult, child_id=child.child_id, here=here) is may_be_asked_for(role)


def test_who_becomes_a_helper_is_shown_no_more(child: MadeChild, wang: UUID) -> None:
    with transaction() as session:
        session.execute(update(Staff).where(Staff.id == wang).values(role=Role.VOLUNTEER))

    assert _standing(child) is TalkStanding.NOBODY


def test_a_talk_is_forgotten_after_ninety_days(
    app: Flask, clock: FrozenClock, child: MadeChild
) -> None:
    here = here_in(app, clock)
    wang = _adult(here, "王老师", Cloth.LAKE)
    talks.ask(wang, child_id=child.child_id, here=here)
    _talk(wang, here)

    clock.advance(days=90)
    kept = _after_closing(wang, here_in(app, clock))
    clock.advance(days=1)
    gone = _after_closing(wang, here_in(app, clock))

    assert kept_since(here.today) == here.today - DAY * 90
    assert (kept, gone) == ([(wang, False)], [])


def test_an_adult_who_has_left_keeps_no_child_waiting(
    here: Here, child: MadeChild, wang: UUID, li: UUID
) -> None:
    talks.ask(wang, child_id=child.child_id, here=here)
    with transaction() as session:
        session.execute(update(Staff).where(Staff.id == wang).values(left_on=here.today))

    assert _standing(child) is TalkStanding.MAY_ASK
    assert talks.ask(li, child_id=child.child_id, here=here)
    assert _requests() == [(li, True)]
    assert factories.how_many(TalkOffer) == 1


def test_a_child_that_has_left_is_no_longer_waited_for(
    here: Here, child: MadeChild, wang: UUID
) -> None:
    talks.ask(wang, child_id=child.child_id, here=here)
    with transaction() as session:
        session.execute(update(Child).where(Child.id == child.child_id).values(left_on=here.today))

    assert talks.waiting_count(reading(), wang) == 0
    assert _waiting(wang, here) == []


def test_an_erasure_reaches_what_was_asked(here: Here, child: MadeChild, wang: UUID) -> None:
    talks.ask(wang, child_id=child.child_id, here=here)

    erasure.erase(child.child_id, actor_id=None, here=here)

    assert _requests() == []


def test_nothing_of_it_is_captured_for_the_record(here: Here, child: MadeChild, wang: UUID) -> None:
    talks.ask(wang, child_id=child.child_id, here=here)
    with db.engine.connect() as connection:
        tables = set(connection.execute(text("SELECT DISTINCT tbl FROM sync_change")).scalars())

    assert "child" in tables
    assert not {one for one in tables if one.startswith("talk")}
