"""Which copy a publisher's bar means: one that nobody can take for another, or none."""

from itertools import product

import pytest

from kiosk.rules.copies import meant


@pytest.mark.parametrize(
    ("are_own", "place"),
    [
        ((), None),
        ((False,), 0),
        ((True,), 0),
        ((False, True, False), 1),
        ((False, False), None),
        ((True, True), None),
        ((True, False, True), None),
    ],
)
def test_a_bar_means_the_only_copy_of_the_reader_or_the_only_one_there_is(
    are_own: tuple[bool, ...], place: int | None
) -> None:
    assert meant(are_own) == place


def test_a_copy_of_several_is_meant_only_when_the_reader_has_it() -> None:
    for are_own in product((False, True), repeat=4):
        place = meant(are_own)
        assert place is None or (are_own[place] and sum(are_own) == 1)
