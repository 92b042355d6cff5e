import pytest

from kiosk.rules import call_changes
from kiosk.rules.call_capacity import Change
from kiosk.rules.call_waiting import CallPlace
from kiosk.rules.call_windows import LineKind
from tests.rules.waiting import FOUR, day, place

HOUR = [place(1, FOUR + start) for start in range(0, 60, 10)]


def _times(places: list[CallPlace]) -> list[tuple[int, int]]:
    return sorted((one.start_min - FOUR, one.end_min - FOUR) for one in places)


def test_a_later_opening_is_as_long_as_before() -> None:
    later = call_changes.changed(HOUR)[Change.LATER]

    assert _times(later) == [(60 + start, 70 + start) for start in range(0, 60, 10)]
    assert {one.on for one in later} == {day(1)}


@pytest.mark.parametrize(
    ("change", "more"),
    [(Change.HOUR_AFTER, range(60, 120, 10)), (Change.HOUR_BEFORE, range(-60, 0, 10))],
)
def test_an_hour_more_is_put_at_the_end_that_it_names(change: Change, more: range) -> None:
    places = call_changes.changed(HOUR)[change]

    assert places[: len(HOUR)] == HOUR
    assert _times(places[len(HOUR) :]) == [(start, start + 10) for start in more]


def test_shorter_places_fill_the_same_time() -> None:
    shorter = call_changes.changed(HOUR)[Change.SHORTER_PLACES]

    assert _times(shorter) == [(start, start + 6) for start in range(0, 60, 6)]


def test_places_of_six_minutes_are_not_made_shorter() -> None:
    short = call_changes.changed(HOUR)[Change.SHORTER_PLACES]

    assert Change.SHORTER_PLACES not in call_changes.changed(short)


def test_one_more_telephone_is_there_whenever_the_first_one_is() -> None:
    video = place(1, FOUR, line="0", kind=LineKind.VIDEO)

    more = call_changes.changed([*HOUR, video])[Change.MORE_LINES][len(HOUR) + 1 :]

    assert _times(more) == _times(HOUR)
    assert {one.kind for one in more} == {LineKind.PHONE}
    assert {one.line for one in more}.isdisjoint({"0", "1"})


def test_a_break_in_the_middle_stays_one() -> None:
    morning = place(1, 8 * 60)

    changed = call_changes.changed([*HOUR, morning])

    assert len(changed[Change.HOUR_AFTER]) == len(changed[Change.HOUR_BEFORE]) == 7 + 6
    assert (12 * 60) not in {one.start_min for one in changed[Change.SHORTER_PLACES]}


def test_nothing_lies_outside_the_day() -> None:
    late = [place(1, 23 * 60 + start) for start in range(0, 60, 10)]
    early = [place(1, start) for start in range(0, 60, 10)]

    for places in (late, early):
        for changed in call_changes.changed(places).values():
            assert all(0 <= one.start_min < one.end_min <= 24 * 60 for one in changed)
    assert Change.LATER not in call_changes.changed(late)


def test_a_room_without_places_is_not_advised() -> None:
    assert call_changes.changed([]) == {}


def test_each_place_of_a_change_is_one_of_its_own() -> None:
    two = [*HOUR, *(place(1, FOUR + start, line="2") for start in range(0, 60, 10))]

    for places in call_changes.changed(two).values():
        assert len({one.slot_id for one in places}) == len(places)
