from datetime import timedelta
from random import Random

import pytest

from kiosk.rules.pictures import Picture, new_code, wait_after


def test_a_number_keeps_its_picture_for_ever() -> None:
    assert [(one.value, one.name) for one in Picture] == [
        (1, "SUN"),
        (2, "MOON"),
        (3, "APPLE"),
        (4, "BALL"),
        (5, "KITE"),
        (6, "UMBRELLA"),
        (7, "LEAF"),
        (8, "BOAT"),
        (9, "BELL"),
    ]


def test_a_code_has_three_different_pictures() -> None:
    chance = Random(7)  # noqa: S311 - the same ones in each run

    codes = [new_code(chance) for _ in range(2000)]

    assert all(len(set(code)) == 3 for code in codes)
    assert len(set(codes)) > 480  # of 504


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(0, None), (2, None), (3, 5), (4, 10), (5, 20), (6, 40), (7, 60), (5000, 60)],
)
def test_three_tries_are_free_and_then_the_teacher_helps(
    failures: int, minutes: int | None
) -> None:
    expected = None if minutes is None else timedelta(minutes=minutes)

    assert wait_after(failures) == expected
