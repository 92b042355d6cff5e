import pytest

from kiosk.errors import InvalidInputError
from kiosk.rules.devices import (
    CARD_WIDTH_MM,
    DeviceProblem,
    bits_to_grades,
    grades_to_bits,
    px_per_metre,
)


# The screens of `domain.md` rule 2, by what a bank card measures on them.
@pytest.mark.parametrize(
    ("card_px", "expected"), [(503, 5876), (338, 3949), (325, 3797), (345, 4030), (312, 3645)]
)
def test_a_card_tells_how_many_pixels_a_metre_has(card_px: int, expected: int) -> None:
    assert px_per_metre(px=card_px, mm=CARD_WIDTH_MM) == expected


@pytest.mark.parametrize("card_px", [128, 1285])
def test_no_screen_has_so_few_pixels_or_so_many(card_px: int) -> None:
    with pytest.raises(InvalidInputError) as error:
        px_per_metre(px=card_px, mm=CARD_WIDTH_MM)

    assert error.value.reason is DeviceProblem.NOT_A_SCREEN


@pytest.mark.parametrize("grades", [(), (1, 2), (9,), range(1, 10)])
def test_grades_come_back_out_of_one_number(grades: tuple[int, ...]) -> None:
    assert bits_to_grades(grades_to_bits(grades)) == frozenset(grades)
