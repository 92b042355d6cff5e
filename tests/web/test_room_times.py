"""What is said when the room opens and closes, its times afterwards, and the page that shows it."""

from datetime import timedelta
from uuid import UUID

import pytest

from kiosk.db import reading, transaction
from kiosk.models.library import Title
from kiosk.models.openings import Opening
from kiosk.models.people import Card, ContactStatus
from kiosk.models.room_times import ClosingNote, LineTest
from kiosk.rules import civil
from kiosk.rules.catalogue import TitleKind
from kiosk.services.here import Here
from tests import factories, markup
from tests.clock import FrozenClock
from tests.page import PageClient, Upload
from tests.web.staff import sign_in


@pytest.fixture(autouse=True)
def teacher(page: PageClient, here: Here) -> None:
    sign_in(page, here)


def test_whoever_opens_next_reads_the_line_of_whoever_closed(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    ticked: dict[str, str | bool | Upload] = {
        "Swept, rubbish out": True,
        "line": "三号灯坏了",
    }

    page.open("/staff/opening/close").press("Close the room", ticked)
    opening = page.open("/staff/opening/open")
    listing = page.open(f"/staff/openings?from={here.today}&to={here.today}")

    note = reading().query(ClosingNote).one()
    assert (note.is_clean, note.is_safe, note.games_counted) == (True, False, None)
    assert "三号灯坏了 (administrator老师)" in opening.words
    assert "三号灯坏了" in listing.words


def _ropes(here: Here) -> UUID:
    """Return a rope that is lent; there is another one, and a book."""
    rope = factories.item(here, name="跳绳")
    factories.item(here, title_id=rope.title_id)
    factories.item(here)
    with transaction() as session:
        session.get_one(Title, rope.title_id).kind = TitleKind.GAME
    return factories.loan(here, factories.child(here).child_id, rope.item_id)


def test_games_are_counted_where_there_are_any(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    none = page.open("/staff/opening/close")
    _ropes(here)

    sheet = page.open("/staff/opening/close")
    sheet.press("Close the room", {"games_counted": "0"})

    assert "Games on the shelf" not in none.words
    assert "跳绳 1 1" in sheet.words  # one is lent, one should be there
    note = reading().query(ClosingNote).one()
    assert (note.games_out, note.games_expected, note.games_counted) == (1, 1, 0)


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ({}, None),
        ({"games_are_all": True}, 1),
        ({"games_are_all": True, "games_counted": "0"}, 0),  # who writes a number has counted
    ],
)
def test_one_tick_says_that_all_games_are_there(
    page: PageClient, here: Here, said: dict[str, str | bool | Upload], counted: int | None
) -> None:
    factories.open_today(here)
    _ropes(here)

    page.open("/staff/opening/close").press("Close the room", said)

    assert reading().query(ClosingNote).one().games_counted == counted


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        ("0", "1 thing for play or sport was missing"),
        ("3", "2 things for play or sport more than there should be"),
        ("1", None),
        ("", None),
    ],
)
def test_a_count_that_differs_is_told_until_the_next(
    page: PageClient, here: Here, clock: FrozenClock, counted: str, told: str | None
) -> None:
    factories.open_today(here)
    _ropes(here)
    page.open("/staff/opening/close").press("Close the room", {"games_counted": counted})

    def pages() -> list[str]:
        paths = ("/staff", "/staff/opening/open", "/staff/openings")
        return [page.open(path).words for path in paths]

    after = pages()
    clock.advance(minutes=1)
    factories.open_today(here)
    page.open("/staff/opening/close").press("Close the room", {"games_are_all": True})
    home, opening, _ = pages()

    assert [told is not None and told in words for words in after] == [told is not None] * 3
    assert all("for play or sport" not in words for words in (home, opening))
    if told is None:
        assert all("for play or sport" not in words for words in after)


def test_a_telephone_that_does_not_work_is_on_the_home_page(page: PageClient) -> None:
    opening = page.open("/staff/opening/open")

    home = opening.press("All eight are fine", {"does not work": True})

    assert "does not work" in home.words
    assert [one.works for one in reading().query(LineTest)] == [False]


def test_a_telephone_that_nobody_tried_was_not_tried(page: PageClient) -> None:
    page.open("/staff/opening/open").press("All eight are fine")

    assert factories.how_many(LineTest) == 0


def _came_without_a_teacher(here: Here) -> UUID:
    """Return an opening of yesterday that children came to and nobody opened."""
    day = here.today - timedelta(days=1)
    opening_id = factories.opening(here, on=day, from_min=19 * 60, to_min=20 * 60)
    came = civil.instant(day, 19 * 60 + 4, here.settings.zone)
    factories.visit(
        here,
        factories.child(here).child_id,
        signed_in_at=came,
        signed_out_at=came + timedelta(minutes=48),
    )
    return opening_id


def test_the_times_of_a_room_that_nobody_opened_are_proposed(page: PageClient, here: Here) -> None:
    who = factories.staff(here, display_name="李老师")
    opening_id = _came_without_a_teacher(here)

    home = page.open("/staff")
    asked = page.open(f"/staff/openings/{opening_id}/times")
    listing = asked.press("So it was", {"duty": str(who.staff_id)})

    assert "Nobody has said when 1 opening ended" in home.words
    assert "proposed: first or last scan" in asked.words
    assert "19:04–19:52 put right" in listing.words
    assert "李老师" in listing.words


def test_a_time_is_put_right_with_a_reason_that_is_printed(page: PageClient, here: Here) -> None:
    who = factories.staff(here, display_name="李老师")
    opening_id = _came_without_a_teacher(here)
    asking = f"/staff/openings/{opening_id}/times"
    page.open(asking).press("So it was", {"duty": str(who.staff_id)})

    refused = page.open(asking).press("So it was", {"closed": "19:30"})
    said: dict[str, str | bool | Upload] = {"closed": "19:30", "reason": "看错了"}
    page.open(asking).press("So it was", said)
    printed = page.open(f"/staff/openings/corrections?from={here.today - timedelta(days=1)}")

    assert refused.status == 409
    assert "Write in a few words why" in refused.words
    assert "19:04–19:52 19:04–19:30" in printed.words
    assert "看错了" in printed.words
    assert [markup.words(one) for one in printed.all("del")] == ["—–—", "19:04–19:52"]


def test_a_time_that_cannot_be_read_is_asked_for_again(page: PageClient, here: Here) -> None:
    opening_id = _came_without_a_teacher(here)

    asked = page.open(f"/staff/openings/{opening_id}/times").press("So it was", {"closed": "x"})

    assert asked.status == 422
    assert "Write each time as 16:30." in asked.words


def test_the_home_page_asks_for_itself_and_stays_still_while_nothing_changes(
    page: PageClient, here: Here
) -> None:
    home = page.open("/staff")
    (ask,) = [one.get("hx-get", "") for one in home.all("span", data_poll="")]
    same = page.fragment(ask)
    factories.visit(here, factories.child(here, given_name="浩然").child_id)
    changed = page.fragment(ask)

    assert same.status == 204
    assert changed.status == 200
    assert "1 child is here" in changed.words
    assert "seen=" in ask


def test_the_home_page_says_what_goes_on_behind_the_room(page: PageClient, here: Here) -> None:
    child = factories.child(here, given_name="浩然")
    factories.contact(here, child.child_id, status=ContactStatus.PROPOSED)
    with transaction() as session:
        session.query(Card).filter_by(child_id=child.child_id).one().revoked_at = here.now

    home = page.open("/staff")

    assert "1 child has a contact to confirm" in home.words
    assert "1 child has no card" in home.words


def test_what_was_ticked_and_written_stays_when_the_room_is_not_closed_yet(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    rope = factories.item(here, name="跳绳")
    with transaction() as session:
        session.get_one(Title, rope.title_id).kind = TitleKind.GAME
    filled: dict[str, str | bool | Upload] = {
        "The room is tidy": True,
        "games_counted": "about ten",
        "line": "三号灯坏了",
    }

    refused = page.open("/staff/opening/close").press("Close the room", filled)
    closed = refused.press("Close the room", {"games_counted": "1"})

    assert refused.status == 422
    assert "Write the count as a number" in refused.words
    assert closed.status == 200
    note = reading().query(ClosingNote).one()
    assert (note.games_counted, note.line) == (1, "三号灯坏了")
    assert reading().query(Opening).filter(Opening.is_tidy.is_(True)).count() == 1
