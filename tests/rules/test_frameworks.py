"""A scoring framework as a data file: what is read, and what is refused with its place."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kiosk.errors import InvalidInputError
from kiosk.rules.frameworks import parse
from kiosk.rules.packs import PackProblem

DATA = Path(__file__).parents[2] / "kiosk" / "data" / "frameworks"
WHOLE: Mapping[str, Any] = {
    "title": "考核表",
    "cover": "材料",
    "parts": [
        {
            "title": "一",
            "points": 2.5,
            "items": [
                {"title": "开放", "ledgers": ["l1", "L3"], "points": 1},
                {"title": "再次", "ledgers": ["L3"], "by_hand": "另附"},
            ],
        }
    ],
}


def test_ledgers_stand_once_and_in_order() -> None:
    found = parse("ours", WHOLE)

    assert found.ledgers == ("L1", "L3")
    assert found.parts[0].points == "2.5"
    assert found.parts[0].items[1].by_hand == "另附"
    assert found.is_complete


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title": ""}, "title"),
        ({"cover": 3}, "cover"),
        ({"is_complete": "yes"}, "is_complete"),
        ({"colour": "red"}, "colour"),
        ({"parts": {}}, "parts"),
        ({"parts": [{"title": "一", "points": -1}]}, "points"),
        ({"parts": [{"title": "一", "points": True}]}, "points"),
        ({"parts": [{"title": "一", "items": [{"title": "二", "ledgers": [1]}]}]}, "ledgers"),
        ({"source": "长" * 201}, "source"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        parse("ours", {**WHOLE, **change})

    assert error.value.reason is PackProblem.BAD_FRAMEWORK
    assert error.value.values["place"] == place


@pytest.mark.parametrize("name", ["../x", "", "Grün", "x" * 41])
def test_a_name_that_could_be_a_path_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        parse(name, WHOLE)


@pytest.mark.parametrize("path", sorted(DATA.glob("*.toml")), ids=lambda path: path.stem)
def test_ours_are_read_and_say_that_they_are_not_complete(path: Path) -> None:
    found = parse(path.stem, tomllib.loads(path.read_text("utf-8")))

    assert not found.is_complete
    assert "不完整" in found.note
    assert {"L1", "L3", "L4", "L6"} <= set(found.ledgers)
