"""New friends: children who have a card and no name here yet.

Such a child stands in a class of grade 0, number 0 until somebody names it.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from kiosk.rules.badges import Badge, Cloth

GRADE: Final = 0
NUMBER: Final = 0
# What stands where a list has names.
GIVEN_NAME: Final = "新朋友"
MOST_AT_ONCE: Final = 40


class FriendProblem(StrEnum):
    ALREADY_NAMED = "already-named"
    POOL_FULL = "pool-full"
    IN_USE = "in-use"
    NAME_MISSING = "name-missing"
    HAS_NUMBERS = "has-numbers"


def is_friend(grade: int) -> bool:
    """Say whether children of this grade have no name and no class yet."""
    return grade == GRADE


def badge_in_class(
    own: Badge, *, in_class: Collection[Badge], in_school: Collection[Badge]
) -> Badge | None:
    """Return what a new friend wears in its class: its own badge, else its animal on another cloth.

    A cloth that nobody of the school has with this animal comes first; None: the class has this
    animal on every cloth.
    """
    same_animal = [own, *(Badge(animal=own.animal, cloth=cloth) for cloth in Cloth)]
    free = [badge for badge in same_animal if badge not in in_class]
    if own in free:
        return own
    return next((badge for badge in free if badge not in in_school), next(iter(free), None))
