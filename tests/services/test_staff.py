from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError
from flask import Flask
from sqlalchemy import select, update

from kiosk.db import db, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.people import Card, Staff, Throttle
from kiosk.rules.codes import CodeKind, CodeProblem, compose
from kiosk.rules.staff import Role, StaffRefusal, pin_problem
from kiosk.services import pins, staff, staff_sessions
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeStaff

Now = Callable[[], Here]
WRONG = "246801"


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Now:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(app, clock)


def _sign_in(person: MadeStaff, pin: str, here: Here) -> str:
    return staff.sign_in(staff_id=person.staff_id, pin=pin, here=here)


def _refused(act: Callable[[], object]) -> object:
    with pytest.raises((RefusedError, NotFoundError, InvalidInputError)) as error:
        act()
    return error.value.reason


def _acts() -> list[tuple[AuditAction, str]]:
    db.session.remove()
    rows = reading().scalars(select(Audit).order_by(Audit.n))
    return [(row.action, row.fields) for row in rows]


def _failures(person: MadeStaff) -> int:
    db.session.remove()
    throttle = reading().get(Throttle, person.staff_id)
    return 0 if throttle is None else throttle.failures


# Card and PIN


def test_a_new_person_has_a_card_and_a_pin_for_one_time(here: Here) -> None:
    made = staff.add(display_name=" 王老师 ", role=Role.LIBRARIAN, here=here, actor_id=None)

    person = reading().get_one(Staff, made.staff_id)
    assert (person.display_name, person.role, person.pin_is_one_time) == (
        "王老师",
        Role.LIBRARIAN,
        True,
    )
    assert staff.find_by_card(made.card_code, here=here) == made.staff_id
    token = staff.sign_in(staff_id=made.staff_id, pin=made.one_time_pin, here=here)
    member = staff_sessions.member_of(token, here=here)
    assert member is not None
    assert member.must_choose_pin


def test_a_person_without_a_name_is_not_added(here: Here) -> None:
    refused = _refused(
        partial(staff.add, display_name=" ", role=Role.VOLUNTEER, here=here, actor_id=None)
    )

    assert refused is StaffRefusal.NAME_MISSING
    assert factories.how_many(Staff) == 0


def test_a_name_is_given_to_one_person_at_a_time(here: Here) -> None:
    first = factories.staff(here, display_name="李老师")
    again = partial(
        staff.add, display_name=" 李老师 ", role=Role.VOLUNTEER, here=here, actor_id=None
    )

    assert _refused(again) is StaffRefusal.NAME_TAKEN
    assert factories.how_many(Card) == 1
    with transaction() as session:
        session.get_one(Staff, first.staff_id).left_on = here.today
    assert again().staff_id != first.staff_id


def test_neither_pin_nor_code_stands_in_the_database(here: Here) -> None:
    made = staff.add(display_name="王老师", role=Role.VOLUNTEER, here=here, actor_id=None)
    db.session.remove()
    path = db.engine.url.database
    assert path is not None

    with open(path, "rb") as file:  # noqa: PTH123 - the bytes as they lie on the disk
        stored = file.read()

    assert made.card_code.encode() not in stored
    assert made.one_time_pin.encode() not in stored
    assert "王老师".encode() in stored, "what should be found is found"


def test_the_right_pin_signs_in_and_is_noted(here: Here) -> None:
    teacher = factories.staff(here)

    token = _sign_in(teacher, teacher.pin, here)

    member = staff_sessions.member_of(token, here=here)
    assert member is not None
    assert (member.staff_id, member.display_name, member.role) == (
        teacher.staff_id,
        "王老师",
        Role.DUTY_TEACHER,
    )
    assert not member.must_choose_pin
    assert _acts() == [(AuditAction.LOGIN, "")]


@pytest.mark.parametrize("pin", [WRONG, "", "135790 ", "１３５７９０", "0" * 5000])
def test_a_wrong_pin_is_refused_and_noted(here: Here, pin: str) -> None:
    teacher = factories.staff(here)

    assert _refused(partial(_sign_in, teacher, pin, here)) is StaffRefusal.WRONG_PIN

    assert _acts() == [(AuditAction.LOGIN_FAILED, "")]
    assert _failures(teacher) == 1


def test_the_pin_of_another_person_or_pepper_does_not_open(here: Here) -> None:
    wang, li = factories.staff(here), factories.staff(here, pin="864209")
    keys = replace(here.settings.keys, pin=bytes(range(32)))
    elsewhere = replace(here, settings=replace(here.settings, keys=keys))

    assert _refused(partial(_sign_in, wang, li.pin, here)) is StaffRefusal.WRONG_PIN
    assert _refused(partial(_sign_in, wang, wang.pin, elsewhere)) is StaffRefusal.WRONG_PIN


def test_who_has_left_or_never_was_does_not_sign_in(here: Here) -> None:
    teacher = factories.staff(here)
    with transaction() as session:
        session.execute(update(Staff).values(left_on=date(2026, 9, 1)))

    assert _refused(partial(_sign_in, teacher, teacher.pin, here)) is StaffRefusal.SCAN_CARD_FIRST
    card = partial(staff.find_by_card, teacher.card_code, here=here)
    assert _refused(card) is CodeProblem.UNKNOWN_CARD
    nobody = replace(teacher, staff_id=uuid4())
    assert _refused(partial(_sign_in, nobody, teacher.pin, here)) is StaffRefusal.SCAN_CARD_FIRST


def test_a_new_card_ends_the_old_one(here: Here) -> None:
    teacher = factories.staff(here)
    with transaction() as session:
        fresh = staff.issue_card(session, staff_id=teacher.staff_id, here=here)

    assert staff.find_by_card(fresh, here=here) == teacher.staff_id
    old = partial(staff.find_by_card, teacher.card_code, here=here)
    assert _refused(old) is CodeProblem.OLD_CARD
    unknown = partial(staff.find_by_card, compose(CodeKind.STAFF, "0" * 10), here=here)
    assert _refused(unknown) is CodeProblem.UNKNOWN_CARD


# Choosing and losing a PIN


def test_a_chosen_pin_replaces_the_one_for_one_time(here: Here) -> None:
    teacher = factories.staff(here, pin_is_one_time=True)

    staff.choose_pin(staff_id=teacher.staff_id, pin="864209", here=here)

    assert _refused(partial(_sign_in, teacher, teacher.pin, here)) is StaffRefusal.WRONG_PIN
    token = _sign_in(teacher, "864209", here)
    member = staff_sessions.member_of(token, here=here)
    assert member is not None
    assert not member.must_choose_pin
    assert (AuditAction.STAFF, "pin") in _acts()


def test_an_open_session_alone_sets_no_new_pin(here: Here) -> None:
    teacher = factories.staff(here)
    token = _sign_in(teacher, teacher.pin, here)
    choose = partial(
        staff.choose_pin,
        staff_id=teacher.staff_id,
        pin="864209",
        present=WRONG,
        token=token,
        here=here,
    )

    refused = [_refused(choose) for _ in range(6)]

    assert refused == [StaffRefusal.WRONG_PIN] * 5 + [StaffRefusal.PLEASE_WAIT]
    assert _failures(teacher) == 5
    assert _acts().count((AuditAction.LOGIN_FAILED, "")) == 5


def test_a_new_pin_ends_the_persons_other_sessions(here: Here) -> None:
    teacher, other = factories.staff(here), factories.staff(here)
    elsewhere, mine = (_sign_in(teacher, teacher.pin, here) for _ in range(2))
    others = _sign_in(other, other.pin, here)

    staff.choose_pin(
        staff_id=teacher.staff_id, pin="864209", present=teacher.pin, token=mine, here=here
    )

    assert staff_sessions.member_of(elsewhere, here=here) is None
    assert staff_sessions.member_of(mine, here=here) is not None
    assert staff_sessions.member_of(others, here=here) is not None
    assert isinstance(_sign_in(teacher, "864209", here), str)


@pytest.mark.parametrize("pin", ["111111", "123456", "12345", "", "abcdef"])
def test_a_trivial_pin_is_not_chosen(here: Here, pin: str) -> None:
    teacher = factories.staff(here)

    refused = _refused(partial(staff.choose_pin, staff_id=teacher.staff_id, pin=pin, here=here))

    assert refused is StaffRefusal.TRIVIAL_PIN
    assert isinstance(_sign_in(teacher, teacher.pin, here), str)


def test_a_fresh_pin_is_never_trivial() -> None:
    fresh = [pins.fresh() for _ in range(300)]

    assert [pin for pin in fresh if pin_problem(pin) is not None] == []
    assert len(set(fresh)) > 250


def test_a_reset_gives_a_new_card_and_pin_and_ends_what_was_open(here: Here) -> None:
    teacher = factories.staff(here, display_name="李老师")
    token = _sign_in(teacher, teacher.pin, here)
    for _ in range(5):
        _refused(partial(_sign_in, teacher, WRONG, here))

    made = staff.reset_pin(display_name=" 李老师 ", here=here)

    assert made.staff_id == teacher.staff_id
    assert staff_sessions.member_of(token, here=here) is None
    old = partial(staff.find_by_card, teacher.card_code, here=here)
    assert _refused(old) is CodeProblem.OLD_CARD
    assert isinstance(staff.sign_in(staff_id=made.staff_id, pin=made.one_time_pin, here=here), str)
    assert (AuditAction.STAFF, "pin,card") in _acts()


def test_a_name_that_nobody_has_resets_nothing(here: Here) -> None:
    factories.staff(here, display_name="李老师")

    refused = _refused(partial(staff.reset_pin, display_name="王老师", here=here))

    assert refused is StaffRefusal.NAME_UNKNOWN
    assert factories.how_many(Card) == 1


# Patience


def _wait(act: Callable[[], object]) -> int:
    with pytest.raises(RefusedError) as error:
        act()
    assert error.value.reason is StaffRefusal.PLEASE_WAIT
    seconds = error.value.values["seconds"]
    assert isinstance(seconds, int)
    return seconds


def test_after_five_wrong_pins_the_pad_waits_and_another_card_still_works(
    now: Now, clock: FrozenClock
) -> None:
    wang, li = factories.staff(now()), factories.staff(now())
    for _ in range(5):
        assert _refused(partial(_sign_in, wang, WRONG, now())) is StaffRefusal.WRONG_PIN

    assert _wait(partial(_sign_in, wang, wang.pin, now())) == 31
    assert isinstance(_sign_in(li, li.pin, now()), str)
    clock.advance(seconds=29)
    assert _wait(partial(_sign_in, wang, wang.pin, now())) == 2
    clock.advance(seconds=1)
    assert isinstance(_sign_in(wang, wang.pin, now()), str)
    assert _failures(wang) == 0


def test_waiting_is_no_try(now: Now) -> None:
    teacher = factories.staff(now())
    for _ in range(5):
        _refused(partial(_sign_in, teacher, WRONG, now()))

    for _ in range(20):
        _wait(partial(_sign_in, teacher, WRONG, now()))

    assert _failures(teacher) == 5


@pytest.mark.parametrize("days", [-0.01, -1, -5000])
def test_a_clock_set_back_neither_shortens_the_wait_nor_stretches_it(
    now: Now, clock: FrozenClock, days: float
) -> None:
    teacher = factories.staff(now())
    for _ in range(5):
        _refused(partial(_sign_in, teacher, WRONG, now()))
    clock.advance(days=days)

    assert _wait(partial(_sign_in, teacher, teacher.pin, now())) == 31
    clock.advance(seconds=29)
    assert _wait(partial(_sign_in, teacher, teacher.pin, now())) == 2
    clock.advance(seconds=2)
    assert isinstance(_sign_in(teacher, teacher.pin, now()), str)


def test_a_day_of_guessing_with_fifty_restarts_reaches_the_hash_a_few_times(
    now: Now, clock: FrozenClock
) -> None:
    teacher = factories.staff(now())
    with transaction() as session:
        # A hash that is quick to try: what is counted is how often it is tried.
        session.execute(update(Staff).values(pin_hash=_quick_hash(now())))
    tries = 8 * 3600 // 12
    reached = 0

    for turn in range(tries):
        clock.advance(seconds=12)
        if turn % (tries // 50) == 0:
            db.session.remove()
            db.engine.dispose()
        if turn % 400 == 399:
            clock.advance(minutes=-30)
        reached += _refused(partial(_sign_in, teacher, WRONG, now())) is StaffRefusal.WRONG_PIN

    assert 5 < reached <= 45
    assert _failures(teacher) == reached


def _quick_hash(here: Here) -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(here.settings.keys.pin)


def test_a_kill_during_the_check_costs_a_try_and_never_gives_one(here: Here) -> None:
    teacher = factories.staff(here)
    with transaction() as session:
        session.execute(update(Staff).values(pin_hash="no hash at all"))

    with pytest.raises(InvalidHashError):
        _sign_in(teacher, teacher.pin, here)

    assert _failures(teacher) == 1


def test_the_throttle_is_the_same_on_both_databases(either_app: Flask, clock: FrozenClock) -> None:
    teacher = factories.staff(here_in(either_app, clock))
    for _ in range(5):
        _refused(partial(_sign_in, teacher, WRONG, here_in(either_app, clock)))

    assert _wait(partial(_sign_in, teacher, teacher.pin, here_in(either_app, clock))) == 31
    clock.advance(seconds=30)
    token = _sign_in(teacher, teacher.pin, here_in(either_app, clock))
    member = staff_sessions.member_of(token, here=here_in(either_app, clock))
    assert member is not None
