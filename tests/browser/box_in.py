"""The box comes in: batch, pile, acceptance, labels, second look, shelves."""

from playwright.sync_api import expect

from kiosk.files import title_base
from kiosk.services import pinyin
from tests.browser.box_walk import Walk
from tests.browser.room import rows

MAGAZINE = "977100012300605"
SHOP = "6901234567892"
NOT_LISTED, IN_KEYS = "山里的灯", "shanlidedeng "
TYPED = ("剪纸", "皮影戏", "村里的故事", "我们的学校", "跳棋")
TYPED_KEYS = ("jianzhi ", "piyingxi ", "cunlidegushi ", "womendexuexiao ", "tiaoqi ")
SEVERAL = 20
TITLES, TWICE = 50, 22
WHOLE_BOX = 100


def run(walk: Walk) -> None:
    """Take the box in, until every book stands on a shelf."""
    for part in (begin, take_in, accept, label, second_look, shelve):
        part(walk)


def isbn(number: int) -> str:
    """Return a number that no book has."""
    body = f"97878800{number:04}"
    total = sum(int(one) * (3 if place % 2 else 1) for place, one in enumerate(body))
    return f"{body}{-total % 10}"


def begin(walk: Walk) -> None:
    with walk.step("begin the donation", 1):
        walk.staff(1)
        walk.books("批次")
        walk.touch(walk.page.locator("[name=donor]"))
        walk.type("县图书馆", "xiantushuguan ")
        walk.enter()
        with walk.page.expect_navigation():
            walk.touch("图书入库")
        expect(walk.page.locator("#pile")).to_be_visible()


def take_in(walk: Walk) -> None:
    with walk.step("take in, 100 books of 58 titles", WHOLE_BOX):
        listed = [one.name for one in title_base.titles()]
        several, *others = [name for name in listed if name.isalnum()][: TITLES + 1]
        _named(walk, isbn(0), several)
        walk.touch(walk.page.locator("#pile [name=copies][type=number]"))
        walk.type(str(SEVERAL - 1))
        walk.enter()
        _counts(walk, SEVERAL)
        for number, name in enumerate(others, start=1):
            _named(walk, isbn(number), name)
            if number <= TWICE:
                walk.scan(isbn(number))
                _counts(walk, 2)
        _write_what_is_not_listed(walk)
        _fill_up(walk)
    assert len(walk.box()) == WHOLE_BOX, len(walk.box())


def _write_what_is_not_listed(walk: Walk) -> None:
    _asked(walk, isbn(900))
    walk.type(NOT_LISTED, IN_KEYS)
    walk.enter()
    _is_named(walk, NOT_LISTED)
    _asked(walk, MAGAZINE)
    walk.type("小百灵", "xiaobailing ")
    walk.enter()
    _is_named(walk, "小百灵")
    walk.scan(SHOP)
    expect(walk.page.locator("#notice")).to_contain_text("978")
    walk.touch(walk.page.locator("[name=code]"))
    for name, keys in zip(TYPED, TYPED_KEYS, strict=True):
        walk.type(name, keys)
        walk.enter()
        _is_named(walk, name)


def _fill_up(walk: Walk) -> None:
    """Scan more copies of one book until the box is empty."""
    for _ in range(WHOLE_BOX - len(walk.box())):
        walk.scan(isbn(900))
    for _ in range(300):
        if len(walk.box()) == WHOLE_BOX:
            return
        walk.page.wait_for_timeout(50)


def _counts(walk: Walk, copies: int) -> None:
    expect(walk.page.locator("#pile .pile__recent b").first).to_have_text(f"× {copies}")


def _asked(walk: Walk, number: str) -> None:
    walk.scan(number)
    expect(walk.page.locator("#pile [name=name]")).to_be_focused()


def _is_named(walk: Walk, name: str) -> None:
    expect(walk.page.locator("#pile .pile__name")).to_have_text(name)


def _named(walk: Walk, number: str, name: str) -> None:
    _asked(walk, number)
    walk.type(pinyin.initials(name))
    expect(walk.page.locator("#known button").first).to_be_visible()
    if walk.page.locator("#known button").first.get_attribute("value") == name:
        walk.enter()
    else:
        walk.touch(walk.page.locator(f"#known [value='{name}']"))
    _is_named(walk, name)


def accept(walk: Walk) -> None:
    with walk.step("second person accepts", 1):
        walk.staff(0)
        walk.books("批次")
        walk.touch(walk.page.locator("main table a"))
        walk.touch("我已清点，验收")
        expect(walk.page.locator("main")).to_contain_text("王老师")


def label(walk: Walk) -> None:
    with walk.step("print the labels, seven places used", WHOLE_BOX):
        walk.staff(1)
        walk.books("书标")
        walk.now.touches += 2  # the list opens, and a sheet is chosen
        walk.page.locator("select").first.select_option("own-66")
        walk.touch("看标签页")
        walk.touch(walk.page.locator("button.place").nth(7))
        expect(walk.page.locator("button.place[aria-current]")).to_have_text("8")
        walk.now.touches += 2  # print, and once more in the printer's dialogue
        walk.paper("labels")
        walk.touch("都印好了")
        expect(walk.page.locator("main")).to_contain_text("已记下")


def second_look(walk: Walk) -> None:
    found = rows(
        walk.room.kiosk,
        "SELECT code, isbn FROM item JOIN title ON title.id = title_id"
        " WHERE batch_id IS NOT NULL AND isbn IS NOT NULL ORDER BY accession_no",
    )
    chosen = found[::10][:10]
    with walk.step("second look, one in ten", len(chosen)):
        walk.books("标签复查")
        for code, number in chosen:
            walk.scan(code)
            expect(walk.page.locator("#pair [name=label]")).to_have_value(code)
            walk.scan(number)
            expect(walk.page.locator(".pair--fits")).to_be_visible()


def shelve(walk: Walk) -> None:
    without = [
        code
        for (code,) in rows(
            walk.room.kiosk,
            "SELECT code FROM item WHERE batch_id IS NOT NULL AND shelf_id IS NULL"
            " ORDER BY accession_no",
        )
    ]
    with walk.step("put on shelves what has none", len(without)):
        walk.books("上架")
        names = [name for (name,) in rows(walk.room.kiosk, "SELECT name FROM shelf")]
        for place in range(0, len(without), 20):
            with walk.page.expect_navigation():
                walk.touch(names[place // 20 % len(names)])
            for code in without[place : place + 20]:
                walk.scan(code)
                number = rows(
                    walk.room.kiosk, "SELECT accession_no FROM item WHERE code = ?", code
                )[0][0]
                expect(walk.page.locator(".pair--fits")).to_contain_text(number)
