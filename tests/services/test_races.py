"""Many at one instant: the indexes decide, on SQLite and on PostgreSQL.

On PostgreSQL the writers are processes, as two rooms' kiosks would be: within one kiosk they queue.
"""

import multiprocessing
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from io import BytesIO
from multiprocessing.connection import Connection
from typing import Any, TypeVar
from uuid import UUID, uuid4, uuid5

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Executable, create_engine, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from kiosk.db import db, reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.calls import Booking, BookingEvent, Line, Slot, SlotStatus
from kiosk.models.lending import RoomReading
from kiosk.models.library import Item, Loan
from kiosk.models.openings import Duty, Opening
from kiosk.models.people import Child, Contact, ContactStatus
from kiosk.models.visits import Visit
from kiosk.rules import civil
from kiosk.rules.badges import Animal, Badge, Cloth
from kiosk.rules.call_states import HOLDING, CallKind, CallRefusal, CallState
from kiosk.rules.call_windows import LineKind
from kiosk.rules.codes import parse
from kiosk.rules.lending import ItemStatus, LendingRefusal
from kiosk.rules.openings import OpeningRefusal, OpeningState
from kiosk.rules.relations import Relation
from kiosk.rules.visits import VisitState
from kiosk.services import calls, catalogue, covers, lending, openings, pile, visits
from kiosk.services.answers import Arrived, Booked, ChildFace, Lent
from kiosk.services.catalogue_rows import item_row, new_item
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild, MadeItem

THREADS, TRIES, LINES, PLACES = 16, 300, 3, 30
CHILDREN = 240
T = TypeVar("T")


def _many(app: Flask, work: Callable[[int], T], *, workers: int) -> list[T]:
    """Return what `work` gave for each number, all of them at work at one time."""
    if db.engine.dialect.name == "sqlite":
        return _in_threads(app, work, range(workers))
    return list(_in_processes(app, work, workers=workers, processes=4))


def _in_threads(app: Flask, work: Callable[[int], T], numbers: Iterable[int]) -> list[T]:
    chosen = list(numbers)
    start = threading.Barrier(len(chosen))

    def run(number: int) -> T:
        with app.app_context():
            start.wait(timeout=30)
            try:
                return work(number)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(chosen)) as pool:
        return list(pool.map(run, chosen))


def _in_processes(
    app: Flask, work: Callable[[int], T], *, workers: int, processes: int
) -> Iterator[T]:
    context = multiprocessing.get_context("fork")
    db.session.remove()
    db.engine.dispose()  # no connection is taken along
    running = []
    for number in range(processes):
        ours, theirs = context.Pipe(duplex=False)
        numbers = range(number, workers, processes)
        process = context.Process(target=_serve, args=(app, work, numbers, theirs), daemon=True)
        process.start()
        theirs.close()
        running.append((process, ours))
    for process, ours in running:
        yield from ours.recv()
        process.join()


def _serve(app: Flask, work: Callable[[int], T], numbers: range, answer: Connection) -> None:
    answer.send(_in_threads(app, work, numbers))
    with app.app_context():
        db.engine.dispose()


def _outcome(act: Callable[[], object]) -> object:
    """Return the answer, or the reason of a refusal."""
    try:
        return act()
    except (RefusedError, NotFoundError) as error:
        return error.reason


# Ninety places


@dataclass(frozen=True)
class Rush:
    """Children that want a call, each with a person of its own, and the places there are."""

    faces: dict[UUID, ChildFace]
    contacts: dict[UUID, UUID]
    slots: tuple[UUID, ...]


def _rush(here: Here) -> Rush:
    classes = [factories.school_class(here, grade=4, number=1 + n) for n in range(2)]
    badges = [Badge(animal=animal, cloth=cloth) for animal in Animal for cloth in Cloth]
    children = {new_id(here.now): (classes[n % 2], badges[n // 2]) for n in range(CHILDREN)}
    contacts = {child_id: new_id(here.now) for child_id in children}
    opening_id = factories.opening(here, from_min=17 * 60, to_min=22 * 60)
    lines = [new_id(here.now) for _ in range(LINES)]
    slots = {(new_id(here.now), line, 17 * 60 + 10 * n) for line in lines for n in range(PLACES)}
    with transaction() as session:
        session.execute(
            insert(Child),
            [
                {
                    "id": child_id,
                    "family_name": "陈",
                    "given_name": "小满",
                    "initials": "cxm",
                    "class_id": class_id,
                    "is_boarder": False,
                    "animal": badge.animal,
                    "cloth": badge.cloth,
                    "enrolled_on": here.today,
                }
                for child_id, (class_id, badge) in children.items()
            ],
        )
        session.execute(
            insert(Contact),
            [
                {
                    "id": contact_id,
                    "child_id": child_id,
                    "relation": Relation.MOTHER,
                    "phone_cipher": b"",
                    "phone_tail": "0000",
                    "phone_digest": child_id.bytes * 2,
                    "status": ContactStatus.APPROVED,
                    "position": 0,
                }
                for child_id, contact_id in contacts.items()
            ],
        )
        session.execute(
            insert(Line),
            [
                {
                    "id": line,
                    "home_id": here.home_id,
                    "name": f"R{n}",
                    "kind": LineKind.PHONE,
                    "is_in_use": True,
                }
                for n, line in enumerate(lines)
            ],
        )
        session.execute(
            insert(Slot),
            [
                {
                    "id": slot_id,
                    "opening_id": opening_id,
                    "line_id": line,
                    "on_date": here.today,
                    "week_key": civil.week_key(here.today),
                    "start_min": start,
                    "end_min": start + 10,
                    "status": SlotStatus.OPEN,
                }
                for slot_id, line, start in slots
            ],
        )
    faces = {
        child_id: ChildFace(given_name="小满", grade=4, badge=badge)
        for child_id, (_, badge) in children.items()
    }
    return Rush(faces=faces, contacts=contacts, slots=tuple(sorted(slot[0] for slot in slots)))


def test_ninety_places_are_booked_ninety_times_by_sixteen_at_once(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    rush = _rush(here)
    children = list(rush.faces)

    def tries(number: int) -> Counter[object]:
        chosen = random.Random(number)  # noqa: S311 - a failure must come again
        return Counter(
            _outcome(lambda: _book(rush, chosen.choice(children), chosen.choice(rush.slots), here))
            for _ in range(TRIES)
        )

    outcomes = sum(_many(either_app, tries, workers=THREADS), Counter[object]())

    assert outcomes.total() == THREADS * TRIES
    assert outcomes.pop("booked") == len(rush.slots) == 90
    assert set(outcomes) <= {
        CallRefusal.SLOT_TAKEN,
        CallRefusal.ALREADY_THIS_WEEK,
        CallRefusal.CHILD_BUSY,
        CallRefusal.PERSON_BUSY,
    }
    booked = reading().execute(select(Booking.slot_id, Booking.child_id)).all()
    assert len(booked) == len({row.slot_id for row in booked}) == 90
    assert len({row.child_id for row in booked}) == 90
    assert factories.how_many(BookingEvent) == 90


def _book(rush: Rush, child_id: UUID, slot_id: UUID, here: Here) -> str:
    calls.book(
        child_id=child_id,
        contact_id=rush.contacts[child_id],
        slot_id=slot_id,
        request_id=uuid4(),
        face=rush.faces[child_id],
        here=here,
    )
    return "booked"


@pytest.mark.parametrize("is_guarded", [True, False])
def test_only_the_index_keeps_a_look_before_the_booking_from_overbooking(
    postgres_app: Flask, clock: FrozenClock, *, is_guarded: bool
) -> None:
    here = here_in(postgres_app, clock)
    rush = _rush(here)
    places, children = rush.slots[:12], iter(rush.faces)
    if not is_guarded:
        _drop_the_indexes()
    callers = [[next(children) for _ in places] for _ in range(8)]
    rows = {
        (child_id, slot_id): _booking_row(rush, child_id, slot_id, here)
        for turn in callers
        for child_id, slot_id in zip(turn, places, strict=True)
    }
    rounds = threading.Barrier(8)
    engine = create_engine(db.engine.url, pool_size=8)

    def naive(number: int) -> None:
        for child_id, slot_id in zip(callers[number], places, strict=True):
            rounds.wait(timeout=30)
            try:
                with engine.begin() as connection:
                    taken = connection.scalar(
                        select(Booking.id).where(
                            Booking.slot_id == slot_id, Booking.state.in_(HOLDING)
                        )
                    )
                    if taken is None:
                        connection.execute(insert(Booking), rows[child_id, slot_id])
            except IntegrityError:
                continue

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(naive, range(8)))
    engine.dispose()

    booked = factories.how_many(Booking)
    if is_guarded:
        assert booked == len(places)
    else:
        assert booked > len(places), "the naive way must overbook, or the race proves nothing"


def _drop_the_indexes() -> None:
    with db.engine.begin() as connection:
        for index in ("ux_slot", "ux_week", "ux_child", "ux_contact"):
            connection.execute(text(f"DROP INDEX {index}"))


def _booking_row(rush: Rush, child_id: UUID, slot_id: UUID, here: Here) -> dict[str, object]:
    with db.engine.connect() as connection:
        place = connection.execute(
            select(Slot.on_date, Slot.week_key, Slot.start_min).where(Slot.id == slot_id)
        ).one()
    return {
        "id": new_id(here.now),
        "slot_id": slot_id,
        "on_date": place.on_date,
        "week_key": place.week_key,
        "start_min": place.start_min,
        "child_id": child_id,
        "contact_id": rush.contacts[child_id],
        "phone_digest": child_id.bytes * 2,
        "kind": CallKind.WEEKLY,
        "state": CallState.BOOKED,
        "state_since": here.now,
        "is_owed": False,
        "booked_at": here.now,
        "request_id": uuid4(),
        "version": 1,
    }


# One book


def test_of_eight_that_want_one_book_one_has_it(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    children = [factories.child(here) for _ in range(8)]
    items = [factories.item(here) for _ in range(6)]

    def borrow(number: int) -> list[object]:
        return [
            _outcome(
                lambda item=item: type(  # type: ignore[misc]  # bound now, not at the call
                    lending.borrow(
                        item_id=item.item_id,
                        reader=children[number].reader,
                        request_id=uuid4(),
                        here=here,
                    )
                )
            )
            for item in items[:2]
        ]

    outcomes = _many(either_app, borrow, workers=8)

    for told in zip(*outcomes, strict=True):
        assert Counter(told) == {Lent: 1, LendingRefusal.ALREADY_ON_LOAN: 7}
    assert factories.how_many(Loan) == 2


def test_two_screens_that_scan_one_book_never_lend_it_twice(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    children = [factories.child(here) for _ in range(8)]
    item = factories.item(here)

    def scan(number: int) -> object:
        return _outcome(lambda: type(_scan(item, children[number], uuid4(), here)).__name__)

    outcomes = Counter(map(str, _many(either_app, scan, workers=8)))

    assert set(outcomes) <= {"Lent", "Returned", str(LendingRefusal.ALREADY_ON_LOAN)}
    assert outcomes["Lent"] >= 1
    open_loans = reading().scalars(select(Loan.id).where(Loan.ended_at.is_(None))).all()
    assert len(open_loans) in (0, 1)
    assert factories.how_many(Loan) == outcomes["Lent"]
    # Two that bring it back at one instant are both thanked.
    assert outcomes["Lent"] - len(open_loans) <= outcomes["Returned"]


def _scan(item: MadeItem, child: MadeChild, request_id: UUID, here: Here) -> object:
    return lending.scan(parse(item.code), reader=child.reader, request_id=request_id, here=here)


def test_a_child_with_room_for_four_that_scans_eight_at_once_has_four(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = _with_room_for_four(here_in(either_app, clock))
    child = factories.child(here)
    items = [factories.item(here) for _ in range(8)]

    def scan(number: int) -> object:
        return _outcome(lambda: type(_scan(items[number], child, uuid4(), here)))

    outcomes = Counter(_many(either_app, scan, workers=8))

    assert outcomes == {Lent: 4, LendingRefusal.TOO_MANY_LOANS: 4}
    assert factories.how_many(Loan) == 4


# One request, a hundred times


class Deed(StrEnum):
    ARRIVE = "arrive"
    LEND = "lend"
    BORROW = "borrow"
    RETURN = "return"
    RENEW = "renew"
    BOOK = "book"


def test_one_request_sent_a_hundred_times_is_done_once_and_answered_alike(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    factories.open_today(here)
    child, item, other_item = factories.child(here), factories.item(here), factories.item(here)
    lent = factories.item(here)
    kept = factories.item(here)
    factories.loan(here, child.child_id, lent.item_id)
    kept_loan = factories.loan(here, child.child_id, kept.item_id)
    contact_id, slot_id = factories.contact(here, child.child_id), factories.slots(here)[0]
    here = _with_room_for_four(here)
    request = {deed: uuid4() for deed in Deed}
    deeds: dict[Deed, Callable[[], object]] = {
        Deed.ARRIVE: lambda: visits.arrive(
            code=child.card_code, request_id=request[Deed.ARRIVE], here=here
        ),
        Deed.LEND: lambda: _scan(item, child, request[Deed.LEND], here),
        Deed.BORROW: lambda: lending.borrow(
            item_id=other_item.item_id,
            reader=child.reader,
            request_id=request[Deed.BORROW],
            here=here,
        ),
        Deed.RETURN: lambda: _scan(lent, child, request[Deed.RETURN], here),
        Deed.RENEW: lambda: lending.renew(
            loan_id=kept_loan, reader=child.reader, request_id=request[Deed.RENEW], here=here
        ),
        Deed.BOOK: lambda: calls.book(
            child_id=child.child_id,
            contact_id=contact_id,
            slot_id=slot_id,
            request_id=request[Deed.BOOK],
            face=child.face,
            here=here,
        ),
    }

    for deed, act in deeds.items():
        answers = _many(either_app, lambda _, act=act: act(), workers=100)  # type: ignore[misc]
        assert len(answers) == 100
        assert len(set(map(repr, answers))) == 1, deed

    assert factories.how_many(Visit) == 1
    assert factories.how_many(Booking) == 1
    assert factories.how_many(Loan) == 4
    loans = reading().scalars(select(Loan)).all()
    assert sorted(loan.renewals for loan in loans) == [0, 0, 0, 1]
    assert len([loan for loan in loans if loan.ended_at is not None]) == 1


def _with_room_for_four(here: Here) -> Here:
    policy = replace(here.settings.policy(3), limit=4)
    return replace(here, settings=replace(here.settings, lending={3: policy}))


# Beaten between the look and the deed: another room's writer, at the one moment that matters


@contextmanager
def _just_before(beginning: str, rival: Executable) -> Iterator[None]:
    """Let another connection commit `rival` before our first statement that begins so."""
    done: list[str] = []

    def beat(*args: Any) -> None:
        if not done and str(args[2]).startswith(beginning):
            done.append(beginning)
            with db.engine.begin() as other:
                other.execute(rival)

    event.listen(db.engine, "before_cursor_execute", beat)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", beat)
    assert done, f"nothing began with {beginning}"


def _rival_loan(
    item: MadeItem, child: MadeChild, here: Here, *, request_id: UUID | None = None
) -> Executable:
    return insert(Loan).values(
        id=new_id(here.now),
        item_id=item.item_id,
        child_id=child.child_id,
        local_day=here.today,
        lent_at=here.now,
        plain_due_on=here.today + timedelta(days=14),
        due_on=here.today + timedelta(days=14),
        renewals=0,
        request_id=request_id or uuid4(),
    )


def test_a_scan_that_was_beaten_reads_a_sentence_and_lends_nothing(
    postgres_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(postgres_app, clock)
    child, other, item = factories.child(here), factories.child(here), factories.item(here)

    with _just_before("INSERT INTO loan", _rival_loan(item, other, here)):
        told = _outcome(lambda: _scan(item, child, uuid4(), here))

    assert told is LendingRefusal.ALREADY_ON_LOAN
    assert [loan.child_id for loan in reading().scalars(select(Loan))] == [other.child_id]


def test_a_scan_beaten_by_itself_gives_the_same_answer(
    postgres_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(postgres_app, clock)
    child, item, request_id = factories.child(here), factories.item(here), uuid4()
    rival = _rival_loan(item, child, here, request_id=request_id)

    with _just_before("INSERT INTO loan", rival):
        told = _scan(item, child, request_id, here)

    assert isinstance(told, Lent)
    assert factories.how_many(Loan) == 1


def test_a_request_that_another_book_has_used_is_refused(
    postgres_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(postgres_app, clock)
    child, request_id = factories.child(here), uuid4()
    _scan(factories.item(here), child, request_id, here)

    told = _outcome(lambda: _scan(factories.item(here), child, request_id, here))

    assert told is LendingRefusal.ALREADY_ON_LOAN
    assert factories.how_many(Loan) == 1


def test_a_tile_that_was_beaten_reads_a_sentence(postgres_app: Flask, clock: FrozenClock) -> None:
    here = here_in(postgres_app, clock)
    child, other, item = factories.child(here), factories.child(here), factories.item(here)

    with _just_before("INSERT INTO loan", _rival_loan(item, other, here)):
        told = _outcome(
            lambda: lending.borrow(
                item_id=item.item_id, reader=child.reader, request_id=uuid4(), here=here
            )
        )

    assert told is LendingRefusal.ALREADY_ON_LOAN


def test_a_return_is_not_undone_when_another_room_has_lent_the_book(
    postgres_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(postgres_app, clock)
    child, other, item = factories.child(here), factories.child(here), factories.item(here)
    lent = _scan(item, child, uuid4(), here)
    assert isinstance(lent, Lent)
    _scan(item, child, uuid4(), here)

    with _just_before("UPDATE loan", _rival_loan(item, other, here)):
        told = _outcome(lambda: lending.undo_return(loan_id=lent.loan.loan_id, here=here))

    assert told is LendingRefusal.TOO_LATE_TO_UNDO


def test_a_card_at_two_doors_at_once_is_one_visit(postgres_app: Flask, clock: FrozenClock) -> None:
    here = here_in(postgres_app, clock)
    factories.open_today(here)
    child = factories.child(here)
    rival = insert(Visit).values(
        id=new_id(here.now),
        home_id=here.home_id,
        child_id=child.child_id,
        local_day=here.today,
        signed_in_at=here.now,
        state=VisitState.OPEN,
        request_id=uuid4(),
    )

    with _just_before("INSERT INTO visit", rival):
        found = visits.arrive(code=child.card_code, request_id=uuid4(), here=here)

    assert isinstance(found.answer, Arrived)
    assert factories.how_many(Visit) == 1


@pytest.mark.parametrize("is_itself", [True, False])
def test_a_booking_that_was_beaten_is_its_own_or_a_sentence(
    postgres_app: Flask, clock: FrozenClock, *, is_itself: bool
) -> None:
    here = here_in(postgres_app, clock)
    rush = _rush(here)
    first, second, slot_id = *list(rush.faces)[:2], rush.slots[0]
    request_id = uuid4()
    row = _booking_row(rush, first if is_itself else second, slot_id, here)

    with _just_before(
        "INSERT INTO booking ", insert(Booking).values(row | {"request_id": request_id})
    ):
        told = _outcome(
            lambda: calls.book(
                child_id=first,
                contact_id=rush.contacts[first],
                slot_id=slot_id,
                request_id=request_id if is_itself else uuid4(),
                face=rush.faces[first],
                here=here,
            )
        )

    if is_itself:
        assert isinstance(told, Booked)
        assert told.call.booking_id == row["id"]
    else:
        assert told is CallRefusal.SLOT_TAKEN
    assert factories.how_many(Booking) == 1


def test_a_room_opened_at_two_screens_at_once_is_opened_once(
    postgres_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(postgres_app, clock)
    teacher = factories.staff(here)
    other = factories.opening(here, from_min=17 * 60, to_min=23 * 60)
    rival = (
        update(Opening)
        .where(Opening.id == other)
        .values(state=OpeningState.OPEN, opened_at=here.now)
    )

    with _just_before("UPDATE opening", rival):
        told = _outcome(
            lambda: openings.open_room(staff_id=teacher.staff_id, exceptions={}, here=here)
        )

    assert told is OpeningRefusal.ALREADY_OPEN
    assert factories.how_many(Duty) == 0


@pytest.mark.parametrize("has_card", [True, False])
def test_a_reading_that_was_counted_by_the_same_request_is_counted_once(
    postgres_app: Flask, clock: FrozenClock, *, has_card: bool
) -> None:
    here, request_id = here_in(postgres_app, clock), uuid4()
    child, item = factories.child(here), factories.item(here, status=ItemStatus.IN_ROOM_ONLY)
    rival = insert(RoomReading).values(
        id=new_id(here.now),
        item_id=item.item_id,
        local_day=here.today,
        read_at=here.now,
        request_id=request_id,
    )

    with _just_before("INSERT INTO room_reading", rival):
        told = _outcome(
            lambda: lending.scan(
                parse(item.code),
                reader=child.reader if has_card else None,
                request_id=request_id,
                here=here,
            )
        )

    assert told is LendingRefusal.IN_ROOM_ONLY
    assert factories.how_many(RoomReading) == 1


# Two windows that put books in

BAR = "9787530216781"


def _photo() -> bytes:
    target = BytesIO()
    Image.new("RGB", (300, 400), "teal").save(target, "JPEG")
    return target.getvalue()


def _puts_in(way: str, like: MadeItem, actor_id: UUID, request_id: UUID, here: Here) -> object:
    match way:
        case "take":
            return pile.take(
                BAR, batch_id=None, request_id=request_id, actor_id=actor_id, here=here
            )
        case "more":
            return pile.more(like.item_id, 3, request_id=request_id, actor_id=actor_id, here=here)
        case "picture":
            return covers.take_in(
                _photo(), batch_id=None, request_id=request_id, actor_id=actor_id, here=here
            )
        case _:
            return catalogue.add_items(
                like.title_id, 3, request_id=request_id, actor_id=actor_id, here=here
            )


@pytest.mark.parametrize(
    ("way", "comes"), [("take", 1), ("more", 3), ("picture", 1), ("catalogue", 3)]
)
def test_two_windows_that_put_books_in_at_once_each_get_their_numbers(
    either_app: Flask, clock: FrozenClock, way: str, comes: int
) -> None:
    here, actor_id = (
        here_in(either_app, clock),
        factories.staff(here_in(either_app, clock)).staff_id,
    )
    like = factories.item(here, accession_no="000001", isbn=BAR)

    def put_in(_: int) -> object:
        return _puts_in(way, like, actor_id, uuid4(), here)

    if db.engine.dialect.name == "sqlite":
        _in_threads(either_app, put_in, range(2))
    else:
        list(_in_processes(either_app, put_in, workers=2, processes=2))

    db.session.remove()
    numbers = sorted(reading().scalars(select(Item.accession_no)))
    assert numbers == [f"{number:06}" for number in range(1, 2 + 2 * comes)]


@pytest.mark.parametrize("way", ["take", "more", "picture", "catalogue"])
def test_a_book_whose_number_was_just_given_gets_the_next(
    postgres_app: Flask, clock: FrozenClock, way: str
) -> None:
    here = here_in(postgres_app, clock)
    like, actor_id = factories.item(here, isbn=BAR), factories.staff(here).staff_id
    rival = insert(Item).values(item_row(new_item("000001", here=here), like.title_id, here=here))

    with _just_before("INSERT INTO item", rival):
        _puts_in(way, like, actor_id, uuid4(), here)

    numbers = sorted(reading().scalars(select(Item.accession_no)))
    assert numbers[:2] == ["000001", "000002"]


def test_a_scan_at_the_pile_beaten_by_itself_is_one_item(
    postgres_app: Flask, clock: FrozenClock
) -> None:
    here, request_id = here_in(postgres_app, clock), uuid4()
    like, actor_id = factories.item(here, isbn=BAR), factories.staff(here).staff_id
    made = replace(new_item("000007", here=here), item_id=uuid5(request_id, "0"))
    rival = insert(Item).values(item_row(made, like.title_id, here=here))

    with _just_before("INSERT INTO item", rival):
        found = _puts_in("take", like, actor_id, request_id, here)

    assert found == made.item_id
    assert factories.how_many(Item) == 2
