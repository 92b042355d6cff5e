"""Where a book stands, as a child finds it: the shelf's own colour and letter, else its class's."""

from kiosk.models.library import Shelf
from kiosk.rules import book_classes
from kiosk.rules.book_classes import ShelfPlace


def named(shelf: Shelf) -> ShelfPlace:
    """Return a shelf as staff look for it: by its name, and what is on its label."""
    return ShelfPlace(colour=shelf.colour, letter=shelf.letter, name=shelf.name)


def place_of(class_mark: str | None, shelf: Shelf | None) -> ShelfPlace | None:
    """Return the sign over the shelf; None for a book without a shelf or a class."""
    if shelf is None:
        return book_classes.place_of(class_mark)
    return book_classes.place_of(class_mark, colour=shelf.colour, letter=shelf.letter)
