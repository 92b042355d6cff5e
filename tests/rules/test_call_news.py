from dataclasses import replace
from datetime import date, timedelta

import pytest

from kiosk.rules import call_news, day_parts
from kiosk.rules.call_news import CallNews, Told, ToldCall
from kiosk.rules.call_states import CallState
from kiosk.rules.day_parts import DayPart

TODAY = date(2026, 11, 25)
START, END = 1040, 1050


def _call(
    state: CallState = CallState.BOOKED,
    *,
    days: int = 0,
    start: int = START,
    before: CallState | None = None,
) -> ToldCall:
    return ToldCall(
        state=state,
        on=TODAY + timedelta(days=days),
        start_min=start,
        end_min=start + 10,
        before=before,
    )


def _news(*calls: ToldCall, minute: int = 900, has_asked: bool = False) -> Told:
    return call_news.news(calls, has_asked=has_asked, today=TODAY, minute=minute)


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (START - 11, CallNews.KEPT),
        (START - 10, CallNews.SOON),
        (START - 3, CallNews.SOON),
        (START - 2, CallNews.TURN),
        (END - 1, CallNews.TURN),
        (END, CallNews.MISSED),
    ],
)
def test_a_child_is_called_up_as_its_time_comes(minute: int, expected: CallNews) -> None:
    assert _news(_call(), minute=minute).news is expected


def test_who_came_for_its_call_has_it_until_it_is_made() -> None:
    for state in (CallState.WAITING, CallState.CALLING):
        assert _news(_call(state), minute=END + 30).news is CallNews.TURN


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (None, CallNews.KEPT),
        (CallState.NO_ANSWER, CallNews.AGAIN),
        (CallState.CUT, CallNews.AGAIN),
        (CallState.RELEASED, CallNews.MOVED),
        (CallState.NO_SHOW, CallNews.MOVED),
    ],
)
def test_a_call_in_the_place_of_another_says_so(
    before: CallState | None, expected: CallNews
) -> None:
    assert _news(_call(days=1, before=before)).news is expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (CallState.DONE, CallNews.DONE),
        (CallState.NO_ANSWER, CallNews.NO_ANSWER),
        (CallState.CUT, CallNews.CUT),
        (CallState.NO_SHOW, CallNews.MISSED),
        (CallState.RELEASED, CallNews.RELEASED),
        (CallState.CANCELLED, CallNews.NONE),
        (CallState.EXCUSED, CallNews.NONE),
        (CallState.UNCLEAR, CallNews.NONE),
    ],
)
def test_of_a_call_that_is_over_is_told_what_comes_next(
    state: CallState, expected: CallNews
) -> None:
    assert _news(_call(state, days=-1)).news is expected


@pytest.mark.parametrize(
    ("is_looked_at", "expected"), [(False, CallNews.WRONG_NUMBER), (True, CallNews.RELEASED)]
)
def test_a_stranger_who_was_rung_is_no_family_that_did_not_answer(
    *, is_looked_at: bool, expected: CallNews
) -> None:
    call = replace(_call(CallState.NO_ANSWER), is_wrong_number=True, is_looked_at=is_looked_at)

    assert _news(call).news is expected


def test_the_call_to_come_goes_before_what_is_over() -> None:
    calls = (_call(CallState.NO_ANSWER, days=-1), _call(days=2), _call(days=1))

    assert _news(*calls) == Told(news=CallNews.KEPT, which=2)


def test_of_several_that_are_over_the_last_is_told() -> None:
    calls = (_call(CallState.NO_ANSWER, days=-2), _call(CallState.CUT, days=-1))

    assert _news(*calls) == Told(news=CallNews.CUT, which=1)


@pytest.mark.parametrize(
    "state",
    [CallState.RELEASED, CallState.CUT, CallState.NO_ANSWER, CallState.NO_SHOW],
)
@pytest.mark.parametrize("days", [-3, -1, 2])
def test_a_call_that_came_about_is_told_whatever_became_of_another(
    state: CallState, days: int
) -> None:
    calls = (_call(state, days=days), _call(CallState.DONE, days=-2))

    assert _news(*calls) == Told(news=CallNews.DONE, which=1)


def test_who_has_asked_waits_and_a_call_to_come_ends_that() -> None:
    assert _news(_call(CallState.NO_ANSWER, days=-1), has_asked=True).news is CallNews.ASKED
    assert _news(_call(days=3), has_asked=True).news is CallNews.KEPT
    assert _news() == Told(news=CallNews.NONE)


def test_the_parts_of_the_day_are_those_in_which_the_room_is_open() -> None:
    assert day_parts.of([(16 * 60 + 30, 18 * 60)]) == (DayPart.AFTER_SCHOOL,)
    assert day_parts.of([(12 * 60, 13 * 60), (17 * 60, 20 * 60)]) == tuple(DayPart)
    assert day_parts.of([(6 * 60, 7 * 60)]) == ()
    assert day_parts.within(DayPart.AFTER_DINNER, (17 * 60, 20 * 60)) == (18 * 60, 20 * 60)
    assert day_parts.within(DayPart.NOON, (17 * 60, 20 * 60)) is None
