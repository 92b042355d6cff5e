"""What was said of a call, taken back, put right or written from paper, in the database."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask

from kiosk.db import reading, transaction
from kiosk.errors import KioskError, NotFoundError, RefusedError
from kiosk.models.audit import Audit
from kiosk.models.call_hours import ContactDoubt
from kiosk.models.calls import Booking, BookingEvent, CallAttempt, CallResult, Slot
from kiosk.models.people import Contact
from kiosk.rules.call_corrections import CorrectionReason, CorrectionRefusal, PaperBox
from kiosk.rules.call_states import CallKind, CallRefusal, CallState
from kiosk.rules.call_wishes import CardDoubt
from kiosk.services import (
    call_by_hand,
    call_columns,
    call_corrections,
    call_desk,
    call_paper,
    call_sheet,
    contacts,
)
from kiosk.services.call_by_hand import ByHand
from kiosk.services.call_columns import Tile
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

MISTAPPED = CorrectionReason.MISTAPPED


def _booking(booking_id: UUID) -> Booking:
    session = reading()
    session.rollback()
    return session.get_one(Booking, booking_id)


def _due(here: Here, *, slot_id: UUID | None = None) -> UUID:
    child = factories.child(here)
    factories.visit(here, child.child_id)
    return factories.booking(here, child.child_id, slot_id=slot_id)


def _lead(booking_id: UUID, *states: CallState, staff_id: UUID, here: Here) -> None:
    for state in states:
        version = _booking(booking_id).version
        call_desk.change(
            booking_id,
            state,
            version,
            staff_id=staff_id,
            result=CallResult.WRONG_NUMBER if state is CallState.NO_ANSWER else None,
            is_sure=True,
            here=here,
        )


def _undo(booking_id: UUID, *, staff_id: UUID, here: Here) -> None:
    version = _booking(booking_id).version
    call_corrections.undo(booking_id, version, staff_id=staff_id, here=here)


def _correct(booking_id: UUID, to_state: CallState, *, staff_id: UUID, here: Here) -> None:
    version = _booking(booking_id).version
    call_corrections.correct(
        booking_id, version, to_state, reason=MISTAPPED, staff_id=staff_id, here=here
    )


def _companion(of: UUID, here: Here) -> UUID:
    """Return the call of a sister who rings along."""
    first = _booking(of)
    slot_id, digest = first.slot_id, first.phone_digest
    other = factories.booking(here, factories.child(here).child_id)
    with transaction() as session:
        along = session.get_one(Booking, other)
        place = session.get_one(Slot, slot_id)
        along.slot_id, along.companion_of_id = slot_id, of
        along.start_min, along.on_date, along.week_key = (
            place.start_min,
            place.on_date,
            place.week_key,
        )
        along.phone_digest = digest
    return other


def _seconds_of(booking_id: UUID, here: Here) -> UUID:
    """Return a call of the same child that repair put in the place of another."""
    first = _booking(booking_id)
    second = factories.booking(here, first.child_id, contact_id=first.contact_id)
    with transaction() as session:
        session.get_one(Booking, second).replaces_id = booking_id
    return second


@pytest.mark.parametrize(
    "path",
    [
        (CallState.WAITING, CallState.CALLING, CallState.DONE),
        (CallState.WAITING, CallState.CALLING, CallState.CUT),
        (CallState.WAITING, CallState.CALLING, CallState.NO_ANSWER),
        (CallState.NO_SHOW,),
        (CallState.EXCUSED,),
        (CallState.CANCELLED,),
        (CallState.RELEASED,),
    ],
)
def test_each_ending_is_taken_back_to_where_the_call_stood(
    here: Here, path: tuple[CallState, ...]
) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    _lead(booking_id, *path, staff_id=staff_id, here=here)

    _undo(booking_id, staff_id=staff_id, here=here)

    booking = _booking(booking_id)
    assert booking.state is ([CallState.BOOKED, *path][-2])
    assert not booking.is_owed
    assert reading().query(BookingEvent).filter_by(booking_id=booking_id).count() == len(path) + 2
    if booking.state is CallState.CALLING:
        (attempt,) = reading().query(CallAttempt).filter_by(booking_id=booking_id)
        assert (attempt.ended_at, attempt.result) == (None, None)
        assert booking.ended_at is None


def test_a_telephone_that_was_rung_by_mistake_was_not_rung(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    _lead(booking_id, CallState.WAITING, CallState.CALLING, staff_id=staff_id, here=here)

    _undo(booking_id, staff_id=staff_id, here=here)

    booking = _booking(booking_id)
    assert (booking.state, booking.started_at) == (CallState.WAITING, None)
    assert reading().query(CallAttempt).filter_by(booking_id=booking_id).count() == 0


def test_a_telephone_that_was_rung_again_was_meant(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    _lead(booking_id, CallState.WAITING, CallState.CALLING, staff_id=staff_id, here=here)
    version = _booking(booking_id).version
    call_desk.ring_again(booking_id, version, result=CallResult.NO_ANSWER, here=here)

    with pytest.raises(RefusedError) as error:
        _undo(booking_id, staff_id=staff_id, here=here)

    assert error.value.reason is CorrectionRefusal.NOT_TO_UNDO


def test_who_came_by_itself_stays_when_its_sister_was_called_by_mistake(
    app: Flask, clock: FrozenClock
) -> None:
    staff_id = factories.staff(here_in(app, clock)).staff_id
    booking_id = _due(here_in(app, clock))
    sister = _companion(booking_id, here_in(app, clock))
    _lead(sister, CallState.WAITING, staff_id=staff_id, here=here_in(app, clock))
    clock.advance(minutes=1)
    _lead(booking_id, CallState.WAITING, staff_id=staff_id, here=here_in(app, clock))

    _undo(booking_id, staff_id=staff_id, here=here_in(app, clock))

    assert _booking(booking_id).state is CallState.BOOKED
    assert _booking(sister).state is CallState.WAITING


def test_a_child_that_was_called_by_mistake_is_still_expected(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    _lead(booking_id, CallState.WAITING, staff_id=staff_id, here=here)

    _undo(booking_id, staff_id=staff_id, here=here)

    assert _booking(booking_id).state is CallState.BOOKED


def test_after_two_minutes_it_is_put_right_instead(app: Flask, clock: FrozenClock) -> None:
    staff_id = factories.staff(here_in(app, clock)).staff_id
    booking_id = _due(here_in(app, clock))
    path = (CallState.WAITING, CallState.CALLING, CallState.DONE)
    _lead(booking_id, *path, staff_id=staff_id, here=here_in(app, clock))
    clock.advance(minutes=3)

    with pytest.raises(RefusedError) as error:
        _undo(booking_id, staff_id=staff_id, here=here_in(app, clock))
    _correct(booking_id, CallState.CUT, staff_id=staff_id, here=here_in(app, clock))

    assert error.value.reason is CorrectionRefusal.TOO_LONG_AGO
    assert _booking(booking_id).state is CallState.CUT
    assert _booking(booking_id).is_owed
    (attempt,) = reading().query(CallAttempt).filter_by(booking_id=booking_id)
    assert attempt.result is CallResult.CUT
    (row,) = reading().query(Audit).filter_by(subject=f"booking:{booking_id}")
    assert (row.fields, row.purpose) == ("done>cut", "calls:mistapped")


def test_the_slower_of_two_screens_takes_nothing_back(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    _lead(booking_id, CallState.EXCUSED, staff_id=staff_id, here=here)
    version = _booking(booking_id).version
    _undo(booking_id, staff_id=staff_id, here=here)

    with pytest.raises(RefusedError) as error:
        call_corrections.undo(booking_id, version, staff_id=staff_id, here=here)

    assert error.value.reason is CallRefusal.NOT_ALLOWED


def test_a_place_that_another_child_has_by_now_is_not_taken_back(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    (slot_id,) = factories.slots(here, places=1)
    booking_id = _due(here, slot_id=slot_id)
    _lead(booking_id, CallState.EXCUSED, staff_id=staff_id, here=here)
    _due(here, slot_id=slot_id)

    with pytest.raises(RefusedError) as error:
        _undo(booking_id, staff_id=staff_id, here=here)

    assert error.value.reason is CallRefusal.SLOT_TAKEN
    assert _booking(booking_id).state is CallState.EXCUSED


def test_what_was_booked_instead_is_given_up_when_they_did_talk(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    path = (CallState.WAITING, CallState.CALLING, CallState.NO_ANSWER)
    _lead(booking_id, *path, staff_id=staff_id, here=here)
    seconds = reading().query(Booking).filter_by(replaces_id=booking_id).all()
    second = seconds[0].id if seconds else _seconds_of(booking_id, here)

    _correct(booking_id, CallState.DONE, staff_id=staff_id, here=here)

    assert _booking(booking_id).state is CallState.DONE
    assert _booking(second).state is CallState.CANCELLED


@pytest.mark.parametrize(
    ("to_state", "second"),
    [
        (CallState.NO_SHOW, CallState.BOOKED),
        (CallState.EXCUSED, CallState.CANCELLED),
    ],
)
def test_what_was_booked_instead_stays_while_the_call_did_not_come_about(
    here: Here, to_state: CallState, second: CallState
) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    path = (CallState.WAITING, CallState.CALLING, CallState.NO_ANSWER)
    _lead(booking_id, *path, staff_id=staff_id, here=here)
    instead = _seconds_of(booking_id, here)

    _correct(booking_id, to_state, staff_id=staff_id, here=here)

    assert (_booking(booking_id).state, _booking(instead).state) == (to_state, second)


def test_a_wrong_number_that_was_a_mistap_is_no_doubt(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    path = (CallState.WAITING, CallState.CALLING, CallState.NO_ANSWER)
    undone, corrected, another_s, on_paper = (_due(here) for _ in range(4))
    for one in (undone, corrected, another_s):
        _lead(one, *path, staff_id=staff_id, here=here)
    _write(here, staff_id, **{str(on_paper): "wrong_number"})
    opened = factories.how_many(ContactDoubt)

    _undo(undone, staff_id=staff_id, here=here)
    _undo(on_paper, staff_id=staff_id, here=here)
    _correct(corrected, CallState.DONE, staff_id=staff_id, here=here)
    _correct(another_s, CallState.EXCUSED, staff_id=staff_id, here=here)

    assert (opened, factories.how_many(ContactDoubt)) == (4, 0)
    assert _booking(on_paper).state is CallState.BOOKED


def test_who_rang_along_goes_along(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    sister = _companion(booking_id, here)
    factories.visit(here, _booking(sister).child_id)
    path = (CallState.WAITING, CallState.CALLING, CallState.CUT)
    _lead(booking_id, *path, staff_id=staff_id, here=here)

    _undo(booking_id, staff_id=staff_id, here=here)

    assert {_booking(one).state for one in (booking_id, sister)} == {CallState.CALLING}


def test_two_who_were_excused_one_after_the_other_ring_together_again(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    sister = _companion(booking_id, here)
    for one in (booking_id, sister):
        _lead(one, CallState.EXCUSED, staff_id=staff_id, here=here)

    for one in (sister, booking_id):
        _undo(one, staff_id=staff_id, here=here)

    assert {_booking(one).state for one in (booking_id, sister)} == {CallState.BOOKED}
    assert _booking(booking_id).companion_of_id == sister


def test_a_call_with_somebody_who_may_not_be_rung_does_not_come_back(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    contacts.bar_contact(_booking(booking_id).contact_id, actor_id=staff_id, here=here)

    with pytest.raises(RefusedError) as error:
        _undo(booking_id, staff_id=staff_id, here=here)

    assert error.value.reason is CorrectionRefusal.NOT_TO_UNDO
    assert _booking(booking_id).state is CallState.RELEASED


def test_nobody_takes_back_a_call_of_nowhere(here: Here) -> None:
    with pytest.raises(NotFoundError):
        call_corrections.undo(UUID(int=1), 1, staff_id=factories.staff(here).staff_id, here=here)


def _write(here: Here, staff_id: UUID, **said: object) -> dict[UUID, KioskError]:
    outcomes = {UUID(key): PaperBox(str(box)) for key, box in said.items()}
    written = call_paper.write_down(outcomes, staff_id=staff_id, here=here)
    return dict(written.left)


def test_the_sheet_of_a_day_without_power_is_written_down_the_day_after(
    app: Flask, clock: FrozenClock
) -> None:
    staff_id = factories.staff(here_in(app, clock)).staff_id
    factories.open_today(here_in(app, clock))
    day = here_in(app, clock).today
    talked, missed, away = (_due(here_in(app, clock)) for _ in range(3))
    clock.advance(days=1)
    here = here_in(app, clock)
    listed = [row for line in call_sheet.to_type_in(day, here=here) for row in line.calls]

    left = _write(
        here,
        staff_id,
        **{str(talked): "done", str(missed): "no_answer", str(away): "no_show"},
    )

    assert {row.booking_id for row in listed} == {talked, missed, away}
    assert not left
    assert _booking(talked).state is CallState.DONE
    assert _booking(talked).started_at is None  # nobody looked at a clock
    assert _booking(missed).state is CallState.NO_ANSWER
    assert _booking(away).state is CallState.NO_SHOW
    tiles = _tiles(day, here)
    assert {tiles[one].mark for one in (talked, missed, away)} == {"paper"}
    assert not [one for line in call_sheet.to_type_in(day, here=here) for one in line.calls]
    assert reading().query(Audit).filter_by(purpose="calls:paper").count() == 3


def _tiles(day: object, here: Here) -> dict[UUID, Tile]:
    rows = call_desk.day(day, here=here)  # type: ignore[arg-type]  # a date
    places = [one for line in call_columns.columns(rows, here=here) for one in line.places]
    return {one.row.booking_id: one for one in places if isinstance(one, Tile)}


def test_a_sheet_that_is_sent_twice_changes_nothing_the_second_time(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    _write(here, staff_id, **{str(booking_id): "done"})
    version = _booking(booking_id).version

    left = _write(here, staff_id, **{str(booking_id): "done"})

    assert not left
    assert _booking(booking_id).version == version


def test_what_somebody_has_said_already_the_sheet_does_not_say_otherwise(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    first, second = _due(here), _due(here)
    _lead(first, CallState.EXCUSED, staff_id=staff_id, here=here)

    left = _write(here, staff_id, **{str(first): "done", str(second): "done"})

    assert {key: error.reason for key, error in left.items()} == {first: CallRefusal.NOT_ALLOWED}
    assert _booking(first).state is CallState.EXCUSED
    assert _booking(second).state is CallState.DONE


def test_a_call_cut_short_by_the_power_ends_with_its_place(app: Flask, clock: FrozenClock) -> None:
    staff_id = factories.staff(here_in(app, clock)).staff_id
    booking_id = _due(here_in(app, clock))
    path = (CallState.WAITING, CallState.CALLING)
    _lead(booking_id, *path, staff_id=staff_id, here=here_in(app, clock))
    clock.advance(minutes=40)

    _write(here_in(app, clock), staff_id, **{str(booking_id): "done"})

    booking = _booking(booking_id)
    assert booking.state is CallState.DONE
    assert booking.started_at is not None
    assert booking.ended_at is not None
    assert booking.ended_at - booking.started_at <= timedelta(minutes=40)
    (attempt,) = reading().query(CallAttempt).filter_by(booking_id=booking_id)
    assert attempt.result is CallResult.CONNECTED


def test_on_the_sheet_each_child_has_its_own_row(here: Here) -> None:
    booking_id = _due(here)
    sister = _companion(booking_id, here)

    (line,) = (one for one in call_sheet.to_type_in(here.today, here=here) if one.calls)

    assert [row.booking_id for row in line.calls] == [booking_id, sister]
    assert line.along == {sister}


@pytest.mark.parametrize(("first", "other"), [("done", "no_show"), ("no_show", "done")])
def test_of_two_who_ring_together_the_sheet_tells_one_by_one(
    here: Here, first: str, other: str
) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    sister = _companion(booking_id, here)

    left = _write(here, staff_id, **{str(booking_id): first})
    between = _booking(sister).state
    left |= _write(here, staff_id, **{str(sister): other})

    rang = booking_id if first == "done" else sister
    assert not left
    assert between is CallState.BOOKED
    assert (_booking(booking_id).state, _booking(sister).state) == (first, other)
    assert _booking(rang).companion_of_id is None, "who rang has the place"


def test_what_is_put_right_of_one_is_put_right_of_the_other_only_where_that_is_ticked(
    here: Here,
) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    sister = _companion(booking_id, here)
    factories.visit(here, _booking(sister).child_id)
    path = (CallState.WAITING, CallState.CALLING, CallState.DONE)
    _lead(booking_id, *path, staff_id=staff_id, here=here)

    _correct(booking_id, CallState.NO_SHOW, staff_id=staff_id, here=here)
    alone = _booking(booking_id).state, _booking(sister).state, _booking(sister).companion_of_id
    _correct(booking_id, CallState.DONE, staff_id=staff_id, here=here)
    again = _booking(booking_id).state, _booking(booking_id).companion_of_id
    call_corrections.correct(
        sister,
        _booking(sister).version,
        CallState.CUT,
        reason=MISTAPPED,
        staff_id=staff_id,
        here=here,
        whose=frozenset({booking_id, sister}),
    )

    assert alone == (CallState.NO_SHOW, CallState.DONE, None)
    assert again == (CallState.DONE, sister)
    assert {_booking(one).state for one in (booking_id, sister)} == {CallState.CUT}
    with pytest.raises(RefusedError) as error:
        call_corrections.correct(
            sister,
            _booking(sister).version,
            CallState.DONE,
            reason=MISTAPPED,
            staff_id=staff_id,
            here=here,
            whose=frozenset(),
        )
    assert error.value.reason is CorrectionRefusal.NOBODY


def test_a_wrong_number_on_the_sheet_is_a_card_to_look_at(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    booking_id = _due(here)
    contact_id = _booking(booking_id).contact_id

    left = _write(here, staff_id, **{str(booking_id): "wrong_number"})

    (doubt,) = reading().query(ContactDoubt)
    assert not left
    assert (doubt.contact_id, doubt.doubt) == (contact_id, CardDoubt.WRONG_NUMBER)
    assert _booking(booking_id).state is CallState.NO_ANSWER
    assert reading().query(CallAttempt).one().result is CallResult.WRONG_NUMBER


def test_the_board_has_brothers_and_sisters_on_one_tile(here: Here) -> None:
    booking_id = _due(here)
    sister = _companion(booking_id, here)

    tiles = _tiles(here.today, here)

    assert [row.booking_id for row in tiles[booking_id].children] == [booking_id, sister]
    assert sister not in tiles


def test_two_minutes_more_are_there_only_while_the_next_place_is_free(here: Here) -> None:
    first, second, third = factories.slots(here, places=3)
    followed, free = _due(here, slot_id=first), _due(here, slot_id=second)

    rows = call_desk.board(here.today, here=here)
    places = [one for line in call_columns.columns(rows, here=here) for one in line.places]
    most = {one.row.booking_id: one.most_s - one.talk_s for one in places if isinstance(one, Tile)}

    assert most == {followed: 0, free: 600}
    assert third not in most


def _rang(here: Here, child_id: UUID, slot_id: UUID, box: str, *, request_id: UUID) -> None:
    contact_id = reading().query(Contact).filter_by(child_id=child_id).one().id
    said = ByHand(slot_id=slot_id, child_id=child_id, contact_id=contact_id, box=PaperBox(box))
    staff_id = factories.staff(here).staff_id
    call_by_hand.write_down(said, request_id=request_id, staff_id=staff_id, here=here)


def test_a_line_written_by_hand_books_its_place_and_ends_the_call(
    app: Flask, clock: FrozenClock
) -> None:
    here = here_in(app, clock)
    first, second = factories.slots(here, places=2)
    child_id = factories.child(here).child_id
    factories.contact(here, child_id)
    before = call_by_hand.places(here.today, here=here)
    clock.advance(days=1)
    later, request_id = here_in(app, clock), uuid4()

    for _ in range(2):
        _rang(later, child_id, first, "done", request_id=request_id)

    (call,) = reading().query(Booking)
    assert (call.slot_id, call.state, call.kind) == (first, CallState.DONE, CallKind.STANDBY)
    assert _tiles(here.today, later)[call.id].mark == "paper"
    assert first not in {one.slot_id for one in call_by_hand.places(here.today, here=later)}
    assert second in {one.slot_id for one in call_by_hand.places(here.today, here=later)}
    assert first not in {one.slot_id for one in before}, "it had not begun"


def test_a_line_written_by_hand_that_cannot_be_says_why(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    first, second = factories.slots(here, places=2)
    (same_time,) = factories.slots(here, places=1)
    children = [factories.child(here).child_id for _ in range(3)]
    for child_id, phone in zip(
        children, ("19900001111", "19900001111", "19900002222"), strict=True
    ):
        factories.contact(here, child_id, phone=phone)
    one, of_same_number, other = children
    too_early = _why(here, one, first, "done")
    clock.advance(days=1)
    later = here_in(app, clock)
    _rang(later, one, first, "done", request_id=uuid4())

    assert too_early is CallRefusal.NO_TIMES
    assert _why(later, other, first, "done") is CallRefusal.SLOT_TAKEN
    assert _why(later, one, same_time, "cut") is CallRefusal.CHILD_BUSY
    assert _why(later, of_same_number, same_time, "done") is CallRefusal.PERSON_BUSY
    assert _why(later, other, same_time, "excused") is CallRefusal.NOT_ALLOWED
    _rang(later, other, second, "wrong_number", request_id=uuid4())
    assert _why(later, other, same_time, "done") is CallRefusal.NO_CONTACT
    clock.advance(days=8)
    assert _why(here_in(app, clock), one, same_time, "done") is CallRefusal.NO_TIMES


def _why(here: Here, child_id: UUID, slot_id: UUID, box: str) -> object:
    with pytest.raises(KioskError) as error:
        _rang(here, child_id, slot_id, box, request_id=uuid4())
    return error.value.reason
