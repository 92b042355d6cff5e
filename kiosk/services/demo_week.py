"""The demo school's plan: switched on today, and out for the rest of this week."""

import secrets
from typing import Final

from sqlalchemy import select

from kiosk.models.call_plan import CallSetting
from kiosk.models.calls import Slot
from kiosk.rules import call_plan, call_waiting, civil
from kiosk.services import call_settings, week_plan_facts, week_plans, week_publishing
from kiosk.services.demo_world import World

# Today's room is open until late; what is planned there is when a school would.
_UNTIL_MIN: Final = 18 * 60
_AT_LEAST_MIN: Final = 3 * 60
_SOON_MIN: Final = 15


def publish_week(world: World) -> None:
    """Plan what is left of this week for the settled children, and publish it.

    The fresh ones came after it was made, so that whoever tries the demo can pick a time.
    """
    here, secret = world.here, secrets.token_bytes(32)
    usual = call_settings.PlanSettings()
    world.session.add(
        CallSetting(
            home_id=here.home_id,
            drafts_on=usual.drafts_on,
            drafts_from_min=usual.drafts_from_min,
            urgent_cap=usual.urgent_cap,
            lot_secret=secret,
        )
    )
    world.session.flush()  # the plan is stored beside it
    monday, week_key = week_plans.first_day(here.today), civil.week_key(here.today)
    facts = week_plan_facts.read(world.session, monday, here=here)
    fresh = {str(child.child_id) for child in world.fresh}
    unsuitable = _unsuitable(world)
    made = call_plan.plan(
        [one for one in facts.children if one.child_id not in fresh],
        [one for one in facts.places if one.slot_id not in unsuitable],
        seed=call_waiting.week_seed(secret, week_key),
        first_day=monday,
    )
    plan_id = week_plans.store(world.session, made, week_key, here=here)
    week_publishing.publish_in(world.session, plan_id, actor_id=world.staff[-1].staff_id, here=here)


def _unsuitable(world: World) -> set[str]:
    """Return the places of today at which no school would plan a call, and those just now."""
    until = max(_UNTIL_MIN, world.here.minute + _AT_LEAST_MIN)
    found = world.session.scalars(
        select(Slot.id).where(
            Slot.on_date == world.here.today,
            ~Slot.start_min.between(world.here.minute + _SOON_MIN, until - 1),
        )
    )
    return {str(slot_id) for slot_id in found}
