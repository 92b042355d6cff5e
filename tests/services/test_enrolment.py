"""What a child who is new here is given."""

import pytest

from kiosk.errors import RefusedError
from kiosk.rules.badges import Animal, Badge, Cloth
from kiosk.rules.people import PeopleProblem
from kiosk.services.enrolment import badge_for

ALL = {Badge(animal=animal, cloth=cloth) for animal in Animal for cloth in Cloth}
CLASSES = [(grade, number) for grade in range(1, 7) for number in (1, 2)]


def test_nobody_in_a_school_of_one_hundred_and_eighty_wears_what_another_wears() -> None:
    worn: dict[tuple[int, int], set[Badge]] = {}

    for turn in range(180):
        place = CLASSES[turn % len(CLASSES)]
        worn.setdefault(place, set()).add(badge_for(worn, grade=place[0], number=place[1]))

    assert set().union(*worn.values()) == ALL


def test_in_a_larger_school_a_badge_is_worn_once_in_a_class() -> None:
    worn = {(1, 1): ALL - {next(iter(ALL))}, (2, 1): ALL}
    mine = badge_for(worn, grade=1, number=1)

    assert mine not in worn[1, 1]
    assert badge_for(worn, grade=3, number=1) in ALL


def test_a_class_that_wears_them_all_is_too_large() -> None:
    with pytest.raises(RefusedError) as error:
        badge_for({(1, 1): ALL}, grade=1, number=1)

    assert error.value.reason is PeopleProblem.CLASS_TOO_LARGE
