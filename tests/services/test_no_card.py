"""Without a card: who the pictures say it is waits for the teacher, once, and is signed in once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from kiosk.db import db, reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.audit import Audit
from kiosk.models.no_card import PictureCode, WaitingArrival, WaitOutcome
from kiosk.models.people import Child
from kiosk.models.visits import Visit
from kiosk.rules.badges import Animal, Badge, Cloth
from kiosk.rules.people import PeopleProblem
from kiosk.rules.pictures import Picture
from kiosk.rules.visits import VisitRefusal, VisitState
from kiosk.services import no_card, openings, picture_codes, staff_home, visits, waiting
from kiosk.services.here import Here
from kiosk.services.no_card_answers import (
    Choice,
    PickAnimal,
    PickClass,
    PickCloth,
    PickGrade,
    PickPictures,
    TeacherHelps,
    WaitForTeacher,
)
from kiosk.services.visits import AtTheDoor
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild
from tests.services.test_races import _many

Now = Callable[[], Here]
FIVE = timedelta(minutes=5)


@pytest.fixture
def now(either_app: Flask, clock: FrozenClock) -> Now:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(either_app, clock)


@dataclass(frozen=True)
class Known:
    """A child, its pictures, and a member of staff."""

    child: MadeChild
    pictures: tuple[Picture, ...]
    staff_id: UUID

    @property
    def wrong(self) -> tuple[Picture, ...]:
        return next(one for one in permutations(Picture, 3) if one != self.pictures)


def _known(here: Here, *, is_open: bool = True) -> Known:
    staff_id = factories.staff(here).staff_id
    if is_open:
        factories.open_today(here, staff_id=staff_id)
    child = factories.child(here)
    picture_codes.give(child.child_id, actor_id=staff_id, here=here)
    return Known(child, picture_codes.of(child.child_id), staff_id)


def _ask(
    who: Known,
    here: Here,
    pictures: tuple[Picture, ...] | None = None,
    *,
    request_id: UUID | None = None,
) -> no_card.Answer:
    badge = who.child.face.badge
    choice = Choice(
        class_id=who.child.class_id,
        animal=badge.animal,
        cloth=badge.cloth,
        pictures=who.pictures if pictures is None else pictures,
    )
    return no_card.step(choice, request_id=request_id or uuid4(), here=here)


def _confirm(who: Known, here: Here) -> None:
    ids = [one.waiting_id for one in waiting.now(here=here)]
    waiting.confirm(ids, actor_id=who.staff_id, here=here)


def _outcomes() -> list[WaitOutcome | None]:
    db.session.remove()
    found = reading().scalars(select(WaitingArrival.outcome)).all()
    return sorted(found, key=lambda outcome: outcome is None)  # who still waits is last


def _visits() -> list[Visit]:
    db.session.remove()
    return list(reading().scalars(select(Visit).order_by(Visit.id)))


# Step by step


def test_few_classes_stand_on_one_page_and_many_are_asked_for_by_grade(now: Now) -> None:
    here = now()
    factories.open_today(here)
    for number in range(9):
        factories.child(here, grade=1 + number // 3, class_number=1 + number % 3)
    factories.school_class(here, grade=6)  # nobody is in it

    few = no_card.step(Choice(), request_id=None, here=here)
    factories.child(here, grade=4)
    many = no_card.step(Choice(), request_id=None, here=here)
    of_one = no_card.step(Choice(grade=2), request_id=None, here=here)

    assert isinstance(few, PickClass)
    assert len(few.classes) == 9
    assert many == PickGrade(grades=(1, 2, 3, 4))
    assert isinstance(of_one, PickClass)
    assert [(one.grade, one.number) for one in of_one.classes] == [(2, 1), (2, 2), (2, 3)]


def test_an_animal_that_two_have_is_asked_for_by_its_cloth(now: Now) -> None:
    here = now()
    factories.open_today(here)
    worn = [(Animal.CAT, Cloth.LAKE), (Animal.FOX, Cloth.TARO), (Animal.CAT, Cloth.WHEAT)]
    badges = [Badge(animal=animal, cloth=cloth) for animal, cloth in worn]
    [class_id, *_] = [factories.child(here, badge=badge).class_id for badge in badges]

    animals = no_card.step(Choice(class_id=class_id), request_id=None, here=here)
    cloths = no_card.step(Choice(class_id=class_id, animal=Animal.CAT), request_id=None, here=here)

    assert animals == PickAnimal(
        class_id=class_id, grade=None, animals=((Animal.CAT, None), (Animal.FOX, Cloth.TARO))
    )
    assert cloths == PickCloth(class_id=class_id, badges=(badges[2], badges[0]))


def test_more_animals_than_a_page_holds_come_on_the_next_and_then_again(now: Now) -> None:
    here = now()
    factories.open_today(here)
    badges = [Badge(animal=animal, cloth=Cloth.LAKE) for animal in Animal]
    [class_id, *_] = [factories.child(here, badge=badge).class_id for badge in badges]

    pages = [
        no_card.step(Choice(class_id=class_id, page=page), request_id=None, here=here)
        for page in (0, 1)
    ]

    assert [len(page.animals) for page in pages if isinstance(page, PickAnimal)] == [17, 13]
    assert [page.next_page for page in pages if isinstance(page, PickAnimal)] == [1, 0]


def test_the_right_pictures_lead_to_the_teacher_and_not_into_the_room(now: Now) -> None:
    who = _known(now())

    answer = _ask(who, now())

    assert answer == WaitForTeacher(badge=who.child.face.badge)
    assert (_visits(), _outcomes()) == ([], [None])


def test_nobody_is_found_where_nobody_has_this_badge(now: Now) -> None:
    who = _known(now())
    choice = Choice(class_id=who.child.class_id, animal=Animal.OTTER, cloth=Cloth.TARO)

    with pytest.raises(NotFoundError) as error:
        no_card.step(Choice(class_id=uuid4()), request_id=None, here=now())
    assert error.value.reason is PeopleProblem.UNKNOWN_CHILD
    with pytest.raises(NotFoundError):
        no_card.step(
            Choice(class_id=choice.class_id, animal=Animal.OTTER), request_id=None, here=now()
        )


def test_outside_of_its_hours_the_room_says_when_it_opens(now: Now, clock: FrozenClock) -> None:
    who = _known(now(), is_open=False)
    clock.advance(hours=-8)

    with pytest.raises(RefusedError) as error:
        _ask(who, now())

    assert error.value.reason is VisitRefusal.ROOM_CLOSED
    assert _outcomes() == []


# Other pictures


def test_other_pictures_are_thought_over_and_after_three_the_teacher_helps(
    now: Now, clock: FrozenClock
) -> None:
    who = _known(now())

    said = [type(_ask(who, now(), who.wrong)) for _ in range(3)]
    also_the_right_ones = _ask(who, now())
    clock.advance(minutes=6)
    later = _ask(who, now())

    assert said == [PickPictures, PickPictures, TeacherHelps]
    assert also_the_right_ones == TeacherHelps()
    assert later == WaitForTeacher(badge=who.child.face.badge)


def test_a_try_that_is_sent_again_is_not_a_second_one(now: Now) -> None:
    who, request_id = _known(now()), uuid4()

    answers = [_ask(who, now(), who.wrong, request_id=request_id) for _ in range(5)]

    assert all(isinstance(answer, PickPictures) and answer.is_again for answer in answers)
    assert reading().get_one(PictureCode, who.child.child_id).failures == 1


def test_yesterdays_tries_are_forgotten_and_a_clock_set_back_waits_anew(
    now: Now, clock: FrozenClock
) -> None:
    who = _known(now())
    for _ in range(3):
        _ask(who, now(), who.wrong)

    clock.advance(minutes=-30)
    set_back = _ask(who, now())
    clock.advance(minutes=6)
    after_the_wait = _ask(who, now(), who.wrong)
    clock.advance(days=3)
    openings.open_room(staff_id=who.staff_id, exceptions={}, here=now())
    another_day = _ask(who, now(), who.wrong)

    assert set_back == TeacherHelps()
    assert after_the_wait == TeacherHelps()  # the fourth
    assert isinstance(another_day, PickPictures)


def test_new_pictures_are_given_with_a_row_in_the_audit_and_end_the_wait(now: Now) -> None:
    who = _known(now())
    for _ in range(3):
        _ask(who, now(), who.wrong)

    picture_codes.give(who.child.child_id, actor_id=who.staff_id, here=now())
    fresh = Known(who.child, picture_codes.of(who.child.child_id), who.staff_id)

    assert isinstance(_ask(fresh, now()), WaitForTeacher)
    rows = reading().scalars(select(Audit).where(Audit.fields == "pictures")).all()
    assert [row.subject for row in rows] == [f"child:{who.child.child_id}"] * 2
    with pytest.raises(NotFoundError):
        picture_codes.give(uuid4(), actor_id=who.staff_id, here=now())


def test_who_has_no_pictures_yet_is_given_some_at_the_first_need(now: Now) -> None:
    here = now()
    factories.open_today(here)
    child = factories.child(here)
    who = Known(child, (Picture.SUN, Picture.MOON, Picture.BELL), factories.staff(here).staff_id)
    assert picture_codes.of(child.child_id) == ()

    _ask(who, here)

    assert len(set(picture_codes.of(child.child_id))) == 3


# The teacher's touch


def test_one_touch_signs_all_in_at_the_time_they_asked(now: Now, clock: FrozenClock) -> None:
    here = now()
    first, second = _known(here), _known(here, is_open=False)
    _ask(first, now())
    clock.advance(minutes=2)
    _ask(second, now())
    clock.advance(minutes=3)
    shown = staff_home.look(here=now()).waiting

    _confirm(first, now())
    _confirm(first, now())

    assert [one.asked_at for one in shown] == [here.now, here.now + timedelta(minutes=2)]
    found = {visit.child_id: visit for visit in _visits()}
    assert found[first.child.child_id].signed_in_at == here.now
    assert found[second.child.child_id].signed_in_at == here.now + timedelta(minutes=2)
    assert {visit.state for visit in found.values()} == {VisitState.OPEN}
    assert _outcomes() == [WaitOutcome.ARRIVED] * 2
    assert (waiting.now(here=now()), waiting.count(here=now())) == ((), 0)


def test_who_is_not_here_is_taken_out_and_may_ask_again(now: Now) -> None:
    who = _known(now())
    _ask(who, now())
    [one] = waiting.now(here=now())

    waiting.decline(one.waiting_id, actor_id=who.staff_id, here=now())
    waiting.confirm([one.waiting_id], actor_id=who.staff_id, here=now())
    assert (_outcomes(), _visits()) == ([WaitOutcome.DECLINED], [])
    _ask(who, now())

    assert _outcomes() == [WaitOutcome.DECLINED, None]


def test_once_seen_the_pictures_open_the_own_page_until_the_child_leaves(now: Now) -> None:
    who = _known(now())
    with transaction() as session:
        session.get_one(Child, who.child.child_id).given_name_pinyin = "xiǎo mǎn"
    _ask(who, now())
    _confirm(who, now())

    again = _ask(who, now())
    assert isinstance(again, AtTheDoor)
    visits.leave(child_id=again.child_id, face=again.face, here=now())
    after_leaving = _ask(who, now())

    face = replace(who.child.face, given_name_pinyin="xiǎo mǎn")
    assert (again.child_id, again.face) == (who.child.child_id, face)
    assert isinstance(after_leaving, WaitForTeacher)


def test_who_finds_its_card_meanwhile_waits_no_more(now: Now) -> None:
    who = _known(now())
    _ask(who, now())

    visits.arrive(code=who.child.card_code, request_id=uuid4(), here=now())
    _confirm(who, now())

    [visit] = _visits()
    row = reading().scalars(select(WaitingArrival)).one()
    assert (row.outcome, row.visit_id) == (WaitOutcome.ARRIVED, visit.id)


def test_the_closing_of_the_room_ends_the_waiting(now: Now) -> None:
    who = _known(now())
    _ask(who, now())

    factories.close_room(now())

    assert (_outcomes(), _visits()) == ([WaitOutcome.EXPIRED], [])


@pytest.mark.parametrize("comes_by", ["card", "pictures"])
def test_what_was_asked_on_another_day_is_nobodys_any_more(
    now: Now, clock: FrozenClock, comes_by: str
) -> None:
    who = _known(now())
    _ask(who, now())
    clock.advance(days=3)
    openings.open_room(staff_id=who.staff_id, exceptions={}, here=now())
    assert waiting.now(here=now()) == ()

    if comes_by == "card":
        visits.arrive(code=who.child.card_code, request_id=uuid4(), here=now())
        expected: list[WaitOutcome | None] = [WaitOutcome.EXPIRED]
    else:
        _ask(who, now())
        expected = [WaitOutcome.EXPIRED, None]

    assert _outcomes() == expected


def test_a_visit_left_open_on_another_day_is_swept(now: Now, clock: FrozenClock) -> None:
    who = _known(now())
    visits.arrive(code=who.child.card_code, request_id=uuid4(), here=now())
    clock.advance(days=3)
    with transaction() as session:
        session.execute(
            insert(WaitingArrival).values(
                id=new_id(now().now),
                home_id=now().home_id,
                child_id=who.child.child_id,
                local_day=now().today,
                asked_at=now().now,
                request_id=uuid4(),
            )
        )

    _confirm(who, now())

    assert [visit.state for visit in _visits()] == [VisitState.LEFT_UNCONFIRMED, VisitState.OPEN]


# At one instant


def test_two_screens_at_once_are_one_wait_and_one_visit(now: Now, either_app: Flask) -> None:
    who = _known(now())
    here = now()
    db.session.remove()  # what this thread has read would hold up the writers

    answers = _many(either_app, lambda _: _ask(who, here), workers=8)
    ids = [one.waiting_id for one in waiting.now(here=here)]
    db.session.remove()

    def settle(number: int) -> None:
        if number % 2:
            waiting.confirm(ids, actor_id=who.staff_id, here=here)
        else:
            visits.arrive(code=who.child.card_code, request_id=uuid4(), here=here)

    _many(either_app, settle, workers=8)

    assert {type(one) for one in answers} == {WaitForTeacher}
    assert len(ids) == 1
    assert [visit.state for visit in _visits()] == [VisitState.OPEN]
    assert _outcomes() == [WaitOutcome.ARRIVED]


def test_the_same_touch_sent_a_hundred_times_is_one_wait(now: Now, either_app: Flask) -> None:
    who, request_id, here = _known(now()), uuid4(), now()
    db.session.remove()

    answers = _many(either_app, lambda _: _ask(who, here, request_id=request_id), workers=16)

    assert {type(one) for one in answers} == {WaitForTeacher}
    assert _outcomes() == [None]


def test_the_database_keeps_pictures_and_waiting_whole(now: Now) -> None:
    who = _known(now())
    _ask(who, now())
    [row] = reading().scalars(select(WaitingArrival)).all()
    same = {
        "home_id": row.home_id,
        "child_id": row.child_id,
        "local_day": row.local_day,
        "asked_at": row.asked_at,
    }
    other = factories.child(now())
    code = {"child_id": other.child_id, "given_at": now().now, "failures": 0}

    for table, values in (
        (WaitingArrival, {**same, "id": uuid4(), "request_id": uuid4()}),
        (
            WaitingArrival,
            {
                **same,
                "id": uuid4(),
                "request_id": uuid4(),
                "settled_at": now().now,
                "outcome": WaitOutcome.ARRIVED,
            },
        ),
        (PictureCode, {**code, "first": 1, "second": 1, "third": 2}),
        (PictureCode, {**code, "first": 0, "second": 1, "third": 2}),
    ):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(insert(table).values(**values))
