from datetime import UTC, datetime, timedelta

from kiosk.ids import new_id

NOW = datetime(2026, 11, 20, 8, 40, tzinfo=UTC)


def test_an_id_is_a_uuid_of_version_7() -> None:
    made = new_id(NOW)

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


def test_an_id_says_the_millisecond_it_was_made_in() -> None:
    assert new_id(NOW).int >> 80 == int(NOW.timestamp() * 1000)


def test_ids_of_later_moments_sort_later() -> None:
    made = [new_id(NOW + timedelta(milliseconds=ms)) for ms in range(200)]

    assert sorted(made) == made
    assert sorted(one.hex for one in made) == [one.hex for one in made]


def test_ids_of_one_moment_are_never_the_same() -> None:
    assert len({new_id(NOW) for _ in range(10_000)}) == 10_000


def test_a_clock_at_the_beginning_of_time_still_gives_ids() -> None:
    assert new_id(datetime(1970, 1, 1, tzinfo=UTC)).version == 7
