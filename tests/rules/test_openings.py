from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from kiosk.rules import openings as rules
from kiosk.rules.openings import (
    CancelledOpening,
    DatedOpening,
    Hazard,
    OpeningKind,
    OpeningOrigin,
    OpeningRefusal,
    OpeningState,
    WeeklyRule,
    minutes_until,
    next_planned,
    outcome,
)
from kiosk.rules.school_days import (
    PLAIN_WEEKS,
    DayKind,
    SchoolDays,
    SpecialDay,
    TermSpan,
    WeekLetter,
)

MONDAY = date(2026, 11, 23)
FIVE_PAST_FOUR = 16 * 60 + 5


def a_rule(
    *,
    weekday: int = 1,
    from_min: int = 990,
    to_min: int = 1080,
    place_min: int = 10,
    talk_min: int = 8,
    valid_from: date = date(2026, 9, 1),
    valid_to: date | None = None,
    number: int = 1,
) -> WeeklyRule:
    return WeeklyRule(
        rule_id=UUID(int=number),
        weekday=weekday,
        from_min=from_min,
        to_min=to_min,
        place_min=place_min,
        talk_min=talk_min,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def an_opening(on: date, from_min: int, to_min: int) -> DatedOpening:
    return DatedOpening(
        rule_id=UUID(int=1), on=on, from_min=from_min, to_min=to_min, place_min=10, talk_min=8
    )


def dated(
    plan: Iterable[WeeklyRule], *, first: date, last: date, school: SchoolDays = PLAIN_WEEKS
) -> tuple[DatedOpening, ...]:
    return rules.dated(plan, first=first, last=last, school=school)


# The weekly plan


@pytest.mark.parametrize(
    ("kind", "weekdays"),
    [
        (OpeningKind.SUNDAY_RETURN, {7}),
        (OpeningKind.WEEKEND, {6, 7}),
        (OpeningKind.NOON, set(range(1, 8))),
        (OpeningKind.HOLIDAY, set(range(1, 8))),
    ],
)
def test_a_kind_stands_on_its_own_weekdays(kind: OpeningKind, weekdays: set[int]) -> None:
    assert {day for day in range(1, 8) if rules.suits(kind, day)} == weekdays


@pytest.mark.parametrize(
    ("other", "both"),
    [
        ({"from_min": 900, "to_min": 990}, False),
        ({"from_min": 1080, "to_min": 1100}, False),
        ({"from_min": 900, "to_min": 991}, True),
        ({"from_min": 1079, "to_min": 1100}, True),
        ({"weekday": 2}, False),
        ({"letter": WeekLetter.A}, True),
    ],
)
def test_two_lines_overlap_in_a_minute_of_one_day(other: dict[str, Any], *, both: bool) -> None:
    one, two = a_rule(), replace(a_rule(), **other)

    assert one.overlaps(two) is two.overlaps(one) is both


def test_lines_of_odd_and_even_weeks_never_meet() -> None:
    odd, even = (replace(a_rule(), letter=letter) for letter in WeekLetter)

    assert not odd.overlaps(even)
    assert odd.overlaps(odd)


@pytest.mark.parametrize("weekday", [0, 8, -1])
def test_a_plan_names_a_weekday_that_exists(weekday: int) -> None:
    with pytest.raises(ValueError, match="weekday"):
        a_rule(weekday=weekday)


@pytest.mark.parametrize(
    ("from_min", "to_min"), [(-1, 60), (600, 600), (601, 600), (600, 1441), (1440, 1441)]
)
def test_a_plan_opens_before_it_closes_on_the_same_day(from_min: int, to_min: int) -> None:
    with pytest.raises(ValueError, match="no period"):
        a_rule(from_min=from_min, to_min=to_min)


@pytest.mark.parametrize(("talk_min", "place_min"), [(0, 10), (11, 10), (1, 0)])
def test_a_talk_fits_into_its_place(talk_min: int, place_min: int) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        a_rule(talk_min=talk_min, place_min=place_min)


def test_a_talk_may_fill_the_smallest_place() -> None:
    assert a_rule(talk_min=1, place_min=1).talk_min == 1


def test_a_plan_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        a_rule(valid_from=MONDAY, valid_to=MONDAY - timedelta(days=1))


def test_a_plan_may_cover_a_whole_day_and_hold_for_one_day() -> None:
    rule = a_rule(from_min=0, to_min=1440, talk_min=10, valid_from=MONDAY, valid_to=MONDAY)

    assert [o.on for o in dated([rule], first=date(2026, 1, 1), last=date(2027, 1, 1))] == [MONDAY]


@pytest.mark.parametrize("weekday", range(1, 8))
def test_a_rule_is_dated_once_on_each_of_its_weekdays(weekday: int) -> None:
    openings = dated([a_rule(weekday=weekday)], first=MONDAY, last=MONDAY + timedelta(days=27))

    assert [o.on for o in openings] == [
        MONDAY + timedelta(days=weekday - 1 + 7 * week) for week in range(4)
    ]


def test_a_dated_opening_carries_what_the_rule_says() -> None:
    rule = a_rule(number=7, from_min=990, to_min=1080, place_min=6, talk_min=5)

    (opening,) = dated([rule], first=MONDAY, last=MONDAY)

    assert opening == DatedOpening(
        rule_id=UUID(int=7), on=MONDAY, from_min=990, to_min=1080, place_min=6, talk_min=5
    )


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "expected"),
    [
        (MONDAY, None, [0, 7, 14]),
        (MONDAY + timedelta(days=1), None, [7, 14]),
        (MONDAY + timedelta(days=7), None, [7, 14]),
        (MONDAY, MONDAY + timedelta(days=7), [0, 7]),
        (MONDAY, MONDAY + timedelta(days=6), [0]),
        (MONDAY + timedelta(days=15), None, []),
    ],
)
def test_a_rule_holds_from_its_first_to_its_last_day(
    valid_from: date, valid_to: date | None, expected: list[int]
) -> None:
    rule = a_rule(valid_from=valid_from, valid_to=valid_to)

    openings = dated([rule], first=MONDAY, last=MONDAY + timedelta(days=14))

    assert [(o.on - MONDAY).days for o in openings] == expected


def test_several_rules_come_out_in_order_of_time() -> None:
    rules = [
        a_rule(number=1, weekday=2, from_min=990, to_min=1080),
        a_rule(number=2, weekday=1, from_min=1140, to_min=1200),
        a_rule(number=3, weekday=1, from_min=720, to_min=780),
    ]

    openings = dated(iter(rules), first=MONDAY, last=MONDAY + timedelta(days=7))

    assert [((o.on - MONDAY).days, o.rule_id.int) for o in openings] == [
        (0, 3),
        (0, 2),
        (1, 1),
        (7, 3),
        (7, 2),
    ]


def test_a_span_of_no_days_plans_nothing() -> None:
    assert dated([a_rule()], first=MONDAY, last=MONDAY - timedelta(days=1)) == ()


def test_the_calendar_closes_days_of_the_plan_and_lets_others_follow_a_weekday() -> None:
    school = SchoolDays(
        days={
            MONDAY: SpecialDay(kind=DayKind.CLOSED, name="运动会"),
            MONDAY + timedelta(days=5): SpecialDay(kind=DayKind.MADE_UP, name="补班", as_weekday=1),
        }
    )

    openings = dated([a_rule()], first=MONDAY, last=MONDAY + timedelta(days=7), school=school)

    assert [(o.on - MONDAY).days for o in openings] == [5, 7]


def test_the_plan_rests_between_two_terms_and_goes_on_after_the_last_known_one() -> None:
    school = SchoolDays(
        terms=(
            TermSpan(first_day=date(2026, 9, 1), last_day=MONDAY + timedelta(days=1)),
            TermSpan(first_day=MONDAY + timedelta(days=20), last_day=MONDAY + timedelta(days=22)),
        )
    )

    openings = dated([a_rule()], first=MONDAY, last=MONDAY + timedelta(days=35), school=school)

    assert [(o.on - MONDAY).days for o in openings] == [0, 21, 28, 35]


# Planned and held


@pytest.mark.parametrize(
    ("opened_min", "closed_min", "state"),
    [
        (None, None, OpeningState.MISSED),
        (None, 1080, OpeningState.MISSED),
        (990, 1080, OpeningState.HELD),
        (990, 1020, OpeningState.HELD),
        (990, 1019, OpeningState.SHORT),
        (990, 990, OpeningState.SHORT),
        (900, 985, OpeningState.HELD),  # held earlier than planned is held
        (1100, 1130, OpeningState.HELD),  # and so is later
        (1420, 1450, OpeningState.HELD),  # over midnight
        (1000, 900, OpeningState.SHORT),  # the clock was set back
        (990, None, OpeningState.HELD),  # nobody closed: up to the planned end
        (1050, None, OpeningState.HELD),
        (1051, None, OpeningState.SHORT),
        (600, None, OpeningState.HELD),
        (1200, None, OpeningState.SHORT),
    ],
)
def test_an_opening_is_held_from_half_an_hour_on(
    opened_min: int | None, closed_min: int | None, state: OpeningState
) -> None:
    assert outcome(990, 1080, opened_min, closed_min) is state


def test_time_before_the_plan_does_not_count_when_nobody_closed() -> None:
    assert outcome(990, 1010, 900, None) is OpeningState.SHORT


# What comes next


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (0, (0, 720)),
        (719, (0, 720)),
        (720, (0, 720)),  # it should be going on
        (779, (0, 720)),
        (780, (0, 990)),  # over by plan
        (1079, (0, 990)),
        (1080, (2, 720)),
        (1439, (2, 720)),
    ],
)
def test_the_next_opening_is_the_first_that_is_not_over(
    minute: int, expected: tuple[int, int]
) -> None:
    openings = [
        an_opening(MONDAY + timedelta(days=2), 720, 780),
        an_opening(MONDAY, 990, 1080),
        an_opening(MONDAY, 720, 780),
        an_opening(MONDAY - timedelta(days=1), 720, 780),
    ]

    found = next_planned(openings, today=MONDAY, minute=minute)

    assert found is not None
    assert ((found.on - MONDAY).days, found.from_min) == expected


@pytest.mark.parametrize(
    ("minute", "due"), [(959, False), (960, True), (1079, True), (1080, False)]
)
def test_a_plan_is_due_from_half_an_hour_before_it_until_its_end(minute: int, *, due: bool) -> None:
    opening = an_opening(MONDAY, 990, 1080)

    assert rules.is_due(opening, today=MONDAY, minute=minute) is due
    assert not rules.is_due(opening, today=MONDAY + timedelta(days=1), minute=minute)


def test_without_a_plan_ahead_nothing_is_next() -> None:
    past = an_opening(MONDAY - timedelta(days=7), 990, 1080)

    assert next_planned([], today=MONDAY, minute=0) is None
    assert next_planned([past], today=MONDAY, minute=0) is None


@pytest.mark.parametrize(
    ("opening", "minutes"),
    [
        (None, None),
        (an_opening(MONDAY, 990, 1080), 25),
        (an_opening(MONDAY, FIVE_PAST_FOUR, 1080), 0),
        (an_opening(MONDAY, 900, FIVE_PAST_FOUR + 1), 0),
        (an_opening(MONDAY, 900, FIVE_PAST_FOUR), None),
        (an_opening(MONDAY + timedelta(days=1), 990, 1080), None),
        (an_opening(MONDAY - timedelta(days=1), 990, 1080), None),
    ],
)
def test_minutes_are_counted_to_an_opening_of_today_only(
    opening: DatedOpening | None, minutes: int | None
) -> None:
    assert minutes_until(opening, today=MONDAY, minute=FIVE_PAST_FOUR) == minutes


# Words


def test_the_safety_check_has_the_eight_hazards_of_the_paper_form() -> None:
    assert [hazard.value for hazard in Hazard] == [
        "fire",
        "water",
        "electricity",
        "poisoning",
        "collapse",
        "falls",
        "traffic",
        "accidents",
    ]


def test_the_stored_words_are_the_lower_case_names() -> None:
    assert all(word.value == word.name.lower() for word in (*OpeningState, *OpeningOrigin))
    assert all(reason.value == reason.name.lower().replace("_", "-") for reason in OpeningRefusal)


_FIRST, _LATER, _BY_HAND = (UUID(int=n) for n in (1, 2, 3))
_LINE = UUID(int=9)
_DAY = date(2026, 12, 4)


def _cancelled(
    opening_id: UUID, span: tuple[int, int], *, by_hand: bool = False
) -> CancelledOpening:
    return CancelledOpening(
        opening_id=opening_id, on=_DAY, from_min=span[0], to_min=span[1], is_by_hand=by_hand
    )


def _line(span: tuple[int, int], on: date = _DAY) -> DatedOpening:
    return DatedOpening(
        rule_id=_LINE, on=on, from_min=span[0], to_min=span[1], place_min=10, talk_min=8
    )


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ([_line((990, 1080))], {_FIRST: _LINE}),
        ([_line((1020, 1100))], {_FIRST: _LINE}),
        ([_line((1080, 1100))], {}),
        ([_line((990, 1080), _DAY + timedelta(days=1))], {}),
        ([], {}),
    ],
)
def test_what_the_pattern_had_comes_back_where_the_pattern_has_its_time(
    pattern: list[DatedOpening], expected: dict[UUID, UUID]
) -> None:
    gone = [_cancelled(_FIRST, (990, 1080))]

    assert rules.come_back(gone, pattern=pattern, standing=[]) == expected


def test_of_two_at_one_time_the_first_comes_back() -> None:
    gone = [_cancelled(_LATER, (990, 1080)), _cancelled(_FIRST, (960, 1080))]

    assert rules.come_back(gone, pattern=[_line((990, 1080))], standing=[]) == {_LATER: _LINE}


def test_of_two_by_hand_at_one_time_the_first_comes_back() -> None:
    gone = [
        _cancelled(_BY_HAND, (600, 660), by_hand=True),
        _cancelled(_LATER, (630, 690), by_hand=True),
    ]

    assert rules.come_back(gone, pattern=[], standing=[]) == {_BY_HAND: None}


def test_one_line_of_the_pattern_brings_back_one_opening() -> None:
    gone = [_cancelled(_LATER, (990, 1020)), _cancelled(_FIRST, (1020, 1080))]

    assert rules.come_back(gone, pattern=[_line((990, 1080))], standing=[]) == {_LATER: _LINE}


def test_what_was_planned_by_hand_needs_no_pattern_and_leaves_it_alone() -> None:
    gone = [_cancelled(_BY_HAND, (600, 660), by_hand=True), _cancelled(_FIRST, (660, 700))]

    assert rules.come_back(gone, pattern=[_line((630, 720))], standing=[]) == {
        _BY_HAND: None,
        _FIRST: _LINE,
    }


def test_nothing_comes_back_to_a_time_at_which_another_opening_stands() -> None:
    gone = [_cancelled(_FIRST, (990, 1080)), _cancelled(_BY_HAND, (600, 660), by_hand=True)]

    back = rules.come_back(
        gone, pattern=[_line((990, 1080))], standing=[_line((1000, 1010)), _line((660, 700))]
    )

    assert back == {_BY_HAND: None}
