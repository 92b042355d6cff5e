"""Family calls: a face, a time, booked; and what stands in the way of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.process import Code, Kiosk
from tests.browser.room import Pocket, Room, rows
from tests.browser.screen import SIZE, Screen

FACES = "#screen a.tile[href^='/me/call/']"
TIMES = "#screen form[action='/me/call'] .tile"


@pytest.fixture
def second_room(chromium: Browser, kiosk: Kiosk) -> Iterator[Room]:
    """Return a second screen of the same room."""
    context = chromium.new_context(viewport=SIZE, has_touch=True, locale="zh-CN")
    room = Room(kiosk=kiosk, screen=Screen(context=context, url=kiosk.url))
    room.open()
    yield room
    room.screen.check()
    context.close()


def _calls(kiosk: Kiosk, child: Code) -> list[tuple[Any, ...]]:
    return rows(
        kiosk,
        "SELECT state, slot_id FROM booking"
        " JOIN child ON child.id = child_id WHERE family_name || given_name = ?"
        " AND on_date >= (SELECT max(local_day) FROM visit) ORDER BY booked_at",
        child.label,
    )


def _places(room: Room) -> list[str]:
    """Return which places the tiles stand for."""
    fields: Locator = room.page.locator("#screen [name='slot_id']")
    return [str(one.get_attribute("value")) for one in fields.all()]


def _choose_a_face(room: Room, child: Code) -> None:
    room.own_page(child)
    room.ask_whom_to_call()
    room.tap(room.page.locator(FACES))
    room.says("什么时候打")


def test_three_touches_book_a_call(room: Room, pocket: Pocket) -> None:
    child = pocket.child()
    room.own_page(child)

    room.ask_whom_to_call()
    room.shoot("calls-who")
    room.tap(room.page.locator(FACES))
    room.says("什么时候打")
    room.shoot("calls-when")
    room.tap(room.page.locator(TIMES))

    room.says("约好啦")
    room.shoot("calls-booked")
    assert [state for state, *_ in _calls(room.kiosk, child)] == ["booked"]
    room.open("/me")
    # A call ten minutes off or nearer is shown by its telephone and not by its digits.
    expect(room.page.locator(".call .time, .call .telephone").first).to_be_visible()
    room.shoot("calls-on-the-own-page")


def test_a_call_just_booked_is_given_back_with_one_touch(room: Room, pocket: Pocket) -> None:
    child = pocket.child()
    _choose_a_face(room, child)
    room.tap(room.page.locator(TIMES))
    room.says("约好啦")

    room.tap("取消")

    room.says("先不打电话")
    room.shoot("calls-undone")
    assert [state for state, *_ in _calls(room.kiosk, child)] == ["cancelled"]


def test_a_place_that_is_taken_is_not_offered_to_the_next_child(room: Room, pocket: Pocket) -> None:
    _choose_a_face(room, pocket.child())
    taken = _places(room)[0]
    room.tap(room.page.locator(TIMES))
    room.says("约好啦")

    _choose_a_face(room, pocket.child())

    assert len(_places(room)) == 2, "beside them a child may ask for another time"
    assert taken not in _places(room)


def test_of_two_screens_one_gets_the_place_and_the_other_a_sentence(
    room: Room, second_room: Room, pocket: Pocket
) -> None:
    first, second = pocket.child(), pocket.child()
    _choose_a_face(room, first)
    _choose_a_face(second_room, second)
    assert _places(room) == _places(second_room)

    room.tap(room.page.locator(TIMES))
    room.says("约好啦")
    second_room.tap(second_room.page.locator(TIMES))

    second_room.says("这个时间刚约走，换一个吧")
    second_room.shoot("calls-just-taken")
    assert [state for state, *_ in _calls(room.kiosk, first)] == ["booked"]
    assert _calls(room.kiosk, second) == []
    second_room.tap("再选一次")
    second_room.says("打给谁")


def test_a_child_whose_numbers_were_all_stopped_is_sent_to_the_teacher_kindly(
    room: Room, pocket: Pocket
) -> None:
    child, administrator = pocket.child(), room.kiosk.codes("staff")[1]
    room.staff_sign_in(administrator)
    room.page.goto(f"{room.kiosk.url}/staff/children")
    room.page.locator("[name='text']").fill(child.label)
    room.press("查找")
    room.page.locator(".person", has_text=child.label).click()
    room.page.wait_for_url("**/staff/children/*")
    while room.page.get_by_text("不再拨打", exact=True).count():
        room.press("不再拨打")
        with room.page.expect_navigation():
            room.page.locator("form:has([value='bar']) button").click()
    room.shoot("calls-numbers-stopped")
    room.press("回到孩子屏")
    room.says("把你的卡放上来吧")
    room.own_page(child)

    room.tap("打电话")

    room.says("和老师一起加一个号码吧")
    expect(room.tile("找老师")).to_be_visible()
    room.shoot("calls-no-number-yet")
