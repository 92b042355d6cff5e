"""What a title is known by, and what can be wrong with a new one."""

import re
from enum import StrEnum
from typing import Final

_UNNAMED: Final = "未命名"
_DRAFT_NAME: Final = re.compile(rf"{_UNNAMED} \S+")


class TitleKind(StrEnum):
    """What a title is. A game is all that is lent for play and sport (文体器材)."""

    BOOK = "book"
    PERIODICAL = "periodical"
    GAME = "game"


class ShelfColour(StrEnum):
    """The colour by which a child finds a shelf, named as the cloths of the badges are."""

    PERSIMMON = "persimmon"
    WHEAT = "wheat"
    SPROUT = "sprout"
    LAKE = "lake"
    INDIGO = "indigo"
    TARO = "taro"


class CatalogueProblem(StrEnum):
    TITLE_MISSING = "title-missing"
    TITLE_TOO_LONG = "title-too-long"
    WRONG_CSBN = "wrong-csbn"
    WRONG_ISSN = "wrong-issn"
    WRONG_CLASS_MARK = "wrong-class-mark"
    WRONG_PRICE = "wrong-price"
    ISBN_ELSEWHERE = "isbn-elsewhere"
    UNKNOWN_SHELF = "unknown-shelf"
    SHELF_NAME_MISSING = "shelf-name-missing"
    SHELF_KNOWN = "shelf-known"
    WRONG_ISBN = "wrong-isbn"
    WRONG_COUNT = "wrong-count"
    UNKNOWN_TITLE = "unknown-title"
    CATALOGUE_CHANGED = "catalogue-changed"
    HOLDINGS_UNDECIDED = "holdings-undecided"
    NOT_WRITTEN = "not-written"
    RECORD_TOO_LONG = "record-too-long"  # for CNMARC


def isbn_of(text: str) -> str | None:
    """Return the thirteen digits of an ISBN of either length, or None where it fails its check."""
    from stdnum import isbn
    from stdnum.exceptions import ValidationError

    try:
        found: str = isbn.validate(text, convert=True)
    except ValidationError:
        return None
    return found


def draft_name(accession_no: str) -> str:
    """Return what a title is called until somebody names it, after its first copy."""
    return f"{_UNNAMED} {accession_no}"


def is_draft_name(name: str) -> bool:
    """Say whether a title has only the name of a draft: there is nothing to read in it."""
    return bool(_DRAFT_NAME.fullmatch(name))
