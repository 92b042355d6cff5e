"""The classes of the books as a child finds them."""

import pytest

from kiosk.rules.book_classes import BOOK_CLASSES, class_of


def test_there_are_the_twenty_two_main_classes() -> None:
    assert "".join(BOOK_CLASSES) == "ABCDEFGHIJKNOPQRSTUVXZ"


@pytest.mark.parametrize(("mark", "letter"), [("I287.45", "I"), ("q95-49", "Q"), ("TP3", "T")])
def test_a_mark_belongs_to_its_first_letter(mark: str, letter: str) -> None:
    found = class_of(mark)

    assert found is not None
    assert found.letter == letter


@pytest.mark.parametrize("mark", [None, "", "87.45", "L1", "文学"])
def test_what_is_no_mark_has_no_class(mark: str | None) -> None:
    assert class_of(mark) is None
