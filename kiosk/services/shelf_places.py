"""Where a book stands, as a child finds it: the shelf's own colour and letter, else its class's."""

from kiosk.models.library import Shelf
from kiosk.rules import book_classes
from kiosk.services.finding_answers import ShelfPlace


def place_of(class_mark: str | None, shelf: Shelf | None) -> ShelfPlace | None:
    """Return the sign over the shelf; None for a book without a shelf or a class."""
    of_class = book_classes.class_of(class_mark)
    colour = (shelf.colour if shelf else None) or (of_class.colour if of_class else None)
    if colour is None:
        return None
    letter = (shelf.letter if shelf else None) or (of_class.letter if of_class else "")
    return ShelfPlace(
        colour=colour,
        letter=letter,
        icon=of_class.icon if of_class else None,
        name=shelf.name if shelf else None,
    )
