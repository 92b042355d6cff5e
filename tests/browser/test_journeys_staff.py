"""Staff at the same screen: beside the children's cards, and in a browser without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.process import Code
from tests.browser.room import PATIENCE, PIN, Pocket, Room, given_name, rows, visits
from tests.browser.screen import SHOTS, SIZE


@pytest.fixture
def teacher(room: Room) -> Code:
    return room.kiosk.codes("staff")[0]


@pytest.fixture
def without_scripts(chromium: Browser, room: Room, teacher: Code) -> Iterator[Page]:
    """Return a browser that runs no scripts, at the PIN: the card was read on the screen."""
    room.put(teacher)
    room.page.wait_for_url("**/staff/door")
    context = chromium.new_context(
        viewport=SIZE,
        locale="zh-CN",
        java_script_enabled=False,
        storage_state=room.screen.context.storage_state(),
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{room.kiosk.url}/staff/door")
    yield page
    context.close()


def _press(page: Page, words: str, *, within: str = "body") -> None:
    """Press what has these words, and stay until the page after it is there."""
    with page.expect_navigation():
        page.locator(within).locator("a, button").get_by_text(words, exact=True).first.click()


# --- a child's card beside a staff page


def test_a_child_s_card_beside_a_staff_page_is_stored_and_locks_it(
    room: Room, pocket: Pocket, teacher: Code
) -> None:
    child = pocket.child()
    room.staff_sign_in(teacher)
    room.page.goto(f"{room.kiosk.url}/staff/calls")
    room.shoot("staff-calls")

    room.put(child)

    expect(room.page.locator("body[data-kiosk]")).to_have_count(1)
    room.shoot("staff-locked-by-a-card")
    assert visits(room.kiosk, child) == [("open", None)]
    room.page.goto(f"{room.kiosk.url}/staff/calls")
    expect(room.page.locator("body[data-staff]")).to_have_count(0)


def test_the_staff_card_alone_brings_page_and_unsaved_form_back(
    room: Room, pocket: Pocket, teacher: Code
) -> None:
    room.staff_sign_in(teacher)
    room.page.goto(f"{room.kiosk.url}/staff/children")
    room.page.locator("[name='text']").fill("zm")
    room.put(pocket.child())
    expect(room.page.locator("body[data-kiosk]")).to_have_count(1)

    room.put(teacher)

    room.page.wait_for_url("**/staff/children")
    expect(room.page.locator("[name='text']")).to_have_value("zm")
    room.shoot("staff-back-with-the-form")


def test_another_s_staff_card_does_not_open_the_locked_page(
    room: Room, pocket: Pocket, teacher: Code
) -> None:
    room.staff_sign_in(teacher)
    room.page.goto(f"{room.kiosk.url}/staff/children")
    room.put(pocket.child())
    expect(room.page.locator("body[data-kiosk]")).to_have_count(1)

    room.put(room.kiosk.codes("staff")[1])

    room.page.wait_for_url("**/staff/door")
    room.says("PIN")


def test_a_child_s_page_ends_when_staff_come(room: Room, pocket: Pocket, teacher: Code) -> None:
    child = pocket.child()
    room.sign_in(child)

    room.put(teacher)

    room.page.wait_for_url("**/staff/door")
    assert given_name(room.kiosk, child) not in room.page.content()
    room.tap(room.page.locator(".door__back .tile"))
    room.says("把你的卡放上来吧")
    assert given_name(room.kiosk, child) not in room.page.content()


def test_a_book_beside_a_staff_page_is_taken_back_and_the_page_stays(
    room: Room, pocket: Pocket, teacher: Code
) -> None:
    book = pocket.book_that_is_out()
    room.staff_sign_in(teacher)

    room.put(book)

    expect(room.notice).to_contain_text("还好啦")
    room.shoot("staff-book-beside-the-page")
    expect(room.page.locator("body[data-staff]")).to_have_count(1)
    out = rows(
        room.kiosk,
        "SELECT count(*) FROM loan JOIN item ON item.id = item_id"
        " WHERE code = ? AND ended_at IS NULL",
        book.code,
    )
    assert out == [(0,)]


def test_a_child_who_borrows_beside_a_staff_page_finds_the_own_page(
    room: Room, pocket: Pocket, teacher: Code
) -> None:
    book = pocket.book()
    room.staff_sign_in(teacher)

    room.put(pocket.child())
    room.says("想做什么")
    room.put(book)
    room.says("借好啦")

    room.open("/me")
    expect(room.page.locator(".shelf")).to_contain_text(book.label)
    room.shoot("staff-borrowed-beside-the-page")


# --- without scripts


def _go_in(page: Page) -> None:
    page.locator("[name='pin']").fill(PIN)
    page.locator(".pad__key--go").click()
    page.wait_for_url("**/staff")


def test_a_teacher_without_scripts_leads_a_call_on(without_scripts: Page, room: Room) -> None:
    page = without_scripts
    page.screenshot(path=SHOTS / "staff-pin-without-scripts.png")
    _go_in(page)
    page.screenshot(path=SHOTS / "staff-home-without-scripts.png")
    _press(page, "电话")
    page.wait_for_url("**/staff/calls")

    _press(page, "叫孩子")
    page.wait_for_url("**/staff/calls?**")
    _press(page, "开始拨打")

    expect(page.get_by_text("通话中").first).to_be_visible()
    page.screenshot(path=SHOTS / "staff-calling-without-scripts.png")
    assert rows(room.kiosk, "SELECT count(*) FROM booking WHERE state = 'calling'") == [(1,)]
    _press(page, "没人接，再打一次")
    _press(page, "没人接", within=".call--now")  # a call of yesterday may wait for its result
    expect(page.get_by_text("通话中")).to_have_count(0)
    assert rows(room.kiosk, "SELECT count(*) FROM booking WHERE state = 'calling'") == [(0,)]


def test_a_teacher_without_scripts_finds_a_child_by_its_initials(
    without_scripts: Page, room: Room
) -> None:
    page, child = without_scripts, room.kiosk.codes("child")[0]
    initials = rows(
        room.kiosk, "SELECT initials FROM child WHERE family_name || given_name = ?", child.label
    )[0][0]
    _go_in(page)
    _press(page, "名册")

    page.locator("[name='text']").fill(initials)
    _press(page, "查找")
    page.locator(".person", has_text=child.label).click()

    expect(page.locator("h1")).to_contain_text(child.label)
    page.screenshot(path=SHOTS / "staff-child-without-scripts.png")
