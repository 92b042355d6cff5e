from datetime import timedelta
from itertools import product

import pytest

from kiosk.rules.staff import (
    StaffRefusal,
    pin_problem,
    session_is_alive,
    wait_after,
)

DIGITS = "0123456789"


@pytest.mark.parametrize(
    "pin",
    ["000000", "777777", "123456", "987654", "789012", "210987", "123123", "121212", "909090"],
)
def test_a_row_or_a_repetition_is_no_pin(pin: str) -> None:
    assert pin_problem(pin) is StaffRefusal.TRIVIAL_PIN


@pytest.mark.parametrize(
    "pin",
    ["", "13579", "1357902", "13579a", " 13579", "１３５７９０", "13579²", "-13579", "+13579"],
)
def test_a_pin_is_six_plain_digits(pin: str) -> None:
    assert pin_problem(pin) is StaffRefusal.TRIVIAL_PIN


def test_nearly_every_six_digits_are_a_pin() -> None:
    pins = ["12" + "".join(rest) for rest in product(DIGITS, repeat=4)]

    trivial = [pin for pin in pins if pin_problem(pin)]

    three_twice = [f"12{digit}12{digit}" for digit in DIGITS]
    assert trivial == sorted([*three_twice, "121212", "123456"])


def test_five_wrong_pins_are_free_and_then_the_wait_doubles_to_a_quarter_of_an_hour() -> None:
    waits = [wait_after(failures) for failures in range(12)]

    seconds = [None if wait is None else wait.total_seconds() for wait in waits]
    assert seconds == [None] * 5 + [30, 60, 120, 240, 480, 900, 900]


def test_the_wait_is_the_same_after_any_number_of_tries() -> None:
    assert wait_after(10**9) == timedelta(minutes=15)


def _alive(*, age: float, idle: float) -> bool:
    return session_is_alive(age=timedelta(seconds=age), idle=timedelta(seconds=idle))


@pytest.mark.parametrize(
    ("age", "idle", "alive"),
    [
        (0, 0, True),
        (179, 179, True),
        (180, 180, False),
        (1799, 0, True),
        (1800, 0, False),
        (-1, 0, False),
        (60, -1, False),
    ],
)
def test_staff_sessions_end_by_stillness_by_age_and_by_a_clock_set_back(
    *, age: float, idle: float, alive: bool
) -> None:
    assert _alive(age=age, idle=idle) is alive
