"""Checks of records and days away: the proposal keeps to them, and the rota shows who does not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.ids import new_id
from kiosk.models.audit import Audit
from kiosk.models.duty import DutyAbsence, DutyVetting
from kiosk.models.openings import Opening
from kiosk.models.people import Staff
from kiosk.rules.duty import DutyReason, DutyRefusal
from kiosk.rules.duty_fitness import Away, Unfit, Vetting
from kiosk.rules.staff import Role
from kiosk.services import (
    duty_changes,
    duty_opening,
    duty_own,
    duty_people,
    duty_plan,
    duty_settings,
)
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 23)  # the tests live on the Friday before


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    return here_in(either_app, clock)


@pytest.fixture
def office(here: Here) -> UUID:
    return _person(here, "刘老师", Role.ADMINISTRATOR)


def _person(here: Here, name: str, role: Role = Role.DUTY_TEACHER) -> UUID:
    return factories.staff(here, display_name=name, role=role).staff_id


def _check(staff_id: UUID, office: UUID, here: Here, *, until: date, since: int = 0) -> None:
    duty_people.check(
        staff_id,
        checked_on=here.today - DAY * since,
        valid_until=until,
        actor_id=office,
        here=here,
    )


def _away(staff_id: UUID, first: date, last: date, office: UUID, here: Here) -> None:
    days = Away(staff_id=staff_id, first_day=first, last_day=last)
    duty_people.is_away(staff_id, days, DutyReason.LEAVE, actor_id=office, here=here)


def _monday() -> UUID:
    return reading().scalars(select(Opening.id).where(Opening.on_date == MONDAY)).one()


def _proposed(here: Here, office: UUID) -> set[UUID]:
    made = duty_plan.propose(MONDAY, MONDAY, actor_id=office, here=here)
    return {one.staff_id for one in made}


def test_who_is_away_is_proposed_for_the_days_before_and_after_only(
    here: Here, office: UUID
) -> None:
    wang = _person(here, "王老师")
    _away(office, MONDAY, MONDAY, office, here)

    made = duty_plan.propose(MONDAY, MONDAY + DAY * 2, actor_id=office, here=here)

    days = dict(reading().execute(select(Opening.id, Opening.on_date)).all())
    of_monday = {one.staff_id for one in made if days[one.opening_id] == MONDAY}
    assert of_monday == {wang}
    assert office in {one.staff_id for one in made}


def test_whose_check_has_run_out_by_then_is_not_proposed(here: Here, office: UUID) -> None:
    wang = _person(here, "王老师")
    _check(office, office, here, until=MONDAY - DAY)

    assert _proposed(here, office) == {wang}


def test_a_helper_without_a_check_is_not_proposed_and_with_one_is(here: Here, office: UUID) -> None:
    aunt = _person(here, "李阿姨", Role.VOLUNTEER)
    two = replace(duty_settings.settings(here=here), min_adults=2)
    duty_settings.set_up(two, actor_id=office, here=here)
    before = duty_opening.look(_monday(), here=here).unfit
    without = _proposed(here, office)

    _check(aunt, office, here, until=MONDAY + DAY * 90)

    assert before == {aunt: Unfit.NOT_CHECKED}
    assert without == {office}
    assert _proposed(here, office) == {aunt}


def test_who_is_put_on_by_hand_all_the_same_is_shown_so(here: Here, office: UUID) -> None:
    wang = _person(here, "王老师")
    _away(wang, MONDAY, MONDAY, office, here)

    duty_changes.add(_monday(), wang, actor_id=office, here=here)

    (one,) = duty_opening.look(_monday(), here=here).row.duties
    assert (one.staff_id, one.unfit) == (wang, Unfit.AWAY)


def test_days_away_are_taken_out_again(here: Here, office: UUID) -> None:
    _away(office, MONDAY, MONDAY, office, here)
    (person,) = duty_people.listing(here=here)

    for _ in range(2):  # a second tap changes nothing
        duty_people.is_back(person.away[0].absence_id, actor_id=office, here=here)

    assert _proposed(here, office) == {office}


def test_the_same_days_are_noted_once_with_the_last_reason(here: Here, office: UUID) -> None:
    days = Away(staff_id=office, first_day=MONDAY, last_day=MONDAY)

    for reason in (DutyReason.LEAVE, DutyReason.MEETING):
        duty_people.is_away(office, days, reason, actor_id=office, here=here)

    (person,) = duty_people.listing(here=here)
    assert [one.reason for one in person.away] == [DutyReason.MEETING]


def test_a_check_that_runs_out_is_told_at_home_thirty_days_before(here: Here, office: UUID) -> None:
    wang, chen = _person(here, "王老师"), _person(here, "陈老师")
    _check(wang, office, here, until=here.today + DAY * 30)
    _check(chen, office, here, until=here.today + DAY * 31)

    told = duty_own.at_home(office, here=here).unchecked

    assert [(one.name, one.vetting) for one in told] == [("王老师", Vetting.RUNS_OUT)]


def test_a_check_that_is_made_again_stands_in_the_place_of_the_old_one(
    here: Here, office: UUID
) -> None:
    _check(office, office, here, until=here.today, since=300)

    _check(office, office, here, until=here.today + DAY * 300)

    assert duty_people.unchecked(here=here) == ()
    assert factories.how_many(DutyVetting) == 1


REFUSED: list[Callable[[UUID, Here], None]] = [
    lambda office, here: _check(office, office, here, until=here.today + DAY * 400),
    lambda office, here: _check(office, office, here, until=here.today - DAY),
]


@pytest.mark.parametrize("act", REFUSED)
def test_what_is_no_check_is_not_noted(
    here: Here, office: UUID, act: Callable[[UUID, Here], None]
) -> None:
    with pytest.raises(InvalidInputError) as error:
        act(office, here)

    assert error.value.reason is DutyRefusal.NO_CHECK
    assert factories.how_many(DutyVetting) == 0


@pytest.mark.parametrize(("first", "last"), [(-2, -1), (3, 2)])
def test_days_that_are_over_or_none_are_not_noted(
    here: Here, office: UUID, first: int, last: int
) -> None:
    with pytest.raises(InvalidInputError) as error:
        _away(office, here.today + DAY * first, here.today + DAY * last, office, here)

    assert error.value.reason is DutyRefusal.NO_DAYS


def test_nothing_is_noted_of_who_has_left(here: Here, office: UUID) -> None:
    wang = _person(here, "王老师")
    with transaction() as session:
        session.execute(update(Staff).where(Staff.id == wang).values(left_on=here.today))

    with pytest.raises(NotFoundError):
        _check(wang, office, here, until=here.today)
    with pytest.raises(NotFoundError):
        _away(wang, here.today, here.today, office, here)


def test_the_audit_says_what_was_noted_without_a_name(here: Here, office: UUID) -> None:
    wang = _person(here, "王老师")
    _check(wang, office, here, until=here.today)
    _away(wang, MONDAY, MONDAY, office, here)

    rows = reading().scalars(select(Audit).where(Audit.purpose == "duty").order_by(Audit.n)).all()

    assert [row.fields for row in rows] == [
        f"checked until {here.today}",
        f"away {MONDAY}..{MONDAY}",
    ]
    assert all("王" not in f"{row.subject} {row.fields}" for row in rows)


def test_the_database_refuses_days_that_end_before_they_begin(here: Here, office: UUID) -> None:
    said = {"noted_by_id": office, "noted_at": here.now, "staff_id": office}

    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(
            insert(DutyVetting).values(checked_on=MONDAY, valid_until=MONDAY - DAY, **said)
        )
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(
            insert(DutyAbsence).values(
                id=new_id(here.now),
                first_day=MONDAY,
                last_day=MONDAY - DAY,
                reason=DutyReason.ILL,
                **said,
            )
        )
