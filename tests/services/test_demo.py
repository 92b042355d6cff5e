"""The demo school: everything can be tried at any hour, with the first card that is picked up."""

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text

from kiosk.app import create_app
from kiosk.db import Base, db, open_database, reading
from kiosk.errors import RefusedError
from kiosk.models.activities import Activity
from kiosk.models.call_hours import ContactHours
from kiosk.models.call_plan import WeekPlan
from kiosk.models.calls import Booking, BookingEvent, CallAttempt, Slot
from kiosk.models.duty import PlannedDuty
from kiosk.models.library import Item, Loan, Title
from kiosk.models.openings import Duty, Opening, SafetyCheck
from kiosk.models.people import Card, Child, Contact, SchoolClass, Staff
from kiosk.models.room_times import ClosingNote
from kiosk.models.visits import Visit
from kiosk.rules import codes
from kiosk.rules.call_states import TRANSITIONS, CallState
from kiosk.rules.call_windows import Shift
from kiosk.rules.call_wishes import PlanState
from kiosk.rules.codes import CodeKind, Command, OurCode
from kiosk.rules.duty import DutyState
from kiosk.rules.lending import ItemStatus, LoanEnd
from kiosk.rules.openings import OpeningOrigin, OpeningState
from kiosk.rules.staff import pin_problem
from kiosk.rules.visits import VisitState
from kiosk.services import (
    backup,
    calls,
    demo_terms,
    duty_facts,
    homes,
    ledger_identities,
    ledgers,
    lending,
    rooms,
    school_calendar,
    staff,
    vault,
    visits,
)
from kiosk.services.answers import Arrived, ChildFace, Lent, Returned
from kiosk.services.demo import DemoMade, DemoRefusal, make_demo
from kiosk.services.here import Here
from kiosk.services.ledgers import Ledger
from kiosk.services.lending import Reader
from kiosk.services.setup import init_instance
from kiosk.settings import Settings
from tests import factories
from tests.paper import empty_cells

AFTERNOON = datetime(2026, 11, 20, 8, 40, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A demo school, its moment, and what was said while it was made."""

    made: DemoMade
    here: Here
    heard: list[int]

    def rows(self, kind: str) -> list[dict[str, str]]:
        path = self.here.settings.instance / "demo-codes.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row for row in csv.DictReader(file) if row["kind"] == kind]


@contextmanager
def demo(
    instance: Path,
    *,
    now: datetime = AFTERNOON,
    children: int = 60,
    titles: int = 110,
    days: int = 14,
    seed: int = 1,
) -> Iterator[Made]:
    heard: list[int] = []
    made = make_demo(
        instance,
        env={},
        children=children,
        titles=titles,
        days=days,
        seed=seed,
        now=now,
        progress=heard.append,
    )
    settings = Settings.load(instance, {})
    with open_database(settings.database_url):
        here = Here(now=now, settings=settings, home_id=homes.find(settings))
        yield Made(made=made, here=here, heard=heard)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return a demo school, made once; nobody may change it."""
    with demo(tmp_path_factory.mktemp("demo") / "instance") as made:
        pass
    return made


@pytest.fixture
def school(first: Made, tmp_path: Path) -> Iterator[Made]:
    """Return a copy of the first demo school, for one test."""
    instance = shutil.copytree(first.here.settings.instance, tmp_path / "instance")
    settings = Settings.load(instance, {})
    with open_database(settings.database_url):
        yield replace(first, here=replace(first.here, settings=settings))


def count(table: type[Base], *where: object) -> int:
    return reading().scalar(select(func.count()).select_from(table).where(*where)) or 0  # type: ignore[arg-type]  # conditions of any column


def test_the_school_has_what_was_asked_for(school: Made) -> None:
    assert (count(Child), count(Title), count(Item)) == (60, 110, 220)
    assert (school.made.children, school.made.items) == (60, 220)
    assert school.made.visits == count(Visit) > 150
    assert set(reading().scalars(select(SchoolClass.grade))) == {1, 2, 3, 4, 5, 6}
    assert sum(school.heard) == 100
    assert school.here.settings.demo
    assert count(Card) == 65
    assert count(Contact) >= 60


def test_the_file_of_codes_has_every_card_and_book(school: Made) -> None:
    data = (school.here.settings.instance / "demo-codes.csv").read_bytes()

    assert data.startswith(b"\xef\xbb\xbfkind,code,label,class,animal\r\n")
    assert len(school.rows("child")) == 60
    assert len(school.rows("item")) == 217  # not the three that cannot be lent
    assert len(school.rows("staff")) == 2
    assert {row["code"] for row in school.rows("command")} == {
        codes.command_code(command) for command in Command
    }
    kinds = {"child": CodeKind.CHILD, "item": CodeKind.ITEM, "staff": CodeKind.STAFF}
    for kind, letter in kinds.items():
        for row in school.rows(kind):
            assert codes.parse(row["code"]) == OurCode(kind=letter, text=row["code"])
    first = school.rows("child")[0]
    assert first["class"][1:] == "年级1班"
    assert len(first["animal"].split()) == 2


def test_a_book_is_in_one_hand_at_a_time(tmp_path: Path) -> None:
    with demo(tmp_path / "instance", titles=20, days=40):
        stmt = select(Loan.item_id, Loan.lent_at, Loan.ended_at)
        loans = reading().execute(stmt.order_by(Loan.item_id, Loan.lent_at)).all()

    together = [(one, next_) for one, next_ in pairwise(loans) if one.item_id == next_.item_id]
    assert len(together) > 50
    for one, next_ in together:
        assert one.ended_at is not None
        assert one.ended_at <= next_.lent_at


def test_the_first_cards_of_the_file_can_do_everything(school: Made) -> None:
    here = school.here
    for row, book in zip(school.rows("child")[:8], school.rows("item")[:8], strict=True):
        arrived = visits.arrive(code=row["code"], request_id=uuid4(), here=here)
        assert isinstance(arrived.answer, Arrived)
        assert arrived.answer.loan is None
        reader = Reader(child_id=arrived.child_id, face=arrived.face, lent=())
        lent = scan(book["code"], reader=reader, here=here)
        assert isinstance(lent, Lent)
        booked = book_a_call(arrived.child_id, arrived.face, here)
        assert booked >= here.today


def scan(code: str, *, reader: Reader | None, here: Here) -> lending.Answer:
    return lending.scan(codes.parse(code), reader=reader, request_id=uuid4(), here=here)


def book_a_call(child_id: UUID, face: ChildFace, here: Here) -> date:
    contact = calls.who(child_id=child_id, face=face, here=here).contacts[0]
    times = calls.when(child_id=child_id, contact_id=contact.contact_id, face=face, here=here)
    booked = calls.book(
        child_id=child_id,
        contact_id=contact.contact_id,
        slot_id=times.slots[0].slot_id,
        request_id=uuid4(),
        face=face,
        here=here,
    )
    return booked.call.on


def test_the_books_after_the_first_are_out_and_can_be_brought_back(school: Made) -> None:
    for row in school.rows("item")[8:12]:
        answer = scan(row["code"], reader=None, here=school.here)
        assert isinstance(answer, Returned)


def test_the_staff_card_opens_the_staff_pages(school: Made) -> None:
    staff_id = staff.find_by_card(school.made.staff_code, here=school.here)

    assert staff.sign_in(staff_id=staff_id, pin=school.made.staff_pin, here=school.here)
    assert pin_problem(school.made.staff_pin) is None
    assert not reading().get_one(Staff, staff_id).pin_is_one_time
    labels = [row["label"] for row in school.rows("staff")]
    assert labels == ["王老师 值班老师 PIN 246810", "刘老师 管理员 PIN 246810"]
    assert school.rows("staff")[0]["code"] == school.made.staff_code


@pytest.mark.parametrize(
    ("hour", "closes"),
    [
        (datetime(2026, 11, 19, 16, 0, tzinfo=UTC), 21),  # midnight in the room
        (datetime(2026, 11, 19, 21, 30, tzinfo=UTC), 21),
        (datetime(2026, 11, 20, 15, 59, 30, tzinfo=UTC), 24),
        (datetime(2026, 11, 22, 2, 0, tzinfo=UTC), 21),  # a Sunday
    ],
    ids=["midnight", "half past five", "a moment before midnight", "Sunday"],
)
def test_the_room_is_open_at_any_hour(hour: datetime, closes: int, tmp_path: Path) -> None:
    with demo(tmp_path / "instance", now=hour, children=30, titles=12, days=3) as school:
        room = rooms.now(school.here)

        assert room.closes_min == closes * 60
        assert (room.headcount, room.duty_title) == (12, "王老师")
        card = school.rows("child")[0]["code"]
        answer = visits.arrive(code=card, request_id=uuid4(), here=school.here).answer
        assert isinstance(answer, Arrived)
        came = reading().scalars(select(Visit.signed_in_at).where(Visit.state == VisitState.OPEN))
        assert all(at <= hour for at in came)
        ahead = count(Slot, Slot.on_date >= school.here.today)
        assert ahead > 100


def test_today_is_one_opening_of_the_plan_with_who_is_on_duty(school: Made) -> None:
    today = school.here.today

    (row,) = duty_facts.between(reading(), today, today, here=school.here)

    assert (row.from_min, row.to_min, row.origin) == (16 * 60, 21 * 60, OpeningOrigin.RULE)
    assert [(one.name, one.state) for one in row.duties] == [("王老师", DutyState.PRESENT)]
    assert row.unplanned == ()


def test_the_calendar_has_this_term_and_the_one_before(school: Made) -> None:
    calendar = school_calendar.read()

    assert [(term.name, term.first_day, term.last_day) for term in calendar.terms] == [
        ("2025—2026学年第二学期", date(2026, 2, 24), date(2026, 7, 3)),
        ("2026—2027学年第一学期", date(2026, 9, 1), date(2027, 1, 20)),
    ]
    assert calendar.is_closed(date(2026, 5, 1))
    assert not calendar.is_closed(school.here.today)


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("day", [1, 10, 20, 28])
def test_whenever_it_is_made_its_term_goes_on(month: int, day: int) -> None:
    today = date(2026, month, day)

    terms = demo_terms.calendar(today, days=400).terms

    assert terms[-1].has(today - timedelta(days=28))
    assert terms[-1].has(today + timedelta(days=42))
    assert all(
        one.first_day < one.last_day < next_.first_day - timedelta(days=14)
        for one, next_ in pairwise(terms)
    )
    assert terms[0].first_day <= today - timedelta(days=400)


def test_a_long_history_has_a_last_term_with_everything_in_it(tmp_path: Path) -> None:
    with demo(tmp_path / "instance", titles=40, days=170) as school:
        session = reading()
        last, present = school_calendar.read().terms
        in_term = Opening.on_date.between(date(2026, 6, 3), last.last_day)
        held = session.scalars(
            select(Opening).where(in_term, Opening.state == OpeningState.HELD)
        ).all()
        assert len(held) > 12
        assert count(Visit, Visit.local_day <= last.last_day) > 300
        assert count(Loan, Loan.local_day <= last.last_day) > 50
        assert count(Booking, Booking.on_date <= last.last_day) > 50
        assert count(Activity, Activity.on_date <= last.last_day) >= 2
        ids = [one.id for one in held]
        assert count(ClosingNote, ClosingNote.opening_id.in_(ids)) == len(held)
        assert count(PlannedDuty, PlannedDuty.opening_id.in_(ids)) >= len(held)
        between = Opening.on_date.between(last.last_day + timedelta(days=1), date(2026, 8, 31))
        assert count(Opening, between) == 0
        assert count(Opening, Opening.on_date.in_([date(2026, 6, 19), date(2026, 10, 5)])) == 0
        home_late = count(Loan, Loan.local_day <= last.last_day, Loan.due_on > last.last_day)
        assert home_late == 0
        still_out = Loan.ended_at.is_(None) & (Loan.local_day < present.first_day)
        assert count(Loan, still_out) == 0
        period = ledgers.period(last.first_day, last.last_day)
        assert ledger_identities.broken(period, here=school.here) == ()
        for which in Ledger:
            table = ledgers.build(
                which, first=last.first_day, last=school.here.today, here=school.here
            )
            assert empty_cells(which, table) == set(), which


def test_on_the_next_days_the_weekly_plan_rules(school: Made) -> None:
    today = school.here.today

    ahead = reading().execute(
        select(Opening.on_date, Opening.from_min, Opening.to_min)
        .where(Opening.on_date > today, Opening.on_date <= today + timedelta(days=7))
        .order_by(Opening.on_date)
    )

    assert [(on.isoweekday(), start, end) for on, start, end in ahead] == [
        (day, 16 * 60 + 30, 18 * 60) for day in range(1, 6)
    ]


def test_the_days_behind_have_a_bit_of_everything(school: Made) -> None:
    session = reading()
    past = Opening.on_date < school.here.today
    states = set(session.scalars(select(Opening.state).where(past)))
    assert states == {OpeningState.HELD, OpeningState.SHORT, OpeningState.MISSED}
    assert set(session.scalars(select(Visit.state))) == set(VisitState)
    ends = set(session.scalars(select(Loan.ended_as)))
    assert {None, LoanEnd.RETURNED} <= ends
    late = count(Loan, Loan.ended_at.is_(None), Loan.due_on < school.here.today)
    renewed = count(Loan, Loan.ended_at.is_(None), Loan.renewals > 0)
    assert late >= 2
    assert renewed >= 1
    assert set(session.scalars(select(Booking.state))) == set(CallState) - {CallState.CALLING}
    assert set(session.scalars(select(Item.status))) >= {
        ItemStatus.AVAILABLE,
        ItemStatus.IN_ROOM_ONLY,
        ItemStatus.DAMAGED,
    }


def test_the_days_behind_keep_the_rules_of_the_room(school: Made) -> None:
    session = reading()
    assert session.execute(text("PRAGMA foreign_key_check")).all() == []
    held = {
        opening.on_date: opening
        for opening in session.scalars(select(Opening).where(Opening.opened_at.is_not(None)))
    }
    for visit in session.scalars(select(Visit)):
        opening = held[visit.local_day]
        assert opening.opened_at is not None
        assert visit.signed_in_at >= opening.opened_at
        if visit.signed_out_at is not None:
            assert visit.signed_out_at <= (opening.closed_at or school.here.now)
    limits = Counter(session.scalars(select(Loan.child_id).where(Loan.ended_at.is_(None))))
    for child_id, books in limits.items():
        place = session.get_one(SchoolClass, session.get_one(Child, child_id).class_id)
        assert books <= school.here.settings.policy(place.grade).limit
    assert count(SafetyCheck) == 8 * count(Duty)
    there = {
        (visit.child_id, visit.local_day): (visit.signed_in_at, visit.signed_out_at)
        for visit in session.scalars(select(Visit))
    }
    rang = select(Booking).where(Booking.started_at.is_not(None))
    for booking in session.scalars(rang):
        came, went = there[booking.child_id, booking.on_date]
        assert booking.started_at is not None
        assert came <= booking.started_at
        assert went is None or (booking.ended_at or booking.started_at) <= went


def test_this_week_is_planned_and_the_first_cards_are_free(school: Made) -> None:
    session = reading()
    plan = session.scalars(select(WeekPlan)).one()
    assert plan.state is PlanState.PUBLISHED
    planned = set(session.scalars(select(Booking.child_id).where(Booking.plan_id == plan.id)))
    assert len(planned) >= 10
    fresh = {row["label"] for row in school.rows("child")[:24]}
    names = {child.family_name + child.given_name for child in session.scalars(select(Child))}
    assert fresh <= names
    for child_id in planned:
        child = session.get_one(Child, child_id)
        assert child.family_name + child.given_name not in fresh


@pytest.mark.usefixtures("school")
def test_its_families_are_of_every_kind() -> None:
    session = reading()
    assert set(session.scalars(select(Contact.shift))) == {None, *Shift}
    assert count(ContactHours) > 0
    shared = session.execute(
        select(Contact.phone_digest, func.count())
        .group_by(Contact.phone_digest)
        .having(func.count() > 1)
    ).all()
    assert [number for _, number in shared] == [2]


@pytest.mark.usefixtures("school")
def test_the_calls_went_through_allowed_states() -> None:
    session = reading()
    for booking in session.scalars(select(Booking)):
        events = session.scalars(
            select(BookingEvent)
            .where(BookingEvent.booking_id == booking.id)
            .order_by(BookingEvent.seq)
        ).all()
        assert [event.seq for event in events] == list(range(1, booking.version + 1))
        assert events[-1].to_state is booking.state
        assert [event.at for event in events] == sorted(event.at for event in events)
        for before, event in pairwise(events):
            assert event.from_state is before.to_state
            assert event.to_state in TRANSITIONS[before.to_state]
    rang = {CallState.DONE, CallState.CUT, CallState.NO_ANSWER, CallState.UNCLEAR}
    assert count(CallAttempt) == count(Booking, Booking.state.in_(rang))


def test_contacts_have_numbers_that_nobody_has(school: Made) -> None:
    key = school.here.settings.keys.field
    for one in reading().scalars(select(Contact)):
        number = vault.unseal(one.phone_cipher, column="phone", row=one.id, key=key)
        assert number.startswith("1990000")


def test_the_same_seed_gives_the_same_school(tmp_path: Path) -> None:
    schools = []
    for n, seed in enumerate((7, 7, 8)):
        with demo(tmp_path / f"{n}", children=30, titles=120, days=7, seed=seed) as made:
            session = reading()
            schools.append(
                (
                    [
                        (row["kind"], row["label"], row["class"], row["animal"])
                        for row in (*made.rows("child"), *made.rows("item"))
                    ],
                    sorted(session.scalars(select(Visit.signed_in_at))),
                    sorted(session.scalars(select(Loan.lent_at))),
                    sorted(session.scalars(select(Booking.state))),
                )
            )

    assert schools[0] == schools[1]
    assert schools[0] != schools[2]


@pytest.mark.parametrize(
    ("children", "titles", "days"), [(1, 1, 0), (1, 1, 3), (3, 2, 40), (300, 3700, 1)]
)
def test_a_school_of_any_size_is_made(
    children: int, titles: int, days: int, tmp_path: Path
) -> None:
    with demo(tmp_path / "instance", children=children, titles=titles, days=days) as school:
        assert (count(Child), count(Title)) == (children, titles)
        assert rooms.now(school.here).closes_min == 21 * 60
        assert backup.make_backup(here=school.here).exists()


def test_who_is_called_as_somebody_of_the_demo_is_told(tmp_path: Path) -> None:
    init_instance(tmp_path / "room", env={}, now=AFTERNOON)
    settings = Settings.load(tmp_path / "room", {})
    with open_database(settings.database_url):
        here = Here(now=AFTERNOON, settings=settings, home_id=homes.find(settings))
        factories.staff(here, display_name="赵老师")

    with pytest.raises(RefusedError) as error, demo(tmp_path / "room"):
        pass

    assert error.value.reason is DemoRefusal.NAME_IN_USE


def test_a_school_that_is_there_is_not_touched(school: Made) -> None:
    instance = school.here.settings.instance
    before = (instance / "demo-codes.csv").read_bytes()
    db.session.remove()

    with pytest.raises(RefusedError) as error, demo(instance, seed=2):
        pass

    assert error.value.reason is DemoRefusal.NOT_EMPTY
    assert (instance / "demo-codes.csv").read_bytes() == before
    assert count(Child) == 60


def test_settings_that_stand_stay_and_only_the_demo_is_said(tmp_path: Path) -> None:
    init_instance(tmp_path, env={}, now=AFTERNOON, staff_name="李老师")
    (tmp_path / "kiosk.toml").write_text(
        'school = "石桥小学"\ndemo = false\n[lending.grade1]\nlimit = 2\n', encoding="utf-8"
    )

    with demo(tmp_path, children=5, titles=5, days=2) as school:
        assert school.here.settings.demo
        assert school.here.settings.school == "石桥小学"
        assert school.here.settings.lending[1].limit == 2
        assert count(Staff) == 6


def test_the_demo_school_has_a_name_on_its_ledgers(school: Made) -> None:
    settings = Settings.load(school.here.settings.instance, {})

    assert settings.school == "向阳小学（示例）"


def test_the_kiosk_starts_on_a_demo(school: Made) -> None:
    db.session.remove()
    app = create_app(school.here.settings, clock=lambda: AFTERNOON)

    answer = app.test_client().get("/demo", base_url="http://127.0.0.1:8800")

    assert answer.status_code == 200
    assert school.rows("child")[0]["code"] in answer.text
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
