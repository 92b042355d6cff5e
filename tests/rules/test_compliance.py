"""What is asked of a room is counted week by week, and said while something can still be done."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.compliance import (
    CallFacts,
    OpeningFact,
    Outlook,
    Standing,
    Week,
    kind_at,
    month_of,
    standings,
    warned,
)
from kiosk.rules.demands import Demand, Measure
from kiosk.rules.openings import OpeningKind
from kiosk.rules.school_days import DayKind, SchoolDays, SpecialDay, TermSpan

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 23)
WEDNESDAY, SUNDAY = MONDAY + 2 * DAY, MONDAY + 6 * DAY
TERM = TermSpan(first_day=date(2026, 9, 1), last_day=date(2027, 1, 15))
NEXT = TermSpan(first_day=date(2027, 3, 1), last_day=date(2027, 7, 2))
SCHOOL = SchoolDays(terms=(TERM, NEXT))
REST = SpecialDay(kind=DayKind.CLOSED, name="放假")
IN_WINTER = date(2027, 2, 1)


def _demand(measure: Measure, least: int = 1, kinds: tuple[OpeningKind, ...] = ()) -> Demand:
    return Demand(measure=measure, least=least, text="要求", kinds=kinds)


def _fact(
    weekday: int,
    *,
    held: bool = True,
    kind: OpeningKind = OpeningKind.AFTER_CLASS,
    minutes: int = 90,
    has_duty: bool = True,
    monday: date = MONDAY,
) -> OpeningFact:
    return OpeningFact(
        on=monday + DAY * (weekday - 1),
        kind=kind,
        minutes=minutes,
        is_held=held,
        has_duty=held and has_duty,
    )


def _stands(
    demand: Demand,
    *openings: OpeningFact,
    today: date = WEDNESDAY,
    school: SchoolDays = SCHOOL,
    monday: date = MONDAY,
    calls: CallFacts | None = None,
) -> Standing | None:
    week = Week(monday=monday, openings=openings)
    if calls is not None:
        week = Week(monday=monday, openings=openings, calls=calls, month_calls=calls)
    found = standings([demand], week, today=today, school=school)
    return found[0] if found else None


def _numbers(standing: Standing | None) -> tuple[int, int, int, Outlook]:
    assert standing is not None
    return standing.held, standing.wanted, standing.to_come, standing.outlook


def test_two_of_three_are_held_and_the_last_is_needed() -> None:
    three = _demand(Measure.OPENINGS_A_WEEK, 3)

    standing = _stands(three, _fact(1), _fact(2), _fact(5, held=False))

    assert _numbers(standing) == (2, 3, 1, Outlook.LAST_CHANCE)
    assert standing is not None
    assert warned([standing], today=WEDNESDAY) == (standing,)
    assert warned([standing], today=MONDAY + DAY) == ()


@pytest.mark.parametrize(
    ("held", "to_come", "today", "outlook", "missing"),
    [
        (3, 0, WEDNESDAY, Outlook.KEPT, 0),
        (1, 3, WEDNESDAY, Outlook.ON_THE_WAY, 0),
        (1, 2, WEDNESDAY, Outlook.LAST_CHANCE, 0),
        (1, 1, WEDNESDAY, Outlook.TOO_FEW, 1),
        (0, 0, MONDAY, Outlook.TOO_FEW, 3),
        (2, 0, SUNDAY, Outlook.TOO_FEW, 1),
        (2, 0, SUNDAY + DAY, Outlook.MISSED, 1),
        (4, 0, SUNDAY + DAY, Outlook.KEPT, 0),
    ],
)
def test_a_week_is_kept_still_possible_or_missed(
    held: int, to_come: int, today: date, outlook: Outlook, missing: int
) -> None:
    openings = [_fact(1) for _ in range(held)] + [_fact(5, held=False) for _ in range(to_come)]

    standing = _stands(_demand(Measure.OPENINGS_A_WEEK, 3), *openings, today=today)

    assert _numbers(standing) == (held, 3, to_come, outlook)
    assert standing is not None
    assert standing.missing == missing
    assert bool(warned([standing], today=today)) is (
        outlook in {Outlook.TOO_FEW, Outlook.LAST_CHANCE}
    )


def test_two_openings_of_one_day_are_one_day() -> None:
    standing = _stands(_demand(Measure.DAYS_A_WEEK, 3), _fact(1), _fact(1), _fact(1, held=False))

    assert _numbers(standing) == (1, 3, 0, Outlook.TOO_FEW)


def test_noon_and_after_class_are_asked_of_each_school_day() -> None:
    noon, after = OpeningKind.NOON, OpeningKind.AFTER_CLASS
    both = _demand(Measure.EACH_SCHOOL_DAY, kinds=(noon, after))
    openings = [_fact(day, kind=kind) for day in (1, 2) for kind in (noon, after)]
    coming = [_fact(day, kind=after, held=False) for day in (3, 4, 5)]

    standing = _stands(both, *openings, *coming, _fact(6, kind=noon))

    assert _numbers(standing) == (4, 10, 3, Outlook.TOO_FEW)


def test_a_day_that_is_too_short_does_not_count() -> None:
    three_hours = _demand(Measure.HOURS_A_DAY, 3)
    short, long, two = _fact(1, minutes=179), _fact(2, minutes=180), _fact(3, minutes=100)

    standing = _stands(three_hours, short, long, two, _fact(3, minutes=80, held=False))

    assert _numbers(standing) == (1, 3, 1, Outlook.TOO_FEW)


def test_a_day_without_anybody_on_duty_does_not_count_for_duty() -> None:
    standing = _stands(
        _demand(Measure.DUTY_EACH_SCHOOL_DAY),
        *(_fact(day, has_duty=day != 2) for day in range(1, 6)),
    )

    assert _numbers(standing) == (4, 5, 0, Outlook.TOO_FEW)


def test_a_week_with_few_school_days_asks_for_no_more_than_these() -> None:
    closed = {MONDAY + DAY * n: REST for n in range(3)}
    school = SchoolDays(terms=(TERM, NEXT), days=closed)

    standing = _stands(_demand(Measure.DAYS_A_WEEK, 3), _fact(4), _fact(5), school=school)

    assert _numbers(standing) == (2, 2, 0, Outlook.KEPT)


def test_a_week_of_holiday_asks_for_nothing() -> None:
    school = SchoolDays(terms=(TERM, NEXT), days={MONDAY + DAY * n: REST for n in range(7)})

    assert _stands(_demand(Measure.OPENINGS_A_WEEK, 3), school=school) is None


def test_the_holidays_between_terms_have_demands_of_their_own() -> None:
    in_term, in_holidays = Measure.DAYS_A_WEEK, Measure.HOLIDAY_DAYS_A_WEEK
    opened = [_fact(day, monday=IN_WINTER, minutes=480) for day in (1, 3, 5)]

    winter = [
        _stands(_demand(measure, 3), *opened, monday=IN_WINTER, today=IN_WINTER + 4 * DAY)
        for measure in (in_holidays, in_term)
    ]
    hours = _stands(
        _demand(Measure.HOLIDAY_HOURS_A_DAY, 8), *opened, monday=IN_WINTER, today=IN_WINTER
    )

    assert _numbers(winter[0]) == (3, 3, 0, Outlook.KEPT)
    assert winter[1] is None
    assert _numbers(hours) == (3, 3, 0, Outlook.KEPT)
    assert _stands(_demand(in_holidays, 3)) is None


@pytest.mark.parametrize(
    ("called", "booked", "today", "outlook"),
    [
        (20, 0, WEDNESDAY, Outlook.KEPT),
        (10, 10, WEDNESDAY, Outlook.ON_THE_WAY),
        (10, 7, WEDNESDAY, Outlook.TOO_FEW),
        (10, 0, SUNDAY + DAY, Outlook.MISSED),
    ],
)
def test_each_child_has_its_call_of_the_week_or_a_place_for_it(
    called: int, booked: int, today: date, outlook: Outlook
) -> None:
    calls = CallFacts(children=20, called=called, booked=booked)

    standing = _stands(_demand(Measure.CALLS_A_WEEK), calls=calls, today=today)

    assert _numbers(standing) == (called, 20, booked, outlook)


def test_a_month_is_not_called_too_short_before_its_last_week() -> None:
    month, calls = _demand(Measure.CALLS_A_MONTH), CallFacts(children=20, called=5, booked=3)

    looks = [_stands(month, calls=calls, today=date(2026, 11, day)) for day in (23, 24, 30)]

    assert [one.outlook for one in looks if one] == [
        Outlook.ON_THE_WAY, Outlook.TOO_FEW, Outlook.TOO_FEW,
    ]  # fmt: skip
    assert {(one.first, one.last) for one in looks if one} == {
        (date(2026, 11, 1), date(2026, 11, 30))
    }


def test_nobody_to_ring_asks_for_no_calls() -> None:
    assert _stands(_demand(Measure.CALLS_A_WEEK)) is None


@pytest.mark.parametrize(
    ("monday", "first", "last"),
    [
        (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31)),
        (date(2026, 12, 28), date(2026, 12, 1), date(2026, 12, 31)),
        (date(2027, 2, 22), date(2027, 2, 1), date(2027, 2, 28)),
    ],
)
def test_a_week_counts_for_the_month_of_its_thursday(monday: date, first: date, last: date) -> None:
    assert month_of(monday) == (first, last)


@given(
    days=st.lists(st.tuples(st.integers(1, 7), st.booleans()), max_size=12),
    least=st.integers(1, 5),
    measure=st.sampled_from([Measure.DAYS_A_WEEK, Measure.OPENINGS_A_WEEK]),
)
def test_one_more_opening_never_makes_it_worse(
    days: list[tuple[int, bool]], least: int, measure: Measure
) -> None:
    openings = [_fact(day, held=held) for day, held in days]
    order = [Outlook.TOO_FEW, Outlook.LAST_CHANCE, Outlook.ON_THE_WAY, Outlook.KEPT]

    before = _stands(_demand(measure, least), *openings)
    after = _stands(_demand(measure, least), *openings, _fact(7))

    assert before is not None
    assert after is not None
    assert order.index(after.outlook) >= order.index(before.outlook) or after.to_come < (
        before.to_come
    )
    assert after.held >= before.held


@pytest.mark.parametrize(
    ("weekday", "from_min", "to_min", "kind"),
    [
        (6, 600, 700, OpeningKind.WEEKEND),
        (1, 720, 780, OpeningKind.NOON),
        (1, 990, 1080, OpeningKind.AFTER_CLASS),
        (1, 1110, 1200, OpeningKind.EVENING),
    ],
)
def test_what_no_line_planned_counts_by_its_time(
    weekday: int, from_min: int, to_min: int, kind: OpeningKind
) -> None:
    assert kind_at(weekday, from_min, to_min) is kind


@pytest.mark.parametrize(
    "wrong",
    [
        {"measure": Measure.DAYS_A_WEEK, "least": 0, "text": "一"},
        {"measure": Measure.DAYS_A_WEEK, "least": 25, "text": "一"},
        {"measure": Measure.DAYS_A_WEEK, "least": 1, "text": ""},
        {"measure": Measure.DAYS_A_WEEK, "least": 1, "text": "一", "kinds": (OpeningKind.NOON,)},
        {"measure": Measure.EACH_SCHOOL_DAY, "least": 1, "text": "一"},
        {"measure": Measure.CALLS_A_WEEK, "least": 2, "text": "一"},
    ],
)
def test_what_nobody_could_keep_is_no_demand(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Demand(**wrong)  # type: ignore[arg-type]  # each of them is wrong on purpose
