"""Invented names: as many as anybody asks for, and nobody is called alike."""

from itertools import islice
from random import Random

from kiosk.services import demo_names


def test_no_two_children_are_called_alike() -> None:
    names = list(islice(demo_names.people(Random(1)), 3000))  # noqa: S311 - nothing is guarded

    assert len(set(names)) == 3000
    assert all(family and given for family, given in names)


def test_no_two_books_are_called_alike_however_many() -> None:
    titles = [name for name, _ in islice(demo_names.books(Random(1)), 20_000)]  # noqa: S311 - as above

    assert len(set(titles)) == 20_000
    assert titles[-1].endswith("（3）")


def test_numbers_do_not_run_out() -> None:
    assert next(islice(demo_names.numbers(), 10_000, None)) == "19900000000"
