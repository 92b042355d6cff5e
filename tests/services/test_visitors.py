"""Visitors are noted while the room is open, and gone when it is closed."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask

from kiosk.db import db
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.audit import Audit
from kiosk.models.duty import Visitor
from kiosk.rules.visitors import VisitorProblem, VisitPurpose
from kiosk.services import duty_paper, visitors
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    return here_in(either_app, clock)


@pytest.fixture
def teacher(here: Here) -> UUID:
    return factories.staff(here).staff_id


def _come(here: Here, teacher: UUID, **other: object) -> None:
    given = {
        "name": "周同学",
        "organisation": "师范学院",
        "purpose": VisitPurpose.READING,
        "people": 3,
        "request_id": uuid4(),
    } | other
    visitors.come(staff_id=teacher, here=here, **given)  # type: ignore[arg-type]  # given by name


def test_a_visitor_comes_and_goes(
    here: Here, teacher: UUID, either_app: Flask, clock: FrozenClock
) -> None:
    factories.open_today(here)
    _come(here, teacher)
    (one,) = visitors.recent(here=here, most=9)
    clock.advance(minutes=50)
    later = here_in(either_app, clock)

    visitors.leave(one.visitor_id, staff_id=teacher, here=later)
    visitors.leave(one.visitor_id, staff_id=teacher, here=later)

    (gone,) = visitors.recent(here=later, most=9)
    assert (one.is_here, gone.is_here) == (True, False)
    assert gone.left_at == gone.gone_at == here.now + timedelta(minutes=50)


def test_a_second_tap_notes_nobody(here: Here, teacher: UUID) -> None:
    factories.open_today(here)
    request_id = uuid4()

    for _ in range(2):
        _come(here, teacher, request_id=request_id)

    assert factories.how_many(Visitor) == 1


def test_who_does_not_sign_out_goes_with_the_closing(
    here: Here, teacher: UUID, either_app: Flask, clock: FrozenClock
) -> None:
    factories.open_today(here)
    _come(here, teacher)
    clock.advance(minutes=80)
    later = here_in(either_app, clock)
    factories.close_room(later)

    (gone,) = visitors.recent(here=later, most=9)

    assert (gone.is_here, gone.left_at, gone.gone_at) == (False, None, later.now)
    with pytest.raises(RefusedError) as error:
        visitors.leave(gone.visitor_id, staff_id=teacher, here=later)
    assert error.value.reason is VisitorProblem.ROOM_CLOSED


def test_nobody_is_noted_in_a_closed_room(here: Here, teacher: UUID) -> None:
    with pytest.raises(RefusedError) as error:
        _come(here, teacher)

    assert error.value.reason is VisitorProblem.ROOM_CLOSED


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"name": " "}, VisitorProblem.NAME_MISSING),
        ({"organisation": ""}, VisitorProblem.ORGANISATION_MISSING),
        ({"people": 0}, VisitorProblem.TOO_MANY),
        ({"people": 100}, VisitorProblem.TOO_MANY),
    ],
)
def test_what_is_missing_is_asked_for(
    here: Here, teacher: UUID, wrong: dict[str, object], problem: VisitorProblem
) -> None:
    factories.open_today(here)

    with pytest.raises(InvalidInputError) as error:
        _come(here, teacher, **wrong)

    assert error.value.reason is problem
    assert factories.how_many(Visitor) == 0


def test_nobody_unknown_leaves(here: Here, teacher: UUID) -> None:
    with pytest.raises(NotFoundError):
        visitors.leave(uuid4(), staff_id=teacher, here=here)


def test_visitors_stand_in_the_duty_log_and_not_in_the_audit(here: Here, teacher: UUID) -> None:
    factories.open_today(here, staff_id=teacher)
    _come(here, teacher)

    table = duty_paper.log(here.today, here.today, actor_id=teacher, here=here)

    assert "来访3人（师范学院，陪读）" in str(table.rows[0][6])
    db.session.remove()
    said = [row.subject + row.fields + row.purpose for row in db.session.query(Audit)]
    assert not [line for line in said if "周" in line or "师范" in line]
