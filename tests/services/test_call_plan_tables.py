"""What the tables of the plan refuse by themselves, on SQLite and on PostgreSQL."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from kiosk.db import Base, reading, transaction, violated
from kiosk.models.call_hours import ChildLesson, ContactDoubt, ContactHours
from kiosk.models.call_plan import (
    CallSetting,
    CallWish,
    LineOutage,
    PlanSeat,
    WeekPlan,
    WishTime,
)
from kiosk.models.calls import Booking, Slot
from kiosk.rules import civil
from kiosk.rules.call_reasons import SeatReason, TimeReason, UnseatedReason
from kiosk.rules.call_states import CallKind, CallState
from kiosk.rules.call_windows import WeekPattern
from kiosk.rules.call_wishes import (
    AskedBy,
    CardDoubt,
    LessonKind,
    OutageReason,
    PlanState,
    UrgentReason,
    WishKind,
    WishState,
)
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

WEEK = "2026-W47"


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    return here_in(either_app, clock)


def _put(table: type[Base], row: dict[str, Any]) -> dict[str, Any]:
    with transaction() as session:
        session.execute(insert(table), row)
    return row


def _is_refused(table: type[Base], row: dict[str, Any]) -> bool:
    try:
        _put(table, row)
    except IntegrityError:
        return True
    return False


def _refused_by(table: type[Base], row: dict[str, Any]) -> str | None:
    with pytest.raises(IntegrityError) as error:
        _put(table, row)
    return violated(error.value)


def _family(here: Here) -> tuple[UUID, UUID]:
    """Return a child with a person to ring."""
    child_id = factories.child(here).child_id
    return child_id, factories.contact(here, child_id)


# Hours, lessons, outages


def test_hours_are_within_a_week_and_count_from_a_day_where_they_change(here: Here) -> None:
    _, contact_id = _family(here)
    evening = {
        "contact_id": contact_id,
        "weekday": 7,
        "from_min": 1080,
        "to_min": 1500,
        "pattern": WeekPattern.ALWAYS,
        "a_week_on": None,
    }
    wrong: list[dict[str, Any]] = [
        {"weekday": 0},
        {"weekday": 8},
        {"to_min": 1080},
        {"from_min": 1440, "to_min": 1500},
        {"from_min": 10, "to_min": 1451},
        {"pattern": WeekPattern.A},
        {"a_week_on": here.today},
        {"contact_id": uuid4()},
    ]

    refused = [_is_refused(ContactHours, {"id": uuid4()} | evening | change) for change in wrong]
    _put(ContactHours, {"id": uuid4()} | evening)

    assert refused == [True] * len(wrong)
    again = _refused_by(ContactHours, {"id": uuid4()} | evening)
    assert again == "uq_contact_hours_contact_id_weekday_from_min_pattern"


def test_a_lesson_lies_within_a_day(here: Here) -> None:
    child_id, _ = _family(here)
    lesson = {
        "child_id": child_id,
        "weekday": 3,
        "from_min": 960,
        "to_min": 1000,
        "kind": LessonKind.CLUB,
    }
    wrong: list[dict[str, Any]] = [{"weekday": 8}, {"to_min": 1441}, {"to_min": 960}]

    refused = [_is_refused(ChildLesson, {"id": uuid4()} | lesson | change) for change in wrong]
    _put(ChildLesson, {"id": uuid4()} | lesson)

    assert refused == [True] * len(wrong)
    again = _refused_by(ChildLesson, {"id": uuid4()} | lesson)
    assert again == "uq_child_lesson_child_id_weekday_from_min"


def test_a_line_is_out_of_order_once_at_a_time(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    outage = {
        "line_id": factories.line(here),
        "reason": OutageReason.BROKEN,
        "began_at": here.now,
        "ended_at": None,
        "told_by_id": staff_id,
    }
    ended = {"ended_at": here.now + timedelta(hours=1), "ended_by_id": staff_id}

    def new(**change: Any) -> dict[str, Any]:
        return {"id": uuid4(), "request_id": uuid4(), **outage, **change}

    _put(LineOutage, new(**ended))
    now = _put(LineOutage, new())

    assert _refused_by(LineOutage, new()) == "uq_line_outage_now"
    assert _refused_by(LineOutage, new(**ended, request_id=now["request_id"])) == (
        "uq_line_outage_request_id"
    )
    assert _is_refused(LineOutage, new(ended_at=here.now - timedelta(hours=1)))
    assert _is_refused(LineOutage, new(ended_by_id=staff_id))


def test_a_card_is_doubted_once_at_a_time(here: Here) -> None:
    _, contact_id = _family(here)
    staff_id = factories.staff(here).staff_id
    doubt = {"contact_id": contact_id, "doubt": CardDoubt.NO_ANSWER, "raised_at": here.now}
    settled = {"settled_at": here.now, "settled_by_id": staff_id}
    open_doubt = {"settled_at": None, "settled_by_id": None}
    _put(ContactDoubt, {"id": uuid4()} | doubt | settled)
    _put(ContactDoubt, {"id": uuid4()} | doubt | open_doubt)

    again = _refused_by(ContactDoubt, {"id": uuid4()} | doubt | open_doubt)

    assert again == "uq_contact_doubt_open"
    by_nobody = doubt | {"settled_at": here.now, "settled_by_id": None}
    assert _is_refused(ContactDoubt, {"id": uuid4()} | by_nobody)
    before = here.now - timedelta(days=1)
    assert _is_refused(ContactDoubt, {"id": uuid4()} | doubt | settled | {"settled_at": before})


# The plan


def _plan_row(here: Here, **change: Any) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "home_id": here.home_id,
        "week_key": WEEK,
        "state": PlanState.DRAFT,
        "seed": "a" * 64,
        "rule_version": 1,
        "input_digest": "b" * 64,
        "made_at": here.now,
        "published_at": None,
        "published_by_id": None,
        **change,
    }


def test_a_week_has_one_draft_and_one_plan_that_holds(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    published = {
        "state": PlanState.PUBLISHED,
        "published_at": here.now,
        "published_by_id": staff_id,
    }
    _put(WeekPlan, _plan_row(here))
    _put(WeekPlan, _plan_row(here, **published))
    for _ in range(2):
        _put(WeekPlan, _plan_row(here, state=PlanState.REPLACED))

    assert _refused_by(WeekPlan, _plan_row(here)) == "uq_week_plan_now"
    assert _refused_by(WeekPlan, _plan_row(here, **published)) == "uq_week_plan_now"


def test_a_plan_can_be_made_again_and_was_published_by_somebody(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    wrong: list[dict[str, Any]] = [
        {"seed": "a"},
        {"input_digest": ""},
        {"rule_version": 0},
        {"state": PlanState.PUBLISHED},
        {"state": PlanState.PUBLISHED, "published_at": here.now},
        {"published_at": here.now, "published_by_id": staff_id},
    ]

    assert [_is_refused(WeekPlan, _plan_row(here, **one)) for one in wrong] == [True] * len(wrong)


def test_each_place_of_a_plan_is_one_child_s_or_shared_by_a_family(here: Here) -> None:
    plan = _put(WeekPlan, _plan_row(here))
    slot_id, other_slot, *_ = factories.slots(here)
    families = [_family(here) for _ in range(4)]

    def seat(turn: int, **change: Any) -> dict[str, Any]:
        child_id, contact_id = families[turn - 1]
        return {
            "plan_id": plan["id"],
            "child_id": child_id,
            "turn": turn,
            "waited_days": 5,
            "slot_id": slot_id,
            "contact_id": contact_id,
            "with_child_id": None,
            "seat_reason": SeatReason.WAITED_LONGEST,
            "time_reason": TimeReason.SOONEST,
            "unseated_reason": None,
            **change,
        }

    unseated = {
        **dict.fromkeys(("slot_id", "contact_id", "seat_reason", "time_reason")),
        "unseated_reason": UnseatedReason.ALL_FULL,
    }
    _put(PlanSeat, seat(1))
    _put(PlanSeat, seat(2, with_child_id=families[0][0], seat_reason=SeatReason.WITH_SIBLING))
    _put(PlanSeat, seat(3, **unseated))

    assert _refused_by(PlanSeat, seat(4)) == "uq_plan_seat_slot"
    taken_turn = seat(4, slot_id=other_slot) | {"turn": 3}
    assert _refused_by(PlanSeat, taken_turn) == "uq_plan_seat_plan_id_turn"
    wrong: list[dict[str, Any]] = [
        {"slot_id": other_slot, "contact_id": families[0][1]},
        {"slot_id": other_slot, "seat_reason": None},
        {"slot_id": other_slot, "time_reason": None},
        {"slot_id": other_slot, "unseated_reason": UnseatedReason.ALL_FULL},
        {"with_child_id": families[3][0]},
        {"with_child_id": uuid4()},
        unseated | {"unseated_reason": None},
        unseated | {"with_child_id": families[0][0]},
        unseated | {"waited_days": -1},
        unseated | {"turn": 0},
    ]
    found = [_is_refused(PlanSeat, seat(4) | one) for one in wrong]
    assert found == [True] * len(wrong)


# Wishes


def test_urgent_calls_of_a_week_are_numbered(here: Here) -> None:
    child_id, contact_id = _family(here)
    staff_id = factories.staff(here).staff_id
    urgent = {
        "home_id": here.home_id,
        "child_id": child_id,
        "contact_id": contact_id,
        "kind": WishKind.URGENT,
        "asked_by": AskedBy.TEACHER,
        "staff_id": staff_id,
        "week_key": WEEK,
        "urgent_reason": UrgentReason.ILLNESS,
        "urgent_no": 1,
        "state": WishState.OPEN,
        "booking_id": None,
        "asked_at": here.now,
        "settled_at": None,
    }

    def wish(**change: Any) -> dict[str, Any]:
        return {"id": uuid4(), "request_id": uuid4(), **urgent, **change}

    _put(CallWish, wish())
    weekly = {"kind": WishKind.WEEKLY, "urgent_reason": None, "urgent_no": None}
    mine = _put(CallWish, wish(**weekly, asked_by=AskedBy.CHILD, staff_id=None))
    _put(WishTime, {"wish_id": mine["id"], "on_date": here.today, "from_min": 960, "to_min": 990})

    assert _refused_by(CallWish, wish()) == "uq_call_wish_home_id_week_key_urgent_no"
    again = wish(**weekly, request_id=mine["request_id"])
    assert _refused_by(CallWish, again) == "uq_call_wish_request_id"
    wrong: list[dict[str, Any]] = [
        {"urgent_no": None},
        {"urgent_no": 0},
        {"urgent_no": 2, "urgent_reason": None},
        weekly | {"urgent_no": 2},
        weekly | {"urgent_reason": UrgentReason.DEATH},
        weekly | {"asked_by": AskedBy.CHILD},
        weekly | {"staff_id": None},
        weekly | {"state": WishState.PLANNED, "settled_at": here.now},
        weekly | {"state": WishState.UNMET},
        weekly | {"settled_at": here.now},
        weekly | {"contact_id": _family(here)[1]},
    ]
    assert [_is_refused(CallWish, wish(**one)) for one in wrong] == [True] * len(wrong)
    no_time = {"wish_id": mine["id"], "on_date": here.today, "from_min": 990, "to_min": 960}
    assert _is_refused(WishTime, no_time)


def test_a_room_has_one_way_of_planning(here: Here) -> None:
    setting = {
        "home_id": here.home_id,
        "drafts_on": 4,
        "drafts_from_min": 1080,
        "urgent_cap": 3,
        "lot_secret": bytes(32),
    }
    wrong: list[dict[str, Any]] = [
        {"drafts_on": 8},
        {"drafts_from_min": 1440},
        {"urgent_cap": -1},
        {"urgent_cap": 21},
        {"lot_secret": bytes(31)},
    ]

    refused = [_is_refused(CallSetting, setting | one) for one in wrong]
    _put(CallSetting, setting)

    assert refused == [True] * len(wrong)
    assert _is_refused(CallSetting, setting)


# Brothers and sisters


def _booking_row(here: Here, slot_id: UUID, **change: Any) -> dict[str, Any]:
    child_id, contact_id = _family(here)
    return {
        "id": uuid4(),
        "slot_id": slot_id,
        "on_date": here.today,
        "week_key": civil.week_key(here.today),
        "start_min": 0,
        "child_id": child_id,
        "contact_id": contact_id,
        "phone_digest": b"p" * 32,
        "kind": CallKind.WEEKLY,
        "state": CallState.BOOKED,
        "state_since": here.now,
        "booked_at": here.now,
        "is_owed": False,
        "version": 1,
        "request_id": uuid4(),
        "companion_of_id": None,
        "plan_id": None,
        "replaces_id": None,
        **change,
    }


def test_brothers_share_a_place_and_each_has_its_call_of_the_week(here: Here) -> None:
    slot_id, other_slot, *_ = factories.slots(here)
    start, other_start = (_start(one) for one in (slot_id, other_slot))
    mine = _put(Booking, _booking_row(here, slot_id, start_min=start))
    beside = {"start_min": start, "companion_of_id": mine["id"]}

    his = _put(Booking, _booking_row(here, slot_id, **beside))

    same = {name: his[name] for name in ("child_id", "contact_id")}
    elsewhere = _booking_row(here, other_slot, start_min=other_start, phone_digest=b"q" * 32)
    assert _refused_by(Booking, elsewhere | same) == "ux_week"
    stranger = _booking_row(here, slot_id, start_min=start, phone_digest=b"q" * 32)
    assert _refused_by(Booking, stranger) == "ux_slot"
    assert _is_refused(Booking, elsewhere | {"companion_of_id": mine["id"]})
    itself = _booking_row(here, other_slot, start_min=other_start)
    assert _is_refused(Booking, itself | {"companion_of_id": itself["id"]})
    assert _is_refused(Booking, itself | {"replaces_id": itself["id"]})
    assert _is_refused(Booking, itself | {"plan_id": uuid4()})


def _start(slot_id: UUID) -> int:
    found: int = reading().scalars(select(Slot.start_min).where(Slot.id == slot_id)).one()
    return found
