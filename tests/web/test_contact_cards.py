"""Contact cards, timetables and wishes on the staff pages."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from kiosk.db import reading, transaction
from kiosk.models.call_hours import ChildLesson, ContactHours
from kiosk.models.call_plan import CallWish
from kiosk.models.calls import Booking, Slot, SlotStatus
from kiosk.models.people import Contact, ContactStatus
from kiosk.rules.call_states import CallKind, CallState
from kiosk.rules.call_wishes import WishState
from kiosk.rules.staff import Role
from kiosk.services import call_settings, contact_hours
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from tests import factories
from tests.factories import MadeChild
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

PHONE = "19912345678"


@pytest.fixture
def child(here: Here) -> MadeChild:
    return factories.child(here)


@pytest.fixture
def contact_id(here: Here, child: MadeChild) -> UUID:
    return factories.contact(here, child.child_id, phone=PHONE)


def _card(child: MadeChild, contact_id: UUID) -> str:
    return f"/staff/children/{child.child_id}/contacts/{contact_id}"


def _send(page: PageClient, shown: Page, path: str, **values: object) -> Page:
    return page.submit(path, {"csrf_token": token(shown)} | values)


def _hours() -> set[tuple[int, int, int, str]]:
    reading().rollback()
    rows = reading().query(ContactHours)
    return {(row.weekday, row.from_min, row.to_min, row.pattern) for row in rows}


# Hours


def test_a_shift_is_one_touch_and_stands_on_the_childs_page(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    saved = page.open(f"{_card(child, contact_id)}/hours").press("Day shift")

    assert "Saved" in saved.words
    shown = page.open(f"/staff/children/{child.child_id}")
    assert "day shift · every day 17:00–22:00" in shown.words
    assert PHONE not in shown.response.text


def test_who_was_asked_today_is_not_to_be_asked_again(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    path = f"{_card(child, contact_id)}/hours"
    page.open(path).press("Day shift")
    with transaction() as session:
        asked = here.today - timedelta(days=1)
        session.get_one(Contact, contact_id).hours_confirmed_on = asked

    before = page.open(path)
    after = before.press("Still so, asked today")

    assert "the family said so today" in after.words
    assert "Still so, asked today" not in after.words


def test_touched_parts_of_the_week_become_hours(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    path = f"{_card(child, contact_id)}/hours"
    shown = page.open(path)

    touched = ["always-0-evening", "always-6-afternoon"]
    saved = _send(page, shown, path, cell=touched)

    assert saved.status == 200
    assert _hours() == {
        *((day, 1020, 1320, "always") for day in (1, 2, 3, 4, 5, 7)),
        (6, 840, 1320, "always"),
    }
    ticked = {
        one.get("value")
        for one in saved.all("input", name="cell")
        if one.get("checked") is not None
    }
    assert ticked == set(touched)


def test_exact_minutes_may_go_past_midnight_and_are_shown_again(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    path = f"{_card(child, contact_id)}/hours"
    typed = {"day-0": "15", "from-0": "12:20", "to-0": "12:50", "week-0": "always"}
    late = {"day-1": "6", "from-1": "23:00", "to-1": "00:30", "week-1": "always"}

    saved = _send(page, page.open(path), path, **typed, **late)

    assert _hours() == {
        *((day, 740, 770, "always") for day in range(1, 6)),
        (6, 1380, 1470, "always"),
    }
    assert saved.all("input", name="from-0")[0].get("value") == "12:20"
    assert saved.all("input", name="to-1")[0].get("value") == "00:30"


def test_two_weeks_that_differ_are_this_one_and_the_next(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    path = f"{_card(child, contact_id)}/hours"
    two = page.open(f"{path}?weeks=two")

    saved = _send(page, two, path, weeks="two", cell=["now-1-evening", "next-1-noon"])

    assert _hours() == {(1, 1020, 1320, "A"), (1, 660, 840, "B")}
    assert "this week on Mo 17:00–22:00; next week on Mo 11:00–14:00" in saved.words


def test_hours_that_cannot_be_read_change_nothing_and_say_so(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    path = f"{_card(child, contact_id)}/hours"
    shown = page.open(path).press("Night shift")
    before = _hours()
    for typed, sentence in (
        ({"day-0": "1", "from-0": "8", "to-0": "9:00"}, "Write each time as 16:30"),
        ({"day-0": "1", "from-0": "08:00", "to-0": ""}, "Write each time as 16:30"),
        ({"cell": "always-9-evening"}, "cannot be read"),
        ({"cell": "always-1-teatime"}, "cannot be read"),
        ({"day-0": "8", "from-0": "08:00", "to-0": "09:00"}, "cannot be read"),
    ):
        refused = _send(page, shown, path, **typed)

        assert refused.status == 422
        assert sentence in refused.words
        assert _hours() == before


def test_nobody_is_reached_by_nothing(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    path = _card(child, contact_id)

    refused = _send(page, page.open(f"{path}/hours"), f"{path}/reach")

    assert refused.status == 422
    assert "By phone or by video" in refused.words


def test_the_card_of_another_child_is_not_written_on(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    other = factories.child(here)
    shown = page.open(f"{_card(child, contact_id)}/hours")

    for what in ("hours", "shift", "confirm", "reach"):
        values = {"shift": "day", "phone": "1"}
        assert _send(page, shown, f"{_card(other, contact_id)}/{what}", **values).status == 404
    assert _hours() == set()


# The number, and the end


def test_an_administrator_changes_a_number_that_is_never_shown(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here)
    path = _card(child, contact_id)

    wrong = _send(page, page.open(f"{path}/hours"), f"{path}/new-number", phone="123")
    right = _send(page, wrong, f"{path}/new-number", phone="199 8765 4321")

    assert wrong.status == 422
    assert "4321" in right.words
    assert "19987654321" not in right.response.text


def test_what_follows_is_shown_before_a_person_is_not_rung_any_more(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here)
    on = here.today + timedelta(days=3)
    (slot_id,) = factories.slots(here, on=on, places=1)
    factories.booking(
        here, child.child_id, contact_id=contact_id, slot_id=slot_id, state=CallState.BOOKED
    )

    before = page.open(f"/staff/children/{child.child_id}").follow("Not any more")
    after = before.press("It must not be: barred")

    assert "1 call will be released at once" in before.words
    assert "17:00" in before.words
    assert "1 call was released and is owed to its child." in after.words
    assert "barred" in after.words


@pytest.mark.parametrize(
    "choice", ["It must not be: barred", "The family does not wish it: withdrawn"]
)
def test_a_call_that_was_booked_meanwhile_is_shown_first(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID, choice: str
) -> None:
    sign_in(page, here)
    before = page.open(f"/staff/children/{child.child_id}").follow("Not any more")
    (slot_id,) = factories.slots(here, on=here.today + timedelta(days=3), places=1)
    factories.booking(
        here, child.child_id, contact_id=contact_id, slot_id=slot_id, state=CallState.BOOKED
    )

    asked = before.press(choice)
    unseen = reading().get_one(Contact, contact_id).status
    reading().rollback()
    after = asked.press(choice)

    assert "nothing is lost" in before.words
    assert "have changed meanwhile" in asked.words
    assert "1 call will be released at once" in asked.words
    assert unseen is ContactStatus.APPROVED
    assert "1 call was released and is owed to its child." in after.words


@pytest.mark.parametrize("status", [ContactStatus.BARRED, ContactStatus.WITHDRAWN])
def test_who_is_not_rung_is_on_no_screen_of_the_child(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID, status: ContactStatus
) -> None:
    factories.open_today(here)

    def screens() -> str:
        page.scan(child.card_code)
        return "".join(page.open(path).response.text for path in ("/me", "/me/call"))

    shown = screens()
    with transaction() as session:
        session.get_one(Contact, contact_id).status = status

    assert str(contact_id) in shown
    assert str(contact_id) not in screens()


# Cards to look at


def test_a_card_in_doubt_stands_on_the_home_page_until_somebody_looked(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    for weeks in (2, 1):
        (slot_id,) = factories.slots(here, on=here.today - timedelta(weeks=weeks), places=1)
        factories.booking(
            here, child.child_id, contact_id=contact_id, slot_id=slot_id, state=CallState.NO_ANSWER
        )

    home = page.open("/staff")
    doubts = page.open("/staff/calls/doubts")
    looked = doubts.follow("Other hours or number").press("Night shift")

    assert "1 contact card to look at" in home.words
    assert "nobody answered, twice in a row" in doubts.words
    assert looked.path.startswith("/staff/calls/doubts")
    assert "No card is in doubt." in looked.words
    assert "to look at" not in page.open("/staff").words


# Timetables


def test_the_timetable_of_a_class_is_written_once(
    page: PageClient, here: Here, child: MadeChild
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    factories.child(here)
    path = f"/staff/children/class/{child.class_id}/lessons"
    lessons = {"day": ["1", "3"], "from": "16:30", "to": "17:10", "kind": "lesson"}

    added = _send(page, page.open(path), path, **lessons)
    own = page.open(f"/staff/children/{child.child_id}/lessons")
    gone = own.press("Take away")
    again = page.open(path)

    assert "on Mo, We 16:30–17:10 lesson 2" in added.words
    assert "on Mo, We 16:30–17:10 lesson" in own.words
    assert "Nothing is written down" in gone.words
    assert "lesson 1" in again.words
    assert "lesson 2" in again.press("For all").words


def test_a_lesson_that_cannot_be_is_refused_with_its_sentence(
    page: PageClient, here: Here, child: MadeChild
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    path = f"/staff/children/{child.child_id}/lessons"
    lesson: dict[str, object] = {"day": ["1"], "from": "16:30", "to": "17:10", "kind": "lesson"}
    shown = page.open(path)
    wrong: tuple[tuple[dict[str, object], str], ...] = (
        ({"day": []}, "at least one day"),
        ({"to": "16:00"}, "ends after it begins"),
        ({"from": "half past"}, "Write each time as 16:30"),
        ({"kind": "prison"}, "cannot be read"),
        ({"day": ["9"]}, "cannot be read"),
    )
    for change, sentence in wrong:
        refused = _send(page, shown, path, **lesson | change)

        assert refused.status == 422
        assert sentence in refused.words
    assert factories.how_many(ChildLesson) == 0


# Wishes


def test_a_familys_wish_is_written_down_and_taken_back(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    form = page.open(f"/staff/children/{child.child_id}").follow("Somebody asks for a call")
    (day, *_) = [one.get("value", "") for one in form.all("input", name="time")][1:]

    saved = form.press("Write the wish down", {"time": day})
    taken = saved.press("Take back")
    too_late = saved.press("A place that is left over")

    assert "no call for it yet" in saved.words
    assert "taken back" in taken.words
    assert too_late.status == 409
    assert "its week is over" in too_late.words
    reading().rollback()
    wish = reading().query(CallWish).one()
    assert (wish.contact_id, wish.state) == (contact_id, WishState.WITHDRAWN)


def test_a_wish_without_a_time_is_refused_with_its_sentence(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    path = f"/staff/calls/wishes/child/{child.child_id}"
    form = page.open(path)
    wish: dict[str, object] = {
        "request_id": str(uuid4()),
        "contact_id": str(contact_id),
        "asked_by": "parent",
        "time": "2026-11-24 990 1080",
    }
    wrong: tuple[tuple[dict[str, object], str], ...] = (
        ({"time": []}, "at least one day"),
        ({"from": "19:00"}, "end after it begins"),
        ({"from": "late"}, "Write each time as 16:30"),
        ({"time": "2026-11-24"}, "cannot be read"),
        ({"asked_by": "child"}, "cannot be read"),
    )
    for change, sentence in wrong:
        refused = _send(page, form, path, **wish | change)

        assert refused.status == 422
        assert sentence in refused.words
    assert factories.how_many(CallWish) == 0


def test_a_call_that_cannot_wait_is_placed_under_the_cap(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    who = sign_in(page, here, Role.DUTY_TEACHER)
    path = f"/staff/calls/wishes/child/{child.child_id}"
    unplanned = page.open(path)
    call_settings.set_up(PlanSettings(urgent_cap=1), actor_id=who.staff_id, here=here)
    wish = {"asked_by": "parent", "reason": "illness"}

    form = page.open(path)
    unsaid = _send(page, form, f"{path}/urgent", asked_by="parent", request_id=str(uuid4()))
    placed = _send(page, form, f"{path}/urgent", **wish, request_id=str(uuid4()))
    full = page.open(path)
    refused = _send(page, form, f"{path}/urgent", **wish, request_id=str(uuid4()))

    assert "It cannot wait" not in unplanned.words
    assert "0 of 1 this week" in form.words
    assert unsaid.status == 422
    assert "urgent: illness" in placed.words
    assert "Urgent calls this week: 1 of 1" in placed.words
    assert "as many urgent calls this week as there can be" in full.words
    assert refused.status == 409
    reading().rollback()
    call = reading().query(Booking).one()
    assert (call.contact_id, call.kind) == (contact_id, CallKind.URGENT)


@pytest.mark.usefixtures("contact_id")
def test_a_call_that_cannot_wait_and_is_late_is_told_by_its_day(
    page: PageClient, here: Here, child: MadeChild
) -> None:
    who = sign_in(page, here, Role.DUTY_TEACHER)
    call_settings.set_up(PlanSettings(), actor_id=who.staff_id, here=here)
    with transaction() as session:
        session.execute(update(Slot).values(status=SlotStatus.WITHDRAWN))
    path = f"/staff/calls/wishes/child/{child.child_id}"
    said = []
    for days in (3, 1):
        factories.slots(here, on=here.today + timedelta(days=days), places=1)
        wish = {"asked_by": "parent", "reason": "illness", "request_id": str(uuid4())}
        said.append(_send(page, page.open(path), f"{path}/urgent", **wish).words)

    assert "not today or tomorrow" in said[0]
    assert "Monday 23 Nov at 17:00" in said[0]
    assert "call has its place: Saturday 21 Nov at 17:00" in said[1]


# Brothers and sisters


def test_staff_see_who_rings_together(
    page: PageClient, here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    brother = factories.child(here, family_name="陈", given_name="小树", grade=5)
    factories.contact(here, brother.child_id, phone=PHONE)

    shown = page.open(f"/staff/children/{child.child_id}")

    assert "陈小树 Class 5-1 · Mum" in shown.words
    assert contact_hours.card(contact_id, here=here).child_id == child.child_id
