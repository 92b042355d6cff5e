"""A child's mark on the screen: one of thirty animals on one of six cloths.

It carries no meaning and is unique within a class (`domain.md` 4.4 rule 20), so that a child who
cannot read finds itself and nobody else is named.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Animal(StrEnum):
    RABBIT = "rabbit"
    CAT = "cat"
    OX = "ox"
    SHEEP = "sheep"
    GOAT = "goat"
    HORSE = "horse"
    BEAR = "bear"
    PANDA = "panda"
    FOX = "fox"
    SQUIRREL = "squirrel"
    HEDGEHOG = "hedgehog"
    DEER = "deer"
    TIGER = "tiger"
    LION = "lion"
    SNOW_LEOPARD = "snow-leopard"
    ELEPHANT = "elephant"
    GIRAFFE = "giraffe"
    ZEBRA = "zebra"
    KOALA = "koala"
    OWL = "owl"
    SWALLOW = "swallow"
    MAGPIE = "magpie"
    CRANE = "crane"
    PENGUIN = "penguin"
    GOOSE = "goose"
    FROG = "frog"
    FISH = "fish"
    WHALE = "whale"
    SEAL = "seal"
    OTTER = "otter"


class Cloth(StrEnum):
    PERSIMMON = "persimmon"
    WHEAT = "wheat"
    SPROUT = "sprout"
    LAKE = "lake"
    INDIGO = "indigo"
    TARO = "taro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """An animal on a cloth."""

    animal: Animal
    cloth: Cloth


def free_badge(taken: Collection[Badge], *, start: int) -> Badge | None:
    """Return the first badge that nobody in `taken` wears, or None when all 180 are worn.

    `start` turns the order, so that neighbouring classes do not all begin with the rabbit; a class
    uses every animal once before any animal comes again on another cloth.
    """
    animals, cloths = list(Animal), list(Cloth)
    for step in range(len(animals) * len(cloths)):
        place = start + step
        badge = Badge(
            animal=animals[place % len(animals)],
            cloth=cloths[(place + step // len(animals)) % len(cloths)],
        )
        if badge not in taken:
            return badge
    return None
