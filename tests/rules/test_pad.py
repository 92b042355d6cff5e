"""The pad of eight keys on which a child spells a title."""

import string

import pytest

from kiosk.rules import pad


@pytest.mark.parametrize(
    ("initials", "keys"),
    [("mtnbgx", "686249"), ("xmgh", "9644"), ("", ""), ("100dmm", "366"), ("é", "")],
)
def test_initials_are_spelt_by_the_keys_that_have_their_letters(initials: str, keys: str) -> None:
    assert pad.keys_of(initials) == keys


def test_each_letter_stands_on_one_key() -> None:
    letters = "".join(pad.KEYS.values())

    assert sorted(letters) == list(string.ascii_uppercase)


@pytest.mark.parametrize("text", ["", "2", "98765432", "9" * pad.LONGEST])
def test_what_keys_can_send_is_taken(text: str) -> None:
    assert pad.is_typed(text)


@pytest.mark.parametrize("text", ["1", "0", "a", "2 ", "%", "9" * (pad.LONGEST + 1), "\uff12"])
def test_nothing_else_is(text: str) -> None:
    assert not pad.is_typed(text)
