"""Every staff page, reached by reader and by keyboard: axe-core with nothing to say."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import dated, reach
from tests.browser.process import Kiosk
from tests.browser.room import PATIENCE, PIN, Room, rows
from tests.browser.screen import SIZE, Screen

ROUTES: Final = Path(__file__).parents[1] / "routes.txt"
# What a route with a part to fill in is filled with, from the demo school.
FILLED: Final = {
    "/staff/activities/<uuid:activity_id>": "SELECT id FROM activity",
    "/staff/activities/pairs/child/<uuid:child_id>": "SELECT child_id FROM contact LIMIT 1",
    "/staff/books/<uuid:title_id>": "SELECT title_id FROM item JOIN loan ON item.id = item_id"
    " WHERE ended_at IS NULL LIMIT 1",
    "/staff/books/<uuid:title_id>/edit": "SELECT id FROM title LIMIT 1",
    "/staff/books/batches/<uuid:batch_id>": "SELECT id FROM intake_batch",
    "/staff/books/cases/<uuid:case_id>": "SELECT id FROM item_case WHERE ended_at IS NULL",
    "/staff/books/holds/title/<uuid:title_id>": "SELECT id FROM title LIMIT 1",
    "/staff/calls/<uuid:booking_id>/correct": "SELECT id FROM booking WHERE state = 'done'"
    " ORDER BY on_date DESC LIMIT 1",
    "/staff/calls/child/<uuid:child_id>": "SELECT child_id FROM contact WHERE status = 'approved'"
    " LIMIT 1",
    "/staff/calls/lines/<uuid:line_id>/out": "SELECT id FROM line LIMIT 1",
    "/staff/calls/place/<uuid:slot_id>": "SELECT slot.id FROM slot LEFT JOIN booking"
    " ON slot_id = slot.id WHERE booking.id IS NULL AND status = 'open'"
    " AND slot.on_date > (SELECT max(local_day) FROM visit) LIMIT 1",
    "/staff/calls/wishes/child/<uuid:child_id>": "SELECT child_id FROM contact LIMIT 1",
    "/staff/children/<uuid:child_id>": "SELECT child_id FROM contact LIMIT 1",
    "/staff/children/<uuid:child_id>/contacts/<uuid:contact_id>/end": "SELECT child_id, contact_id"
    " FROM booking WHERE state = 'booked' LIMIT 1",
    "/staff/children/<uuid:child_id>/contacts/<uuid:contact_id>/hours": "SELECT child_id, id"
    " FROM contact LIMIT 1",
    "/staff/children/<uuid:child_id>/erase": "SELECT child_id FROM contact LIMIT 1",
    "/staff/children/<uuid:child_id>/erase/sure": "SELECT child.id FROM child"
    " JOIN school_class ON school_class.id = class_id WHERE grade > 0"
    " AND child.id NOT IN (SELECT child_id FROM booking WHERE on_date >="
    " (SELECT max(local_day) FROM visit))"
    " AND child.id NOT IN (SELECT child_id FROM visit WHERE state = 'open')"
    " AND child.id NOT IN (SELECT child_id FROM loan WHERE ended_at IS NULL"
    " AND child_id IS NOT NULL) LIMIT 1",
    "/staff/children/<uuid:child_id>/lessons": "SELECT child_id FROM contact LIMIT 1",
    "/staff/children/class/<uuid:class_id>/lessons": "SELECT class_id FROM child"
    " JOIN contact ON child_id = child.id LIMIT 1",
    "/staff/duty/opening/<uuid:opening_id>": "SELECT opening_id FROM planned_duty"
    " WHERE state = 'seeking' LIMIT 1",
    "/staff/ledgers/<name>": "SELECT 'L1'",
    "/staff/ledgers/blank/<name>": "SELECT 'L13'",
    "/staff/ledgers/forms/<name>": "SELECT 'L1'",
    "/staff/openings/<uuid:opening_id>/cancel": "SELECT id FROM opening WHERE state = 'planned'"
    " ORDER BY on_date DESC LIMIT 1",
    "/staff/openings/<uuid:opening_id>/change": "SELECT id FROM opening WHERE state = 'planned'"
    " ORDER BY on_date DESC LIMIT 1",
    "/staff/openings/<uuid:opening_id>/times": "SELECT id FROM opening WHERE state = 'held'"
    " LIMIT 1",
    "/staff/setup/friends/<uuid:child_id>": "SELECT child.id FROM child"
    " JOIN school_class ON school_class.id = class_id WHERE grade = 0",
}
# What is no page of its own: the way back, a picture, and what a form has just made (see below).
NO_PAGE: Final = {
    "/staff/back",
    "/staff/books/cases/<uuid:case_id>/photo",
    "/staff/books/import/<uuid:import_id>",
    "/staff/books/pile/known",
    "/staff/children/<uuid:child_id>/card",
    "/staff/ledgers/forms/<name>/file",
    "/staff/ledgers/inspection/pack/<uuid:pack_id>",
}


def _pages() -> list[str]:
    """Return every address of staff that can be opened, as the list of routes has them."""
    lines = (line.split() for line in ROUTES.read_text(encoding="ascii").splitlines())
    return [rule for method, rule, *_ in lines if method == "GET" and rule.startswith("/staff")]


PART: Final = re.compile("<[^>]+>")
PAGES: Final = [rule for rule in _pages() if rule not in NO_PAGE]


@pytest.fixture(scope="module")
def office(chromium: Browser, kiosk: Kiosk) -> Iterator[Page]:
    """Return a page where the administrator is signed in."""
    context = chromium.new_context(viewport=SIZE, has_touch=True, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    room = Room(kiosk=kiosk, screen=Screen(context=context, url=kiosk.url))
    room.open()
    room.staff_sign_in(kiosk.codes("staff")[1])
    _make_a_friend(room)
    _begin_a_batch(room)
    _find_a_book_torn(room)
    _count_once_and_begin_again(room)
    _write_an_activity_down(room)
    yield room.page
    context.close()


def _make_a_friend(room: Room) -> None:
    room.open("/staff/setup/friends")
    room.page.locator("[name='count']").fill("1")
    _send(room.page, "/staff/setup/friends']")
    _send(room.page, "/staff/setup/friends/print']")
    card = room.printed_card()
    room.open()
    room.put(card)
    room.has_said("你好呀")
    room.put(room.kiosk.codes("staff")[1])  # the lock of a moment ago opens by the card alone
    room.page.wait_for_url("**/staff/**")


def _begin_a_batch(room: Room) -> None:
    room.open("/staff/books/batches")
    room.page.locator("[name='donor']").fill("春苗书社")
    _send(room.page, "/staff/books/batches']")


def _find_a_book_torn(room: Room) -> None:
    titles = rows(
        room.kiosk,
        "SELECT title_id FROM item WHERE status = 'available' AND id NOT IN"
        " (SELECT item_id FROM loan WHERE ended_at IS NULL) LIMIT 1",
    )
    room.open(f"/staff/books/{UUID(str(titles[0][0]))}")
    room.page.locator(".befalls summary").first.click()
    torn = room.page.locator("form[action*='/cases/item/']:has([value='damaged']) button")
    with room.page.expect_navigation():
        torn.first.click()


def _count_once_and_begin_again(room: Room) -> None:
    for step in ("", "/end", ""):
        room.open(f"/staff/books/count{step}")
        _send(room.page, f"/staff/books/count{step or '/begin'}']")


def _write_an_activity_down(room: Room) -> None:
    room.open("/staff/activities")
    room.page.locator("[name='title']").fill("画我的家")
    room.page.locator("[name='on']").fill("2026-10-13")
    _send(room.page, "/staff/activities']")


def _parts(kiosk: Kiosk, rule: str) -> list[str]:
    return [str(part) for part in rows(kiosk, FILLED[rule])[0]] if "<" in rule else []


def _address(kiosk: Kiosk, rule: str) -> str:
    path = rule
    for slot, part in zip(PART.findall(rule), _parts(kiosk, rule), strict=True):
        path = path.replace(slot, str(UUID(part)) if slot.startswith("<uuid:") else part)
    return f"{kiosk.url}{path}"


def _go(page: Page, kiosk: Kiosk, rule: str) -> None:
    answer = page.goto(_address(kiosk, rule))
    assert answer is not None
    assert answer.ok


def _faults(page: Page) -> list[str]:
    return reach.axe(page) + [f"small: {one}" for one in reach.small_targets(page)]


def test_every_page_of_staff_is_looked_at() -> None:
    with_parts = {rule for rule in PAGES if "<" in rule}

    assert with_parts == FILLED.keys(), "a page with a part needs something to fill it with"


@pytest.mark.parametrize("rule", PAGES)
def test_no_page_of_staff_keeps_anybody_out(office: Page, kiosk: Kiosk, rule: str) -> None:
    _go(office, kiosk, rule)

    assert _faults(office) == []


def test_the_thank_you_sheet_that_a_button_opens_keeps_nobody_out(
    office: Page, kiosk: Kiosk
) -> None:
    _go(office, kiosk, "/staff/books/batches/<uuid:batch_id>")
    with office.expect_navigation():
        office.locator("form[action$='/thanks'] button").click()

    assert office.locator("h1").inner_text() == "感谢信"
    assert _faults(office) == []


def test_what_happened_to_a_copy_keeps_nobody_out(office: Page, kiosk: Kiosk) -> None:
    _go(office, kiosk, "/staff/books/<uuid:title_id>")
    office.locator(".befalls summary").first.click()

    expect(office.locator(".befalls__choices button").first).to_be_visible()
    assert _faults(office) == []


def test_each_page_of_staff_has_a_title_of_its_own(office: Page, kiosk: Kiosk) -> None:
    """The pages are fetched as this browser would, but not drawn once more."""
    titles: dict[str, list[str]] = {}
    for rule in PAGES:
        answer = office.request.get(_address(kiosk, rule))
        assert answer.ok
        (title,) = re.findall(r"<title>(.*?)</title>", answer.text(), flags=re.DOTALL)
        titles.setdefault(title, []).append(rule)

    assert {title: rules for title, rules in titles.items() if len(rules) > 1} == {}


# --- what a form answers, what is printed, who is not signed in


def test_a_refused_form_keeps_nobody_out_and_leads_to_what_is_wrong(
    office: Page, kiosk: Kiosk
) -> None:
    _go(office, kiosk, "/staff/children/<uuid:child_id>")
    office.locator("[name='phone']").fill("12")
    _send(office, "/contacts']")

    assert _faults(office) == []
    _expect_to_be_told(office, "phone")


def test_a_file_of_books_that_waits_for_a_word_keeps_nobody_out(office: Page, kiosk: Kiosk) -> None:
    office.goto(f"{kiosk.url}/staff/books/import")
    office.locator("[name='file']").set_input_files(
        {
            "name": "books.csv",
            "mimeType": "text/csv",
            "buffer": "书名,作者,册数\n云上的学校,方禾,2\n".encode(),
        }
    )
    _send(office, "/staff/books/import']")
    office.locator("main table, main form").first.wait_for()

    assert _faults(office) == []


@pytest.mark.parametrize(
    ("path", "form", "typed", "wrong"),
    [
        ("/staff/books", "/staff/books'][method='post", {"name": "x", "isbn": "12345"}, "isbn"),
        ("/staff/calls/lines", "/staff/calls/lines", {"name": "1"}, "name"),
        ("/staff/openings", "/rules", {"from": "18:00", "to": "16:30"}, "to"),
        ("/staff/openings", "/rules", {"from": "half past"}, "from"),
        ("/staff/openings", "/rules", {"place_min": "99"}, "place_min"),
    ],
)
def test_what_was_typed_wrong_is_named_beside_its_field(
    office: Page, kiosk: Kiosk, path: str, form: str, typed: dict[str, str], wrong: str
) -> None:
    known = rows(kiosk, "SELECT name FROM line LIMIT 1")[0][0]
    office.goto(f"{kiosk.url}{path}")
    at = f"main form[action$='{form}'] "
    for name, value in typed.items():
        office.locator(f"{at}[name='{name}']").fill(known if value == "1" else value)
    _send(office, f"{form}']")

    assert _faults(office) == []
    _expect_to_be_told(office, wrong)


def test_a_room_that_is_not_fine_without_a_word_of_why(office: Page, kiosk: Kiosk) -> None:
    office.goto(f"{kiosk.url}/staff/opening/open")
    office.locator("[name='not_fine']").first.check()
    with office.expect_navigation():
        office.locator(".open__noted").click()

    assert _faults(office) == []
    _expect_to_be_told(office, "note_fire")


@pytest.mark.parametrize("text", ["z", "xyzxyz"])
def test_a_search_for_children_keeps_nobody_out(office: Page, kiosk: Kiosk, text: str) -> None:
    office.goto(f"{kiosk.url}/staff/children")
    office.locator("[name='text']").fill(text)
    _send(office, "/staff/children']")

    assert _faults(office) == []


@pytest.mark.parametrize(
    "path",
    [
        "/staff/books?text=xyzxyz",
        "/staff/calls?all=1",
        "/staff/ledgers/L3",
        "/staff/ledgers/L4",
        "/staff/ledgers/L6",
        "/staff/ledgers/L1?from=2026-12-31&to=2026-01-01",
        "/staff/?opened=1",
        "/staff/nowhere",
        "/staff/openings?released=2",
        "/staff/record?asked=1",
    ],
)
def test_what_an_address_says_besides_keeps_nobody_out(
    office: Page, kiosk: Kiosk, path: str
) -> None:
    office.goto(f"{kiosk.url}{path}")

    assert _faults(office) == []


def test_the_pages_in_english_say_so(office: Page, kiosk: Kiosk) -> None:
    office.goto(f"{kiosk.url}/staff")
    with office.expect_navigation():
        office.locator("[name='language']").click()
    languages = [office.locator("html").get_attribute("lang")]
    faults = _faults(office)
    for rule in ("/staff/ledgers/<name>", "/staff/children/<uuid:child_id>"):
        _go(office, kiosk, rule)
        faults += _faults(office)

    with office.expect_navigation():
        office.locator("[name='language']").click()
    languages.append(office.locator("html").get_attribute("lang"))
    assert languages == ["en", "zh-Hans"]
    assert faults == []


@pytest.mark.parametrize(
    ("page", "button"),
    [
        ("/staff/ledgers/<name>", "form[action$='/print'] button:not([name])"),
        ("/staff/books/<uuid:title_id>", "form[action$='/labels'] button"),
        ("/staff/children/<uuid:child_id>", "form[action$='/card/print'] button"),
    ],
)
def test_a_sheet_to_print_keeps_nobody_out(
    office: Page, kiosk: Kiosk, page: str, button: str
) -> None:
    _go(office, kiosk, page)
    office.locator(button).click()
    office.locator("[data-print]").wait_for()

    assert _faults(office) == []


def test_the_door_and_its_refusals_keep_nobody_out(chromium: Browser, kiosk: Kiosk) -> None:
    context = chromium.new_context(viewport=SIZE, has_touch=True, reduced_motion="reduce")
    room = Room(kiosk=kiosk, screen=Screen(context=context, url=kiosk.url))
    faults: dict[str, list[str]] = {}

    def look(name: str) -> None:
        if found := reach.axe(room.page) + reach.pale_texts(room.page):
            faults[name] = found

    for path in ("/staff", "/staff/door", "/no-card", "/teacher", "/me"):
        room.open(path)
        look(path)
    room.open()
    room.put(kiosk.codes("staff")[1])
    room.page.wait_for_url("**/staff/door")
    look("pad")
    for pin in ("135", "135790"):  # six digits go off by themselves
        room.page.locator("[name='pin']").fill(pin[:-1])
        with room.page.expect_navigation():
            room.page.keyboard.press(pin[-1])
            if len(pin) < len(PIN):
                room.page.keyboard.press("Enter")
        look(f"refused {pin}")
    context.close()

    assert faults == {}


def test_the_panel_of_a_demo_keeps_nobody_out(
    chromium: Browser, demo_school: Path, tmp_path: Path
) -> None:
    running = Kiosk(instance=dated.copy(demo_school, tmp_path / "instance"))
    running.start()
    page = chromium.new_page(viewport=SIZE)

    page.goto(f"{running.url}/demo")
    big = reach.axe(page)
    page.goto(running.url)
    page.locator("[data-demo-toggle]").click()
    page.locator("[data-scan-code]").first.wait_for()
    beside = reach.axe(page)

    page.close()
    running.stop()
    assert (big, beside) == ([], [])


def test_a_nameless_field_a_skipped_heading_and_a_small_button_are_found(
    office: Page, kiosk: Kiosk
) -> None:
    office.goto(f"{kiosk.url}/staff/record")
    office.evaluate(
        """document.querySelector("main").insertAdjacentHTML("beforeend",
          "<h4>4</h4><input type=text><button style='height: 20px'>x</button>"
          + "<p class=muted lang=xx>pale</p>")"""
    )
    reach.restyle(office, ".muted { color: #b5b0a0; } main button { min-height: 0; }")

    found = " ".join(_faults(office))

    for fault in ("label:", "heading-order:", "color-contrast:", "valid-lang:", "small:"):
        assert fault in found


def _send(page: Page, form: str) -> None:
    with page.expect_navigation():
        page.locator(
            f"main form[action$='{form} [type='submit'], main form[action$='{form} button"
        ).last.click()


def _expect_to_be_told(page: Page, name: str) -> None:
    """Expect the focus in the field, and what refused it to be told with it."""
    field = page.locator(f"[name='{name}'][aria-invalid='true']")
    said = page.locator(f"[id='{field.get_attribute('aria-describedby')}'][role='alert']")
    expect(said).to_have_count(1)
    expect(field).to_be_focused()


def test_the_first_page_is_printed_by_a_button_that_came_later(office: Page, kiosk: Kiosk) -> None:
    _go(office, kiosk, "/staff")
    office.evaluate("window.print = () => { document.title = 'printed'; }")
    # As when it is fetched anew.
    office.evaluate("document.getElementById('home').innerHTML += ''")

    office.locator("#home [data-print]").click()

    assert office.title() == "printed"
