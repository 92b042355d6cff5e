"""One door for everything that is scanned."""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event, insert, select

from kiosk.db import db, reading, transaction
from kiosk.ids import new_id
from kiosk.models.library import Loan
from kiosk.models.people import Child
from kiosk.models.visits import Visit
from kiosk.rules.badges import Animal, Cloth
from kiosk.rules.codes import CodeKind, Command, command_code, compose
from kiosk.rules.lending import LoanEnd
from kiosk.rules.visits import VisitState
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.page import Page, PageClient

ISBN = "9787539432144"


@pytest.fixture(autouse=True)
def _english(instance: Path) -> None:
    """Let the kiosk speak English, so that sentences can be read here."""
    (instance / "kiosk.toml").write_text('language = "en"\n', encoding="utf-8")


def _loans() -> list[tuple[UUID, LoanEnd | None]]:
    db.session.remove()
    rows = reading().execute(select(Loan.child_id, Loan.ended_as).order_by(Loan.id)).all()
    return [(row.child_id, row.ended_as) for row in rows]


# What each thing on the scanner means


def test_a_card_signs_in_and_is_greeted_by_its_given_name(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here, family_name="欧阳", given_name="小满")

    answer = page.scan(child.card_code)

    assert answer.status == 200
    assert "小满" in answer.words
    assert "欧阳" not in answer.response.text
    assert factories.how_many(Visit) == 1


@pytest.mark.parametrize("around", ["{}\r", "{}\n", "{}\t", "\r\n{}", "]C1{}", " {} "])
def test_what_the_scanner_sends_around_a_code_does_not_matter(
    page: PageClient, here: Here, around: str
) -> None:
    factories.open_today(here)
    child = factories.child(here)

    assert page.scan(around.format(child.card_code.lower())).status == 200


def test_a_book_after_the_card_is_lent_and_again_is_already_yours(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    child, item = factories.child(here), factories.item(here, name="小马过河")
    page.scan(child.card_code)

    lent = page.scan(item.code)
    again = page.scan(item.code)

    assert (lent.status, again.status) == (200, 200)
    assert "小马过河" in lent.words
    assert "yours" in again.words
    assert _loans() == [(child.child_id, None)]


def test_at_the_limit_a_book_of_just_now_may_be_given_back(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here)
    books = [factories.item(here) for _ in range(here.settings.policy(child.face.grade).limit + 1)]
    page.scan(child.card_code)
    for book in books[:-1]:
        page.scan(book.code)

    refused = page.scan(books[-1].code)
    page.scan(books[0].code)
    lent = page.scan(books[-1].code)

    assert (refused.status, lent.status) == (409, 200)
    assert [ended for _, ended in _loans()].count(LoanEnd.RETURNED) == 1
    assert len(_loans()) == len(books)


def test_a_book_alone_is_brought_back_whoever_had_it(page: PageClient, here: Here) -> None:
    owner, item = factories.child(here, given_name="秋水"), factories.item(here)
    factories.loan(here, owner.child_id, item.item_id)

    answer = page.scan(item.code)

    assert answer.status == 200
    assert "秋水" not in answer.response.text
    assert _loans() == [(owner.child_id, LoanEnd.RETURNED)]


def test_a_book_comes_back_also_while_the_room_is_closed(page: PageClient, here: Here) -> None:
    item = factories.item(here)
    factories.loan(here, factories.child(here).child_id, item.item_id)

    assert page.scan(item.code).status == 200
    assert [ended for _, ended in _loans()] == [LoanEnd.RETURNED]


def test_a_book_before_the_card_waits_for_it(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child, item = factories.child(here), factories.item(here)

    waiting = page.scan(item.code)
    lent = page.scan(child.card_code)

    assert (waiting.status, lent.status) == (200, 200)
    assert _loans() == [(child.child_id, None)]


@pytest.mark.parametrize(("path", "lent"), [("/", 0), ("/idle", 0), ("/idle?seen=x", 1)])
def test_a_book_that_was_left_there_is_not_lent_to_the_next_card(
    page: PageClient, here: Here, path: str, lent: int
) -> None:
    factories.open_today(here)
    page.scan(factories.item(here).code)
    page.fragment(path)

    page.scan(factories.child(here).card_code)

    assert factories.how_many(Loan) == lent


@pytest.mark.parametrize(("seconds", "loans"), [(15, 1), (16, 0)])
def test_it_waits_a_quarter_of_a_minute(
    page: PageClient, here: Here, clock: FrozenClock, seconds: int, loans: int
) -> None:
    factories.open_today(here)
    child, item = factories.child(here), factories.item(here)
    page.scan(item.code)
    clock.advance(seconds=seconds)

    page.scan(child.card_code)

    assert len(_loans()) == loans


def test_the_book_of_another_child_is_returned_and_one_touch_borrows_it(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    owner, finder = factories.child(here), factories.child(here)
    item = factories.item(here)
    factories.loan(here, owner.child_id, item.item_id)
    page.scan(finder.card_code)
    page.scan(item.code)

    lent = page.submit(f"/me/borrow/{item.item_id}", {"request_id": str(uuid4())}, fragment=True)
    again = page.scan(item.code)

    assert lent.status == 200
    assert "yours" in again.words
    assert set(_loans()) == {(owner.child_id, LoanEnd.IMPLIED), (finder.child_id, None)}


def test_the_publishers_bar_lends_the_only_copy(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here)
    factories.item(here, isbn=ISBN)
    page.scan(child.card_code)

    assert page.scan(f"{ISBN}51234").status == 200
    assert _loans() == [(child.child_id, None)]


@pytest.mark.parametrize("has_card", [True, False])
def test_a_bar_of_several_copies_asks_for_our_label(
    page: PageClient, here: Here, *, has_card: bool
) -> None:
    factories.open_today(here)
    title_id = factories.title(here, isbn=ISBN)
    for _ in range(2):
        factories.item(here, title_id=title_id)
    page.open("/")
    if has_card:
        page.scan(factories.child(here).card_code)

    answer = page.scan(ISBN)

    assert answer.status == 409
    assert "small square" in answer.words
    assert 'data-say="lend.where_label"' in answer.response.text
    assert _loans() == []


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("", 422),
        ("C1234", 422),
        ("hello", 422),
        ("<script>alert(1)</script>", 422),
        ("http://evil.example/", 422),
        ("\x0f\x12\x1b", 422),
        ("x" * 60_000, 422),
        ("6901028075831", 422),
        (ISBN, 404),
        (compose(CodeKind.CHILD, "0" * 10), 404),
        (compose(CodeKind.ITEM, "0" * 10), 404),
        (compose(CodeKind.STAFF, "0" * 10), 404),
        (compose(CodeKind.COMMAND, "0" * 10), 422),
    ],
)
def test_what_is_no_code_of_ours_is_answered_kindly_and_never_shown(
    page: PageClient, here: Here, code: str, status: int
) -> None:
    factories.open_today(here)
    page.open("/")

    answer = page.scan(code)

    assert answer.status == status
    assert answer.words
    assert code[:40] not in answer.response.text or not code
    # What may be asked again leaves the screen as it is; what leads nowhere gets a page.
    place = "#notice" if status == 422 else "#screen"
    assert answer.response.headers["HX-Retarget"] == place
    assert factories.how_many(Visit) == factories.how_many(Loan) == 0


def test_an_unknown_card_leaves_the_page_of_the_child_who_is_there(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    page.scan(factories.child(here).card_code)

    answer = page.scan(compose(CodeKind.CHILD, "0" * 10))

    assert answer.status == 404
    assert answer.response.headers["HX-Retarget"] == "#notice"
    assert page.open("/me").status == 200


@pytest.mark.parametrize("request_id", ["", "1", "x" * 36, "not-a-uuid"])
def test_a_scan_without_a_number_of_its_own_is_not_taken(
    page: PageClient, here: Here, request_id: str
) -> None:
    factories.open_today(here)
    child = factories.child(here)
    page.open("/")

    form = {"code": child.card_code, "request_id": request_id}
    answer = page.submit("/scan", form, fragment=True)

    assert answer.status == 422
    assert factories.how_many(Visit) == 0


def test_an_old_card_is_answered_kindly(page: PageClient, here: Here) -> None:
    child = factories.child(here)
    old = factories.card(here, child_id=child.child_id, revoked_at=here.now)

    answer = page.scan(old)

    assert answer.status == 404
    assert "new one" in answer.words


def test_a_closed_room_says_when_it_opens(page: PageClient, here: Here, clock: FrozenClock) -> None:
    child = factories.child(here)
    clock.advance(hours=5)

    answer = page.scan(child.card_code)

    assert answer.status == 409
    assert "4:30" in answer.words
    assert factories.how_many(Visit) == 0


# Command cards


def test_the_card_for_leaving_and_the_own_card_say_goodbye(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here)
    page.scan(child.card_code)

    asked = page.scan(command_code(Command.LEAVE))
    goodbye = page.scan(child.card_code)

    assert (asked.status, goodbye.status) == (200, 200)
    assert _states() == [VisitState.LEFT]
    assert page.fragment("/me").status == 401


def _states() -> list[VisitState]:
    db.session.remove()
    return list(reading().scalars(select(Visit.state)))


def test_another_card_on_the_leaving_page_signs_its_own_child_in(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    child, other = factories.child(here), factories.child(here, given_name="石头")
    page.scan(child.card_code)
    page.fragment("/me/leave")

    answer = page.scan(other.card_code)

    assert "石头" in answer.words
    assert _states() == [VisitState.OPEN, VisitState.OPEN]


def test_going_back_from_the_leaving_page_the_card_is_a_card_again(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    factories.open_today(here)
    child = factories.child(here)
    page.scan(child.card_code)
    page.fragment("/me/leave")
    page.fragment("/me")
    clock.advance(seconds=11)

    page.scan(child.card_code)

    assert _states() == [VisitState.OPEN]


def test_a_card_that_still_lies_there_after_leaving_opens_no_page(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    child = factories.child(here)
    page.scan(child.card_code)
    page.submit("/me/leave", {}, fragment=True)

    answer = page.scan(child.card_code)

    assert answer.status == 200
    assert page.fragment("/me").status == 401
    assert _states() == [VisitState.LEFT]


def test_the_card_for_done_ends_the_page(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    page.scan(factories.child(here).card_code)

    done = page.scan(command_code(Command.DONE))

    assert done.status == 200
    assert page.fragment("/me").status == 401


def test_the_cards_for_the_teacher_and_for_leaving_without_a_child(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)

    assert page.scan(command_code(Command.TEACHER)).status == 200
    assert page.scan(command_code(Command.LEAVE)).status == 401


# A scan that is sent again


def test_a_scan_sent_again_is_answered_alike(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child, item = factories.child(here), factories.item(here)
    sent = {code: str(uuid4()) for code in (child.card_code, item.code)}
    first = [page.scan(code, request_id=number).words for code, number in sent.items()]

    again = [page.scan(code, request_id=number).words for code, number in sent.items()]

    assert again[1] == first[1]
    assert factories.how_many(Visit) == 1
    assert len(_loans()) == 1


def test_a_scan_sent_again_after_a_restart_does_nothing_twice(
    app: Flask, page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    child, item, number = factories.child(here), factories.item(here), str(uuid4())
    page.scan(child.card_code)
    page.scan(item.code, request_id=number)
    app.extensions["kiosk"].child_sessions.__init__()

    answer = page.scan(item.code, request_id=number)

    assert answer.status == 200
    assert _loans() == [(child.child_id, None)]


# Staff


def test_a_staff_card_leads_to_the_door_and_ends_the_childs_page(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    teacher = factories.staff(here)
    page.scan(factories.child(here).card_code)

    answer = page.scan(teacher.card_code)

    assert answer.status == 204
    assert answer.response.headers["HX-Redirect"] == "/staff/door"
    assert page.fragment("/me").status == 401


# The idle screen


def test_the_idle_screen_is_drawn_anew_only_when_it_would_look_different(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    idle = page.open("/")
    asks = next(e for e in idle.by_id("screen").iter() if "/idle?" in e.get("hx-get", ""))
    path = asks.get("hx-get", "")

    same = page.fragment(path)
    page.scan(factories.child(here).card_code)
    changed = page.fragment(path)

    assert (same.status, changed.status) == (204, 200)


@pytest.mark.parametrize("path", ["/no-card", "/teacher"])
def test_help_is_there_without_a_card(page: PageClient, path: str) -> None:
    assert page.open(path).status == 200
    assert page.fragment(path).status == 200


# How much work it is


def _statements(act: Callable[[], Page]) -> list[str]:
    """Return what a request sends to SQLite beside BEGIN and COMMIT."""
    sent: list[str] = []

    def note(statement: str) -> None:
        # What its triggers do is noted as the statement itself once more.
        is_ours = not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK"))
        if is_ours and sent[-1:] != [statement]:
            sent.append(statement)

    def listen(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(note)

    db.engine.dispose()  # that which writes would stay open, and unheard
    event.listen(db.engine, "connect", listen)
    try:
        assert act().status == 200
    finally:
        event.remove(db.engine, "connect", listen)
        db.engine.dispose()
    return sent


def _badges() -> Iterator[tuple[Animal, Cloth]]:
    return cycle((animal, cloth) for cloth in Cloth for animal in Animal)


def _fill(here: Here, how_many: int) -> None:
    """Let so many more children be there, every other one in the room with a book."""
    classes = [factories.school_class(here, grade=5, number=n + 1) for n in range(8)]
    ids = [new_id(here.now) for _ in range(how_many)]
    item_ids = [factories.item(here).item_id for _ in range(min(how_many, 40))]
    children = [
        {
            "id": key,
            "family_name": "陈",
            "given_name": "小满",
            "initials": "cxm",
            "class_id": classes[n // 180],
            "is_boarder": False,
            "animal": animal,
            "cloth": cloth,
            "enrolled_on": here.today,
        }
        for n, (key, (animal, cloth)) in enumerate(zip(ids, _badges(), strict=False))
    ]
    visits = [
        {
            "id": new_id(here.now),
            "home_id": here.home_id,
            "child_id": key,
            "local_day": here.today,
            "signed_in_at": here.now,
            "state": VisitState.OPEN,
            "request_id": uuid4(),
        }
        for key in islice(ids, 0, None, 2)
    ]
    with transaction() as session:
        session.execute(insert(Child), children)
        session.execute(insert(Visit), visits)
    for key, item_id in zip(ids, item_ids, strict=False):
        factories.loan(here, key, item_id)


@pytest.mark.parametrize("children", [10, 1000])
def test_a_scan_asks_the_database_a_few_times_however_many_children_there_are(
    page: PageClient, here: Here, clock: FrozenClock, children: int
) -> None:
    factories.open_today(here)
    _fill(here, children)
    child, item = factories.child(here), factories.item(here)
    page.open("/")

    counts = {
        "sign in": len(_statements(lambda: page.scan(child.card_code))),
        "the same again": len(_statements(lambda: page.scan(child.card_code))),
        "lend": len(_statements(lambda: page.scan(item.code))),
        "already yours": len(_statements(lambda: page.scan(item.code))),
    }
    page.submit("/me/end", {}, fragment=True)
    counts["bring back"] = len(_statements(lambda: page.scan(item.code)))
    clock.advance(minutes=5)
    counts["already here"] = len(_statements(lambda: page.scan(child.card_code)))

    assert counts == {
        "sign in": 4,
        "the same again": 3,
        "lend": 5,
        "already yours": 1,
        "bring back": 2,
        "already here": 4,
    }
