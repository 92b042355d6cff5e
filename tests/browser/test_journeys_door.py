"""At the door: children come one after another, and each card is heard."""

from itertools import islice

import pytest
from playwright.sync_api import Route, expect

from kiosk.rules.codes import CodeKind, compose
from tests.browser.devices import Gun
from tests.browser.process import Code, Kiosk
from tests.browser.room import Pocket, Room, given_name, rows, visits

ENDS = {"Enter": "\r", "LF": "\n", "CR-and-LF": "\r\n", "Tab": "\t", "nothing": ""}


def _here(kiosk: Kiosk) -> int:
    count: int = rows(kiosk, "SELECT count(*) FROM visit WHERE state = 'open'")[0][0]
    return count


def _queue(kiosk: Kiosk, length: int) -> list[Code]:
    """Return the cards of so many children who have not come today."""
    today = rows(
        kiosk,
        "SELECT family_name || given_name FROM child JOIN visit ON child_id = child.id"
        " WHERE local_day = (SELECT max(local_day) FROM visit)",
    )
    came = {name for (name,) in today}
    rest = kiosk.codes("child")[24:]  # the others are for `pocket`
    return list(islice((card for card in rest if card.label not in came), length))


def test_twenty_children_in_a_row_are_each_greeted_by_name(room: Room) -> None:
    queue, before = _queue(room.kiosk, 20), _here(room.kiosk)
    names = [given_name(room.kiosk, card) for card in queue]

    for card in queue:
        room.put(card)
    room.wait_for_answers(20)
    room.greets(queue[-1], since=19)

    room.shoot("door-last-of-twenty")
    said = room.headings[:20]  # the last may be at its own page by now
    greeted = [name for name, heading in zip(names, said, strict=True) if name in heading]
    assert greeted == names
    assert [visits(room.kiosk, card) for card in queue] == [[("open", None)]] * 20
    assert len(room.answers) == 20
    room.open()
    expect(room.page.locator(".house b")).to_have_text(str(before + 20))
    room.shoot("door-idle-with-twenty-more")


def test_the_greeting_becomes_the_own_page_by_itself(room: Room, pocket: Pocket) -> None:
    room.sign_in(pocket.child())
    room.shoot("door-greeting")

    room.says("想做什么")

    room.shoot("door-own-page")


@pytest.mark.parametrize("path", ["/no-card", "/teacher"])
def test_a_card_is_taken_on_any_screen(room: Room, pocket: Pocket, path: str) -> None:
    child = pocket.child()
    room.open(path)

    room.sign_in(child)

    assert visits(room.kiosk, child) == [("open", None)]


def test_a_second_scan_is_no_goodbye(room: Room, pocket: Pocket) -> None:
    child = pocket.child()
    room.sign_in(child)
    before = len(room.headings)

    room.hear(child)

    room.greets(child, since=before)
    room.has_said("签到好啦", since=before)
    assert visits(room.kiosk, child) == [("open", None)]


def test_a_child_who_leaves_is_wished_well_and_no_longer_counted(
    room: Room, pocket: Pocket
) -> None:
    child = pocket.child()
    before = _here(room.kiosk)
    room.own_page(child)

    room.tap("我要走啦")
    room.says("要回家")
    room.shoot("door-going-home")
    room.put(child)

    room.says("再见")
    room.shoot("door-goodbye")
    state, at = visits(room.kiosk, child)[0]
    assert (state, at is not None) == ("left", True)
    assert _here(room.kiosk) == before


@pytest.mark.parametrize("end", ENDS)
def test_a_chinese_input_method_keeps_no_card_out(room: Room, pocket: Pocket, end: str) -> None:
    child = pocket.child()
    room.gun = Gun(room.page, with_input_method=True)

    room.put(child, ENDS[end])

    room.greets(child)
    assert visits(room.kiosk, child) == [("open", None)]
    assert len(room.answers) == 1
    room.shoot(f"door-input-method-{end}")


@pytest.mark.parametrize("end", ENDS)
def test_a_scanner_may_end_its_code_with_anything(room: Room, pocket: Pocket, end: str) -> None:
    child = pocket.child()

    room.put(child, ENDS[end])

    room.greets(child)
    assert len(room.answers) == 1


def test_a_scan_during_a_restart_arrives_once(room: Room, pocket: Pocket) -> None:
    child = pocket.child()
    room.screen.expect_console("net::ERR_")

    room.kiosk.kill()
    room.put(child)
    expect(room.page.locator(".waiting")).to_be_visible()
    room.shoot("door-just-a-moment")
    room.kiosk.start()

    room.greets(child)
    expect(room.page.locator(".waiting")).to_be_hidden()
    assert visits(room.kiosk, child) == [("open", None)]


def test_a_scan_whose_answer_is_lost_is_stored_once(room: Room, pocket: Pocket) -> None:
    child = pocket.child()
    room.screen.expect_console("ERR_FAILED")
    lost: list[int] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    room.page.route("**/scan", lose_the_first)
    room.put(child)

    room.greets(child)
    room.has_said("签到好啦")
    assert lost == [200]
    assert visits(room.kiosk, child) == [("open", None)]


def test_an_unknown_card_finds_a_teacher_to_ask_and_makes_way_for_the_next(
    room: Room, pocket: Pocket
) -> None:
    child = pocket.child()
    room.screen.expect_console("responded with a status of 404")

    room.gun.scan(compose(CodeKind.CHILD, "0123456789"))

    room.says("不认识这张卡")
    expect(room.tile("找老师")).to_be_visible()
    room.shoot("door-card-of-another-school")
    room.sign_in(child)


@pytest.mark.parametrize(
    ("scanned", "said"),
    [
        ("6901234567892", "看看书背后的小方块"),
        ("CARD", "没看清"),
    ],
    ids=["milk", "half-a-card"],
)
def test_what_is_no_card_is_answered_kindly_and_the_screen_stays(
    room: Room, scanned: str, said: str, request: pytest.FixtureRequest
) -> None:
    room.gun.scan(scanned)

    expect(room.notice).to_contain_text(said)
    room.shoot(f"door-{request.node.callspec.id}")
    room.says("把你的卡放上来吧")


def test_one_scan_a_second_for_ten_seconds_is_stored_each_time(room: Room) -> None:
    queue = _queue(room.kiosk, 10)

    for card in queue:
        room.put(card)
        room.page.wait_for_timeout(1000)  # what is tried is the pace of a real door
    room.wait_for_answers(10)

    assert [visits(room.kiosk, card) for card in queue] == [[("open", None)]] * 10


def test_five_minutes_of_scans_at_once_are_all_stored(room: Room) -> None:
    queue, before = _queue(room.kiosk, 150), _here(room.kiosk)

    for card in queue:
        room.put(card)
    room.wait_for_answers(150)
    room.page.goto("about:blank")
    room.kiosk.stop()

    assert len(queue) == 150
    assert _here(room.kiosk) == before + 150
    room.kiosk.start()
