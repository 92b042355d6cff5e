"""When the room was open is said afterwards, from what the day left behind; nothing is lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.library import Loan
from kiosk.models.openings import Duty, Opening
from kiosk.models.room_times import ClosingNote, LineTest, OpeningTimes
from kiosk.models.visits import Visit
from kiosk.rules import openings as openings_rules
from kiosk.rules.call_wishes import OutageLength, OutageReason
from kiosk.rules.openings import OpeningRefusal, OpeningState
from kiosk.rules.room_times import TimeSource, TimesRefusal
from kiosk.rules.visits import VisitState
from kiosk.services import (
    call_closures,
    opening_check,
    opening_corrections,
    opening_log,
    opening_times,
    opening_traces,
    openings,
    signs_of_life,
    staff_home,
)
from kiosk.services.here import Here
from kiosk.services.opening_times import Said
from kiosk.services.staff_home import TodoKind
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

Now = Callable[[], Here]
FROM, TO = 16 * 60 + 30, 18 * 60


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Now:
    return partial(here_in, app, clock)


@pytest.fixture
def on_either(either_app: Flask, clock: FrozenClock) -> Now:
    return partial(here_in, either_app, clock)


def _at(hour: int, minute: int) -> datetime:
    """Return a time of the Friday on which the tests begin, on the room's wall clock."""
    return datetime(2026, 11, 20, hour - 8, minute, tzinfo=UTC)


def _today() -> Opening:
    session = reading()
    session.rollback()
    return session.scalars(
        select(Opening).where(Opening.on_date == _at(12, 0).date(), Opening.from_min == FROM)
    ).one()


def _say(
    here: Here,
    opening_id: UUID,
    staff_id: UUID,
    *,
    opened: int = FROM,
    closed: int = TO,
    duty: UUID | None = None,
    reason: str | None = None,
    seq: int = 0,
) -> None:
    opening_times.say(
        opening_id,
        Said(opened_min=opened, closed_min=closed, duty_staff_id=duty, reason=reason, seq=seq),
        staff_id=staff_id,
        here=here,
    )


def _refused(act: Callable[[], object]) -> object:
    with pytest.raises(RefusedError) as error:
        act()
    return error.value.reason


def _children_came_and_nobody_opened(now: Now, clock: FrozenClock) -> UUID:
    """Return today's opening on the day after: two children came, one left, nobody had opened."""
    here = now()
    first, second = factories.child(here), factories.child(here, given_name="浩然")
    factories.visit(here, first.child_id, signed_in_at=_at(16, 33), signed_out_at=_at(17, 41))
    factories.visit(
        here,
        second.child_id,
        signed_in_at=_at(16, 50),
        state=VisitState.LEFT_UNCONFIRMED,
    )
    opening_id = _today().id
    clock.set_to(_at(12, 0) + timedelta(days=1))
    return opening_id


def test_what_nobody_opened_is_proposed_from_who_came(now: Now, clock: FrozenClock) -> None:
    teacher = factories.staff(now())
    opening_id = _children_came_and_nobody_opened(now, clock)

    asked = opening_times.to_say(opening_id, here=now())

    assert asked.opened is not None
    assert asked.closed is not None
    assert (asked.opened.at, asked.opened.source) == (_at(16, 33), TimeSource.SCAN)
    assert (asked.closed.at, asked.closed.source) == (_at(17, 41), TimeSource.SCAN)
    assert not asked.is_opened_said
    assert [one.staff_id for one in asked.staff] == [teacher.staff_id], "nobody was on duty"


@pytest.mark.parametrize(
    ("left_at", "ended"), [(_at(21, 0), _at(21, 0)), (_at(21, 1), _at(17, 41))]
)
def test_what_is_scanned_up_to_three_hours_after_the_plan_is_of_the_opening(
    now: Now, clock: FrozenClock, left_at: datetime, ended: datetime
) -> None:
    child = factories.child(now())
    factories.visit(now(), child.child_id, signed_in_at=_at(16, 55), signed_out_at=left_at)
    opening_id = _children_came_and_nobody_opened(now, clock)

    asked = opening_times.to_say(opening_id, here=now())

    assert asked.closed is not None
    assert asked.closed.at == ended


def _brought_back(here: Here, **noted: object) -> None:
    """Let a book that was lent three days ago be back ten minutes before the end."""
    child, ended = factories.child(here), _at(17, 50)
    loan_id = factories.loan(
        here,
        child.child_id,
        factories.item(here).item_id,
        lent_at=ended - timedelta(days=3),
        ended_at=ended,
    )
    with transaction() as session:
        session.execute(update(Loan).where(Loan.id == loan_id).values(**noted))


@pytest.mark.parametrize(
    ("noted", "ended"),
    [
        ({"is_late_return": False}, _at(17, 50)),
        ({"end_noted_at": _at(17, 50) + timedelta(days=1)}, _at(17, 41)),
        ({"is_late_return": True}, _at(17, 41)),
    ],
)
def test_what_came_out_of_the_box_or_the_paper_book_tells_no_end(
    now: Now, clock: FrozenClock, noted: dict[str, object], ended: datetime
) -> None:
    _brought_back(now(), **noted)
    opening_id = _children_came_and_nobody_opened(now, clock)

    asked = opening_times.to_say(opening_id, here=now())

    assert asked.closed is not None
    assert asked.closed.at == ended


@pytest.mark.parametrize(("late", "began"), [(False, _at(16, 31)), (True, _at(16, 33))])
def test_what_was_lent_on_paper_tells_no_beginning(
    now: Now, clock: FrozenClock, began: datetime, *, late: bool
) -> None:
    child, item = factories.child(now()), factories.item(now())
    loan_id = factories.loan(now(), child.child_id, item.item_id, lent_at=_at(16, 31))
    with transaction() as session:
        session.execute(update(Loan).where(Loan.id == loan_id).values(is_late_entry=late))
    opening_id = _children_came_and_nobody_opened(now, clock)

    asked = opening_times.to_say(opening_id, here=now())

    assert asked.opened is not None
    assert asked.opened.at == began


def test_what_is_said_makes_it_held_and_keeps_how_it_is_known(now: Now, clock: FrozenClock) -> None:
    teacher = factories.staff(now())
    opening_id = _children_came_and_nobody_opened(now, clock)

    _say(
        now(),
        opening_id,
        teacher.staff_id,
        opened=16 * 60 + 33,
        closed=18 * 60,
        duty=teacher.staff_id,
    )

    opening = reading().get_one(Opening, opening_id)
    assert (opening.state, opening.opened_at) == (OpeningState.HELD, _at(16, 33))
    rows = reading().scalars(select(OpeningTimes).order_by(OpeningTimes.seq)).all()
    assert [(one.seq, one.opened_from, one.closed_from) for one in rows] == [
        (0, None, None),
        (1, TimeSource.SCAN, TimeSource.PERSON),
    ]
    duty = reading().scalars(select(Duty).where(Duty.opening_id == opening_id)).one()
    assert (duty.signed_on_at, duty.signed_off_at) == (_at(16, 33), _at(18, 0))
    row = opening_log.between(opening.on_date, opening.on_date, here=now())[0]
    assert row.counts
    assert row.is_corrected


def test_nobody_is_on_duty_by_nobodys_word(now: Now, clock: FrozenClock) -> None:
    teacher = factories.staff(now())
    opening_id = _children_came_and_nobody_opened(now, clock)

    refused = _refused(lambda: _say(now(), opening_id, teacher.staff_id))

    assert refused is TimesRefusal.NO_DUTY
    assert reading().get_one(Opening, opening_id).state is OpeningState.PLANNED


def _forgotten(now: Now, clock: FrozenClock) -> tuple[UUID, UUID]:
    """Return an opening that nobody closed, on the day after, and who opened it."""
    here = now()
    teacher = factories.staff(here)
    opening_id = openings.open_room(staff_id=teacher.staff_id, exceptions={}, here=here)
    factories.visit(here, factories.child(here).child_id, signed_in_at=_at(17, 10))
    clock.set_to(_at(12, 0) + timedelta(days=1))
    return opening_id, teacher.staff_id


def test_a_forgotten_opening_ends_when_the_kiosk_was_switched_off(
    now: Now, clock: FrozenClock
) -> None:
    opening_id, _ = _forgotten(now, clock)
    instance = now().settings.instance
    signs_of_life.note(instance, now=_at(17, 55))
    signs_of_life.note(instance, now=_at(12, 0) + timedelta(days=1))

    asked = opening_times.to_say(opening_id, here=now())

    assert asked.closed is not None
    assert (asked.closed.at, asked.closed.source) == (_at(17, 55), TimeSource.POWER)
    assert asked.is_opened_said
    assert asked.staff == ()


def test_an_end_that_was_missing_needs_no_reason_and_sweeps_who_was_there(
    now: Now, clock: FrozenClock
) -> None:
    opening_id, staff_id = _forgotten(now, clock)

    _say(now(), opening_id, staff_id, opened=16 * 60 + 40, closed=17 * 60 + 50)

    opening = reading().get_one(Opening, opening_id)
    assert (opening.state, opening.closed_at) == (OpeningState.HELD, _at(17, 50))
    assert not opening.is_close_unconfirmed
    assert reading().scalars(select(Visit.state)).all() == [VisitState.LEFT_UNCONFIRMED]


def test_what_stood_there_is_put_right_with_a_reason_and_stays_on_record(
    now: Now, clock: FrozenClock
) -> None:
    opening_id, staff_id = _forgotten(now, clock)
    _say(now(), opening_id, staff_id, opened=16 * 60 + 40, closed=17 * 60 + 50)

    refused = _refused(
        lambda: _say(now(), opening_id, staff_id, opened=16 * 60 + 40, closed=17 * 60, seq=1)
    )
    _say(
        now(),
        opening_id,
        staff_id,
        opened=16 * 60 + 40,
        closed=17 * 60,
        reason="看错了钟",
        seq=1,
    )

    assert refused is TimesRefusal.NO_REASON
    day = _at(12, 0).date()
    first, second = opening_corrections.between(day, day, here=now())
    assert (first.old_closed, first.closed) == (None, _at(17, 50))
    assert (second.old_closed, second.closed) == (_at(17, 50), _at(17, 0))
    assert second.reason == "看错了钟"
    assert reading().get_one(Opening, opening_id).state is OpeningState.SHORT


def test_two_who_say_it_at_once_do_not_overwrite_one_another(now: Now, clock: FrozenClock) -> None:
    opening_id, staff_id = _forgotten(now, clock)
    _say(now(), opening_id, staff_id, opened=16 * 60 + 40, closed=17 * 60 + 50)

    refused = _refused(lambda: _say(now(), opening_id, staff_id, reason="也来改", seq=0))

    assert refused is TimesRefusal.CHANGED


@pytest.mark.parametrize(
    ("opened", "closed", "reason"),
    [
        (TO, FROM, TimesRefusal.ENDS_FIRST),
        (FROM, FROM, TimesRefusal.ENDS_FIRST),
        (16 * 60 + 40, 37 * 60, TimesRefusal.NOT_YET),
    ],
)
def test_a_time_that_cannot_be_is_not_taken(
    now: Now, clock: FrozenClock, opened: int, closed: int, reason: TimesRefusal
) -> None:
    opening_id, staff_id = _forgotten(now, clock)

    said = _refused(
        lambda: _say(now(), opening_id, staff_id, opened=opened, closed=closed, reason="x")
    )

    assert said is reason


def test_two_openings_do_not_overlap(now: Now, clock: FrozenClock) -> None:
    factories.opening(now(), from_min=15 * 60, to_min=17 * 60, state=OpeningState.HELD)
    opening_id, staff_id = _forgotten(now, clock)

    said = _refused(lambda: _say(now(), opening_id, staff_id, opened=16 * 60 + 40, closed=18 * 60))

    assert said is TimesRefusal.OVERLAPS


@pytest.mark.parametrize(("from_min", "to_min"), [(900, 1000), (1080, 1140)])
def test_one_opening_may_begin_when_another_ends(
    now: Now, clock: FrozenClock, from_min: int, to_min: int
) -> None:
    other_id = factories.opening(now(), from_min=from_min, to_min=to_min, state=OpeningState.HELD)
    opening_id, staff_id = _forgotten(now, clock)

    _say(now(), opening_id, staff_id, opened=1000, closed=1080)

    other, said = (reading().get_one(Opening, one) for one in (other_id, opening_id))
    assert said.state is OpeningState.HELD
    assert other.closed_at == said.opened_at or other.opened_at == said.closed_at


def test_what_happened_a_month_ago_may_still_be_said(now: Now, clock: FrozenClock) -> None:
    opening_id = _today().id

    clock.advance(days=31)

    assert opening_times.to_say(opening_id, here=now()).opening_id == opening_id


def test_what_is_still_to_come_or_too_long_ago_is_left_alone(now: Now, clock: FrozenClock) -> None:
    opening_id = _today().id

    to_come = _refused(lambda: opening_times.to_say(opening_id, here=now()))
    clock.advance(days=32)
    long_ago = _refused(lambda: opening_times.to_say(opening_id, here=now()))
    with pytest.raises(NotFoundError) as unknown:
        opening_times.to_say(UUID(int=0), here=now())

    assert to_come is TimesRefusal.NOT_OVER
    assert long_ago is TimesRefusal.TOO_LONG_AGO
    assert unknown.value.reason is OpeningRefusal.NOT_OPEN


def test_the_home_page_asks_for_what_has_traces_alone(now: Now, clock: FrozenClock) -> None:
    _children_came_and_nobody_opened(now, clock)
    with_traces = opening_traces.unsaid(here=now())
    kinds = [one.kind for one in staff_home.look(here=now()).todo]
    clock.advance(days=7)

    assert with_traces == (_at(12, 0).date(),)
    assert TodoKind.TIMES in kinds
    assert len(opening_traces.unsaid(here=now())) == 1, "the other days nobody came"


def test_two_openings_of_a_day_do_not_share_their_traces(now: Now, clock: FrozenClock) -> None:
    noon = factories.opening(now(), from_min=12 * 60, to_min=13 * 60)
    _children_came_and_nobody_opened(now, clock)

    proposed = opening_times.to_say(noon, here=now())

    assert proposed.opened is None


@pytest.mark.parametrize(
    ("table", "row", "name"),
    [
        (OpeningTimes, {"seq": -1, "said_by_id": None}, "ck_opening_times_counted"),
        (OpeningTimes, {"seq": 1, "said_by_id": None}, "ck_opening_times_somebody_said_it"),
        (
            OpeningTimes,
            {"seq": 0, "opened_at": _at(16, 0)},
            "ck_opening_times_opened_is_known_how",
        ),
        (
            OpeningTimes,
            {"seq": 0, "closed_at": _at(16, 0)},
            "ck_opening_times_closed_is_known_how",
        ),
        (OpeningTimes, {"seq": 0, "reason": ""}, "ck_opening_times_reason_has_words"),
        (
            OpeningTimes,
            {
                "seq": 0,
                "opened_at": _at(16, 0),
                "opened_from": "person",
                "closed_at": _at(15, 0),
                "closed_from": "person",
            },
            "ck_opening_times_closes_after_opening",
        ),
        (ClosingNote, {"books_out": -1}, "ck_closing_note_counts"),
        (ClosingNote, {"games_counted": -1}, "ck_closing_note_games_counted"),
        (ClosingNote, {"line": ""}, "ck_closing_note_line_has_words"),
    ],
)
def test_the_tables_refuse_what_cannot_be(
    on_either: Now,
    table: type[OpeningTimes | ClosingNote],
    row: dict[str, object],
    name: str,
) -> None:
    here = on_either()
    usual: dict[str, object] = {"id": new_id(here.now), "opening_id": _today().id}
    if table is OpeningTimes:
        usual |= {"said_at": here.now}
    else:
        usual |= dict.fromkeys(("children_left", "books_out", "games_out", "games_expected"), 0) | {
            "is_clean": True,
            "is_safe": True,
            "signed_by_id": factories.staff(here).staff_id,
            "signed_at": here.now,
        }

    with pytest.raises(IntegrityError) as error, transaction() as session:
        session.execute(insert(table).values(usual | row))

    assert name in str(error.value)


def test_a_line_is_tried_once_an_opening(now: Now) -> None:
    here = now()
    teacher, line_id = factories.staff(here).staff_id, factories.line(here)

    openings.open_room(staff_id=teacher, exceptions={}, phones={line_id: False}, here=here)

    assert [(one.line_id, one.works) for one in reading().scalars(select(LineTest))] == [
        (line_id, False)
    ]
    assert TodoKind.LINE in [one.kind for one in staff_home.look(here=here).todo]


def test_a_line_that_is_out_today_is_not_tried_before_the_room_opens(now: Now) -> None:
    line_id = factories.line(now())
    before = {one.line_id for one in opening_check.before(here=now()).lines}

    call_closures.close_line(
        line_id,
        reason=OutageReason.BROKEN,
        length=OutageLength.TODAY,
        request_id=uuid4(),
        staff_id=factories.staff(now()).staff_id,
        here=now(),
    )

    after = {one.line_id for one in opening_check.before(here=now()).lines}
    assert before - after == {line_id}


def test_an_opening_that_ended_after_midnight_is_put_right(now: Now, clock: FrozenClock) -> None:
    teacher = factories.staff(now())
    factories.open_today(now(), staff_id=teacher.staff_id)
    opening = _today()
    began = opening.opened_at
    assert began is not None
    clock.set_to(_at(8, 0) + timedelta(hours=16, minutes=20))  # twenty past midnight
    openings.close_room(is_tidy=True, are_told=True, staff_id=teacher.staff_id, here=now())
    opened = openings_rules.minute_on(opening.on_date, began, now().settings.zone) or 0

    _say(
        now(),
        opening.id,
        teacher.staff_id,
        opened=opened - 10,
        closed=20,
        reason="忘了按",
    )

    assert _today().opened_at == began - timedelta(minutes=10)
    assert _today().closed_at == _at(8, 0) + timedelta(hours=16, minutes=20)
