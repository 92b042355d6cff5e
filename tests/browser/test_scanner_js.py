"""The browser's side of a scan: nothing lost, nothing doubled, never a wrong code."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kiosk.rules.codes import CodeKind, compose
from tests.browser.devices import ALT, CTRL, Gun, Key, keys_of
from tests.browser.stub import Post, Reply, Stub, always, notice

pytestmark = pytest.mark.browser

CARD = compose(CodeKind.CHILD, "7K3M9QX2AB")
OTHER_CARD = compose(CodeKind.CHILD, "4HWE0R1TZC")
BOOK = compose(CodeKind.ITEM, "00D5F6G8JS")
ISBN = "9787544270878"
TERMINATORS = ["\r", "\n", "\r\n", "\t", ""]


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()
    yield stub
    stub.stop()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert not complaints


@pytest.fixture
def gun(page: Page, stub: Stub) -> Gun:
    page.goto(stub.url)
    return Gun(page)


# --- what is read


@pytest.mark.parametrize("end", TERMINATORS)
@pytest.mark.parametrize("with_input_method", [False, True])
def test_a_card_is_read_with_any_terminator_and_with_an_input_method_on(
    stub: Stub, gun: Gun, end: str, *, with_input_method: bool
) -> None:
    gun.with_input_method = with_input_method

    gun.scan(CARD, end)
    stub.wait_for_codes(1)
    gun.scan(BOOK, end)

    assert stub.wait_for_codes(2) == [CARD, BOOK]


def test_a_listener_that_reads_characters_fails_with_an_input_method_on(
    stub: Stub, page: Page
) -> None:
    stub.scripts = ["naive.js"]
    page.goto(stub.url)
    gun = Gun(page, with_input_method=True)

    gun.scan(CARD)
    gun.with_input_method = False
    gun.scan(BOOK)

    assert stub.wait_for_codes(1) == [BOOK]


def test_terminators_may_be_mixed_and_a_leading_one_is_no_scan(stub: Stub, gun: Gun) -> None:
    for code, end in [(CARD, "\r\n"), (BOOK, "\t"), (OTHER_CARD, "\r"), (CARD, "\n")]:
        gun.scan(f"\r{code}", end)

    assert stub.wait_for_codes(4) == [CARD, BOOK, OTHER_CARD, CARD]


def test_small_letters_are_the_same_card(stub: Stub, gun: Gun) -> None:
    gun.scan(CARD.lower())

    assert stub.wait_for_codes(1) == [CARD]


@pytest.mark.parametrize("prefix", ["]C1", "]Q1", "]E0"])
def test_what_names_the_kind_of_bar_is_not_part_of_the_code(
    stub: Stub, gun: Gun, prefix: str
) -> None:
    gun.scan(prefix + CARD)

    assert stub.wait_for_codes(1) == [CARD]


@pytest.mark.parametrize(
    ("prefix", "scanned", "read"),
    [
        ("C", CARD, CARD),  # another gun, or this one after its prefix was switched off
        ("C", f"C{CARD}", CARD),
        ("*", f"*{CARD}", CARD),
        ("9", ISBN, ISBN),
        ("12", f"12{ISBN}", ISBN),
    ],
)
def test_of_a_learned_prefix_only_what_is_too_much_is_left_away(
    page: Page, stub: Stub, prefix: str, scanned: str, read: str
) -> None:
    stub.kind = f'data-kiosk data-scanner-prefix="{prefix}"'
    page.goto(stub.url)

    Gun(page).scan(scanned)

    assert stub.wait_for_codes(1) == [read]


def test_a_gun_in_alt_mode_is_read(stub: Stub, gun: Gun) -> None:
    gun.scan_in_alt_mode(CARD)

    assert stub.wait_for_codes(1) == [CARD]


@pytest.mark.parametrize("bar", [ISBN, "7-5442-7087-8", "978754427087851", "978754427087812345"])
def test_a_book_s_own_bar_is_sent_as_it_is(stub: Stub, gun: Gun, bar: str) -> None:
    gun.scan(bar, "")

    assert stub.wait_for_codes(1) == [bar]


def test_two_codes_glued_together_are_two_scans(stub: Stub, gun: Gun) -> None:
    gun.scan(CARD + BOOK, "")

    assert stub.wait_for_codes(2) == [CARD, BOOK]


def test_half_a_code_is_sent_so_that_the_child_is_asked_again(stub: Stub, gun: Gun) -> None:
    gun.scan(CARD[:7], "")

    assert stub.wait_for_codes(1) == [CARD[:7]]


def test_three_stray_keys_are_no_scan(page: Page, stub: Stub) -> None:
    page.clock.install()
    page.goto(stub.url)
    gun = Gun(page)

    gun.scan("123", "")
    page.clock.run_for(501)
    gun.scan(CARD)

    assert stub.wait_for_codes(1) == [CARD]


def test_a_code_without_terminator_waits_for_120_ms_of_silence(page: Page, stub: Stub) -> None:
    page.clock.install()
    page.goto(stub.url)
    page.clock.pause_at("2036-01-01")
    page.evaluate(
        "window.read = []; document.addEventListener('kiosk:scan', e => window.read.push(e.detail))"
    )

    Gun(page).scan(CARD, "")

    page.clock.run_for(119)
    assert page.evaluate("window.read") == []
    page.clock.run_for(1)
    assert page.evaluate("window.read") == [CARD]


def test_a_pause_inside_a_code_does_not_tear_it(page: Page, stub: Stub) -> None:
    page.clock.install()
    page.goto(stub.url)
    page.clock.pause_at("2036-01-01")
    gun = Gun(page)

    gun.scan(CARD[:5], "")
    page.clock.run_for(400)
    gun.scan(CARD[5:])

    assert stub.wait_for_codes(1) == [CARD]


@pytest.mark.parametrize("begun", [ISBN[:10], f"12{ISBN[:8]}"])
def test_the_first_ten_figures_of_a_bar_are_no_old_isbn(page: Page, stub: Stub, begun: str) -> None:
    stub.kind = 'data-kiosk data-scanner-prefix="12"'
    page.clock.install()
    page.goto(stub.url)
    page.clock.pause_at("2036-01-01")
    gun = Gun(page)

    gun.scan(begun, "")
    page.clock.run_for(400)
    gun.scan(ISBN[len(begun.removeprefix("12")) :])

    assert stub.wait_for_codes(1) == [ISBN]


def test_an_old_isbn_waits_for_no_more(page: Page, stub: Stub) -> None:
    page.clock.install()
    page.goto(stub.url)
    page.clock.pause_at("2036-01-01")

    Gun(page).scan("7544270874", "")
    page.clock.run_for(120)

    assert stub.wait_for_codes(1) == ["7544270874"]


def test_a_page_that_is_busy_while_the_gun_types_does_not_tear_the_code(
    stub: Stub, gun: Gun
) -> None:
    gun.page.evaluate(
        "document.addEventListener('keydown', ({ code }) => {"
        "  const begin = performance.now();"
        "  while (code === 'KeyX' && performance.now() - begin < 700);"
        "})"
    )

    gun.scan(CARD, "")

    assert stub.wait_for_codes(1) == [CARD]


def test_a_burst_without_end_is_cut_and_stays_damaged(stub: Stub, page: Page) -> None:
    page.clock.install()
    page.goto(stub.url)
    page.clock.pause_at("2036-01-01")  # no silence within the burst, however slow the machine

    Gun(page).scan(CARD * 8)

    assert stub.wait_for_codes(1) == [(CARD * 8)[:64]]


@pytest.mark.parametrize("foreign", ["/", " "])
def test_a_foreign_symbol_does_not_vanish_from_a_code(stub: Stub, gun: Gun, foreign: str) -> None:
    gun.scan(CARD[:5] + foreign + CARD[5:])

    assert stub.wait_for_codes(1) == [f"{CARD[:5]}{'/' if foreign == '/' else '?'}{CARD[5:]}"]


@pytest.mark.parametrize("modifiers", [CTRL, ALT])
def test_a_control_character_spoils_the_code_it_stands_in(
    stub: Stub, gun: Gun, modifiers: int
) -> None:
    control = Key("BracketRight", "]", 221, modifiers)

    gun.press(*keys_of(CARD[:5]), control, *keys_of(f"{CARD[5:]}\r"))

    assert stub.wait_for_codes(1) == [f"{CARD[:5]}?{CARD[5:]}"]


def test_two_guns_at_once_are_two_mixed_codes_and_never_a_right_one(stub: Stub, gun: Gun) -> None:
    mixed = "".join(a + b for a, b in zip(CARD, BOOK, strict=True))

    gun.scan(mixed)
    gun.scan(CARD)

    assert stub.wait_for_codes(2)[-1] == CARD
    assert not {CARD, BOOK} & set(stub.codes[:-1])


# --- nothing on the screen answers to a key


def test_no_key_presses_the_button_that_has_the_focus(stub: Stub, page: Page) -> None:
    stub.beside = '<button id="one">one</button><button id="two">two</button>'
    page.goto(stub.url)
    gun = Gun(page)
    page.evaluate("window.presses = 0; addEventListener('click', () => { window.presses += 1; })")
    page.locator("#one").focus()

    for end in ["\r", "\t", " \r", "\n"]:
        gun.scan(CARD, end)

    stub.wait_for_codes(4)
    assert page.evaluate("window.presses") == 0
    expect(page.locator("#one")).to_be_focused()


KEYS_OF_THE_BROWSER = (
    Key("F5", "F5", 116),
    Key("F12", "F12", 123),
    Key("KeyJ", "j", 74, CTRL),
    Key("KeyP", "p", 80, CTRL),
    Key("KeyR", "r", 82, CTRL),
    Key("Equal", "+", 187, CTRL),
    Key("ArrowLeft", "ArrowLeft", 37, ALT),
    Key("Backspace", "Backspace", 8),
    Key("Tab", "Tab", 9),
    Key("Space", " ", 32),
)
NOTE_KEYS_LET_THROUGH = """() => {
  window.let_through = [];
  addEventListener("keydown", (event) => {
    if (!event.defaultPrevented) window.let_through.push(event.code);
    event.preventDefault();
  });
}"""


@pytest.mark.parametrize("kind", ["data-kiosk", "data-staff"])
def test_keys_that_the_browser_answers_to_are_swallowed_where_children_are(
    page: Page, stub: Stub, kind: str
) -> None:
    stub.kind = kind
    page.goto(stub.url)
    page.evaluate(NOTE_KEYS_LET_THROUGH)

    Gun(page).press(*KEYS_OF_THE_BROWSER)

    everything = [key.code for key in KEYS_OF_THE_BROWSER]
    assert page.evaluate("window.let_through") == ([] if kind == "data-kiosk" else everything)


# --- the queue


def _let_it_draw(page: Page) -> None:
    """Wait two frames: whatever the page makes of an answer, it has made by then."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_five_minutes_of_scans_in_a_row_lose_nothing(stub: Stub, gun: Gun) -> None:
    codes = [compose(CodeKind.CHILD, f"{number:010}") for number in range(150)]

    for code in codes:
        gun.scan(code)

    assert stub.wait_for_codes(150) == codes
    assert len({scan.request_id for scan in stub.scans}) == 150


def test_scans_wait_for_the_answer_before_them_and_keep_their_order(stub: Stub, gun: Gun) -> None:
    stub.on_scan = lambda scan: Reply(html=f"<p>{scan.code}</p>", delay=0.15)
    codes = [compose(CodeKind.ITEM, f"{number:010}") for number in range(10)]

    for code in codes:
        gun.scan(code)

    assert stub.wait_for_codes(10) == codes
    assert stub.most_at_once == 1
    expect(gun.page.locator("#screen")).to_have_text(codes[-1])


def test_a_listener_that_waits_for_each_answer_loses_scans(stub: Stub, page: Page) -> None:
    stub.scripts = ["naive.js"]
    stub.on_scan = always(Reply(is_held=True))
    page.goto(stub.url)
    gun = Gun(page)

    for _ in range(10):
        gun.scan(CARD)

    stub.wait_for_codes(1)
    with page.expect_response("**/scan"):
        stub.let_go.set()
    assert len(stub.codes) == 1


def test_a_scan_is_taken_while_a_tile_waits_for_its_answer(stub: Stub, page: Page) -> None:
    stub.screen = '<button id="one" hx-get="/slow" hx-target="#screen">one</button>'
    stub.pages["/slow"] = Reply(html="<p>the page of the child before</p>", is_held=True)
    page.goto(stub.url)
    page.locator("#one").click()
    stub.wait(lambda: "/slow" in stub.gets)

    Gun(page).scan(CARD)
    expect(page.locator("#screen")).to_have_text(CARD)
    stub.let_go.set()

    _let_it_draw(page)
    expect(page.locator("#screen")).to_have_text(CARD)


def test_a_tile_that_is_answered_after_a_card_brings_no_cookie(stub: Stub, page: Page) -> None:
    before, after = ({"Set-Cookie": f"child={who}; Path=/"} for who in ("before", "after"))
    stub.screen = '<button id="one" hx-post="/slow" hx-target="#screen">one</button>'
    stub.pages["/slow"] = Reply(html="<p>the child before</p>", headers=before, is_held=True)
    stub.on_scan = always(Reply(html="<p>the child after</p>", headers=after))
    page.goto(stub.url)
    page.locator("#one").click()
    stub.wait_for_post("/slow")

    Gun(page).scan(CARD)
    expect(page.locator("#screen")).to_have_text("the child after")
    stub.let_go.set()
    _let_it_draw(page)

    assert page.evaluate("document.cookie") == "child=after"


def test_a_poll_of_the_screen_before_does_not_come_back(stub: Stub, page: Page) -> None:
    stub.screen = (
        '<section hx-get="/slow" hx-trigger="load" hx-target="this" hx-swap="outerHTML">'
        "what is seen meanwhile</section>"
    )
    stub.pages["/slow"] = Reply(html="<p>the page of the child before</p>", is_held=True)
    page.goto(stub.url)
    stub.wait(lambda: "/slow" in stub.gets)

    Gun(page).scan(CARD)
    expect(page.locator("#screen")).to_have_text(CARD)
    stub.let_go.set()

    _let_it_draw(page)
    expect(page.locator("#screen")).to_have_text(CARD)


def test_a_tile_that_is_touched_while_a_card_is_on_its_way_does_nothing(
    stub: Stub, page: Page
) -> None:
    stub.on_scan = always(Reply(html=f"<p>{CARD}</p>", is_held=True))
    stub.screen = '<button id="one" hx-post="/one" hx-swap="none">one</button>'
    page.goto(stub.url)

    Gun(page).scan(CARD)
    stub.wait_for_codes(1)
    page.locator("#one").click()
    stub.let_go.set()

    expect(page.locator("#screen")).to_have_text(CARD)
    assert stub.posts == []


@pytest.mark.parametrize("trouble", [502, 503, 504, "cut", "late"])
def test_a_scan_without_an_answer_is_sent_again_under_its_id(
    stub: Stub, gun: Gun, trouble: int | str
) -> None:
    def answer(scan: Post) -> Reply:
        if len(stub.scans) > 1:
            stub.let_go.set()
            return Reply(html=f"<p>{scan.code}</p>")
        match trouble:
            case "cut":
                return Reply(status=0)
            case "late":  # so late that nobody waits for it any more
                return Reply(is_held=True)
            case status:
                return Reply(status=int(status))

    stub.on_scan = answer
    gun.scan(CARD)

    expect(gun.page.locator("#screen")).to_have_text(CARD)
    assert len(stub.scans) > 1
    assert len({(scan.code, scan.request_id) for scan in stub.scans}) == 1


def test_scans_outlive_a_server_that_is_gone_for_a_while(stub: Stub, gun: Gun) -> None:
    waiting = gun.page.locator("body[data-waiting]")
    stub.stop()

    gun.scan(CARD)
    gun.scan(BOOK)
    expect(waiting).to_have_count(1)
    stub.start()

    assert stub.wait_for_codes(2) == [CARD, BOOK]
    expect(waiting).to_have_count(0)


def test_a_new_form_token_is_fetched_and_the_scan_sent_again(stub: Stub, gun: Gun) -> None:
    stub.token = "second"  # noqa: S105  # no secret: a form token

    gun.scan(CARD)

    expect(gun.page.locator("#screen")).to_have_text(CARD)
    assert [scan.token for scan in stub.scans] == ["first", "second"]
    assert len({scan.request_id for scan in stub.scans}) == 1


def test_a_scan_that_is_refused_for_ever_does_not_hold_up_the_next(stub: Stub, gun: Gun) -> None:
    stub.on_scan = lambda scan: (
        Reply(html="<p>no</p>", status=403)
        if scan.code == BOOK
        else Reply(html=f"<p>{scan.code}</p>")
    )

    gun.scan(BOOK)
    gun.scan(CARD)

    expect(gun.page.locator("#screen")).to_have_text(CARD)


def test_an_answer_that_cannot_be_drawn_does_not_hold_up_the_next(
    chromium: Browser, stub: Stub
) -> None:
    stub.on_scan = lambda scan: Reply(
        html=f"<p>{scan.code}</p>",
        headers={"HX-Retarget": "#nowhere" if scan.code == BOOK else "#screen"},
    )
    page = chromium.new_page()
    page.goto(stub.url)
    gun = Gun(page)

    gun.scan(BOOK)
    gun.scan(CARD)

    expect(page.locator("#screen")).to_have_text(CARD)
    page.close()


def test_no_code_stays_in_the_browser_s_storage(stub: Stub, gun: Gun) -> None:
    stub.on_scan = always(Reply(status=503))

    gun.scan(CARD)
    stub.wait(lambda: len(stub.scans) > 1)

    kept = gun.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert CARD not in kept
    assert CARD not in gun.page.url


# --- the answer


def test_a_refusal_stands_beside_the_screen_until_the_next_scan(stub: Stub, gun: Gun) -> None:
    page = gun.page
    stub.on_scan = lambda scan: notice("look again") if scan.code != CARD else Reply(html=CARD)

    gun.scan("12345")
    expect(page.locator("#notice")).to_be_visible()
    expect(page.locator("#notice")).to_have_text("look again")
    expect(page.locator("#screen")).to_have_text("home")

    gun.scan(CARD)
    expect(page.locator("#screen")).to_have_text(CARD)
    expect(page.locator("#notice")).to_be_hidden()


def test_a_refusal_goes_after_five_seconds_or_with_a_touch_beside_it(
    stub: Stub, page: Page
) -> None:
    stub.on_scan = always(notice("look again"))
    page.clock.install()
    page.goto(stub.url)
    page.clock.pause_at("2036-01-01")
    gun = Gun(page)

    gun.scan(CARD)
    expect(page.locator("#notice")).to_be_visible()
    page.clock.run_for(5000)
    expect(page.locator("#notice")).to_be_hidden()

    gun.scan(CARD)
    expect(page.locator("#notice")).to_be_visible()
    page.mouse.click(600, 300)
    expect(page.locator("#notice")).to_be_hidden()


def test_the_tiles_of_an_answer_live(stub: Stub, gun: Gun) -> None:
    tile = '<button id="one" hx-get="/next" hx-target="#screen">one</button>'
    stub.on_scan = always(Reply(html=tile))
    stub.pages["/next"] = Reply(html="<p>next</p>")

    gun.scan(CARD)
    gun.page.locator("#one").click()

    expect(gun.page.locator("#screen")).to_have_text("next")


def test_a_tile_that_is_refused_says_so_and_the_screen_stays(stub: Stub, page: Page) -> None:
    stub.screen = (
        '<button id="one" hx-post="/book" hx-target="#screen" hx-swap="outerHTML">1</button>'
    )
    stub.pages["/book"] = notice("taken already", status=409)
    page.goto(stub.url)

    page.locator("#one").click()

    expect(page.locator("#notice")).to_have_text("taken already")
    expect(page.locator("#notice")).to_be_visible()
    expect(page.locator("#one")).to_be_visible()


def test_a_tile_of_a_session_that_is_over_goes_home(stub: Stub, page: Page) -> None:
    stub.screen = '<button id="one" hx-post="/book" hx-target="#screen">one</button>'
    stub.pages["/book"] = Reply(status=401)
    page.goto(stub.url)

    page.locator("#one").click()

    expect(page.locator("#home")).to_be_visible()


def test_an_answer_may_send_the_screen_elsewhere_once_all_scans_are_sent(
    stub: Stub, page: Page
) -> None:
    stub.pages["/door"] = Reply(html="<p>the door</p>")
    stub.on_scan = always(Reply(status=204, headers={"HX-Redirect": "/door"}, delay=0.2))
    page.goto(stub.url)
    gun = Gun(page)

    gun.scan(CARD)
    gun.scan(BOOK)
    gun.scan(OTHER_CARD)
    page.wait_for_url("**/door")

    assert stub.codes == [CARD, BOOK, OTHER_CARD]


def test_a_card_to_click_is_a_scan(stub: Stub, page: Page) -> None:
    stub.beside = f'<button type="button" id="two" data-scan-code="{CARD}">card</button>'
    page.goto(stub.url)

    page.locator("#two").click()

    assert stub.wait_for_codes(1) == [CARD]


# --- beside a staff page


@pytest.fixture
def desk(stub: Stub, page: Page) -> Gun:
    stub.kind = 'data-staff data-child-url="/"'
    stub.screen = '<form action="/find"><input name="q"></form>'
    stub.pages["/find"] = Reply(html="<p>found</p>")
    page.goto(stub.url)
    page.locator("input").focus()
    return Gun(page)


def _type_like_a_person(gun: Gun, text: str) -> None:
    gun.page.keyboard.type(text, delay=90)


def test_a_child_s_card_beside_a_staff_page_is_taken_and_leaves_no_trace(
    stub: Stub, desk: Gun
) -> None:
    stub.kind = "data-kiosk"  # the page that the answer leads to
    stub.on_scan = always(Reply(html="<p>hello</p>", is_held=True))

    desk.scan(CARD)
    stub.wait_for_codes(1)
    expect(desk.page.locator("input")).to_have_value("")
    stub.let_go.set()

    expect(desk.page.locator("body[data-kiosk]")).to_have_count(1)
    assert stub.codes == [CARD]
    assert "/find" not in stub.gets


def test_keys_that_a_busy_machine_brings_late_are_one_code_there_too(stub: Stub, desk: Gun) -> None:
    # So late that the shorter of the two patiences is over between any two keys.
    desk.page.evaluate(
        "const plain = setTimeout;"
        " window.setTimeout = (then, ms) => plain(then, ms < 500 ? 0 : 60_000);"
    )

    desk.scan(CARD[:5], "")
    desk.page.wait_for_timeout(50)
    desk.scan_late(CARD[5:])

    assert stub.wait_for_codes(1) == [CARD]


def test_a_person_who_types_is_left_alone(stub: Stub, desk: Gun) -> None:
    _type_like_a_person(desk, CARD)

    expect(desk.page.locator("input")).to_have_value(CARD)
    desk.page.locator("input").press("Enter")
    desk.page.wait_for_url("**/find?**")
    assert stub.scans == []


def test_a_book_s_label_goes_into_the_field_of_a_staff_page(stub: Stub, desk: Gun) -> None:
    for character in BOOK:
        desk.page.keyboard.press(character)

    expect(desk.page.locator("input")).to_have_value(BOOK)
    desk.page.locator("input").press("Enter")
    desk.page.wait_for_url("**/find?**")
    assert stub.scans == []
