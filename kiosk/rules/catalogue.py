"""What a title is known by, and what can be wrong with a new one."""

from enum import StrEnum


class CatalogueProblem(StrEnum):
    TITLE_MISSING = "title-missing"
    WRONG_ISBN = "wrong-isbn"
    WRONG_COUNT = "wrong-count"
    UNKNOWN_TITLE = "unknown-title"
    CATALOGUE_CHANGED = "catalogue-changed"


def isbn_of(text: str) -> str | None:
    """Return the thirteen digits of an ISBN of either length, or None where it fails its check."""
    from stdnum import isbn
    from stdnum.exceptions import ValidationError

    try:
        found: str = isbn.validate(text, convert=True)
    except ValidationError:
        return None
    return found
