"""Small counts, and how they could be worked out."""

import pytest

from kiosk.rules import few


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([], set()),
        ([0, 5, 9], set()),
        ([4, 1, 9], {0, 1}),
        ([4, 7, 9], {0, 1}),
        ([9, 0, 4, 7], {2, 3}),
        ([4], {0}),
        ([4, 0, 0], {0}),
    ],
)
def test_one_that_is_few_is_never_hidden_alone(counts: list[int], hidden: set[int]) -> None:
    assert few.hidden(counts) == hidden
