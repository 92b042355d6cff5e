"""The catalogue as CNMARC of our own: a record for each title, 905 for each copy, and back.

Other libraries read the title, the numbers and the copies where they expect them. What CNMARC has
no place for stands in 998, which is free for local use; 801 says that the record is ours.
"""

from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Final
from uuid import UUID

from kiosk.errors import UnavailableError
from kiosk.files.book_fields import (
    LONGEST_ACCESSION_NO,
    LONGEST_AUTHOR,
    LONGEST_CLASS_MARK,
    LONGEST_CSBN,
    LONGEST_GRADE_BAND,
    LONGEST_ISSUE,
    LONGEST_PUBLISHED,
    LONGEST_PUBLISHER,
    LONGEST_SERIES,
    LONGEST_SHELF,
    LONGEST_TITLE,
    LONGEST_VOLUME,
    read_isbn,
    read_issn,
)
from kiosk.files.book_rows import BookRow, Copy
from kiosk.files.catalogue_table import day_of, money_of, whole_number
from kiosk.files.catalogue_words import KINDS, STATUSES, YES, clean, kind_of, status_of
from kiosk.files.problems import BookProblem
from kiosk.rules.catalogue import CatalogueProblem, TitleKind

if TYPE_CHECKING:
    from pymarc import Record

AGENCY: Final = "NUANWU"
# ISO 2709 writes the length of a record with five digits, that of a field with four.
_LONGEST_RECORD: Final = 99_999
_LONGEST_FIELD: Final = 9_999
_ENTRY: Final = 12  # of a field in the directory
_TYPES: Final = {TitleKind.BOOK: "am", TitleKind.PERIODICAL: "as", TitleKind.GAME: "rm"}
_MONEY: Final = "CNY"
_PROCESSING: Final = "em y0chiy50      ea"
_LEADER: Final = 24

# Subfields by code, in order; those without a text are left out.
_Field = tuple[str, tuple[tuple[str, str | None], ...]]
_Written = tuple[str, bytes]
_SHOWN: Final = 40  # of a title, in a sentence


def write_marc(rows: Iterable[BookRow], file: IO[bytes], *, day: str) -> None:
    """Write ISO 2709 in UTF-8; `day` is that of the writing, as `20261122`.

    Raises:
        UnavailableError: RECORD_TOO_LONG.
    """
    for row in rows:
        file.writelines(records_of(row, day=day))


def records_of(row: BookRow, *, day: str) -> Iterator[bytes]:
    """Yield the record of a title; one with more copies than a record can hold has several.

    Raises:
        UnavailableError: RECORD_TOO_LONG, for a text that no field of the format can hold.
    """
    title = [_written(field, row) for field in _title_fields(row, day=day)]
    some: list[_Written] = []
    room = free = _LONGEST_RECORD - _LEADER - 2 - sum(map(_length, title))
    for copy in row.held:
        one = _written(_copy_field(row, copy), row)
        if some and _length(one) > free:
            yield _iso2709([*title, *some], kind=_TYPES[row.kind])
            some, free = [], room
        some.append(one)
        free -= _length(one)
    yield _iso2709([*title, *some], kind=_TYPES[row.kind])


def _title_fields(row: BookRow, *, day: str) -> Iterator[_Field]:
    bare, volume = _parted(row)
    price = None if row.price is None else f"{_MONEY}{row.price}"
    number = None if row.series_no is None else str(row.series_no)
    yield "001", (("", "" if row.title_id is None else row.title_id.hex),)
    yield "010", (("a", row.isbn), ("d", price))
    yield "011", (("a", row.issn),)
    yield "091", (("a", row.csbn),)
    yield "100", (("a", f"{day}d{(row.published or '')[:4]:4}    {_PROCESSING}"),)
    yield "101", (("a", "chi"),)
    yield "200", (("a", bare), ("h", volume), ("f", row.author))
    yield "210", (("c", row.publisher), ("d", row.published))
    yield "225", (("a", row.series), ("v", number if row.series else None))
    yield "690", (("a", row.class_mark),)
    yield "801", (("a", "CN"), ("b", AGENCY), ("c", day))
    yield (
        "998",
        (
            ("a", KINDS[row.kind]),
            ("b", row.grade_band),
            ("c", YES if row.is_draft else None),
            ("e", row.volume if volume is None else None),
            ("n", None if row.series else number),
        ),
    )


def _parted(row: BookRow) -> tuple[str, str | None]:
    """Return the name without its volume, where it ends with it, and the volume."""
    end = f" {row.volume}"
    if row.volume and row.title.endswith(end) and len(row.title) > len(end):
        return row.title.removesuffix(end), row.volume
    return row.title, None


def _copy_field(row: BookRow, copy: Copy) -> _Field:
    return "905", (
        ("a", AGENCY),
        ("b", copy.accession_no),
        ("c", copy.shelf),
        ("d", row.class_mark),
        ("f", "1"),
        ("k", copy.code),
        ("p", None if copy.price is None else str(copy.price)),
        ("t", STATUSES[copy.status]),
        ("v", copy.issue),
        ("y", None if copy.added_on is None else copy.added_on.isoformat()),
    )


def _written(field: _Field, row: BookRow) -> _Written:
    """Return a field as its bytes; without any text it has none."""
    tag, subfields = field
    content = "".join(f"\x1f{code}{text}" if code else text for code, text in subfields if text)
    if not content:
        return tag, b""
    data = (content if tag < "010" else f"  {content}").encode("utf-8", "replace") + b"\x1e"
    if len(data) > _LONGEST_FIELD:
        raise UnavailableError(CatalogueProblem.RECORD_TOO_LONG, title=row.title[:_SHOWN])
    return tag, data


def _length(field: _Written) -> int:
    return _ENTRY + len(field[1])


def _iso2709(fields: Iterable[_Written], *, kind: str) -> bytes:
    directory, body = "", b""
    for tag, data in fields:
        if data:
            directory += f"{tag}{len(data):04}{len(body):05}"
            body += data
    base = _LEADER + len(directory) + 1
    head = f"{base + len(body) + 1:05}n{kind}0 22{base:05}   450 "
    return f"{head}{directory}\x1e".encode() + body + b"\x1d"


def is_ours(record: "Record") -> bool:
    """Whether a record says that we wrote it."""
    return any(AGENCY in field.get_subfields("b") for field in record.get_fields("801"))


def read_ours(record: "Record", *, number: int) -> BookRow | BookProblem:
    """Return the title and the copies of a record of ours, each text as it stands."""
    at = _Ours(record)
    bare, volume = at.text("200", "a", LONGEST_TITLE + 1), at.text("200", "h", LONGEST_VOLUME)
    name = f"{bare or ''} {volume}" if volume else bare or ""
    if not bare or not name.strip():
        return BookProblem.NO_TITLE
    if len(name) > LONGEST_TITLE:
        return BookProblem.TITLE_TOO_LONG
    held = tuple(at.copies())
    return BookRow(
        row_number=number,
        is_ours=True,
        title_id=at.title_id(),
        kind=kind_of(at.text("998", "a", LONGEST_VOLUME) or ""),
        title=name.strip(),
        author=at.text("200", "f", LONGEST_AUTHOR),
        publisher=at.text("210", "c", LONGEST_PUBLISHER),
        published=at.text("210", "d", LONGEST_PUBLISHED),
        isbn=read_isbn(at.text("010", "a", LONGEST_CSBN) or ""),
        issn=read_issn(at.text("011", "a", LONGEST_CSBN) or ""),
        csbn=at.text("091", "a", LONGEST_CSBN),
        class_mark=at.text("690", "a", LONGEST_CLASS_MARK),
        grade_band=at.text("998", "b", LONGEST_GRADE_BAND),
        series=at.text("225", "a", LONGEST_SERIES),
        series_no=whole_number(at.text("225", "v", 9) or at.text("998", "n", 9) or ""),
        volume=volume or at.text("998", "e", LONGEST_VOLUME),
        price=money_of((at.text("010", "d", LONGEST_CSBN) or "").removeprefix(_MONEY)),
        is_draft=at.text("998", "c", 1) == YES,
        held=held,
        copies=len(held),
    )


class _Ours:
    """A record of ours, asked for its subfields."""

    def __init__(self, record: "Record") -> None:
        self._record = record

    def text(self, tag: str, code: str, longest: int) -> str | None:
        field = self._record.get(tag)
        found = None if field is None else clean(next(iter(field.get_subfields(code)), None))
        return found[:longest] if found else None

    def title_id(self) -> UUID | None:
        field = self._record.get("001")
        try:
            return UUID(field.data or "") if field else None
        except ValueError:
            return None

    def copies(self) -> Iterator[Copy]:
        for field in self._record.get_fields("905"):
            by_code = {s.code: clean(s.value) or "" for s in field.subfields}
            if number := by_code.get("b", "")[:LONGEST_ACCESSION_NO]:
                yield Copy(
                    accession_no=number,
                    code=by_code.get("k") or None,
                    shelf=by_code.get("c", "")[:LONGEST_SHELF] or None,
                    status=status_of(by_code.get("t", "")),
                    added_on=day_of(by_code.get("y", "")),
                    issue=by_code.get("v", "")[:LONGEST_ISSUE] or None,
                    price=money_of(by_code.get("p", "")),
                )
