"""A child's pages show its own and nobody else's, also when somebody sends another's id."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from kiosk.db import db, reading
from kiosk.models.calls import Booking
from kiosk.models.library import Loan
from kiosk.rules.call_states import CallState
from kiosk.rules.relations import Relation
from kiosk.services import holds
from kiosk.services.here import Here
from tests import factories, markup
from tests.clock import FrozenClock
from tests.factories import MadeChild, MadeItem
from tests.page import Page, PageClient


@pytest.fixture(autouse=True)
def _english(instance: Path) -> None:
    (instance / "kiosk.toml").write_text('language = "en"\n', encoding="utf-8")


@dataclass(frozen=True)
class Possessions:
    """A child with a book, a person to call and a booking; each has a mark of its own."""

    child: MadeChild
    item: MadeItem
    loan_id: UUID
    contact_id: UUID
    booking_id: UUID
    marks: tuple[str, ...]


def _everything(here: Here, mark: str) -> Possessions:
    child = factories.child(
        here, family_name=f"姓{mark}", given_name=f"名{mark}", local_no=f"no-{mark}"
    )
    item = factories.item(here, name=f"书{mark}")
    phone = f"1990000{ord(mark):04}"
    contact_id = factories.contact(
        here, child.child_id, phone=phone, full_name=f"人{mark}", relation=Relation.FATHER
    )
    return Possessions(
        child=child,
        item=item,
        loan_id=factories.loan(here, child.child_id, item.item_id),
        contact_id=contact_id,
        booking_id=factories.booking(here, child.child_id, contact_id=contact_id),
        marks=(
            f"姓{mark}",
            f"名{mark}",
            f"书{mark}",
            f"人{mark}",
            f"no-{mark}",
            phone,
            phone[-4:],
            child.card_code,
            str(child.child_id),
            str(contact_id),
        ),
    )


def _touch(page: PageClient, path: str, **form: object) -> Page:
    return page.submit(path, {"request_id": str(uuid4()), **form}, fragment=True)


def _all_of_it() -> tuple[list[str], list[str]]:
    db.session.remove()
    loans = reading().execute(select(Loan.id, Loan.child_id, Loan.ended_as, Loan.due_on)).all()
    calls = reading().execute(select(Booking.id, Booking.child_id, Booking.state)).all()
    return sorted(map(str, loans)), sorted(map(str, calls))


def test_the_ids_of_another_child_are_as_unknown_as_none(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    mine, theirs = _everything(here, "甲"), _everything(here, "乙")
    slot_id = str(factories.slots(here)[0])
    page.scan(mine.child.card_code)
    before = _all_of_it()
    contact, loan, booking = theirs.contact_id, theirs.loan_id, theirs.booking_id
    requests: list[tuple[UUID, Callable[[UUID], Page]]] = [
        (contact, lambda key: page.fragment(f"/me/call/{key}")),
        (contact, lambda key: _touch(page, "/me/call", contact_id=str(key), slot_id=slot_id)),
        (booking, lambda key: _touch(page, f"/me/call/{key}/undo")),
        (loan, lambda key: _touch(page, f"/me/loan/{key}/undo")),
        (loan, lambda key: _touch(page, f"/me/loan/{key}/renew")),
        (loan, lambda key: _touch(page, f"/me/return/{key}/undo")),
    ]

    for foreign_id, send in requests:
        foreign, nobodys = send(foreign_id), send(uuid4())
        assert (foreign.status, nobodys.status) == (404, 404), foreign.path
        assert foreign.response.data == nobodys.response.data, foreign.path

    assert _all_of_it() == before


def test_the_return_of_another_screen_is_not_undone(
    app: Flask, page: PageClient, here: Here
) -> None:
    mine = _everything(here, "甲")
    page.scan(mine.item.code)
    other = PageClient(app.test_client(), before_each=page.before_each)
    other.open("/")

    foreign, nobodys, own = (
        _touch(other, f"/me/return/{mine.loan_id}/undo"),
        _touch(other, f"/me/return/{uuid4()}/undo"),
        _touch(page, f"/me/return/{mine.loan_id}/undo"),
    )

    assert (foreign.status, nobodys.status, own.status) == (404, 404, 200)
    assert foreign.response.data == nobodys.response.data


@pytest.mark.parametrize("path", ["/me/call/1", "/me/call/not-a-uuid", "/me/nothing"])
def test_an_address_that_does_not_exist_is_answered_in_a_sentence(
    page: PageClient, here: Here, path: str
) -> None:
    factories.open_today(here)
    page.scan(factories.child(here).card_code)

    answer = page.fragment(path)

    assert answer.status == 404
    assert answer.words


@pytest.mark.parametrize("field", ["contact_id", "slot_id", "request_id"])
def test_a_form_that_lacks_something_changes_nothing(
    page: PageClient, here: Here, field: str
) -> None:
    factories.open_today(here)
    child = factories.child(here)
    page.scan(child.card_code)
    form = {
        "contact_id": str(factories.contact(here, child.child_id)),
        "slot_id": str(factories.slots(here)[0]),
        "request_id": str(uuid4()),
    }

    answer = page.submit("/me/call", form | {field: "x"}, fragment=True)

    assert answer.status == 422
    assert factories.how_many(Booking) == 0


# Three touches to a call, and the other pages


def _links(page: Page, begin: str) -> list[str]:
    return [
        link.get("href", "") for link in page.all("a") if link.get("href", "").startswith(begin)
    ]


def test_a_child_picks_a_person_and_a_time_in_three_touches(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here)
    factories.contact(here, child.child_id, relation=Relation.FATHER)
    page.scan(child.card_code)

    who = page.fragment("/me/call")
    (person,) = _links(who, "/me/call/")
    when = page.fragment(person)
    form = when.all("form", action="/me/call")[0]
    fields = {field.get("name", ""): field.get("value", "") for field in form.iter("input")}
    fields |= {
        button.get("name", ""): button.get("value", "")
        for button in form.iter("button")
        if button.get("name")
    }
    booked = page.submit("/me/call", fields, fragment=True)

    assert (who.status, when.status, booked.status) == (200, 200, 200)
    assert len(when.all("form", action="/me/call")) == 3
    assert factories.how_many(Booking) == 1
    (undo,) = [
        form.get("action", "") for form in booked.all("form") if "undo" in form.get("action", "")
    ]
    assert page.submit(undo, {}, fragment=True).status == 200
    db.session.remove()
    assert reading().scalar(select(Booking.state)) is CallState.CANCELLED


def test_a_late_undo_is_refused_kindly_and_leads_to_the_teacher(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    factories.open_today(here)
    child, item = factories.child(here), factories.item(here)
    page.scan(child.card_code)
    lent = page.scan(item.code)
    (undo,) = [one.get("action", "") for one in lent.all("form") if "undo" in one.get("action", "")]
    clock.advance(seconds=13)

    refused = _touch(page, undo)

    assert refused.status == 409
    assert "It is stored already. Ask the teacher" in refused.words
    db.session.remove()
    assert reading().scalar(select(Loan.ended_as)) is None


def test_a_lending_is_undone_and_a_book_kept_by_a_touch(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child, item = factories.child(here), factories.item(here)
    page.scan(child.card_code)
    lent = page.scan(item.code)
    (undo,) = [
        form.get("action", "") for form in lent.all("form") if "undo" in form.get("action", "")
    ]

    assert page.submit(undo, {}, fragment=True).status == 200
    assert page.scan(item.code).status == 200
    loan_id = _open_loan()
    renewed = _touch(page, f"/me/loan/{loan_id}/renew")
    again = _touch(page, f"/me/loan/{loan_id}/renew")

    assert renewed.status == 200
    assert again.status == 409
    assert again.words


def _open_loan() -> UUID:
    db.session.remove()
    return reading().scalars(select(Loan.id).where(Loan.ended_at.is_(None))).one()


def test_too_late_to_undo_is_said_on_the_childs_own_page(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    factories.open_today(here)
    child, item = factories.child(here), factories.item(here)
    page.scan(child.card_code)
    page.scan(item.code)
    clock.advance(seconds=15)

    answer = _touch(page, f"/me/loan/{_open_loan()}/undo")

    assert answer.status == 409
    assert "stored already" in answer.words


# No data of anybody else, and of the child only what belongs on its page


def _pages_of(page: PageClient, who: Possessions) -> Iterator[tuple[str, Page]]:
    yield "card", page.scan(who.child.card_code)
    for path in ("/me", "/me/lend", "/me/call", f"/me/call/{who.contact_id}", "/me/leave"):
        yield path, page.fragment(path)
    yield "book", page.scan(who.item.code)
    yield "kept", _touch(page, f"/me/loan/{who.loan_id}/renew")
    yield (
        "booked already",
        _touch(page, "/me/call", contact_id=str(who.contact_id), slot_id=str(uuid4())),
    )
    yield "whole", page.open("/me")
    yield "leaving", page.submit("/me/leave", {}, fragment=True)
    yield "idle", page.open("/")
    yield "seen", page.fragment("/idle")


def _stands_in(text: str, mark: str) -> bool:
    """Say whether a mark is there; the end of a number only by itself, not within a random key."""
    if len(mark) == 4 and mark.isdigit():
        return re.search(rf"(?<![0-9A-Za-z-]){mark}(?![0-9A-Za-z-])", text) is not None
    return mark in text


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("<b>0057</b>", True),
        ("···· 0057", True),
        ("199****0057", True),
        ("/me/call/01a1f81c-0057-7bb1-9004-97cd9662f73a", False),
        ("IjAwNTc0057b1", False),
    ],
)
def test_the_end_of_a_number_is_found_where_it_is_shown(text: str, *, is_there: bool) -> None:
    assert _stands_in(text, "0057") is is_there


def test_no_page_of_a_child_shows_anything_of_another(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    people = [_everything(here, mark) for mark in "甲乙丙"]

    for who in people:
        others = [mark for other in people if other is not who for mark in other.marks]
        for name, shown in _pages_of(page, who):
            found = [mark for mark in others if _stands_in(shown.response.text, mark)]
            assert found == [], name


def test_a_child_page_has_no_family_name_number_or_name_of_a_relative(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    who = _everything(here, "甲")
    never = ["姓甲", "人甲", "no-甲", who.marks[5], who.marks[6], who.child.card_code]

    seen = dict(_pages_of(page, who))

    assert "名甲" in seen["/me"].response.text, "what should be found is found"
    assert "书甲" in seen["/me"].response.text
    for name, shown in seen.items():
        assert [mark for mark in never if _stands_in(shown.response.text, mark)] == [], name


def test_two_children_with_the_same_things_have_the_same_page(page: PageClient, here: Here) -> None:
    """No mark, class or order tells one sort of child from another."""
    factories.open_today(here)
    boarder = factories.child(here, given_name="小满", is_boarder=True, class_number=1)
    other = factories.child(here, given_name="小满", is_boarder=False, class_number=2)
    assert boarder.face == other.face

    shown = []
    for child in (boarder, other):
        page.scan(child.card_code)
        # The form token holds the second in which it was made.
        text = page.fragment("/me").response.text
        shown.append(re.sub(r'(name="csrf_token") value="[^"]+"', r"\1", text))

    assert shown[0] == shown[1]


def test_whoever_leaves_before_a_call_of_today_is_reminded_of_it(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    child = factories.child(here)
    factories.booking(here, child.child_id)
    page.scan(child.card_code)

    leaving = page.fragment("/me/leave")

    assert "your call" in leaving.response.text or "有电话" in leaving.response.text


def test_a_child_sees_both_books_that_it_waits_for_and_the_ready_one_first(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    child = factories.child(here)
    waited_for = [factories.item(here, name=name) for name in ("小马过河", "神笔马良")]
    for item in waited_for:
        factories.loan(
            here,
            factories.child(here).child_id,
            item.item_id,
            lent_at=here.now - timedelta(days=3),
        )
        holds.place(
            title_id=item.title_id,
            child_id=child.child_id,
            face=child.face,
            request_id=uuid4(),
            here=here,
        )
    page.scan(waited_for[1].code)
    page.scan(child.card_code)

    (shown,) = page.open("/me").all("ul", class_="holds holds--2 card")

    assert re.findall("小马过河|神笔马良|Here!|No. 1", markup.words(shown)) == [
        "神笔马良",
        "Here!",
        "小马过河",
        "No. 1",
    ]


def test_a_book_that_nobody_has_named_yet_is_a_cover_without_words(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    child, item = factories.child(here), factories.item(here, name="未命名 000223")

    waits = page.scan(item.code)
    page.open("/")
    page.scan(child.card_code)
    lent = page.scan(item.code)
    again = page.scan(child.card_code)
    own = page.scan(child.card_code)
    back = page.scan(item.code)

    for shown in (waits, lent, again, own, back, page.open("/")):
        assert "未命名" not in shown.response.text
        assert "000223" not in shown.response.text
    assert "cover--" in lent.response.text
    assert "cover--" in back.response.text
