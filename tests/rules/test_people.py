"""Telephone numbers as staff type them."""

import pytest

from kiosk.rules.people import phone_of


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("19900001234", "19900001234"),
        ("199 0000 1234", "19900001234"),
        ("+86 199-0000-1234", "19900001234"),
        ("008619900001234", "19900001234"),
        ("１９９００００１２３４", "19900001234"),
        ("0851-86821234", "085186821234"),
        ("(0851) 6821234", "08516821234"),
        ("6821234", "6821234"),
    ],
)
def test_a_number_is_taken_as_it_is_dialled(typed: str, dialled: str) -> None:
    assert phone_of(typed) == dialled


@pytest.mark.parametrize(
    "typed", ["", "1234", "12900001234", "1990000123", "199000012345", "妈妈", "1990000123a"]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    assert phone_of(typed) is None
