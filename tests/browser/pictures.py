"""Pictures of every state of the children's screen, as a real kiosk shows them to a real browser.

    python -m tests.browser.pictures FOLDER [--size 1366x768] [--readme]

A demo school is made, and people of it come to the screen: a child of grade 1 who cannot read, one
of grade 5, a teacher. `--readme` renews the pictures of the README besides.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from PIL import Image
from playwright.sync_api import Route, ViewportSize, sync_playwright

from kiosk.rules.codes import CodeKind, compose
from tests.browser import dated
from tests.browser.conftest import ARGUMENTS, DEMO
from tests.browser.process import Code, Kiosk, command
from tests.browser.room import PIN, Pocket, Room, rows
from tests.browser.screen import Screen

README = Path(__file__).resolve().parents[1] / "pictures"
SHOWN = ("idle-open", "greeting", "own-page", "booked", "too-many-books", "goodbye")
COLOURS = 96
LATER = 11_000  # ms; a second scan within ten seconds is the same one


class Visitors:
    """Leads the people of a demo school before the screen, one state after the other."""

    def __init__(self, room: Room, folder: Path) -> None:
        self.room = room
        self.folder = folder
        self.pocket = Pocket(kiosk=room.kiosk)
        self.teacher = next(one for one in room.kiosk.codes("staff") if "管理员" in one.label)

    def shoot(self, name: str) -> None:
        self.room.page.wait_for_timeout(600)  # the page has turned
        self.room.page.screenshot(path=self.folder / f"{name}.png")
        print(name)

    def all(self) -> None:
        for state in (
            self.a_day_begins,
            self.a_first_grader_comes,
            self.a_fifth_grader_borrows,
            self.a_boarder_calls,
            self.a_card_is_at_home,
            self.cards_go_wrong,
            self.the_machine_is_tired,
            self.the_room_closes,
        ):
            state()

    def a_day_begins(self) -> None:
        self.room.open()
        self.shoot("idle-open")

    def a_first_grader_comes(self) -> None:
        child = self.pocket.child(grade="一年级")
        self.room.sign_in(child)
        self.shoot("greeting")
        self.room.page.wait_for_timeout(LATER)
        self.room.put(child)
        self.room.says("你已经签到啦")
        self.shoot("already-in")
        self.room.tap("借书")
        self.shoot("put-the-book-here")
        self.room.put(self.pocket.book())
        self.room.says("借好啦")
        self.shoot("lent-with-undo")
        self.room.tap("取消")
        self.shoot("lending-undone")
        self.room.tap("我要走啦")
        self.shoot("going-home")
        self.room.put(child)
        self.room.says("再见")
        self.shoot("goodbye")

    def a_fifth_grader_borrows(self) -> None:
        child = self.pocket.child(grade="五年级")
        self.room.sign_in(child)
        self.room.put(self.pocket.book_that_is_out())
        self.room.says("还好啦")
        self.shoot("other-childs-book")
        for _ in range(3):
            self.room.put(self.pocket.book())
            self.room.says("借好啦")
        self.room.put(self.pocket.book())
        self.room.says("先还一本吧")
        self.shoot("too-many-books")
        self.room.open("/me")
        self.shoot("own-page-with-books")
        self._due_soon()

    def a_boarder_calls(self) -> None:
        self.room.own_page(self.pocket.child(grade="三年级"))
        self.shoot("own-page")
        self.room.ask_whom_to_call()
        self.shoot("call-who")
        self.room.tap(self.room.page.locator("#screen a.tile[href^='/me/call/']"))
        self.shoot("call-when")
        self.room.tap(self.room.page.locator("#screen form[action='/me/call'] .tile"))
        self.room.says("约好啦")
        self.shoot("booked")
        self.room.page.wait_for_timeout(LATER)
        self.shoot("ring")
        self._call_soon()

    def a_card_is_at_home(self) -> None:
        child = self.pocket.child(grade="四年级")
        [(class_id, animal, cloth)] = rows(
            self.room.kiosk,
            "SELECT class_id, animal, cloth FROM child WHERE family_name || given_name = ?",
            child.label,
        )
        self.room.open()
        self.room.tap("没带卡")
        self.shoot("no-card-class")
        self._choose("class_id", str(UUID(class_id)))
        self.shoot("no-card-animal")
        self._choose("animal", animal)
        if self.room.page.locator("input[name=cloth]").count():
            self._choose("cloth", cloth)
        self.shoot("no-card-pictures")
        [code] = rows(
            self.room.kiosk,
            "SELECT first, second, third FROM picture_code JOIN child ON child.id = child_id"
            " WHERE family_name || given_name = ?",
            child.label,
        )
        for touched in range(1, 4):
            self._choose("pictures", "-".join(map(str, code[:touched])))
        self.room.says("老师点一下就好")
        self.shoot("waiting")

    def _choose(self, field: str, value: str) -> None:
        """Touch the tile that says this, on this page of choices or on one behind the arrow."""
        tile = self.room.page.locator(f"#screen form:has([name={field}][value='{value}']) .tile")
        for _ in range(9):
            if tile.count():
                break
            self.room.tap(self.room.page.locator(".more-picks .tile"))
            self.room.page.wait_for_timeout(500)
        self.room.tap(tile)
        self.room.page.wait_for_timeout(500)

    def cards_go_wrong(self) -> None:
        self.room.open()
        self.room.gun.scan(compose(CodeKind.CHILD, "0123456789"))
        self.room.says("不认识这张卡")
        self.shoot("unknown-card")
        child = self.pocket.child(grade="二年级")
        self._new_card(child)
        self.room.put(child)
        self.room.says("旧卡")
        self.shoot("old-card")
        self.room.open()
        self.room.put(self.pocket.book())
        self.room.says("再放上你的卡")
        self.shoot("book-first")
        self.room.open()
        self.room.gun.scan("CARD")
        self.shoot("not-seen-clearly")

    def the_machine_is_tired(self) -> None:
        self.room.open()
        page = self.room.page

        def tired(route: Route) -> None:
            route.fulfill(status=503, body="")

        page.route("**/scan", tired)
        self.room.put(self.pocket.child(grade="四年级"))
        page.wait_for_timeout(3000)
        self.shoot("just-a-moment")
        page.wait_for_timeout(6000)
        self.shoot("machine-tired")
        page.unroute("**/scan")
        page.wait_for_timeout(4000)
        self.shoot("machine-well-again")

    def the_room_closes(self) -> None:
        self._staff("/staff")
        self.shoot("staff-home")
        self.room.open("/staff/opening/close")
        self.shoot("staff-closing-sheet")
        for box in self.room.page.get_by_role("checkbox").all():
            box.check()
        self.room.press("关闭房间")
        self.room.press("回到孩子屏")
        self.room.says("现在休息")
        self.shoot("idle-closed")
        self.room.put(self.pocket.child(grade="六年级"))
        self.room.says("现在休息")
        self.shoot("card-while-closed")

    def _due_soon(self) -> None:
        found = rows(
            self.room.kiosk,
            "SELECT family_name || given_name FROM child JOIN loan ON child.id = child_id"
            " WHERE ended_at IS NULL AND child.id NOT IN (SELECT child_id FROM booking)"
            " AND child.id NOT IN (SELECT child_id FROM visit WHERE state = 'open')"
            " ORDER BY due_on",
        )
        self._greet("book-due", [label for (label,) in found])

    def _call_soon(self) -> None:
        found = rows(
            self.room.kiosk,
            "SELECT family_name || given_name FROM child JOIN booking ON child.id = child_id"
            " WHERE state = 'booked'"
            " AND child.id NOT IN (SELECT child_id FROM visit WHERE state = 'open')"
            " ORDER BY on_date, booking.start_min",
        )
        self._greet("call-soon", [label for (label,) in found])

    def _greet(self, name: str, labels: list[str]) -> None:
        cards = {one.label: one for one in self.room.kiosk.codes("child")}
        here = next((cards[label] for label in labels if label in cards), None)
        if here is None:
            print(f"{name}: nobody of the demo")
            return
        self.room.open()
        self.room.put(here)
        self.room.greets(here)
        self.shoot(name)

    def _staff(self, path: str) -> None:
        """Be at a staff page; a lock of a moment ago opens by the card alone."""
        self.room.open()
        self.room.put(self.teacher)
        self.room.page.wait_for_url("**/staff**")
        if self.room.page.url.endswith("/staff/door"):
            self.room.page.keyboard.type(PIN)
            self.room.page.wait_for_url("**/staff")
        self.room.open(path)

    def _new_card(self, child: Code) -> None:
        self._staff("/staff/children")
        self.room.page.locator("[name=text]").fill(child.label)
        self.room.page.keyboard.press("Enter")
        self.room.page.locator("a[href^='/staff/children/']").last.click()
        self.shoot("staff-child")
        self.room.press("卡丢了，补卡")
        self.room.press("发新卡")
        self.room.open()


@contextmanager
def visitors(folder: Path, size: ViewportSize) -> Iterator[Visitors]:
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        instance = Path(made)
        dated.begin(instance)
        command(instance, "demo", *DEMO)
        toml = instance / "kiosk.toml"
        toml.write_text(toml.read_text("utf-8").replace("demo = true", "demo = false"), "utf-8")
        kiosk = Kiosk(instance=instance)
        kiosk.start()
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(ARGUMENTS)
        )
        context = browser.new_context(
            viewport=size, has_touch=True, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        try:
            yield Visitors(Room(kiosk=kiosk, screen=Screen(context=context, url=kiosk.url)), folder)
        finally:
            browser.close()
            kiosk.stop()


def renew_readme(folder: Path, say: Callable[[str], None] = print) -> None:
    """Take the README's six from the pictures, small enough to travel with the code."""
    README.mkdir(exist_ok=True)
    for name in SHOWN:
        with Image.open(folder / f"{name}.png") as whole:
            small = whole.convert("RGB").resize((1024, 576), Image.Resampling.LANCZOS)
        small.quantize(COLOURS).save(README / f"{name}.png", optimize=True)
        say(f"{name}: {(README / f'{name}.png').stat().st_size // 1024} KB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1366x768")
    parser.add_argument("--readme", action="store_true")
    chosen = parser.parse_args()
    width, height = map(int, chosen.size.split("x"))
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with visitors(chosen.folder, {"width": width, "height": height}) as people:
        people.all()
    if chosen.readme:
        renew_readme(chosen.folder)


if __name__ == "__main__":
    main()
