from datetime import timedelta
from itertools import product

import pytest

from kiosk.rules.call_states import (
    HOLDING,
    MIN_TALK,
    TO_COME,
    TRANSITIONS,
    USES_WEEK,
    CallKind,
    CallRefusal,
    CallState,
    StateEffect,
    effect,
    ending_refusal,
    is_no_show,
    transition_refusal,
)

NOW = timedelta(0)
TWO_MINUTES = timedelta(minutes=2)
SEVEN_DAYS = timedelta(days=7)
A_MOMENT = timedelta(microseconds=1)

# Written out by hand. x: at any time; u: the undo, two minutes; w: within a week; .: never.
TABLE = """
             booked waiting calling done cut no_answer no_show excused cancelled released unclear
booked       .      x       .       .    .   .         x       x       x         x        .
waiting      .      .       x       .    .   .         .       .       .         x        .
calling      .      .       .       x    x   x         .       .       .         .        x
done         .      .       u       .    .   .         .       .       .         .        .
cut          .      .       .       .    .   .         .       .       .         .        .
no_answer    .      .       .       .    .   .         .       .       .         .        .
no_show      .      .       .       .    .   .         .       .       .         .        .
excused      .      .       .       .    .   .         .       .       .         .        .
cancelled    .      .       .       .    .   .         .       .       .         .        .
released     .      .       .       .    .   .         .       .       .         .        .
unclear      .      .       .       w    w   w         .       .       .         .        .
"""


def written_table() -> dict[tuple[CallState, CallState], str]:
    head, *rows = TABLE.strip().splitlines()
    columns = [CallState(name) for name in head.split()]
    cells = {}
    for row in rows:
        name, *marks = row.split()
        for column, mark in zip(columns, marks, strict=True):
            cells[CallState(name), column] = mark
    return cells


WRITTEN = written_table()
ALL_PAIRS = list(product(CallState, repeat=2))
# On and just past each limit, ahead and, after the clock was set back, behind.
ELAPSED = [
    sign * (length + past)
    for length in (TWO_MINUTES, SEVEN_DAYS, timedelta(days=400))
    for past in (timedelta(0), A_MOMENT)
    for sign in (1, -1)
]


def test_the_written_table_names_each_of_the_121_pairs() -> None:
    assert set(WRITTEN) == set(ALL_PAIRS)
    assert len(ALL_PAIRS) == 121


@pytest.mark.parametrize(("from_state", "to_state"), ALL_PAIRS)
def test_a_booking_passes_only_where_the_table_has_an_edge(
    from_state: CallState, to_state: CallState
) -> None:
    has_edge = WRITTEN[from_state, to_state] != "."

    assert (to_state in TRANSITIONS[from_state]) is has_edge
    answer = transition_refusal(from_state, to_state, since=NOW)
    assert answer is (None if has_edge else CallRefusal.NOT_ALLOWED)


@pytest.mark.parametrize(("from_state", "to_state"), ALL_PAIRS)
def test_only_the_undo_and_the_unclear_end_are_closed_by_time(
    from_state: CallState, to_state: CallState
) -> None:
    mark = WRITTEN[from_state, to_state]
    window = {"u": TWO_MINUTES, "w": SEVEN_DAYS}.get(mark, timedelta.max)

    for elapsed in ELAPSED:
        answer = transition_refusal(from_state, to_state, since=elapsed)

        if mark == ".":
            assert answer is CallRefusal.NOT_ALLOWED
        else:
            assert answer is (CallRefusal.TOO_LATE if abs(elapsed) > window else None)


EFFECTS = """
            holds_place uses_week resets_clock owed
booked      yes         yes       no           no
waiting     yes         yes       no           no
calling     yes         yes       no           no
done        yes         yes       yes          no
cut         yes         no        no           yes
no_answer   no          no        no           no
no_show     no          no        no           no
excused     no          no        no           no
cancelled   no          no        no           no
released    no          no        no           yes
unclear     yes         yes       no           no
"""


def written_effects() -> dict[CallState, StateEffect]:
    effects = {}
    for row in EFFECTS.strip().splitlines()[1:]:
        name, *marks = row.split()
        holds, uses, resets, owed = (mark == "yes" for mark in marks)
        effects[CallState(name)] = StateEffect(
            holds_place=holds, uses_week=uses, resets_clock=resets, owed=owed
        )
    return effects


@pytest.mark.parametrize("state", CallState)
def test_each_state_does_what_the_table_of_effects_says(state: CallState) -> None:
    assert effect(state) == written_effects()[state]


def test_the_sets_behind_the_indexes_are_the_effects() -> None:
    assert {state for state in CallState if effect(state).holds_place} == HOLDING
    assert {state for state in CallState if effect(state).uses_week} == USES_WEEK
    assert len(HOLDING) == 6
    assert len(USES_WEEK) == 5


def test_a_place_once_given_free_is_never_taken_back_by_the_same_booking() -> None:
    gave_free = [state for state in CallState if state not in HOLDING]

    assert all(TRANSITIONS[state] == frozenset() for state in gave_free)


def test_a_week_that_came_back_to_the_child_is_not_used_again_by_the_same_booking() -> None:
    for state in set(CallState) - USES_WEEK:
        assert not TRANSITIONS[state] & USES_WEEK


def test_every_state_can_be_reached_from_a_booking() -> None:
    reached = {CallState.BOOKED}
    for _ in CallState:
        reached |= {after for state in reached for after in TRANSITIONS[state]}

    assert reached == set(CallState)


def test_only_a_done_call_counts_as_connected() -> None:
    assert [state for state in CallState if effect(state).resets_clock] == [CallState.DONE]


@pytest.mark.parametrize("is_sure", [False, True])
@pytest.mark.parametrize(
    ("talked", "is_short"),
    [
        (timedelta(seconds=-5), True),
        (timedelta(0), True),
        (timedelta(seconds=59, milliseconds=999), True),
        (timedelta(seconds=60), False),
        (timedelta(minutes=8), False),
    ],
)
def test_a_call_is_done_from_a_minute_of_talk_or_on_the_word_of_who_was_there(
    talked: timedelta, *, is_short: bool, is_sure: bool
) -> None:
    refusal = _ending(CallState.DONE, talked=talked, is_sure=is_sure)

    assert refusal is (CallRefusal.TOO_SHORT if is_short and not is_sure else None)
    assert timedelta(minutes=1) == MIN_TALK


@pytest.mark.parametrize(
    ("tries", "is_wrong_number", "is_place_over"),
    list(product((0, 1, 2, 3), (False, True), (False, True))),
)
def test_nobody_gives_up_after_one_try_while_the_place_lasts(
    tries: int, *, is_wrong_number: bool, is_place_over: bool
) -> None:
    refusal = _ending(
        CallState.NO_ANSWER,
        tries=tries,
        is_wrong_number=is_wrong_number,
        is_place_over=is_place_over,
    )

    is_soon = tries < 2 and not is_wrong_number and not is_place_over
    assert refusal is (CallRefusal.RING_AGAIN if is_soon else None)


def test_a_call_may_be_cut_off_at_any_moment() -> None:
    assert _ending(CallState.CUT) is None


def _ending(
    to_state: CallState,
    *,
    talked: timedelta = timedelta(0),
    is_sure: bool = False,
    tries: int = 1,
    is_wrong_number: bool = False,
    is_place_over: bool = False,
) -> CallRefusal | None:
    return ending_refusal(
        to_state,
        talked=talked,
        is_sure=is_sure,
        tries=tries,
        is_wrong_number=is_wrong_number,
        is_place_over=is_place_over,
    )


@pytest.mark.parametrize("state", CallState)
@pytest.mark.parametrize(
    ("late_by", "is_due"),
    [
        (timedelta(minutes=-10), False),
        (timedelta(minutes=3) - A_MOMENT, False),
        (timedelta(minutes=3), True),
        (timedelta(hours=5), True),
    ],
)
def test_only_a_call_that_nobody_made_is_given_free_after_three_minutes(
    state: CallState, late_by: timedelta, *, is_due: bool
) -> None:
    assert is_no_show(state, late_by=late_by) is (is_due and state in TO_COME)


def test_the_stored_words_are_the_lower_case_names() -> None:
    assert all(state.value == state.name.lower() for state in (*CallState, *CallKind))
    assert all(reason.value == reason.name.lower().replace("_", "-") for reason in CallRefusal)
