"""Activities and pairings on the staff pages: written down, printed, counted."""

import pytest
from sqlalchemy import select

from kiosk.db import reading
from kiosk.files import ledger_forms
from kiosk.models.activities import Activity
from kiosk.models.audit import Audit, AuditAction
from kiosk.rules.staff import Role
from kiosk.services import ledger_form
from kiosk.services.here import Here
from tests import factories
from tests.page import PageClient
from tests.web.staff import sign_in


@pytest.fixture(autouse=True)
def teacher(page: PageClient, here: Here) -> None:
    sign_in(page, here)


def test_an_activity_is_written_down_looked_at_and_printed(page: PageClient, here: Here) -> None:
    factories.visit(here, factories.child(here, given_name="浩然").child_id)
    form = page.open("/staff/activities")

    listing = form.press("Write down", {"title": "剪窗花", "photos": "3-7", "began": "16:30"})
    look = listing.follow("Look")
    paper = look.press("Print this record")

    assert "剪窗花" in listing.words
    assert "1 child took part" in look.words
    assert "陈浩然（共 1 人）" in paper.words
    assert "3-7" in paper.words
    assert "administrator老师" in paper.words
    last = reading().scalars(select(Audit).order_by(Audit.n.desc())).first()
    assert last is not None
    assert (last.action, last.fields) == (AuditAction.PRINT, "sheet")


def test_a_wrong_time_is_asked_for_again_with_what_was_typed(page: PageClient) -> None:
    filled = {"title": "剪窗花", "began": "4点"}

    asked = page.open("/staff/activities").press("Write down", filled)

    assert asked.status == 422
    assert "Write each time as 16:30." in asked.words
    assert asked.all("input", name="title")[0].get("value") == "剪窗花"


def test_a_mistake_is_removed(page: PageClient) -> None:
    listing = page.open("/staff/activities").press(
        "Write down", {"title": "剪窗花", "began": "16:30"}
    )

    empty = listing.follow("Look").press("Was a mistake: remove")

    assert "No activity in this period." in empty.words
    assert factories.how_many(Activity) == 0


def test_somebody_is_paired_with_a_child_and_in_contact(page: PageClient, here: Here) -> None:
    child = factories.child(here, given_name="浩然")
    asked = page.open(f"/staff/children/{child.child_id}").follow("Pair")

    pairs = asked.press("From today on", {"helper": "赵阿姨", "post": "村委会"})
    noted = pairs.press("In contact today")
    twice = page.open(asked.path).press("From today on", {"helper": "赵阿姨"})
    ended = noted.press("End today")

    assert "赵阿姨" in pairs.words
    assert "In contact today" not in noted.words
    assert twice.status == 409
    assert "paired with this person already" in twice.words
    assert "End today" not in ended.words


def test_a_duty_teacher_pairs_nobody(page: PageClient, here: Here) -> None:
    child = factories.child(here)
    sign_in(page, here, Role.DUTY_TEACHER)

    assert "Pair" not in [a.text for a in page.open(f"/staff/children/{child.child_id}").all("a")]
    assert page.open(f"/staff/activities/pairs/child/{child.child_id}").status == 403


def test_the_sheet_follows_the_form_in_use(page: PageClient, here: Here) -> None:
    filled = {"title": "剪纸", "began": "16:30"}
    look = page.open("/staff/activities").press("Write down", filled).follow("Look")

    ours = look.press("Print this record")

    labels = ["".join(one.itertext()) for one in ours.all("th")]
    assert labels == [column.header for column in ledger_forms.ours("L12").columns]

    form = 'id = "L12"\ntitle = "阳光小屋活动单"\nsignatures = "园长："\n'
    form += '[[column]]\nheader = "题目"\nsource = "title"\n'
    form += '[[column]]\nheader = "签字"\nsource = "pen"\n'
    ledger_form.replace_by(form.encode(), "L12", actor_id=factories.staff(here).staff_id, here=here)
    theirs = look.press("Print this record")

    assert ["".join(one.itertext()) for one in theirs.all("th")] == ["题目", "签字"]
    assert "阳光小屋活动单" in theirs.words
    assert "园长：" in theirs.words
    assert "剪纸" in theirs.words
