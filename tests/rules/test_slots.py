from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rules.slots import Place, grid, may_stand, offer

TODAY = date(2026, 11, 23)
TOMORROW = date(2026, 11, 24)
WEDNESDAY = date(2026, 11, 25)
NOON = 12 * 60


def at(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def place(on: date, clock: str, *, line: int = 1) -> Place:
    key = on.toordinal() * 100_000 + at(clock) * 10 + line
    return Place(slot_id=UUID(int=key), on=on, start_min=at(clock))


def places(on: date, clocks: str) -> list[Place]:
    return [place(on, clock) for clock in clocks.split()]


def shown(offered: tuple[Place, ...]) -> list[str]:
    return [f"{(p.on - TODAY).days:+} {p.start_min // 60}:{p.start_min % 60:02}" for p in offered]


# The grid


@pytest.mark.parametrize(
    ("of_line", "of_day", "is_free"),
    [
        ([], [], True),
        ([(0, 10)], [(0, 10)], True),
        ([(20, 30)], [(20, 30)], True),
        ([(10, 20)], [(10, 20)], False),
        ([(15, 25)], [(15, 25)], False),
        ([(12, 18)], [(12, 18)], False),
        ([], [(10, 20)], True),
        ([], [(14, 24)], False),
        ([], [(6, 11)], False),
        ([], [(10, 25)], False),
    ],
)
def test_a_place_stands_beside_another_at_the_very_same_time_only(
    of_line: list[tuple[int, int]], of_day: list[tuple[int, int]], *, is_free: bool
) -> None:
    assert may_stand((10, 20), on_its_line=of_line, on_that_day=of_day) is is_free


@pytest.mark.parametrize(
    ("from_min", "to_min", "place_min", "spans"),
    [
        (0, 30, 10, ((0, 10), (10, 20), (20, 30))),
        (0, 29, 10, ((0, 10), (10, 20))),
        (0, 9, 10, ()),
        (0, 10, 10, ((0, 10),)),
        (600, 600, 10, ()),
        (600, 500, 10, ()),
        (1430, 1440, 6, ((1430, 1436),)),
        (0, 2, 1, ((0, 1), (1, 2))),
    ],
)
def test_an_opening_is_cut_into_whole_places(
    from_min: int, to_min: int, place_min: int, spans: tuple[tuple[int, int], ...]
) -> None:
    assert grid(from_min, to_min, place_min) == spans


@pytest.mark.parametrize("place_min", [0, -10])
def test_a_place_of_no_length_is_refused(place_min: int) -> None:
    with pytest.raises(ValueError, match="a minute at least"):
        grid(0, 60, place_min)


def test_places_touch_without_overlap_and_waste_less_than_one() -> None:
    for length in range(181):
        for place_min in range(1, 31):
            spans = grid(960, 960 + length, place_min)

            edges = [960, *(end for _, end in spans)]
            assert [start for start, _ in spans] == edges[:-1]
            assert all(end - start == place_min for start, end in spans)
            assert 0 <= 960 + length - edges[-1] < place_min


# The offer


def test_a_child_is_offered_two_times_today_and_one_tomorrow() -> None:
    free = places(TODAY, "17:20 17:40 18:00") + places(TOMORROW, "16:50 17:00")

    offered = offer(free, now_date=TODAY, now_min=NOON)

    assert shown(offered) == ["+0 17:20", "+0 17:40", "+1 16:50"]


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        ([], []),
        (places(TODAY, "16:30"), ["+0 16:30"]),
        (places(TODAY, "16:30 16:40 16:50 17:00"), ["+0 16:30", "+0 16:40", "+0 16:50"]),
        (
            places(TODAY, "16:30") + places(TOMORROW, "17:00 17:10 17:20"),
            ["+0 16:30", "+1 17:00", "+1 17:10"],
        ),
        (
            places(TODAY, "16:30 16:40") + places(WEDNESDAY, "17:00"),
            ["+0 16:30", "+0 16:40", "+2 17:00"],
        ),
        (
            places(TOMORROW, "16:30 16:40 16:50") + places(WEDNESDAY, "17:00"),
            ["+1 16:30", "+1 16:40", "+2 17:00"],
        ),
        (
            places(TODAY, "16:30") + places(TOMORROW, "17:00") + places(WEDNESDAY, "17:30 17:40"),
            ["+0 16:30", "+1 17:00", "+2 17:30"],
        ),
    ],
)
def test_the_nearest_day_gives_two_and_the_next_ones_what_is_left(
    free: list[Place], expected: list[str]
) -> None:
    assert shown(offer(free, now_date=TODAY, now_min=NOON)) == expected


def test_the_last_tile_shows_another_clock_face_where_that_day_has_one() -> None:
    free = places(TODAY, "16:30 16:40") + places(TOMORROW, "16:30 16:40 16:50")

    offered = offer(free, now_date=TODAY, now_min=NOON)

    assert shown(offered) == ["+0 16:30", "+0 16:40", "+1 16:50"]


def test_another_day_is_worth_more_than_another_clock_face() -> None:
    free = (
        places(TODAY, "16:30 16:40 16:50") + places(TOMORROW, "16:30") + places(WEDNESDAY, "17:00")
    )

    offered = offer(free, now_date=TODAY, now_min=NOON)

    assert shown(offered) == ["+0 16:30", "+0 16:40", "+1 16:30"]


def test_a_time_that_is_free_on_two_lines_is_one_tile_with_the_first_line() -> None:
    first, second = place(TODAY, "16:30", line=1), place(TODAY, "16:30", line=2)

    offered = offer([first, second], now_date=TODAY, now_min=NOON)

    assert offered == (first,)


def test_nothing_is_offered_that_begins_before_the_child_can_be_there() -> None:
    free = [
        *places(TODAY - timedelta(days=1), "17:00"),
        *places(TODAY, "15:59 16:00 16:04 16:05 16:06"),
    ]

    offered = offer(free, now_date=TODAY, now_min=at("16:00"))
    at_once = offer(free, now_date=TODAY, now_min=at("16:00"), lead_min=0)

    assert shown(offered) == ["+0 16:05", "+0 16:06"]
    assert shown(at_once) == ["+0 16:00", "+0 16:04", "+0 16:05"]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (0, []),
        (1, ["+0 16:30"]),
        (2, ["+0 16:30", "+1 17:00"]),
        (4, ["+0 16:30", "+0 16:40", "+0 16:50", "+1 17:00"]),
    ],
)
def test_the_number_of_tiles_can_be_chosen(limit: int, expected: list[str]) -> None:
    free = places(TODAY, "16:30 16:40 16:50") + places(TOMORROW, "17:00 17:10")

    assert shown(offer(free, now_date=TODAY, now_min=NOON, limit=limit)) == expected


@st.composite
def free_places(draw: st.DrawFn) -> list[Place]:
    return [
        Place(
            slot_id=UUID(int=key),
            on=TODAY + timedelta(days=draw(st.integers(-1, 4))),
            start_min=draw(st.sampled_from(range(960, 1080, 10))),
        )
        for key in range(draw(st.integers(0, 25)))
    ]


@settings(deadline=None, database=None)
@given(free=free_places(), now_min=st.integers(950, 1085))
def test_an_offer_is_full_ordered_free_and_the_soonest_of_its_day(
    free: list[Place], now_min: int
) -> None:
    times = {(p.on, p.start_min) for p in free if (p.on, p.start_min) >= (TODAY, now_min + 5)}

    offered = offer(free, now_date=TODAY, now_min=now_min)

    when = [(p.on, p.start_min) for p in offered]
    assert set(offered) <= set(free)
    assert len(when) == min(3, len(times))
    assert when == sorted(set(when))
    assert set(when) <= times
    assert when[:1] == sorted(times)[:1]
    days = sorted({on for on, _ in times})
    assert {on for on, _ in when} >= set(days[:2])
