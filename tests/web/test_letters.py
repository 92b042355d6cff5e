"""The page on which a teacher ticks who wrote home."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kiosk.db import reading
from kiosk.models.letters import LetterLog
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from tests import factories
from tests.page import PageClient
from tests.web.staff import sign_in

PAGE = "/staff/letters"


def test_a_class_is_ticked_in_one_go_from_the_page_of_calls(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    for name in ("小满", "浩然", "雨桐"):
        child = factories.child(here, given_name=name)
        factories.contact(here, child.child_id)

    asked = page.open("/staff/calls").follow("Letters home").follow("Class 3-1")
    done = asked.press("Save", {"陈小满": "on"})

    assert "Saved. 1 child of this class wrote on that day." in done.words
    week = "3 children signed up for calls · had a call: 0（0 %） · had a call or wrote: 1（33 %）"
    assert week in done.words
    again = done.press("Save", {"陈小满": ""})
    assert "Saved. 0 children of this class" in again.words
    everybody = again.press("Everybody wrote")
    assert "Saved. 3 children of this class" in everybody.words


def test_a_day_of_long_ago_is_looked_at_and_not_ticked(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    child = factories.child(here)
    long_ago = here.today - timedelta(days=40)

    shown = page.open(f"{PAGE}?on={long_ago.isoformat()}&class_id={child.class_id}")
    asked = page.open(f"{PAGE}?on={here.today.isoformat()}&class_id={child.class_id}")
    values = {"on": long_ago.isoformat(), "class_id": str(child.class_id)}
    token = next(one for one in asked.all("input") if one.get("name") == "csrf_token")
    values |= {"csrf_token": token.get("value", ""), "wrote": str(child.child_id)}
    refused = page.submit(PAGE, values)

    assert "Nobody was in this class then." in shown.words
    assert refused.status == 409
    assert "Letters are ticked for today and the last month." in refused.words
    assert factories.how_many(LetterLog) == 0


def test_a_child_is_ticked_on_its_own_page_and_unticked(page: PageClient, here: Here) -> None:
    me = sign_in(page, here, Role.DUTY_TEACHER)
    child = factories.child(here)

    own = page.open(f"/staff/children/{child.child_id}")
    ticked = own.press("Wrote home today")

    assert reading().scalars(select(LetterLog.noted_by_id)).all() == [me.staff_id]
    assert "Wrote home today" not in ticked.words
    reading().rollback()
    assert "Wrote home today" in ticked.press("Did not write today").words
    assert factories.how_many(LetterLog) == 0


@pytest.mark.parametrize("role", [Role.VOLUNTEER])
def test_helpers_do_not_see_who_writes(page: PageClient, here: Here, role: Role) -> None:
    sign_in(page, here, role)

    assert page.open(PAGE).status == 403
