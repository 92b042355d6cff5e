"""The week's plan on staff pages: drafted by itself, looked at, published, proven."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from kiosk.db import reading, transaction
from kiosk.models.call_plan import PlanSeat, WeekPlan
from kiosk.models.calls import Booking, Slot, SlotStatus
from kiosk.models.people import Child
from kiosk.rules.call_states import CallState
from kiosk.rules.call_wishes import PlanState
from kiosk.rules.staff import Role
from kiosk.services import call_settings, week_pages, week_plans, week_publishing
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

WEEK = "/staff/calls/week"
MONDAY = date(2026, 11, 23)  # of the week after the clock's Friday


@pytest.fixture(autouse=True)
def teacher(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)


@pytest.fixture
def planned(here: Here) -> None:
    call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)


def _families(here: Here, *names: str, class_number: int = 1) -> list[UUID]:
    found = []
    for name in names:
        child = factories.child(here, given_name=name, class_number=class_number)
        factories.contact(here, child.child_id)
        found.append(child.child_id)
    return found


def _only_places(count: int) -> None:
    """Leave so many places of the next week."""
    with transaction() as session:
        ids = session.scalars(
            select(Slot.id).where(Slot.on_date >= MONDAY).order_by(Slot.on_date, Slot.start_min)
        ).all()
        session.execute(
            update(Slot).where(Slot.id.in_(ids[count:])).values(status=SlotStatus.WITHDRAWN)
        )


def _plans() -> list[PlanState]:
    session = reading()
    session.rollback()
    return list(session.scalars(select(WeekPlan.state).order_by(WeekPlan.id)))


def _post(page: PageClient, action: str, **form: str) -> Page:
    return page.submit(f"{WEEK}/{action}", {"csrf_token": token(page.open(WEEK)), **form})


@pytest.mark.usefixtures("planned")
def test_whoever_opens_the_page_after_thursday_finds_the_draft(
    page: PageClient, here: Here
) -> None:
    _families(here, "小满", "浩然")

    shown = page.open(WEEK)

    assert "Draft: no child sees it" in shown.words
    assert "2 of 2 children have a place." in shown.words
    assert "has never had a call" in shown.words
    assert _plans() == [PlanState.DRAFT]
    assert reading().scalars(select(Booking)).all() == []


def test_before_the_time_has_come_the_page_says_when_it_will(page: PageClient, here: Here) -> None:
    late = PlanSettings(drafts_on=6, drafts_from_min=600)
    call_settings.set_up(late, actor_id=factories.staff(here).staff_id, here=here)

    shown = page.open(f"{WEEK}?on={MONDAY}")

    assert "It is made by itself on Saturday from 10:00 on." in shown.words
    assert _plans() == []
    drafted = shown.press("Draft it now")
    assert "Draft: no child sees it" in drafted.words


def test_a_room_without_planning_says_so_and_drafts_nothing(page: PageClient) -> None:
    shown = page.open(WEEK)

    refused = _post(page, "draft", on=str(MONDAY))

    assert "Here children pick their times." in shown.words
    assert refused.status == 409
    assert "Switch the planning on first." in refused.words
    assert _plans() == []


@pytest.mark.usefixtures("planned")
def test_one_touch_publishes_and_says_how_many(page: PageClient, here: Here) -> None:
    _families(here, "小满", "浩然")

    out = page.open(WEEK).press("Publish 2 calls")

    assert "From now on each child is told its own time." in out.words
    assert "Published by duty_teacher老师" in out.words
    assert "Make it anew" not in out.words
    assert _plans() == [PlanState.PUBLISHED]
    assert len(reading().scalars(select(Booking)).all()) == 2


@pytest.mark.usefixtures("planned")
def test_publishing_twice_books_nothing_twice(page: PageClient, here: Here) -> None:
    _families(here, "小满")
    page.open(WEEK)
    plan_id = str(reading().scalars(select(WeekPlan.id)).one())

    for _ in range(2):
        assert _post(page, "publish", on=str(MONDAY), plan_id=plan_id).status == 200

    assert len(reading().scalars(select(Booking)).all()) == 1


@pytest.mark.usefixtures("planned")
def test_a_place_that_somebody_took_meanwhile_is_said(page: PageClient, here: Here) -> None:
    _families(here, "小满")
    drafted = page.open(WEEK)
    slot_id = reading().scalars(select(PlanSeat.slot_id)).one()
    quick = factories.child(here, given_name="浩然").child_id
    factories.booking(here, quick, slot_id=slot_id)

    out = drafted.press("Publish 1 call")

    assert "1 place was taken meanwhile." in out.words


@pytest.mark.usefixtures("planned")
def test_a_draft_that_is_made_anew_says_what_changed(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    _families(here, "小满")
    drafted = page.open(WEEK)

    clock.advance(seconds=1)
    same = drafted.press("Make it anew")
    _families(here, "浩然")
    clock.advance(seconds=1)
    more = same.press("Make it anew")

    assert "It is the same as the draft before" in same.words
    assert "1 have a place now, 0 have none any more" in more.words
    assert _plans() == [PlanState.REPLACED, PlanState.REPLACED, PlanState.DRAFT]


@pytest.mark.usefixtures("planned")
def test_who_has_no_place_reads_why_and_can_be_looked_for(page: PageClient, here: Here) -> None:
    _only_places(1)
    waiting, _ = _families(here, "小满", "浩然")
    with transaction() as session:
        session.get_one(Child, waiting).enrolled_on = here.today - timedelta(days=30)
    nobody = factories.child(here, given_name="子涵", class_number=2)

    shown = page.open(f"{WEEK}?without=1")

    assert "All places went to those who waited longer" in shown.words
    assert "Nobody can be rung" in shown.words
    assert "小满" not in shown.words
    of_class = page.open(f"{WEEK}?without=1&class_id={nobody.class_id}")
    assert "子涵" in of_class.words
    assert "浩然" not in of_class.words


@pytest.mark.usefixtures("planned")
def test_a_call_that_repair_moved_is_shown_where_it_is_now(page: PageClient, here: Here) -> None:
    (child_id,) = _families(here, "小满")
    page.open(WEEK).press("Publish 1 call")
    moved_to = factories.slots(here, on=MONDAY + timedelta(days=2), from_min=1200, places=1)[0]
    with transaction() as session:
        old = session.scalars(select(Booking)).one()
        old.state = CallState.RELEASED
        old_id, contact_id = old.id, old.contact_id
    new_id = factories.booking(here, child_id, contact_id=contact_id, slot_id=moved_to)
    with transaction() as session:
        new = session.get_one(Booking, new_id)
        new.replaces_id, new.booked_at = old_id, here.now + timedelta(minutes=1)

    shown = page.open(f"{WEEK}?on={MONDAY}")

    assert "moved to Wednesday 20:00" in shown.words


@pytest.mark.usefixtures("planned")
def test_a_plan_is_made_again_and_comes_to_the_same_before_and_after_it_is_out(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    _families(here, "小满", "浩然", "子涵")
    drafted = page.open(WEEK)
    assert "comes to the same, child by child" in drafted.follow("Run it again").words
    clock.advance(minutes=1)
    out = drafted.press("Publish 3 calls")

    again = out.follow("Run it again")

    assert "comes to the same, child by child" in again.words


@pytest.mark.usefixtures("planned")
def test_a_plan_that_somebody_touched_is_told_from_one_whose_facts_changed(
    page: PageClient, here: Here
) -> None:
    first, second = _families(here, "小满", "浩然")
    drafted = page.open(WEEK)
    with transaction() as session:
        for seat in session.scalars(select(PlanSeat)).all():
            seat.waited_days += 1

    touched = drafted.follow("Run it again")
    with transaction() as session:
        session.get_one(Child, second).left_on = here.today
    changed = drafted.follow("Run it again")

    assert "Somebody has touched the stored one" in touched.words
    assert "That alone is no fault." in changed.words
    assert first != second


@pytest.mark.parametrize("query", ["on=x", "on=9999-01-01", "class_id=x", "page=x", "page=-1"])
@pytest.mark.usefixtures("planned")
def test_what_is_no_week_class_or_page_is_refused(page: PageClient, query: str) -> None:
    assert page.open(f"{WEEK}?{query}").status == 422


@pytest.mark.usefixtures("planned")
def test_no_plan_is_published_that_is_not_there_or_was_made_anew(
    page: PageClient, here: Here
) -> None:
    _families(here, "小满")
    page.open(WEEK)
    old = str(reading().scalars(select(WeekPlan.id)).one())
    _post(page, "draft", on=str(MONDAY))

    replaced = _post(page, "publish", on=str(MONDAY), plan_id=old)

    assert replaced.status == 409
    assert "made anew meanwhile" in replaced.words
    assert _post(page, "publish", plan_id=str(uuid4())).status == 404
    assert _post(page, "publish", plan_id="x").status == 422
    assert _post(page, "draft", on="2026-11-24").status == 422
    assert reading().scalars(select(Booking)).all() == []


@pytest.mark.usefixtures("planned")
def test_a_volunteer_sees_no_plan(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.VOLUNTEER)

    assert page.open(WEEK).status == 403


@pytest.mark.usefixtures("planned")
def test_the_home_page_asks_for_the_plan_until_it_is_out(page: PageClient, here: Here) -> None:
    _families(here, "小满")
    home = page.open("/staff")

    page.open(WEEK).press("Publish 1 call")

    assert "Next week's calls are not published" in home.words
    assert "Next week's calls are not published" not in page.open("/staff").words


@pytest.mark.usefixtures("planned")
def test_whose_call_fell_through_is_among_those_without_one(here: Here) -> None:
    lost, kept = _families(here, "小满", "小雨")
    week_publishing.publish(
        week_plans.draft(MONDAY, here=here), actor_id=factories.staff(here).staff_id, here=here
    )
    with transaction() as session:
        session.execute(
            update(Booking).where(Booking.child_id == lost).values(state=CallState.RELEASED)
        )

    plan = week_pages.page(MONDAY, here=here)

    assert plan is not None
    assert {row.child_id: row.is_without for row in plan.rows} == {lost: True, kept: False}
    assert plan.taken_meanwhile == 0
