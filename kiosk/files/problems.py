"""What can be wrong with a file that somebody brings, as closed sets; sentences stand elsewhere.

Nothing here ever carries a value of the file: a row is named by sheet and number, a column by
its header.
"""

from dataclasses import dataclass
from enum import StrEnum


class FileProblem(StrEnum):
    """Why a file is refused as a whole."""

    NOT_READABLE = "not_readable"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    WRONG_EXTENSION = "wrong_extension"
    HTML_PAGE = "html_page"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    DAMAGED = "damaged"
    UNKNOWN_FORMAT = "unknown_format"
    UNKNOWN_ENCODING = "unknown_encoding"
    NO_HEADER = "no_header"
    UNKNOWN_CHOICE = "unknown_choice"


class RowProblemKind(StrEnum):
    """What a person should look at in one row of a roster."""

    NAME_MISSING = "name_missing"
    NAME_UNREADABLE = "name_unreadable"
    NAME_WITH_PINYIN = "name_with_pinyin"
    NAME_TRADITIONAL = "name_traditional"
    NAME_UNUSUAL = "name_unusual"
    SAME_NAME_IN_CLASS = "same_name_in_class"
    REPEATED_ROW = "repeated_row"
    CLASS_MISSING = "class_missing"
    CLASS_UNREADABLE = "class_unreadable"
    CLASS_FROM_ABOVE = "class_from_above"
    CLASS_NUMBER_ASSUMED = "class_number_assumed"
    LOCAL_NO_UNUSABLE = "local_no_unusable"
    DIGITS_LOST = "digits_lost"
    BOARDER_UNCLEAR = "boarder_unclear"
    PHONE_UNREADABLE = "phone_unreadable"
    PHONE_MISSING = "phone_missing"
    CONTACT_NAME_UNREADABLE = "contact_name_unreadable"
    RELATION_UNCLEAR = "relation_unclear"
    REMARK_PASSED_OVER = "remark_passed_over"

    @property
    def holds_back(self) -> bool:
        """Whether a row with this problem is left out until a person has decided."""
        return self in _HOLDING


_HOLDING = frozenset(
    {
        RowProblemKind.NAME_MISSING,
        RowProblemKind.NAME_UNREADABLE,
        RowProblemKind.NAME_WITH_PINYIN,
        RowProblemKind.REPEATED_ROW,
        RowProblemKind.CLASS_MISSING,
        RowProblemKind.CLASS_UNREADABLE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """One thing to look at. `row_number` counts as the spreadsheet does, from 1."""

    sheet: str
    row_number: int
    kind: RowProblemKind
    column: str | None = None


class BookProblem(StrEnum):
    """What is odd about one book, or why its record is refused."""

    NO_TITLE = "no_title"
    TITLE_TOO_LONG = "title_too_long"
    DAMAGED_RECORD = "damaged_record"
    UNKNOWN_ENCODING = "unknown_encoding"
    TITLE_GARBLED = "title_garbled"
    ISBN_UNREADABLE = "isbn_unreadable"
    PRICE_UNREADABLE = "price_unreadable"
    COPIES_UNREADABLE = "copies_unreadable"
    NUMBER_TAKEN = "number_taken"
    CLASS_MARK_UNUSUAL = "class_mark_unusual"
    DIGITS_LOST = "digits_lost"
    SHORTENED = "shortened"

    @property
    def refuses(self) -> bool:
        """Whether a book with this problem is left out."""
        return self in _REFUSING


_REFUSING = frozenset(
    {
        BookProblem.NO_TITLE,
        BookProblem.TITLE_TOO_LONG,
        BookProblem.DAMAGED_RECORD,
        BookProblem.UNKNOWN_ENCODING,
    }
)
