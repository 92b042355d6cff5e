"""A volunteer who signed on helps; an opening counts by its member of staff alone."""

from datetime import timedelta
from uuid import UUID

import pytest

from kiosk.db import transaction
from kiosk.ids import new_id
from kiosk.models.openings import Duty
from kiosk.rules.demands import Measure
from kiosk.rules.gaps import GapKind
from kiosk.rules.openings import OpeningState
from kiosk.rules.staff import Role
from kiosk.services import (
    compliance,
    gaps,
    ledgers,
    month_report,
    opening_log,
    opening_times,
    rule_sets,
)
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period
from tests import factories


def _held(here: Here, *roles: Role, days_ago: int = 1) -> UUID:
    """Return an opening of so many days ago with these people on duty."""
    at = here.now - timedelta(days=days_ago)
    opening_id = factories.opening(
        here, on=here.today - timedelta(days=days_ago), state=OpeningState.HELD
    )
    named = "老师" * days_ago  # names are given once
    people = [factories.staff(here, display_name=f"{role}{named}", role=role) for role in roles]
    with transaction() as session:
        for one in people:
            session.add(
                Duty(id=new_id(at), opening_id=opening_id, staff_id=one.staff_id, signed_on_at=at)
            )
    return opening_id


@pytest.mark.parametrize(
    ("roles", "names"),
    [
        ([Role.VOLUNTEER], ()),
        ([Role.VOLUNTEER, Role.DUTY_TEACHER], ("duty_teacher老师",)),
    ],
)
def test_a_volunteer_is_not_who_was_on_duty(
    here: Here, roles: list[Role], names: tuple[str, ...]
) -> None:
    _held(here, *roles)
    yesterday = here.today - timedelta(days=1)

    row = opening_log.between(yesterday, yesterday, here=here)[0]
    table = ledgers.build("L1", first=yesterday, last=yesterday, here=here)

    assert row.duty == names
    assert row.counts is bool(names)
    assert table.rows[0][6] == ("、".join(names) or "无")


def test_an_opening_with_a_volunteer_alone_is_asked_about(here: Here) -> None:
    opening_id = _held(here, Role.VOLUNTEER)

    asked = opening_times.to_say(opening_id, here=here)

    names = [one.display_name for one in asked.staff]
    assert "volunteer老师" not in names
    period = Period(first=here.today - timedelta(days=1), last=here.today)
    assert month_report.look(period, here=here).room.on_duty.of == 0


def test_the_gap_list_asks_for_who_was_on_duty_beside_the_volunteer(here: Here) -> None:
    _held(here, Role.VOLUNTEER, days_ago=1)
    _held(here, Role.VOLUNTEER, Role.DUTY_TEACHER, days_ago=2)
    _held(here, Role.DUTY_TEACHER, days_ago=3)

    found = gaps.find(first=here.today - timedelta(days=3), last=here.today, here=here)

    assert [gap.count for gap in found if gap.kind is GapKind.NO_DUTY] == [1]


def test_a_duty_that_is_asked_for_is_kept_by_staff(here: Here) -> None:
    rule_sets.follow("weekly_one", staff_id=factories.staff(here).staff_id, here=here)
    _held(here, Role.VOLUNTEER, days_ago=1)
    _held(here, Role.VOLUNTEER, Role.DUTY_TEACHER, days_ago=2)
    _held(here, Role.DUTY_TEACHER, days_ago=3)

    kept = compliance.kept(here=here)

    assert kept is not None
    asked = Measure.DUTY_EACH_SCHOOL_DAY
    assert [one.held for one in kept.this_week if one.demand.measure is asked] == [2]
