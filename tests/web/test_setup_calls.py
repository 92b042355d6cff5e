"""How calls are planned, and what the telephones can honestly do."""

from datetime import date

import pytest
from sqlalchemy import select

from kiosk.db import reading, transaction
from kiosk.models.call_plan import CallSetting
from kiosk.models.calls import Slot, SlotStatus
from kiosk.rules.staff import Role
from kiosk.services import call_settings
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

SETUP = "/staff/setup/calls"
NEXT_MONDAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def administrator(page: PageClient, here: Here) -> None:
    sign_in(page, here)


def _save(page: PageClient, **form: str) -> Page:
    values = {"drafts_on": "4", "drafts_from": "18:00", "urgent_cap": "3"}
    return page.submit(SETUP, {"csrf_token": token(page.open(SETUP)), **values, **form})


def test_the_planning_is_switched_on_and_changed(page: PageClient, here: Here) -> None:
    before = page.open(SETUP)
    switched_on = before.press("Switch the planning on")
    secret = reading().scalars(select(CallSetting.lot_secret)).one()

    changed = _save(page, drafts_on="5", drafts_from="07:30", urgent_cap="0")

    assert "Now children pick their times" in before.words
    assert "From now on the kiosk plans the calls." in switched_on.words
    assert "Switch the planning on" not in changed.words
    assert call_settings.settings(here=here) == PlanSettings(
        drafts_on=5, drafts_from_min=450, urgent_cap=0
    )
    assert reading().scalars(select(CallSetting.lot_secret)).one() == secret


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"drafts_on": "8"}, "Choose a day of the week"),
        ({"drafts_on": "x"}, "Choose a day of the week"),
        ({"drafts_from": "25:00"}, "Choose a day of the week"),
        ({"drafts_from": ""}, "Choose a day of the week"),
        ({"urgent_cap": "21"}, "from 0 to 20 urgent calls"),
        ({"urgent_cap": "-1"}, "from 0 to 20 urgent calls"),
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(
    page: PageClient, here: Here, form: dict[str, str], said: str
) -> None:
    refused = _save(page, **form)

    assert refused.status == 422
    assert said in refused.words
    assert call_settings.settings(here=here) is None


def test_only_what_can_be_kept_is_promised(page: PageClient, here: Here) -> None:
    for _ in range(3):
        factories.contact(here, factories.child(here).child_id)

    enough = page.open(SETUP).words
    with transaction() as session:
        for slot in session.scalars(select(Slot).where(Slot.on_date >= NEXT_MONDAY)).all()[2:]:
            slot.status = SlotStatus.WITHDRAWN
    scarce = page.open(SETUP).words

    assert "Every child can have a call a week." in enough
    assert "A round takes 11 days" in scarce
    assert "A call a week for everybody cannot be promised." in scarce
    assert "helps most" in scarce or "help most" in scarce
    assert "Every child would have its turn every" in scarce  # nobody is worse off than the others
    assert "Those who wait longest" not in scarce


def test_who_cannot_be_reached_is_counted_and_not_named(page: PageClient, here: Here) -> None:
    factories.child(here, given_name="子涵")
    factories.contact(here, factories.child(here).child_id)

    shown = page.open(SETUP).words

    assert "Every child that can be reached can have a call a week." in shown
    assert "1 child cannot be planned at all" in shown
    assert "子涵" not in shown


def test_a_teacher_does_not_change_the_planning(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    assert page.open(SETUP).status == 403
