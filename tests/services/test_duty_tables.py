"""What the database itself promises of the rota, on SQLite and on PostgreSQL."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError

from kiosk.db import db, reading, transaction, violated
from kiosk.ids import new_id
from kiosk.models.duty import DutyEvent, PlannedDuty
from kiosk.models.openings import Opening
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.duty import DutyReason, DutyRefusal, DutyState
from kiosk.rules.openings import OpeningState
from kiosk.rules.staff import Role
from kiosk.services import (
    duty_changes,
    duty_facts,
    duty_own,
    duty_plan,
    opening_plan,
)
from kiosk.services.duty_facts import RotaRow
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.services.test_races import _many, _outcome

Now = Callable[[], Here]
FRIDAY = date(2026, 11, 20)  # the day of the tests, 16:40; the plan has 16:30-18:00
MONDAY = FRIDAY + timedelta(days=3)
WORKERS = 8


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


def _take_back(opening_id: UUID, office: UUID, here: Here) -> Opening | None:
    with transaction() as session:
        opening_plan.take_back(
            session,
            session.get_one(Opening, opening_id),
            reason=ClosureReason.HOLIDAY,
            staff_id=office,
            here=here,
        )
    return reading().get(Opening, opening_id)


def test_an_opening_that_is_taken_out_of_the_plan_takes_its_proposal_along(
    here: Here, office: UUID
) -> None:
    duty_plan.propose(MONDAY, MONDAY, actor_id=office, here=here)
    proposed = factories.how_many(PlannedDuty)

    left = _take_back(_opening_on(here), office, here)

    assert (proposed, left) == (1, None)
    assert factories.how_many(PlannedDuty) == factories.how_many(DutyEvent) == 0


def test_who_has_only_said_not_to_come_keeps_no_opening(here: Here, office: UUID) -> None:
    duty_plan.propose(MONDAY, MONDAY, actor_id=office, here=here)
    (duty_id,) = reading().scalars(select(PlannedDuty.id))
    duty_changes.say(
        duty_id,
        DutyState.EXCUSED,
        reason=DutyReason.ILL,
        actor_id=office,
        is_office=True,
        here=here,
    )

    assert _take_back(_opening_on(here), office, here) is None


def test_an_opening_that_somebody_has_promised_to_come_to_is_cancelled_and_kept(
    here: Here, office: UUID
) -> None:
    wang = _teacher(here, "王老师")
    duty_id = _put(here, office, wang)
    duty_changes.give_to(duty_id, office, actor_id=office, here=here)

    left = _take_back(_opening_on(here), office, here)

    assert left is not None
    assert (left.state, left.reason) == (OpeningState.CANCELLED, ClosureReason.HOLIDAY)
    assert left.rule_id is None, "the pattern may plan the day anew"
    assert factories.how_many(PlannedDuty) == 2
    assert factories.how_many(DutyEvent) == 3


def _sought(here: Here, office: UUID) -> tuple[UUID, list[UUID]]:
    """Return a duty for which somebody is sought, and eight who would take it."""
    wang = _teacher(here, "王老师")
    duty_id = _put(here, office, wang)
    duty_changes.say(duty_id, DutyState.SEEKING, actor_id=wang, is_office=False, here=here)
    return duty_id, [_teacher(here, f"第{number}位") for number in range(WORKERS)]


def test_of_eight_who_accept_at_one_instant_one_has_the_duty(
    here: Here, office: UUID, either_app: Flask
) -> None:
    duty_id, willing = _sought(here, office)

    def accept(number: int) -> object:
        return _outcome(lambda: duty_changes.accept(duty_id, staff_id=willing[number], here=here))

    said = Counter(_many(either_app, accept, workers=WORKERS))

    assert said == {None: 1, DutyRefusal.CHANGED: WORKERS - 1}
    states = Counter(reading().scalars(select(PlannedDuty.state)).all())
    assert states == {DutyState.REPLACED: 1, DutyState.CONFIRMED: 1}


@pytest.mark.parametrize("is_guarded", [True, False])
def test_only_the_index_keeps_two_who_look_before_they_accept_from_both_standing_in(
    postgres_app: Flask, clock: FrozenClock, *, is_guarded: bool
) -> None:
    here = here_in(postgres_app, clock)
    duty_id, willing = _sought(here, _teacher(here, "刘老师", Role.ADMINISTRATOR))
    opening_id = _opening_on(here)
    if not is_guarded:
        with db.engine.begin() as connection:
            connection.execute(text("DROP INDEX uq_planned_duty_replaces"))
    together = threading.Barrier(WORKERS)
    engine = create_engine(db.engine.url, pool_size=WORKERS)

    def naive(staff_id: UUID) -> str:
        with engine.connect() as connection:
            is_sought = select(PlannedDuty.state).where(PlannedDuty.id == duty_id)
            assert connection.scalar(is_sought) is DutyState.SEEKING
            together.wait(timeout=30)  # each has looked, nobody has accepted
            try:
                connection.execute(
                    insert(PlannedDuty).values(
                        id=new_id(here.now),
                        opening_id=opening_id,
                        staff_id=staff_id,
                        state=DutyState.CONFIRMED,
                        state_since=here.now,
                        replaces_id=duty_id,
                    )
                )
                connection.commit()
            except IntegrityError as error:
                return violated(error) or "refused"
        return "stood in"

    with ThreadPoolExecutor(WORKERS) as pool:
        said = Counter(pool.map(naive, willing))
    engine.dispose()

    if is_guarded:
        assert said == {"stood in": 1, "uq_planned_duty_replaces": WORKERS - 1}
    else:
        assert said == {"stood in": WORKERS}, "without the index the naive way must fail"
