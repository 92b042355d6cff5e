"""Contact cards: hours and their confirmation, doubts raised and settled, numbers and the end."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from kiosk.db import reading, transaction
from kiosk.errors import KioskError
from kiosk.models.audit import Audit
from kiosk.models.call_hours import ContactDoubt, ContactHours
from kiosk.models.calls import Booking, CallAttempt, CallResult, Slot
from kiosk.models.people import Contact, ContactStatus
from kiosk.rules.call_states import CallState
from kiosk.rules.call_windows import Hours, Shift, WeekPattern
from kiosk.rules.call_wishes import CardDoubt
from kiosk.rules.contact_hours import CardProblem, PartOfDay
from kiosk.rules.people import PeopleProblem
from kiosk.services import (
    card_doubts,
    contact_hours,
    contacts,
    erasure,
    families,
    week_plan_facts,
    week_plans,
)
from kiosk.services.here import Here
from tests import factories

MONDAY = date(2026, 3, 2)


@pytest.fixture
def actor(here: Here) -> UUID:
    return factories.staff(here).staff_id


@pytest.fixture
def family(here: Here) -> tuple[UUID, UUID]:
    child_id = factories.child(here).child_id
    return child_id, factories.contact(here, child_id, phone="19900001234")


def _contact(contact_id: UUID) -> Contact:
    reading().expire_all()
    return reading().get_one(Contact, contact_id)


def _call(
    here: Here,
    family: tuple[UUID, UUID],
    state: CallState,
    *,
    days_ago: int,
    result: CallResult | None = None,
) -> UUID:
    on = here.today - timedelta(days=days_ago)
    (slot_id,) = factories.slots(here, on=on, places=1)
    booking_id = factories.booking(
        here, family[0], contact_id=family[1], slot_id=slot_id, state=state
    )
    if result is not None:
        with transaction() as session:
            line_id = session.get_one(Slot, slot_id).line_id
            at = here.now - timedelta(minutes=5)
            attempt = {"id": uuid4(), "booking_id": booking_id, "line_id": line_id}
            ended = {"started_at": at, "ended_at": at, "result": result}
            session.execute(insert(CallAttempt), attempt | ended)
    return booking_id


def _doubts(here: Here) -> list[tuple[UUID, CardDoubt]]:
    return [(one.contact_id, one.doubt) for one in card_doubts.to_look_at(here=here)]


def _problem(act: Callable[[], object]) -> object:
    with pytest.raises(KioskError) as error:
        act()
    return error.value.reason


def _misses(here: Here, child_id: UUID) -> int:
    monday = week_plans.first_day(here.today) + timedelta(weeks=1)
    facts = week_plan_facts.read(reading(), monday, here=here)
    return {one.child_id: one.misses for one in facts.children}[str(child_id)]


# Hours


def test_one_touch_writes_the_hours_of_a_shift_as_confirmed_today(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    contact_hours.set_shift(family[1], Shift.DAY, is_a_now=None, actor_id=actor, here=here)

    card = contact_hours.card(family[1], here=here)
    (line,) = card.lines
    assert (card.shift, card.confirmed_on) == (Shift.DAY, here.today)
    assert (line.weekdays, line.from_min, line.to_min) == ((1, 2, 3, 4, 5, 6, 7), 1020, 1320)


def test_of_two_shifts_in_turn_the_week_has_to_be_said(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    def write(is_a_now: bool | None) -> None:  # noqa: FBT001 - what the test is about
        contact_hours.set_shift(
            family[1], Shift.ALTERNATING, is_a_now=is_a_now, actor_id=actor, here=here
        )

    unsaid = _problem(lambda: write(None))
    write(False)

    assert unsaid is CardProblem.WHICH_WEEK
    card = contact_hours.card(family[1], here=here)
    assert card.is_a_week is False
    assert {line.pattern for line in card.lines} == {WeekPattern.A, WeekPattern.B}


def test_a_better_time_takes_the_place_of_hours_that_were_wrong(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    contact_hours.set_shift(family[1], Shift.NIGHT, is_a_now=None, actor_id=actor, here=here)

    contact_hours.better_time(family[1], PartOfDay.NOON, actor_id=actor, here=here)

    (line,) = contact_hours.card(family[1], here=here).lines
    assert (line.from_min, line.to_min, len(line.weekdays)) == (11 * 60, 14 * 60, 7)


@pytest.mark.parametrize(
    "named",
    [
        (Hours(weekday=6, from_min=1190, to_min=1210, pattern=WeekPattern.ALWAYS, anchor=None),),
        (Hours(weekday=6, from_min=1020, to_min=1320, pattern=WeekPattern.A, anchor=MONDAY),),
    ],
)
@pytest.mark.parametrize("part", [PartOfDay.NOON, PartOfDay.NIGHT])
def test_a_better_time_is_added_to_what_the_family_named(
    here: Here,
    actor: UUID,
    family: tuple[UUID, UUID],
    named: tuple[Hours, ...],
    part: PartOfDay,
) -> None:
    contact_hours.set_hours(family[1], named, actor_id=actor, here=here)

    contact_hours.better_time(family[1], part, actor_id=actor, here=here)

    lines = contact_hours.card(family[1], here=here).lines
    better = (11 * 60, 14 * 60) if part is PartOfDay.NOON else (14 * 60, 19 * 60)
    assert {(one.from_min, one.to_min) for one in lines} == {
        (named[0].from_min, named[0].to_min),
        better,
    }


def test_a_better_time_is_written_on_each_card_of_the_person(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    sister = factories.child(here)
    hers = factories.contact(here, sister.child_id)

    contact_hours.better_time(family[1], PartOfDay.NOON, also=(hers,), actor_id=actor, here=here)

    for one in (family[1], hers):
        card = contact_hours.card(one, here=here)
        assert (len(card.lines), card.confirmed_on) == (1, here.today)


def test_who_works_at_night_is_rung_before_work(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    contact_hours.better_time(family[1], PartOfDay.NIGHT, actor_id=actor, here=here)

    card = contact_hours.card(family[1], here=here)
    assert card.shift is Shift.NIGHT
    assert [(line.from_min, line.to_min) for line in card.lines] == [(14 * 60, 19 * 60)]


def test_a_person_is_reached_by_something(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    def reach(*, phone: bool, video: bool) -> None:
        contact_hours.set_reach(
            family[1], can_phone=phone, can_video=video, actor_id=actor, here=here
        )

    nohow = _problem(lambda: reach(phone=False, video=False))
    reach(phone=False, video=True)

    assert nohow is CardProblem.REACHED_NOHOW
    assert (_contact(family[1]).can_phone, _contact(family[1]).can_video) == (False, True)


def test_no_one_writes_on_the_card_of_an_erased_child(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    contact_hours.better_time(family[1], PartOfDay.NOON, actor_id=actor, here=here)
    erasure.erase(family[0], actor_id=actor, here=here)

    refused = _problem(lambda: contact_hours.confirm(family[1], actor_id=actor, here=here))

    assert refused is PeopleProblem.ERASED
    assert factories.how_many(ContactHours) == 0
    assert _contact(family[1]).hours_confirmed_on is None


def test_the_audit_of_a_card_has_no_number_and_no_time(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    contact_hours.better_time(family[1], PartOfDay.NOON, actor_id=actor, here=here)
    contacts.change_number(family[1], "19900005678", actor_id=actor, here=here)

    said = [f"{row.fields} {row.purpose}" for row in reading().scalars(select(Audit))]
    assert "hours contact-card" in said
    assert not any("1990" in one or "11:00" in one for one in said)


# Doubts


def test_a_card_nobody_answered_twice_in_a_row_is_looked_at(
    here: Here, family: tuple[UUID, UUID]
) -> None:
    _call(here, family, CallState.NO_ANSWER, days_ago=9)
    once = _doubts(here)
    _call(here, family, CallState.NO_ANSWER, days_ago=2)

    twice = _doubts(here)

    assert (once, twice) == ([], [(family[1], CardDoubt.NO_ANSWER)])
    assert card_doubts.count(here=here) == 1
    assert _misses(here, family[0]) == 2


@pytest.mark.parametrize("part", [PartOfDay.NOON, PartOfDay.NIGHT])
def test_other_hours_settle_it_and_end_the_brake(
    here: Here, actor: UUID, family: tuple[UUID, UUID], part: PartOfDay
) -> None:
    for days_ago in (9, 2):
        _call(here, family, CallState.NO_ANSWER, days_ago=days_ago)

    contact_hours.better_time(family[1], part, actor_id=actor, here=here)

    assert _doubts(here) == []
    assert _misses(here, family[0]) == 0
    assert factories.how_many(ContactDoubt) == 1, "looked at before anybody saw it raised"


def test_one_call_nobody_answered_still_counts_after_new_hours(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    _call(here, family, CallState.NO_ANSWER, days_ago=2)

    contact_hours.better_time(family[1], PartOfDay.NOON, actor_id=actor, here=here)

    assert _misses(here, family[0]) == 1


def test_a_talk_in_between_takes_the_doubt_away(here: Here, family: tuple[UUID, UUID]) -> None:
    for days_ago, state in ((16, CallState.NO_ANSWER), (9, CallState.DONE)):
        _call(here, family, state, days_ago=days_ago)
    _call(here, family, CallState.NO_ANSWER, days_ago=2)

    assert _doubts(here) == []


def test_two_people_who_did_not_answer_are_both_looked_at(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    other = factories.contact(here, family[0])
    _call(here, family, CallState.NO_ANSWER, days_ago=9)
    _call(here, (family[0], other), CallState.NO_ANSWER, days_ago=2)

    both = _doubts(here)
    card_doubts.all_is_right(
        card_doubts.to_look_at(here=here)[0].doubt_id, actor_id=actor, here=here
    )

    assert {contact_id for contact_id, _ in both} == {family[1], other}
    assert _misses(here, family[0]) == 1


def test_a_wrong_number_weighs_more_than_silence_and_hours_do_not_settle_it(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    _call(here, family, CallState.NO_ANSWER, days_ago=9)
    _call(here, family, CallState.NO_ANSWER, days_ago=2)
    silent = _doubts(here)
    _call(here, family, CallState.NO_ANSWER, days_ago=1, result=CallResult.WRONG_NUMBER)

    wrong = _doubts(here)
    contact_hours.better_time(family[1], PartOfDay.NOON, actor_id=actor, here=here)
    still = _doubts(here)
    contacts.change_number(family[1], "199 0000 5678", actor_id=actor, here=here)

    assert silent == [(family[1], CardDoubt.NO_ANSWER)]
    assert wrong == still == [(family[1], CardDoubt.WRONG_NUMBER)]
    assert _doubts(here) == []


def test_hours_are_asked_about_again_after_eight_weeks(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    def confirmed(on: date) -> list[tuple[UUID, CardDoubt]]:
        with transaction() as session:
            session.get_one(Contact, family[1]).hours_confirmed_on = on
        return _doubts(here)

    never = _doubts(here)
    young = confirmed(here.today - timedelta(days=55))
    old = confirmed(here.today - timedelta(days=56))
    contact_hours.confirm(family[1], actor_id=actor, here=here)

    assert (never, young, old) == ([], [], [(family[1], CardDoubt.OLD_HOURS)])
    assert _doubts(here) == []


def test_all_is_right_is_noted_once(here: Here, actor: UUID, family: tuple[UUID, UUID]) -> None:
    for days_ago in (9, 2):
        _call(here, family, CallState.NO_ANSWER, days_ago=days_ago)
    (one,) = card_doubts.to_look_at(here=here)

    for _ in range(2):
        card_doubts.all_is_right(one.doubt_id, actor_id=actor, here=here)

    assert _doubts(here) == []
    assert _contact(family[1]).hours_confirmed_on == here.today
    unknown = _problem(lambda: card_doubts.all_is_right(uuid4(), actor_id=actor, here=here))
    assert unknown is CardProblem.UNKNOWN_DOUBT


def test_who_is_not_rung_is_in_no_doubt(here: Here, actor: UUID, family: tuple[UUID, UUID]) -> None:
    for days_ago in (9, 2):
        _call(here, family, CallState.NO_ANSWER, days_ago=days_ago)
    card_doubts.raise_due(here=here)

    contacts.withdraw_contact(family[1], actor_id=actor, here=here)

    assert card_doubts.count(here=here) == 0
    assert reading().scalars(select(ContactDoubt.settled_by_id)).one() == actor


def test_a_look_that_finds_nothing_writes_nothing(here: Here, family: tuple[UUID, UUID]) -> None:
    _call(here, family, CallState.NO_ANSWER, days_ago=2)

    assert card_doubts.raise_due(here=here) == 0
    assert factories.how_many(ContactDoubt) == 0


# The number, and the end


def test_calls_to_come_follow_the_new_number(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    booking_id = _call(here, family, CallState.BOOKED, days_ago=-1)

    contacts.change_number(family[1], "19900005678", actor_id=actor, here=here)

    contact = _contact(family[1])
    assert contact.phone_tail == "5678"
    assert reading().get_one(Booking, booking_id).phone_digest == contact.phone_digest


def test_a_number_that_is_none_or_known_is_refused(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    factories.contact(here, family[0], phone="19900005678")

    def change(phone: str) -> object:
        return _problem(lambda: contacts.change_number(family[1], phone, actor_id=actor, here=here))

    assert change("12345") is PeopleProblem.WRONG_PHONE
    assert change("19900005678") is PeopleProblem.CONTACT_KNOWN
    assert _contact(family[1]).phone_tail == "1234"


@pytest.mark.parametrize("status", [ContactStatus.BARRED, ContactStatus.WITHDRAWN])
def test_what_is_shown_before_the_end_is_what_is_released(
    here: Here, actor: UUID, family: tuple[UUID, UUID], status: ContactStatus
) -> None:
    booking_id = _call(here, family, CallState.BOOKED, days_ago=-1)
    _call(here, family, CallState.DONE, days_ago=10)
    end = {
        ContactStatus.BARRED: contacts.bar_contact,
        ContactStatus.WITHDRAWN: contacts.withdraw_contact,
    }[status]

    shown = [one.booking_id for one in contacts.calls_to_come(family[1], here=here)]
    released = end(family[1], actor_id=actor, here=here)

    assert (shown, released) == ([booking_id], 1)
    assert _contact(family[1]).status is status
    call = reading().get_one(Booking, booking_id)
    assert (call.state, call.is_owed) == (CallState.RELEASED, True)


# Brothers and sisters


def test_children_who_ring_one_number_ring_together(
    here: Here, actor: UUID, family: tuple[UUID, UUID]
) -> None:
    brother = factories.child(here, given_name="小树").child_id
    theirs = factories.contact(here, brother, phone="19900001234")
    stranger = factories.child(here, given_name="小河").child_id
    factories.contact(here, stranger)

    together = [one.child_id for one in families.rings_with(family[0])]
    contacts.bar_contact(theirs, actor_id=actor, here=here)

    assert together == [brother]
    assert families.rings_with(family[0]) == ()
    assert families.rings_with(stranger) == ()
