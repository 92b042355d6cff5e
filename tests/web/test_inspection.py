"""The pages before an inspection: who may, what they show, and the pack from button to file."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.db import transaction
from kiosk.models.home import WallBoard
from kiosk.models.library import Loan
from kiosk.models.people import Child
from kiosk.rules.lending import Borrower
from kiosk.rules.staff import Role
from kiosk.rules.visits import VisitState
from kiosk.services import packs, posters
from kiosk.services.here import Here
from kiosk.services.posters import Responsible
from tests import factories
from tests.clock import FrozenClock
from tests.page import PageClient
from tests.web.staff import sign_in

PAGE = "/staff/ledgers/inspection"


def test_the_pack_is_asked_for_and_looked_at(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    child = factories.child(here)
    factories.visit(here, child.child_id)

    asked = page.open("/staff/ledgers").follow("Inspection")
    done = asked.press("Make the pack")

    (pack,) = packs.listing(here)
    packs.wait(pack.pack_id, within_s=600)
    assert "The pack" in done.words
    ready = page.open(f"{PAGE}/pack/{pack.pack_id}")
    assert "The pack is ready" in ready.words or "No PDF" in ready.words
    assert "Packs of the last day" in page.open(PAGE).words


def test_the_gaps_of_a_period_are_told(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    factories.child(here)

    shown = page.open(PAGE)

    assert "Children whose contacts are not confirmed this term" in shown.words
    assert "The school has no name yet" in shown.words


def test_all_days_of_a_gap_are_on_the_page(page: PageClient, here: Here) -> None:
    child = factories.child(here)
    for weeks in range(12):
        at = here.now - timedelta(days=1, weeks=weeks)
        factories.visit(here, child.child_id, signed_in_at=at, state=VisitState.LEFT_UNCONFIRMED)
    sign_in(page, here)

    shown = page.open(f"{PAGE}?from=2026-09-01")

    assert "Sep 2026: 3, 10, 17, 24" in shown.words
    assert "Oct 2026: 1, 8, 15, 22, 29" in shown.words
    assert "…" not in shown.words


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DUTY_TEACHER])
def test_the_first_page_tells_an_administrator_of_them(
    page: PageClient, here: Here, role: Role
) -> None:
    factories.child(here)
    sign_in(page, here, role)

    home = page.open("/staff")

    links = [one.get("href") for one in home.all("a")]
    assert ("Before this month ends" in home.words) is (role is Role.ADMINISTRATOR)
    assert (f"{PAGE}?from=2026-11-01" in links) is (role is Role.ADMINISTRATOR)


def test_the_ledgers_count_what_is_missing_as_the_first_page_does(
    page: PageClient, here: Here
) -> None:
    child = factories.child(here)
    for hours in (3, 4):
        at = here.now - timedelta(hours=hours)
        factories.visit(here, child.child_id, signed_in_at=at, state=VisitState.LEFT_UNCONFIRMED)
    sign_in(page, here)

    pages = [page.open("/staff").words, page.open("/staff/ledgers").words]

    counted = [re.findall(r"Before this month ends: (\d+)", words) for words in pages]
    assert counted[0] == counted[1] != []


def test_the_child_that_an_inspector_picks_is_looked_at_from_its_page(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)
    picked = factories.child(here, given_name="小雨")
    factories.child(here, given_name="小雪")
    factories.visit(here, picked.child_id)

    looked = page.open(f"/staff/children/{picked.child_id}").press("In three ledgers")

    assert "A child in three ledgers" in looked.words
    assert "小雨" in looked.words
    assert "小雪" not in looked.words
    assert "fits together" in looked.words
    past = looked.press("Show", {"From": "2026-03-01", "To": "2026-03-31"})
    assert "2026-03-01 – 2026-03-31" in past.words
    assert "小雨" in past.words


def test_a_period_that_ends_before_it_begins_is_told(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    shown = page.open(f"{PAGE}?from=2026-11-20&to=2026-11-01")

    assert "The period ends before it begins" in shown.words


def test_five_children_are_drawn(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    factories.child(here, family_name="陈", given_name="小满")

    drawn = page.open(PAGE).press("Draw")

    assert "陈小满" in drawn.words
    assert "fits together" in drawn.words


def test_a_librarian_sees_nothing_of_it(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    assert "Inspection" not in page.open("/staff/ledgers").words
    assert page.open(PAGE).status == 403


def test_the_posters_say_what_is_set(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    factories.rule(here, weekday=7, from_min=9 * 60, to_min=10 * 60)
    factories.child(here, grade=1)

    wall = page.open("/staff/openings/posters")
    board = wall.press("Print the board", {"Who is responsible": "王老师", "Telephone": "0550-1"})
    rules = page.open("/staff/openings/posters/rules")

    assert "星期一至星期五 16:30—18:00 星期日 09:00—10:00" in board.words
    assert "王老师" in board.words
    assert "一年级每人可借 1 本" in rules.words
    assert "留守" not in board.words + rules.words


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DUTY_TEACHER])
def test_whom_the_wall_names_is_kept_and_forgotten(
    page: PageClient, here: Here, role: Role
) -> None:
    office = factories.staff(here, role=Role.ADMINISTRATOR).staff_id
    kept = Responsible(manager="王老师", telephone="0550-1")
    posters.keep(kept, actor_id=office, here=here)
    sign_in(page, here, role)

    wall = page.open("/staff/openings/posters")
    printed = wall.press("Print the board")
    assert "王老师" in printed.words
    assert "0550-1" in printed.words
    assert ("Keep these" in wall.words) is (role is Role.ADMINISTRATOR)

    if role is Role.ADMINISTRATOR:
        wall = wall.press("Keep these", {"Telephone": ""})
        assert posters.kept(here=here) == Responsible(manager="王老师")
        wall.press("Keep these", {"Who is responsible": ""})
        assert posters.kept(here=here) == Responsible()
        assert factories.how_many(WallBoard) == 0


def test_printing_the_board_keeps_nothing(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    page.open("/staff/openings/posters").press("Print the board", {"Telephone": "0550-1"})

    assert posters.kept(here=here) == Responsible()


def test_the_year_ends_with_the_pin_once_more(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    factories.child(here, grade=6)

    shown = page.open("/staff/ledgers").follow("End of the school year")

    assert "1 child leaves school." in shown.words
    assert "classes move up from May to September" in shown.words
    assert "Move up" not in [button.text for button in shown.all("button")]
    assert "离校学生清单" in shown.press("Print the list").words
    assert "学年末交接表" in page.open("/staff/ledgers/year").press("Print").words


def _lent_to_last_class(here: Here) -> None:
    child = factories.child(here, grade=6)
    loan_id = factories.loan(here, child.child_id, factories.item(here, name="西游记").item_id)
    with transaction() as session:
        loan, lent_to = session.get_one(Loan, loan_id), session.get_one(Child, child.child_id)
        loan.borrower, loan.child_id, loan.class_id = Borrower.CLASS, None, lent_to.class_id


def test_books_of_a_class_that_leaves_are_shown_and_handed_on_by_a_tick(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    clock.set_to(datetime(2027, 7, 10, 2, 0, tzinfo=UTC))
    here = replace(here, now=clock())
    who = sign_in(page, here)
    _lent_to_last_class(here)
    factories.child(here, grade=5)

    shown = page.open("/staff/ledgers/year")
    listed = shown.press("Print the list")
    refused = shown.press("Move up", {"Your PIN, once more": who.pin})
    done = refused.press(
        "Move up",
        {
            "Your PIN, once more": who.pin,
            "The books lent to classes that leave are handed on to the classes that come into "
            "their place.": True,
        },
    )

    assert "1 book lent to the class" in shown.words
    assert "西游记" in shown.words
    assert "班级集体借阅未还图书" in listed.words
    assert "转交下届" in listed.words
    assert "A class that leaves still has books." in refused.words
    assert "The classes have moved up." in done.words


def test_books_of_a_class_that_nobody_follows_are_asked_back(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    clock.set_to(datetime(2027, 7, 10, 2, 0, tzinfo=UTC))
    here = replace(here, now=clock())
    sign_in(page, here)
    _lent_to_last_class(here)

    shown = page.open("/staff/ledgers/year")

    assert "no class comes into its place: take these back" in shown.words
    assert "A class that leaves has books, and no class comes into its place." in shown.words
    assert "are handed on to the classes" not in shown.words
    assert "Move up" not in [button.text for button in shown.all("button")]
    assert "转交下届" not in shown.press("Print the list").words


def test_a_report_that_was_printed_is_ticked(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    clock.set_to(datetime(2027, 7, 10, 2, 0, tzinfo=UTC))
    sign_in(page, replace(here, now=clock()))

    before = page.open("/staff/ledgers/year")
    before.press("Print")
    after = page.open("/staff/ledgers/year")

    assert "7" in [one.text for one in before.all("b")]
    assert "7" not in [one.text for one in after.all("b")]
