"""Whatever became of its call, a child's way never ends without a teacher and a way home."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from kiosk.db import db, reading, transaction
from kiosk.ids import new_id
from kiosk.models.call_hours import ContactDoubt, ContactHours
from kiosk.models.calls import Booking, BookingEvent, Slot, SlotStatus
from kiosk.models.people import Contact, ContactStatus
from kiosk.rules.call_states import CallState
from kiosk.rules.call_windows import WeekPattern
from kiosk.rules.call_wishes import CardDoubt
from kiosk.services import call_settings
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild
from tests.page import Page, PageClient
from tests.web.test_scan import _statements

_phones = count(1)
SOON, LATER = 16 * 60 + 45, 17 * 60 + 30


@pytest.fixture(autouse=True)
def _english(instance: Path) -> None:
    (instance / "kiosk.toml").write_text('language = "en"\n', encoding="utf-8")


@dataclass(frozen=True)
class Family:
    """A child, and whom it may ring, if anybody."""

    child: MadeChild
    contact_id: UUID | None
    sibling: "Family | None" = None


def _hours(contact_id: UUID, here: Here, from_min: int, to_min: int) -> None:
    rows = [
        {
            "id": new_id(here.now),
            "contact_id": contact_id,
            "weekday": weekday,
            "from_min": from_min,
            "to_min": to_min,
            "pattern": WeekPattern.ALWAYS,
        }
        for weekday in range(1, 8)
    ]
    with transaction() as session:
        session.execute(insert(ContactHours), rows)


def _family(here: Here, **given: object) -> Family:
    child = factories.child(here)
    contact_id = factories.contact(here, child.child_id, **given)  # type: ignore[arg-type]  # as is
    return Family(child, contact_id)


def _day_shift(here: Here) -> Family:
    family = _family(here)
    assert family.contact_id is not None
    _hours(family.contact_id, here, 19 * 60, 22 * 60)
    return family


def _night_shift(here: Here) -> Family:
    family = _family(here)
    assert family.contact_id is not None
    _hours(family.contact_id, here, 15 * 60, 19 * 60)
    return family


def _unreachable(here: Here) -> Family:
    family = _family(here)
    doubt = {
        "id": new_id(here.now),
        "contact_id": family.contact_id,
        "doubt": CardDoubt.NO_ANSWER,
        "raised_at": here.now,
    }
    with transaction() as session:
        session.execute(insert(ContactDoubt), doubt)
    return family


def _two_siblings(here: Here) -> Family:
    phone = f"1990001{next(_phones):04}"
    return replace(_family(here, phone=phone), sibling=_family(here, phone=phone))


def _no_contact(here: Here) -> Family:
    return Family(factories.child(here), None)


def _barred_only(here: Here) -> Family:
    return _family(here, status=ContactStatus.BARRED)


FAMILIES: dict[str, Callable[[Here], Family]] = {
    "day shift": _day_shift,
    "night shift": _night_shift,
    "unreachable": _unreachable,
    "two siblings": _two_siblings,
    "no contact": _no_contact,
    "barred only": _barred_only,
}


def _links(page: Page) -> set[str]:
    """Return where the tiles of a page lead, and where it goes on by itself."""
    goes_on = {
        one.get("hx-get", "")
        for one in page.all("section")
        if one.get("hx-trigger", "").startswith("load")
    }
    return goes_on | {one.get("href", "") for one in page.all("a")}


def _ends(page: Page) -> bool:
    """Say whether a page has a way to the teacher or home."""
    forms = {one.get("action") for one in page.all("form")}
    return bool(_links(page) & {"/teacher", "/", "/me"} or "/me/end" in forms)


def _walk(client: PageClient, first: Page) -> Iterator[Page]:
    """Yield a page and all that its tiles show, each address once."""
    seen, to_see = set[str](), [first]
    while to_see:
        page = to_see.pop()
        yield page
        for address in sorted(_links(page) - seen):
            if address.startswith("/me") or address == "/teacher":
                seen.add(address)
                to_see.append(client.fragment(address))


def _book(family: Family, state: CallState, minute: int, here: Here) -> None:
    """Book a call; of two siblings one rings along with the other."""
    place = factories.slots(here, from_min=minute, places=1)[0]
    other = family.sibling
    ids = [
        factories.booking(
            here, one.child.child_id, contact_id=one.contact_id, slot_id=place, state=before
        )
        for one, before in ((other, CallState.BOOKED), (family, CallState.NO_SHOW))
        if one is not None
    ]
    values = {"state": state, "companion_of_id": None if other is None else ids[0]}
    with transaction() as session:
        session.execute(update(Booking).where(Booking.id == ids[-1]).values(values))


@pytest.mark.parametrize("is_planned", [False, True], ids=["picked", "planned"])
@pytest.mark.parametrize("family", FAMILIES)
def test_no_way_of_a_child_is_a_dead_end(
    app: Flask, page: PageClient, clock: FrozenClock, family: str, *, is_planned: bool
) -> None:
    here = here_in(app, clock)
    factories.open_today(here)
    if is_planned:
        call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)

    for number, state in enumerate((None, *CallState)):
        one = FAMILIES[family](here)
        if one.contact_id is not None and state is not None:
            _book(one, state, LATER if number % 2 else SOON, here)
        for shown in _walk(page, page.scan(one.child.card_code)):
            assert shown.status in (200, 409), (state, shown.path)
            assert _ends(shown), (state, shown.path, shown.words)
        page.submit("/me/end", {}, fragment=True)


@pytest.mark.parametrize("family", ["no contact", "barred only"])
def test_nobody_is_told_why_there_is_no_face(page: PageClient, here: Here, family: str) -> None:
    factories.open_today(here)
    page.scan(FAMILIES[family](here).child.card_code)

    words = page.fragment("/me/call").words

    assert "Let's add a number with the teacher" in words


# The card that comes for its call


def _events(booking_id: UUID) -> list[CallState]:
    db.session.remove()
    return list(
        reading().scalars(
            select(BookingEvent.to_state)
            .where(BookingEvent.booking_id == booking_id)
            .order_by(BookingEvent.seq)
        )
    )


def _called(here: Here, minute: int = SOON) -> tuple[MadeChild, UUID]:
    child = factories.child(here)
    place = factories.slots(here, from_min=minute, places=1, line_id=factories.line(here, name="3"))
    return child, factories.booking(here, child.child_id, slot_id=place[0])


def test_a_card_shown_when_it_is_time_says_that_the_child_waits(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    child, booking_id = _called(here)
    page.open("/")

    sign_in = _statements(lambda: page.scan(child.card_code))
    again = page.scan(child.card_code)

    assert len(sign_in) <= 5
    assert "Almost your turn" in again.words
    assert "You are signed in!" in again.words
    assert "3" in again.words
    assert _events(booking_id) == [CallState.BOOKED, CallState.WAITING]


def test_who_is_in_the_room_comes_for_its_call_with_its_card(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    factories.open_today(here)
    child, booking_id = _called(here)
    clock.advance(minutes=-30)
    page.scan(child.card_code)
    assert _events(booking_id) == [CallState.BOOKED]
    clock.advance(minutes=34)

    counts = len(_statements(lambda: page.scan(child.card_code)))
    clock.advance(minutes=3)
    turn = page.scan(child.card_code)

    assert counts <= 5
    assert "Your turn, go and call!" in turn.words
    pictures = [one for one in turn.all("i") if "k-" in one.get("class", "")]
    assert len(pictures) == 3
    assert _events(booking_id) == [CallState.BOOKED, CallState.WAITING]


def test_a_call_of_later_is_only_a_reminder(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child, booking_id = _called(here, minute=LATER)

    greeted = page.scan(child.card_code)

    assert "5:30" in greeted.words
    assert _events(booking_id) == [CallState.BOOKED]


def test_a_moved_call_is_shown_as_moved(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child, first = _called(here, minute=SOON + 15)
    contact_id = reading().scalar(select(Contact.id).where(Contact.child_id == child.child_id))
    with transaction() as session:
        session.execute(update(Booking).values(state=CallState.RELEASED))
    place = factories.slots(here, on=here.today + timedelta(days=1), places=1)
    second = factories.booking(
        here, child.child_id, contact_id=contact_id, slot_id=place[0], state=CallState.BOOKED
    )
    with transaction() as session:
        session.execute(update(Booking).where(Booking.id == second).values(replaces_id=first))
    page.scan(child.card_code)

    assert "New time" in page.fragment("/me").words
    told = page.fragment("/me/call").words
    assert "The time has changed" in told
    assert "tomorrow 5:00" in told


def test_nobody_but_the_child_itself_sees_whom_it_rings(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child, _ = _called(here)
    page.scan(child.card_code)
    page.submit("/me/end", {}, fragment=True)

    assert page.fragment("/me/call").status != 200
    assert child.face.given_name not in page.open("/").words


# A telephone that is free now


def test_a_child_in_the_room_may_ring_now_when_a_telephone_is_free_or_later(
    app: Flask, page: PageClient, clock: FrozenClock
) -> None:
    here = here_in(app, clock)
    factories.open_today(here)
    call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)
    family = _family(here)
    page.scan(family.child.card_code)

    asked = page.fragment("/me/call")
    later = page.fragment("/me/call/later")
    (field,) = asked.all("input", name="slot_id")
    form = {"slot_id": field.get("value", ""), "request_id": str(uuid4())}
    turn = page.submit("/me/call/standby", form, fragment=True)
    again = page.submit("/me/call/standby", form, fragment=True)

    assert "The phone is free. Call now?" in asked.words
    assert "Who do you want to call?" in later.words
    assert "Your turn, go and call!" in turn.words
    assert again.words == turn.words
    db.session.remove()
    assert reading().scalars(select(Booking.state)).all() == [CallState.WAITING]


def test_a_telephone_is_free_as_well_when_nobody_has_come_for_it(
    app: Flask, page: PageClient, clock: FrozenClock
) -> None:
    here = here_in(app, clock)
    opening_id = factories.open_today(here)
    call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)
    absent = _family(here)
    with transaction() as session:
        session.execute(
            update(Slot).where(Slot.on_date == here.today).values(status=SlotStatus.WITHDRAWN)
        )
    place = factories.slots(here, from_min=here.minute, places=1, opening_id=opening_id)
    factories.booking(here, absent.child.child_id, contact_id=absent.contact_id, slot_id=place[0])
    child = _family(here).child
    page.scan(child.card_code)
    before = page.fragment("/me/call")
    clock.advance(minutes=4)
    page.scan(child.card_code)

    assert "The phone is free" not in before.words
    assert "The phone is free. Call now?" in page.fragment("/me/call").words


def test_a_telephone_that_somebody_took_meanwhile_is_said_kindly(
    app: Flask, page: PageClient, clock: FrozenClock
) -> None:
    here = here_in(app, clock)
    factories.open_today(here)
    call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)
    page.scan(_family(here).child.card_code)
    (field,) = page.fragment("/me/call").all("input", name="slot_id")
    other = _family(here)
    factories.booking(
        here,
        other.child.child_id,
        contact_id=other.contact_id,
        slot_id=UUID(field.get("value", "")),
    )

    form = {"slot_id": field.get("value", ""), "request_id": str(uuid4())}
    refused = page.submit("/me/call/standby", form, fragment=True)

    assert refused.status == 409
    assert "This time is just taken" in refused.words
    assert _ends(refused)
