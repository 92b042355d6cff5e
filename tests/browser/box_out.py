"""The box goes round: lent, brought back, renewed, waited for."""

from playwright.sync_api import expect

from kiosk.services import pinyin
from tests.browser.box_in import TYPED
from tests.browser.box_walk import Walk
from tests.browser.room import rows

LATER = 10_500  # ms; a second scan within ten seconds is the same one


def run(walk: Walk) -> None:
    """Lend and take back, until a child has what it waited for."""
    for part in (lend, to_a_class, give_back, renew, hold):
        part(walk)


def lend(walk: Walk) -> None:
    with walk.step("children borrow by themselves", 20):
        walk.room.open()
        for code in walk.box()[:20]:
            walk.readers.append(walk.pocket.child())
            walk.greeted(walk.readers[-1].code)
            walk.scan(code)
            walk.room.says("借好啦")


def to_a_class(walk: Walk) -> None:
    with walk.step("a class borrows", 20):
        walk.staff(0)
        walk.books("借还台")
        walk.go(walk.page.locator(".desk__classes button"))
        for count, code in enumerate(walk.box()[-20:], start=1):
            walk.scan(code)
            expect(walk.page.locator(f"[data-desk-count='{count}']")).to_be_visible()


def give_back(walk: Walk) -> None:
    box = walk.box()
    with walk.step("take back at the desk", 12):
        walk.go("收回")
        _each_back(walk, box[-20:-8])
    with walk.step("empty the return box", 10):
        walk.go("清还书箱")
        _each_back(walk, box[:10])
    with walk.step("children bring back", 8):
        walk.room.open()
        for code in box[10:18]:
            walk.scan(code)
            walk.room.says("还好啦")


def _each_back(walk: Walk, some: list[str]) -> None:
    for code in some:
        walk.scan(code)
        expect(walk.page.locator(".desk__answer--ok")).to_contain_text(walk.number(code))


def renew(walk: Walk) -> None:
    book, child = walk.box()[30], walk.pocket.child()
    with walk.step("renew", 1):
        walk.greeted(child.code)
        walk.scan(book)
        walk.room.says("借好啦")
        walk.page.wait_for_timeout(LATER)
        walk.greeted(child.code)
        walk.scan(book)
        walk.tap("再看几天")
        walk.room.says("再看几天")


def hold(walk: Walk) -> None:
    """Let a child wait for what the class has, alone of its title, until it is lent."""
    [(book,)] = rows(
        walk.room.kiosk,
        "SELECT code FROM item JOIN title ON title.id = title_id WHERE name = ?",
        TYPED[-1],
    )
    child = walk.pocket.child()
    with walk.step("wait for a book", 1):
        walk.room.open()
        walk.greeted(child.code)
        walk.room.open("/me")  # the greeting turns to it by itself
        walk.tap("借书")
        walk.tap("找书")
        for place in _keys(TYPED[-1]):
            walk.tap(walk.page.locator("#screen button, #screen a").filter(has_text=place))
        walk.tap(walk.page.locator("#screen .tile", has_text=TYPED[-1]))
        walk.tap("我也想看")
        walk.room.says("轮到你就告诉你")
    with walk.step("it comes, is told and lent", 1):
        walk.room.open()
        walk.scan(book)
        walk.room.says("交给老师")
        walk.shoot("the-book-comes-back")
        walk.page.wait_for_timeout(LATER)
        walk.room.open()
        walk.greeted(child.code)
        walk.room.open("/me")
        expect(walk.page.locator(".holds")).to_contain_text("来啦")
        walk.shoot("the-child-is-told")
        walk.scan(book)
        walk.room.says("借好啦")


def _keys(title: str) -> list[str]:
    groups = ("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz")
    numbers = {a: number for number, some in enumerate(groups, start=2) for a in some}
    return [f"第 {numbers[a]} 个键" for a in pinyin.initials(title)]
