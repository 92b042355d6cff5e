"""What is said of a call afterwards: taken back, put right, written from paper."""

from datetime import timedelta
from itertools import product

import pytest

from kiosk.rules import call_corrections as rules
from kiosk.rules.call_corrections import OUTCOMES, CallMark, CorrectionRefusal, Passage
from kiosk.rules.call_states import CallState

BOOKED, WAITING, CALLING = CallState.BOOKED, CallState.WAITING, CallState.CALLING
DONE, CUT, NO_ANSWER = CallState.DONE, CallState.CUT, CallState.NO_ANSWER
NO_SHOW, RELEASED, UNCLEAR = CallState.NO_SHOW, CallState.RELEASED, CallState.UNCLEAR


def _said(from_state: CallState | None, to_state: CallState, *, by_staff: bool = True) -> Passage:
    return Passage(from_state=from_state, to_state=to_state, is_by_staff=by_staff)


@pytest.mark.parametrize(
    "last",
    [
        _said(CALLING, DONE),
        _said(CALLING, CUT),
        _said(CALLING, NO_ANSWER),
        _said(BOOKED, NO_SHOW),
        _said(BOOKED, CallState.EXCUSED),
        _said(BOOKED, CallState.CANCELLED),
        _said(WAITING, RELEASED),
        _said(BOOKED, WAITING),
        _said(WAITING, CALLING),
    ],
)
def test_what_a_person_said_of_a_call_is_taken_back_for_two_minutes(last: Passage) -> None:
    minute = timedelta(minutes=1)

    assert rules.undo_refusal(last, since=2 * minute) is None
    late = rules.undo_refusal(last, since=2 * minute + timedelta(seconds=1))
    assert late is CorrectionRefusal.TOO_LONG_AGO
    assert rules.undo_refusal(last, since=-5 * minute) is CorrectionRefusal.TOO_LONG_AGO


@pytest.mark.parametrize(
    "last",
    [
        _said(BOOKED, NO_SHOW, by_staff=False),  # the kiosk itself
        _said(BOOKED, WAITING, by_staff=False),  # the child's card
        _said(None, BOOKED),
        _said(UNCLEAR, DONE),
        _said(DONE, CALLING),
    ],
)
def test_there_is_nothing_else_to_take_back(last: Passage) -> None:
    refusal = rules.undo_refusal(last, since=timedelta(0))

    assert refusal is CorrectionRefusal.NOT_TO_UNDO


def test_only_outcomes_are_put_right_into_other_outcomes_and_only_for_a_week() -> None:
    for state, to_state in product(CallState, repeat=2):
        is_right = state in OUTCOMES and to_state in OUTCOMES and state is not to_state

        at_once = rules.correction_refusal(state, to_state, days_ago=0)
        late = rules.correction_refusal(state, to_state, days_ago=8)

        assert (at_once is None) is is_right
        assert late is not None
        assert rules.correction_refusal(state, to_state, days_ago=-1) is not None


def test_the_sheet_tells_of_calls_that_nobody_has_told_of() -> None:
    told = {
        state for state in CallState if rules.may_write_down(state, is_by_staff=True, days_ago=1)
    }

    assert told == {BOOKED, WAITING, CALLING, UNCLEAR, RELEASED}
    assert rules.may_write_down(NO_SHOW, is_by_staff=False, days_ago=1)
    assert not rules.may_write_down(BOOKED, is_by_staff=False, days_ago=8)
    assert not rules.may_write_down(BOOKED, is_by_staff=False, days_ago=-1)


@pytest.mark.parametrize(
    ("events", "mark"),
    [
        ([_said(WAITING, CALLING), _said(CALLING, DONE)], None),
        ([_said(CALLING, DONE), _said(DONE, NO_ANSWER)], CallMark.CORRECTED),
        ([_said(CALLING, DONE), _said(DONE, CALLING), _said(CALLING, CUT)], None),
        ([_said(None, BOOKED), _said(BOOKED, DONE)], CallMark.PAPER),
        ([_said(BOOKED, RELEASED, by_staff=False), _said(RELEASED, NO_SHOW)], CallMark.PAPER),
        ([_said(BOOKED, NO_SHOW, by_staff=False), _said(NO_SHOW, DONE)], CallMark.PAPER),
        ([_said(BOOKED, NO_SHOW), _said(NO_SHOW, DONE)], CallMark.CORRECTED),
        ([_said(CALLING, UNCLEAR, by_staff=False), _said(UNCLEAR, DONE)], None),
        ([_said(BOOKED, NO_SHOW, by_staff=False)], None),
        ([], None),
    ],
)
def test_the_events_tell_how_the_end_came_to_be_known(
    events: list[Passage], mark: CallMark | None
) -> None:
    assert rules.mark(events) is mark
