"""A child nobody knows: it comes with a card from the pool, and its name follows."""

from playwright.sync_api import expect

from tests.browser.room import Pocket, Room, rows
from tests.browser.screen import SHOTS


def test_a_new_friend_borrows_at_once_and_is_greeted_by_its_name_once_it_has_one(
    room: Room, pocket: Pocket
) -> None:
    book = pocket.book()
    teacher, administrator = room.kiosk.codes("staff")[:2]
    room.staff_sign_in(administrator)
    room.open("/staff/setup/friends")
    room.page.locator("[name='count']").fill("1")
    room.press("做备用卡")
    room.page.screenshot(path=SHOTS / "friends-pool.png")
    room.press("打印没用过的卡")
    expect(room.page.locator("main svg").first).to_be_visible()
    card = room.printed_card()
    room.page.screenshot(path=SHOTS / "friends-sheet.png")
    room.open("/staff")
    room.press("回到孩子屏")
    room.open()

    room.put(card)
    room.has_said("你好呀！")
    room.shoot("friends-greeting")
    room.put(book)
    room.says("借好啦")
    room.shoot("friends-lent")
    room.open("/me")
    room.says("想做什么")
    room.shoot("friends-own-page")

    room.staff_sign_in(teacher)
    room.page.screenshot(path=SHOTS / "friends-home.png")
    room.open("/staff/setup/friends")
    room.page.screenshot(path=SHOTS / "friends-used.png")
    room.press("这是谁？")
    room.page.locator("[name='family_name']").fill("欧阳")
    room.page.locator("[name='given_name']").fill("一诺")
    room.page.screenshot(path=SHOTS / "friends-naming.png")
    room.press("登记这个名字")
    expect(room.page.locator("[role='status']")).to_contain_text("登记好了")
    room.page.screenshot(path=SHOTS / "friends-named.png")
    room.press("孩子的页面")
    expect(room.page.locator("main")).to_contain_text("欧阳一诺")
    expect(room.page.locator("main")).to_contain_text(book.label)
    room.open("/staff")
    room.press("回到孩子屏")
    room.open()

    room.put(card)
    expect(room.page.locator(".rail__name")).to_have_text("一诺")
    found = rows(
        room.kiosk,
        "SELECT family_name || given_name, count(*) FROM visit JOIN child ON child.id = child_id"
        " WHERE child_id = (SELECT child_id FROM loan JOIN item ON item.id = item_id"
        " WHERE code = ? AND ended_at IS NULL) GROUP BY 1",
        book.code,
    )
    assert found == [("欧阳一诺", 1)]
