"""Where calls are planned a child picks what the plan has left over, once it is out."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from kiosk.db import transaction
from kiosk.errors import KioskError
from kiosk.models.calls import Slot, SlotStatus
from kiosk.rules.call_states import CallRefusal
from kiosk.services import call_settings, calls, week_plans, week_publishing
from kiosk.services.answers import ChildFace
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from tests import factories

MONDAY = date(2026, 11, 23)  # of the week after the clock's Friday
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def staff_id(here: Here) -> UUID:
    return factories.staff(here).staff_id


@pytest.fixture
def planned(here: Here, staff_id: UUID) -> None:
    call_settings.set_up(PlanSettings(), actor_id=staff_id, here=here)


def _only_next_week() -> None:
    with transaction() as session:
        session.execute(
            update(Slot).where(Slot.on_date < MONDAY).values(status=SlotStatus.WITHDRAWN)
        )


def _family(here: Here) -> tuple[UUID, UUID, ChildFace]:
    child = factories.child(here)
    return child.child_id, factories.contact(here, child.child_id), child.face


def _times(family: tuple[UUID, UUID, ChildFace], here: Here) -> list[date]:
    child_id, contact_id, face = family
    calls.who(child_id=child_id, face=face, here=here)
    shown = calls.when(child_id=child_id, contact_id=contact_id, face=face, here=here)
    return [slot.on for slot in shown.slots]


def _book(
    family: tuple[UUID, UUID, ChildFace], slot_id: UUID, here: Here, by_staff_id: UUID | None = None
) -> None:
    child_id, contact_id, face = family
    calls.book(
        child_id=child_id,
        contact_id=contact_id,
        slot_id=slot_id,
        request_id=uuid4(),
        face=face,
        here=here,
        by_staff_id=by_staff_id,
    )


def _reason(act: Callable[[], object]) -> object:
    with pytest.raises(KioskError) as error:
        act()
    return error.value.reason


def test_without_planning_a_child_picks_in_the_next_week_too(here: Here) -> None:
    _only_next_week()

    assert _times(_family(here), here)


@pytest.mark.usefixtures("planned")
def test_the_next_week_is_the_plan_s_until_it_is_out(here: Here, staff_id: UUID) -> None:
    family, other = _family(here), _family(here)
    (slot_id,) = factories.slots(here, on=TUESDAY, places=1)
    _only_next_week()

    before = _reason(lambda: _times(family, here))
    stale = _reason(lambda: _book(family, slot_id, here))
    week_publishing.publish(week_plans.draft(MONDAY, here=here), actor_id=staff_id, here=here)

    assert (before, stale) == (CallRefusal.NO_TIMES, CallRefusal.NO_TIMES)
    planned = _reason(lambda: _book(other, slot_id, here))
    assert planned is CallRefusal.ALREADY_THIS_WEEK
    newcomer = _family(here)
    assert _times(newcomer, here)
    _book(newcomer, slot_id, here)


@pytest.mark.usefixtures("planned")
def test_a_week_that_began_without_a_plan_is_picked_from_as_ever(here: Here) -> None:
    assert set(_times(_family(here), here)) == {here.today}


@pytest.mark.usefixtures("planned")
def test_a_child_with_its_call_is_told_so_while_the_plan_is_not_out(here: Here) -> None:
    family = _family(here)
    _book(family, factories.slots(here, places=1)[0], here)

    assert _reason(lambda: _times(family, here)) is CallRefusal.ALREADY_THIS_WEEK


@pytest.mark.usefixtures("planned")
def test_a_teacher_may_seat_a_child_before_the_plan(here: Here, staff_id: UUID) -> None:
    family = _family(here)
    (slot_id,) = factories.slots(here, on=TUESDAY, places=1)

    _book(family, slot_id, here, by_staff_id=staff_id)

    assert _reason(lambda: _book(family, slot_id, here)) is CallRefusal.NO_TIMES
