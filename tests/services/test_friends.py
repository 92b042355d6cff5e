"""New friends: a card before a name, and a name that finds the history there."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from kiosk.db import db, reading, transaction
from kiosk.errors import InvalidInputError, KioskError, NotFoundError, RefusedError
from kiosk.models.audit import Audit
from kiosk.models.lending import Hold, LateEntry
from kiosk.models.library import Loan
from kiosk.models.no_card import PictureCode
from kiosk.models.people import Card, Child
from kiosk.models.visits import Visit
from kiosk.rules.badges import Animal, Badge, Cloth
from kiosk.rules.codes import CodeProblem
from kiosk.rules.friends import FriendProblem, badge_in_class
from kiosk.rules.late_entries import LateAction
from kiosk.rules.people import PeopleProblem
from kiosk.rules.relations import Relation
from kiosk.rules.visits import VisitState
from kiosk.services import (
    contacts,
    friends,
    late_entries,
    lending,
    naming,
    no_card,
    people,
    roster,
    staff_home,
    sync,
    visits,
)
from kiosk.services.answers import Arrived, OwnPage
from kiosk.services.friends import FriendCard
from kiosk.services.here import Here
from kiosk.services.lending import Reader
from kiosk.services.naming import Named
from kiosk.services.no_card_answers import Choice, PickClass
from kiosk.services.staff_home import TodoKind
from kiosk.services.visits import AtTheDoor
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.record import oracle
from tests.services.test_races import _many
from tests.services.test_roster import row, write

Now = Callable[[], Here]


@pytest.fixture
def now(either_app: Flask, clock: FrozenClock) -> Now:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(either_app, clock)


@pytest.fixture
def staff_id(now: Now) -> UUID:
    made = factories.staff(now()).staff_id
    factories.open_today(now(), staff_id=made)
    return made


def _cards(here: Here, staff_id: UUID, count: int = 1) -> tuple[FriendCard, ...]:
    friends.make(count, request_id=uuid4(), actor_id=staff_id, here=here)
    return friends.sheet(actor_id=staff_id, here=here)


def _arrive(card: FriendCard | str, here: Here) -> AtTheDoor:
    code = card if isinstance(card, str) else card.code
    return visits.arrive(code=code, request_id=uuid4(), here=here)


def _borrow(came: AtTheDoor, here: Here) -> UUID:
    item = factories.item(here)
    reader = Reader(child_id=came.child_id, face=came.face, lent=())
    lent = lending.borrow(item_id=item.item_id, reader=reader, request_id=uuid4(), here=here)
    return lent.loan.loan_id


def _new(friend_id: UUID, class_id: UUID, staff_id: UUID, here: Here, **name: str) -> Named:
    names = {"family_name": "陈", "given_name": "小满"} | name
    return naming.as_new_child(friend_id, class_id=class_id, actor_id=staff_id, here=here, **names)


def _reason(act: Callable[[], object]) -> object:
    try:
        return act()
    except KioskError as error:
        return error.reason


def _trail() -> list[tuple[str, str]]:
    rows = reading().scalars(select(Audit).where(Audit.purpose == "new friends").order_by(Audit.n))
    return [(row.subject, row.fields) for row in rows]


def _child(child_id: UUID) -> Child:
    reading().rollback()
    return reading().get_one(Child, child_id)


def test_two_taps_make_the_cards_once(now: Now, staff_id: UUID) -> None:
    request_id = uuid4()

    for _ in range(2):
        friends.make(3, request_id=request_id, actor_id=staff_id, here=now())

    pool = friends.pool()
    assert (len(pool.unused), pool.used) == (3, ())
    assert len({one.badge for one in pool.unused}) == 3
    assert _trail() == [("friends", "card x 3")]


def test_two_taps_at_one_instant_make_the_cards_once(
    either_app: Flask, now: Now, staff_id: UUID
) -> None:
    request_id = uuid4()

    _many(
        either_app,
        lambda _: friends.make(4, request_id=request_id, actor_id=staff_id, here=now()),
        workers=4,
    )

    assert len(friends.pool().unused) == 4


def test_there_are_at_most_forty_at_once_and_no_two_alike(now: Now, staff_id: UUID) -> None:
    for count in (0, 41):
        with pytest.raises(InvalidInputError):
            friends.make(count, request_id=uuid4(), actor_id=staff_id, here=now())
    for count in (40, 40, 40, 40, 20):
        friends.make(count, request_id=uuid4(), actor_id=staff_id, here=now())

    with pytest.raises(RefusedError) as error:
        friends.make(1, request_id=uuid4(), actor_id=staff_id, here=now())

    assert error.value.reason is FriendProblem.POOL_FULL
    assert len({one.badge for one in friends.pool().unused}) == 180


def test_a_new_friend_comes_borrows_and_goes_like_everybody_but_without_a_name(
    now: Now, staff_id: UUID, clock: FrozenClock
) -> None:
    (card,) = _cards(now(), staff_id)

    came = _arrive(card, now())
    _borrow(came, now())
    clock.advance(minutes=1)
    again = _arrive(card, now())

    assert isinstance(came.answer, Arrived)
    assert (came.face.given_name, came.face.badge) == ("", card.badge)
    assert isinstance(again.answer, OwnPage)
    assert len(again.answer.loans) == 1
    assert again.answer.may_borrow == now().settings.policy(1).limit - 1
    visits.leave(child_id=came.child_id, face=came.face, here=now())
    (friend,) = friends.pool().used
    assert (friend.visits, friend.books_out, friend.first_on) == (1, 1, now().today)


def test_nobody_counts_a_new_friend_as_a_child_of_the_list(
    now: Now, staff_id: UUID, tmp_path: Path
) -> None:
    listed = factories.child(now(), family_name="陈", given_name="小满")
    (card,) = _cards(now(), staff_id)
    friend_id = _arrive(card, now()).child_id
    friends_class = _child(friend_id).class_id

    assert [one.class_id for one in people.classes()] == [listed.class_id]
    found = people.search("", here=now(), actor_id=staff_id)
    assert [one.child_id for one in found] == [listed.child_id]
    assert people.search("", here=now(), actor_id=staff_id, class_id=friends_class) == ()
    asked = no_card.step(Choice(), request_id=uuid4(), here=now())
    assert isinstance(asked, PickClass)
    assert [one.class_id for one in asked.classes] == [listed.class_id]
    with pytest.raises(NotFoundError):
        no_card.step(Choice(class_id=friends_class), request_id=uuid4(), here=now())
    plan = roster.preview(write(tmp_path, row("陈小满"), row("新朋友", "3.2")), here=now())
    assert (plan.enrolled_before, plan.missing, plan.held) == (1, (), ())
    roster.apply(plan, actor_id=staff_id, here=now())
    assert _child(friend_id).not_in_file_since is None
    assert _child(friend_id).left_on is None


def test_a_new_friend_has_no_number_before_it_has_a_name(now: Now, staff_id: UUID) -> None:
    (card,) = _cards(now(), staff_id)
    friend_id = _arrive(card, now()).child_id

    with pytest.raises(NotFoundError):
        contacts.add_contact(
            friend_id,
            relation=Relation.MOTHER,
            phone="19900001234",
            full_name=None,
            actor_id=staff_id,
            here=now(),
        )


def test_only_a_card_that_nobody_has_used_is_taken_out(now: Now, staff_id: UUID) -> None:
    used, spare = _cards(now(), staff_id, 2)
    friend_id = _arrive(used, now()).child_id
    (unused,) = friends.pool().unused

    friends.take_out(unused.child_id, actor_id=staff_id, here=now())

    with pytest.raises(NotFoundError) as unknown:
        _arrive(spare, now())
    assert unknown.value.reason is CodeProblem.UNKNOWN_CARD
    with pytest.raises(RefusedError) as refused:
        friends.take_out(friend_id, actor_id=staff_id, here=now())
    assert refused.value.reason is FriendProblem.IN_USE
    assert friends.pool().unused == ()
    assert friends.sheet(actor_id=staff_id, here=now()) == ()


def test_the_staff_home_asks_for_a_name_once_the_card_was_used(now: Now, staff_id: UUID) -> None:
    first, _ = _cards(now(), staff_id, 2)
    assert TodoKind.NEW_FRIEND not in [one.kind for one in staff_home.look(here=now()).todo]

    came = _arrive(first, now())

    reading().rollback()
    (asked,) = (one for one in staff_home.look(here=now()).todo if one.kind == "new_friend")
    assert asked.count == 1
    _new(came.child_id, factories.school_class(now()), staff_id, now())
    reading().rollback()
    assert TodoKind.NEW_FRIEND not in [one.kind for one in staff_home.look(here=now()).todo]


def test_a_new_child_keeps_card_animal_visits_and_books(
    now: Now, staff_id: UUID, clock: FrozenClock
) -> None:
    class_id = factories.school_class(now(), grade=4)
    (card,) = _cards(now(), staff_id)
    came = _arrive(card, now())
    loan_id = _borrow(came, now())
    first_day = now().today
    factories.close_room(now())
    clock.advance(days=1)

    named = _new(came.child_id, class_id, staff_id, now())

    child = _child(came.child_id)
    assert named == Named(child_id=came.child_id, card_fits=True)
    assert (child.family_name, child.given_name, child.initials) == ("陈", "小满", "cxm")
    assert (child.class_id, child.enrolled_on) == (class_id, first_day)
    assert reading().get_one(Loan, loan_id).class_id == class_id
    assert reading().get(PictureCode, came.child_id) is not None
    factories.open_today(now())
    greeted = _arrive(card, now())
    assert (greeted.face.given_name, greeted.face.badge) == ("小满", card.badge)
    assert greeted.child_id == came.child_id
    assert friends.pool().used == ()
    assert _trail()[-1] == (f"child:{came.child_id}", "named as a new child")


def test_a_new_child_keeps_its_animal_where_its_cloth_is_taken(now: Now, staff_id: UUID) -> None:
    (card,) = _cards(now(), staff_id)
    worn = factories.child(now(), badge=card.badge)
    came = _arrive(card, now())

    named = _new(came.child_id, worn.class_id, staff_id, now())

    child = _child(came.child_id)
    assert not named.card_fits
    assert child.animal is card.badge.animal
    assert child.cloth is not card.badge.cloth


def test_an_animal_that_a_class_has_on_every_cloth_is_not_kept() -> None:
    own = Badge(animal=Animal.DEER, cloth=Cloth.LAKE)
    deer = [Badge(animal=Animal.DEER, cloth=cloth) for cloth in Cloth]

    assert badge_in_class(own, in_class=deer, in_school=deer) is None
    assert badge_in_class(own, in_class=[], in_school=deer) == own
    assert badge_in_class(own, in_class=[own], in_school=deer[:-1]) == deer[-1]


@pytest.mark.parametrize("name", [{"family_name": " "}, {"given_name": ""}])
def test_a_name_has_two_parts(now: Now, staff_id: UUID, name: dict[str, str]) -> None:
    came = _arrive(_cards(now(), staff_id)[0], now())

    with pytest.raises(InvalidInputError) as error:
        _new(came.child_id, factories.school_class(now()), staff_id, now(), **name)

    assert error.value.reason is FriendProblem.NAME_MISSING


def test_a_new_child_does_not_stay_with_the_new_friends(now: Now, staff_id: UUID) -> None:
    came = _arrive(_cards(now(), staff_id)[0], now())

    with pytest.raises(NotFoundError):
        _new(came.child_id, _child(came.child_id).class_id, staff_id, now())


def test_what_a_new_friend_waits_for_and_the_paper_book_become_the_listed_child_s(
    now: Now, staff_id: UUID
) -> None:
    here, listed = now(), factories.child(now(), grade=5)
    came = _arrive(_cards(here, staff_id)[0], here)
    item, both, one = (factories.item(here) for _ in range(3))
    loan_id = _borrow(came, here)
    waits = [(came.child_id, both), (listed.child_id, both), (came.child_id, one)]
    with transaction() as session:
        session.add_all(
            Hold(
                id=uuid4(),
                child_id=who,
                title_id=what.title_id,
                placed_at=here.now,
                request_id=uuid4(),
            )
            for who, what in waits
        )
    line = late_entries.NewLine(
        action=LateAction.LEND, item=item.code, child_id=came.child_id, on=here.today, minute=1
    )
    late_entries.enter(line, request_id=uuid4(), staff_id=staff_id, here=here)

    naming.as_listed_child(came.child_id, listed.child_id, actor_id=staff_id, here=now())

    loans = {loan.id: loan for loan in reading().scalars(select(Loan))}
    assert {(loan.child_id, loan.class_id) for loan in loans.values()} == {
        (listed.child_id, listed.class_id)
    }
    assert loan_id in loans
    assert len(loans) == 2
    assert set(reading().scalars(select(LateEntry.child_id))) == {listed.child_id}
    waiting = reading().scalars(select(Hold).where(Hold.ended_at.is_(None))).all()
    assert sorted((hold.child_id, hold.title_id) for hold in waiting) == sorted(
        (listed.child_id, one_of.title_id) for one_of in (both, one)
    )


def test_what_a_new_friend_did_becomes_the_listed_child_s(
    now: Now, staff_id: UUID, clock: FrozenClock
) -> None:
    listed = factories.child(now(), given_name="一诺")
    (card,) = _cards(now(), staff_id)
    came = _arrive(card, now())
    loan_id = _borrow(came, now())
    visits.leave(child_id=came.child_id, face=came.face, here=now())
    clock.advance(minutes=1)

    named = naming.as_listed_child(came.child_id, listed.child_id, actor_id=staff_id, here=now())

    assert named == Named(child_id=listed.child_id, card_fits=False)
    assert reading().get_one(Loan, loan_id).child_id == listed.child_id
    assert set(reading().scalars(select(Visit.child_id))) == {listed.child_id}
    assert _child(came.child_id).left_on == now().today
    clock.advance(minutes=1)
    greeted = _arrive(card, now())
    assert (greeted.child_id, greeted.face.given_name) == (listed.child_id, "一诺")
    assert greeted.face.badge == listed.face.badge
    with pytest.raises(NotFoundError) as old:
        _arrive(listed.card_code, now())
    assert old.value.reason is CodeProblem.OLD_CARD
    assert _trail()[-1] == (f"child:{came.child_id}", f"is child:{listed.child_id}")


@pytest.mark.parametrize("friend_first", [True, False])
def test_who_is_here_twice_stays_since_the_earlier_arrival(
    now: Now, staff_id: UUID, clock: FrozenClock, *, friend_first: bool
) -> None:
    listed = factories.child(now())
    (card,) = _cards(now(), staff_id)
    order = [card.code, listed.card_code] if friend_first else [listed.card_code, card.code]
    began = now().now
    for code in order:
        _arrive(code, now())
        clock.advance(minutes=5)
    (friend,) = friends.pool().used

    naming.as_listed_child(friend.child_id, listed.child_id, actor_id=staff_id, here=now())

    rows = reading().scalars(select(Visit).order_by(Visit.signed_in_at)).all()
    assert [one.state for one in rows] == [VisitState.OPEN, VisitState.LEFT_UNCONFIRMED]
    assert [one.child_id for one in rows] == [listed.child_id] * 2
    assert (rows[0].signed_in_at, rows[1].signed_out_at) == (began, None)


def test_an_open_visit_of_another_day_does_not_hide_today_s(
    now: Now, staff_id: UUID, clock: FrozenClock
) -> None:
    listed = factories.child(now())
    factories.visit(now(), listed.child_id, signed_in_at=now().now - timedelta(days=2))
    came = _arrive(_cards(now(), staff_id)[0], now())
    clock.advance(minutes=1)

    naming.as_listed_child(came.child_id, listed.child_id, actor_id=staff_id, here=now())

    rows = reading().scalars(select(Visit).order_by(Visit.signed_in_at)).all()
    assert [one.state for one in rows] == [VisitState.LEFT_UNCONFIRMED, VisitState.OPEN]


def test_a_number_and_its_calls_stay_with_one_child(now: Now, staff_id: UUID) -> None:
    listed = factories.child(now())
    came = _arrive(_cards(now(), staff_id)[0], now())
    factories.booking(now(), came.child_id)

    with pytest.raises(RefusedError) as error:
        naming.as_listed_child(came.child_id, listed.child_id, actor_id=staff_id, here=now())

    assert error.value.reason is FriendProblem.HAS_NUMBERS
    assert _child(came.child_id).left_on is None
    assert reading().scalars(select(Visit.child_id)).all() == [came.child_id]
    _arrive(listed.card_code, now())


def test_nobody_becomes_a_child_who_has_left_or_another_new_friend(
    now: Now, staff_id: UUID
) -> None:
    gone = factories.child(now(), left_on=now().today).child_id
    one, other = (_arrive(card, now()).child_id for card in _cards(now(), staff_id, 2))

    for wrong in (gone, other, one, uuid4()):
        with pytest.raises(NotFoundError) as error:
            naming.as_listed_child(one, wrong, actor_id=staff_id, here=now())
        assert error.value.reason is PeopleProblem.UNKNOWN_CHILD


def test_of_four_who_name_at_once_one_does_and_the_others_are_told(
    either_app: Flask, now: Now, staff_id: UUID
) -> None:
    here, listed = now(), factories.child(now())
    came = _arrive(_cards(here, staff_id)[0], here)

    def give(number: int) -> object:
        if number % 2:
            return _reason(lambda: _new(came.child_id, listed.class_id, staff_id, here))
        return _reason(
            lambda: naming.as_listed_child(
                came.child_id, listed.child_id, actor_id=staff_id, here=here
            )
        )

    outcomes = _many(either_app, give, workers=4)

    assert outcomes.count(FriendProblem.ALREADY_NAMED) == 3
    assert sum(isinstance(one, Named) for one in outcomes) == 1
    valid = select(Card.child_id).where(Card.revoked_at.is_(None), Card.child_id.is_not(None))
    assert len(set(reading().scalars(valid))) == len(reading().scalars(valid).all())


def test_the_record_has_it_all_before_and_after_the_name(now: Now, staff_id: UUID) -> None:
    listed = factories.child(now())
    one, other = (_arrive(card, now()) for card in _cards(now(), staff_id, 2))
    _borrow(one, now())
    record = now().settings.instance / "record"

    def received() -> bool:
        sync.sync_target(None, here=now())
        return oracle.of_folder(record) == oracle.of_room(db.engine)

    assert received()
    _new(other.child_id, factories.school_class(now(), grade=5), staff_id, now())
    naming.as_listed_child(one.child_id, listed.child_id, actor_id=staff_id, here=now())
    assert sync.waiting(now().settings) > 0
    assert received()


def test_a_revoked_card_of_a_new_friend_is_answered_as_old(now: Now, staff_id: UUID) -> None:
    (card,) = _cards(now(), staff_id)
    came = _arrive(card, now())
    with transaction() as session:
        session.execute(
            update(Card).where(Card.child_id == came.child_id).values(revoked_at=now().now)
        )

    with pytest.raises(NotFoundError) as error:
        _arrive(card, now())

    assert error.value.reason is CodeProblem.OLD_CARD
