"""Text tables: CSV and tab-separated "Unicode text", in Chinese encodings (`stack.md` trap 8)."""

import csv
import io

from kiosk.errors import InvalidInputError
from kiosk.files.encoding import encoding_of
from kiosk.files.problems import FileProblem
from kiosk.files.sheet_process import MOST_COLUMNS, MOST_ROWS

_DELIMITERS = (",", "\t", ";", "，", "|")
_LONGEST_CELL = 32_767


def decode(data: bytes) -> str:
    """Return the text: UTF-16 and UTF-8 by their mark, else strict UTF-8, else strict GB18030.

    Raises: InvalidInputError with UNKNOWN_ENCODING, or UNKNOWN_FORMAT when it is no text at all.
    """
    is_utf16 = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    encoding = "utf-16" if is_utf16 else encoding_of(data)
    if encoding is None:
        raise InvalidInputError(FileProblem.UNKNOWN_ENCODING)
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InvalidInputError(FileProblem.UNKNOWN_ENCODING) from error
    if any(c < " " and c not in "\t\r\n\x1a" for c in text):
        raise InvalidInputError(FileProblem.UNKNOWN_FORMAT)
    return text.rstrip("\x1a")


def read_delimited(
    data: bytes, *, most_rows: int = MOST_ROWS, delimiter: str | None = None
) -> list[list[str]]:
    """Return the rows of a text table, every cell as it stands; the delimiter is found out."""
    text = decode(data)
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text))
    try:
        for row in reader:
            if len(rows) == most_rows:
                raise InvalidInputError(FileProblem.TOO_MANY_ROWS)
            if len(row) > MOST_COLUMNS:
                raise InvalidInputError(FileProblem.TOO_MANY_COLUMNS)
            # A quotation mark that is never closed swallows the rest of the file.
            if any(len(cell) > _LONGEST_CELL for cell in row):
                raise InvalidInputError(FileProblem.DAMAGED)
            rows.append(row)
    except csv.Error as error:
        raise InvalidInputError(FileProblem.DAMAGED) from error
    return rows


def _delimiter(text: str) -> str:
    """Return the sign that parts the fullest of the first lines."""
    lines = text.splitlines()[:15]
    return max(_DELIMITERS, key=lambda sign: max((line.count(sign) for line in lines), default=0))
