"""What the database itself promises of the rota, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from kiosk.db import db, reading, transaction, violated
from kiosk.ids import new_id
from kiosk.models.duty import DutyEvent, PlannedDuty
from kiosk.models.openings import Opening
from kiosk.rules.duty import DutyState
from kiosk.rules.staff import Role
from kiosk.services import (
    duty_changes,
    duty_facts,
    duty_own,
    opening_plan,
)
from kiosk.services.duty_facts import RotaRow
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

Now = Callable[[], Here]
FRIDAY = date(2026, 11, 20)  # the day of the tests, 16:40; the plan has 16:30-18:00
MONDAY = FRIDAY + timedelta(days=3)


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    return here_in(either_app, clock)


@pytest.fixture
def office(here: Here) -> UUID:
    return _teacher(here, "刘老师", Role.ADMINISTRATOR)


def _teacher(here: Here, name: str, role: Role = Role.DUTY_TEACHER) -> UUID:
    return factories.staff(here, display_name=name, role=role).staff_id


def _opening_on(here: Here, on: date = MONDAY) -> UUID:
    db.session.remove()
    return (
        reading()
        .scalars(select(Opening.id).where(Opening.home_id == here.home_id, Opening.on_date == on))
        .one()
    )


def _row(here: Here, on: date = MONDAY) -> RotaRow:
    opening_id = _opening_on(here, on)
    row = duty_facts.one(reading(), opening_id, here=here)
    assert row is not None
    return row


def _put(here: Here, office: UUID, staff_id: UUID, on: date = MONDAY) -> UUID:
    """Put somebody on the rota and return the duty."""
    duty_changes.add(_opening_on(here, on), staff_id, actor_id=office, here=here)
    return next(one.duty_id for one in _row(here, on).duties if one.staff_id == staff_id)


def test_who_looks_for_a_stand_in_stays_responsible_until_another_accepts(
    here: Here, office: UUID
) -> None:
    wang, chen = _teacher(here, "王老师"), _teacher(here, "陈老师")
    duty_id = _put(here, office, wang)

    duty_changes.say(duty_id, DutyState.SEEKING, actor_id=wang, is_office=False, here=here)

    row = _row(here)
    assert (row.missing, [one.is_responsible for one in row.duties]) == (0, [True])
    assert [one.duty.name for one in duty_own.of(chen, here=here).sought] == ["王老师"]
    assert duty_own.of(wang, here=here).sought == ()

    duty_changes.accept(duty_id, staff_id=chen, here=here)

    row = _row(here)
    assert [(one.name, one.instead_of) for one in row.duties] == [("陈老师", "王老师")]
    assert [one.name for one in row.replaced] == ["王老师"]
    assert duty_own.of(wang, here=here).mine == ()
    assert len(duty_own.of(chen, here=here).mine) == 1


def test_the_database_itself_refuses_a_second_row_of_one_person(here: Here, office: UUID) -> None:
    _put(here, office, office)
    opening_id = _opening_on(here)

    with pytest.raises(IntegrityError) as error, transaction() as session:
        session.execute(
            insert(PlannedDuty).values(
                id=new_id(here.now),
                opening_id=opening_id,
                staff_id=office,
                state=DutyState.PLANNED,
                state_since=here.now,
            )
        )

    assert violated(error.value) == "uq_planned_duty_person"


def test_the_database_refuses_a_stand_in_of_another_opening(here: Here, office: UUID) -> None:
    duty_id = _put(here, office, office)
    tuesday = _opening_on(here, MONDAY + timedelta(days=1))

    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(
            insert(PlannedDuty).values(
                id=new_id(here.now),
                opening_id=tuesday,
                staff_id=office,
                state=DutyState.CONFIRMED,
                state_since=here.now,
                replaces_id=duty_id,
            )
        )


def test_the_database_refuses_an_excuse_without_a_reason(here: Here, office: UUID) -> None:
    duty_id = _put(here, office, office)

    with pytest.raises(IntegrityError), transaction() as session:
        session.get_one(PlannedDuty, duty_id).state = DutyState.EXCUSED


def test_an_opening_that_is_taken_out_of_the_plan_takes_its_rota_along(
    here: Here, office: UUID
) -> None:
    wang = _teacher(here, "王老师")
    duty_id = _put(here, office, wang)
    duty_changes.give_to(duty_id, office, actor_id=office, here=here)
    opening_id = _opening_on(here)

    with transaction() as session:
        opening = session.get_one(Opening, opening_id)
        opening_plan.take_back(session, opening, staff_id=office, here=here)

    assert reading().get(Opening, opening_id) is None
    assert factories.how_many(PlannedDuty) == factories.how_many(DutyEvent) == 0
