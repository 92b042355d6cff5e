from itertools import pairwise

import pytest

from kiosk.rules.badges import Animal, Badge, Cloth, free_badge

EVERY_BADGE = {Badge(animal=animal, cloth=cloth) for animal in Animal for cloth in Cloth}


def given_out(*, start: int) -> list[Badge]:
    """Give badges out, one after the other, until there are no more."""
    worn: dict[Badge, None] = {}
    while badge := free_badge(worn.keys(), start=start):
        worn[badge] = None
    return list(worn)


def test_there_are_thirty_animals_on_six_cloths() -> None:
    assert (len(Animal), len(Cloth), len(EVERY_BADGE)) == (30, 6, 180)


@pytest.mark.parametrize("start", [0, 7, 29, 179, 12_345])
def test_a_class_of_180_has_180_different_badges_and_then_none(start: int) -> None:
    worn = given_out(start=start)

    assert len(worn) == 180
    assert set(worn) == EVERY_BADGE


@pytest.mark.parametrize("start", [0, 7, 29, 179, 12_345])
def test_no_animal_comes_twice_before_every_animal_came_once(start: int) -> None:
    animals = [badge.animal for badge in given_out(start=start)]

    for first in range(0, 180, 30):
        assert set(animals[first : first + 30]) == set(Animal)


def test_a_badge_that_is_given_back_is_given_out_again() -> None:
    for start, given_back in enumerate(sorted(EVERY_BADGE, key=repr)):
        assert free_badge(EVERY_BADGE - {given_back}, start=start) == given_back


def test_neighbouring_classes_begin_with_different_animals() -> None:
    first_ones = [free_badge((), start=start) for start in range(30)]

    assert all(one != other for one, other in pairwise(first_ones))
    assert len({badge.animal for badge in first_ones if badge is not None}) == 30
