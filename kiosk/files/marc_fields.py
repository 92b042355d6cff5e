"""Which field of a CNMARC or MARC 21 record says what about a book."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kiosk.files.book_fields import (
    LONGEST_AUTHOR,
    LONGEST_PUBLISHER,
    LONGEST_READ_TITLE,
    LONGEST_SERIES,
    LONGEST_TITLE,
    read_class_mark,
    read_csbn,
    read_isbn,
    read_issn,
    read_price,
    read_series_no,
    read_text,
    read_title,
    read_year,
    title_problems,
)
from kiosk.files.book_rows import BookRow, Copy
from kiosk.files.holdings import ONE_EACH, TAGS, Holding, HoldingsChoice, copies_of
from kiosk.files.problems import BookProblem
from kiosk.files.text import compact
from kiosk.rules.catalogue import TitleKind

if TYPE_CHECKING:
    from pymarc import Field, Record

_SERIAL = "s"
_REALIA = "r"
_ISBD_ENDS = " /:;=,"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Map:
    """Where one kind of MARC keeps what; each place is a tag with the subfields to try."""

    title: str
    subtitle: str
    volume: str
    author: str
    pinyin: str
    isbn: str
    price: str
    publisher: tuple[tuple[str, str], ...]
    year: tuple[tuple[str, str], ...]
    class_mark: tuple[tuple[str, str], ...]
    series: tuple[tuple[str, str], ...]
    series_no: tuple[tuple[str, str], ...]
    issn: tuple[tuple[str, str], ...]


# $9 is the national library's place for pinyin, $A that of the universities' union (T-34).
_CNMARC = _Map(
    title="200", subtitle="e", volume="hi", author="fg", pinyin="9A", isbn="010", price="d",
    publisher=(("210", "c"),), year=(("210", "d"),), class_mark=(("690", "a"),),
    series=(("225", "a"), ("461", "at")), series_no=(("225", "v"), ("461", "v")),
    issn=(("011", "a"),),
)  # fmt: skip
_MARC21 = _Map(
    title="245", subtitle="b", volume="np", author="c", pinyin="", isbn="020", price="c",
    publisher=(("264", "b"), ("260", "b")), year=(("264", "c"), ("260", "c")),
    class_mark=(("093", "a"), ("084", "a"), ("090", "a")),
    series=(("490", "a"), ("830", "a"), ("440", "a")),
    series_no=(("490", "v"), ("830", "v"), ("440", "v")), issn=(("022", "a"),),
)  # fmt: skip


def book_of(
    record: "Record", *, number: int, choice: HoldingsChoice = ONE_EACH
) -> BookRow | BookProblem:
    """Return the book of a record, or why there is none; its copies are read by the choice."""
    places = _CNMARC if "200" in record else _MARC21
    title_field = _title_field(record, places)
    title = read_title(_first(title_field, "a")) if title_field else None
    if title_field is None or title is None or len(title) > LONGEST_READ_TITLE:
        return BookProblem.TITLE_TOO_LONG if title else BookProblem.NO_TITLE
    copies = copies_of(holdings_of(record), choice)
    (isbn, isbn_problem), (price, price_problem) = _isbn(record, places), _price(record, places)
    class_mark, mark_problem = _class_mark(record, places)
    odd = (isbn_problem, price_problem, mark_problem, copies.problem, *title_problems(title))
    return BookRow(
        row_number=number,
        title=_trimmed(title)[:LONGEST_TITLE],
        kind=_kind(record),
        subtitle=_joined(title_field, places.subtitle),
        volume=_joined(title_field, places.volume),
        author=_cut(_joined(title_field, places.author), LONGEST_AUTHOR),
        publisher=_cut(_trim(_at(record, places.publisher)), LONGEST_PUBLISHER),
        published=read_year(_at(record, places.year) or ""),
        isbn=isbn,
        issn=read_issn(_at(record, places.issn) or ""),
        csbn=_csbn(record),
        class_mark=class_mark,
        series=_cut(_trim(_at(record, places.series)), LONGEST_SERIES),
        series_no=read_series_no(_at(record, places.series_no) or ""),
        price=price,
        copies=copies.count,
        held=tuple(Copy(accession_no=one) for one in copies.numbers),
        title_pinyin=_pinyin(title_field, places),
        problems=tuple(filter(None, odd)),
    )


def _kind(record: "Record") -> TitleKind:
    """Return what kind of thing it is, by the leader: `s` is a serial, `r` a thing to handle."""
    leader = str(record.leader)
    if leader[7:8] == _SERIAL:
        return TitleKind.PERIODICAL
    return TitleKind.GAME if leader[6:7] == _REALIA else TitleKind.BOOK


def _title_field(record: "Record", places: _Map) -> "Field | None":
    """Return the field of the title; MARC 21 may keep the Chinese one in a linked 880."""
    linked = [
        field for field in record.get_fields("880") if _first(field, "6").startswith(places.title)
    ]
    fields = [*linked, *record.get_fields(places.title)]
    with_title = (field for field in fields if read_title(_first(field, "a")))
    return next(with_title, None)


def _first(field: "Field", codes: str) -> str:
    """Return the first subfield with one of the codes that says something, else an empty text."""
    values = (s.value for code in codes for s in field.subfields if s.code == code)
    return next((value for value in values if read_text(value)), "")


def _joined(field: "Field", codes: str) -> str | None:
    values = [read_text(s.value) for s in field.subfields if s.code in codes]
    said = [_trimmed(value) for value in values if value]
    return " ; ".join(said) or None


def _trimmed(text: str) -> str:
    """Return text without the ISBD sign that introduces what follows it in MARC 21."""
    return text.rstrip(_ISBD_ENDS) or text


def _trim(text: str | None) -> str | None:
    return _trimmed(text) if text else None


def _cut(text: str | None, longest: int) -> str | None:
    return text[:longest] if text else None


def _at(record: "Record", places: Iterable[tuple[str, str]]) -> str | None:
    for tag, codes in places:
        for field in record.get_fields(tag):
            if value := read_text(_first(field, codes)):
                return value
    return None


def _isbn(record: "Record", places: _Map) -> tuple[str | None, BookProblem | None]:
    written = [_first(field, "a") for field in record.get_fields(places.isbn)]
    said = [text for text in written if any(c.isdigit() for c in text)]
    isbn = next((found for text in said if (found := read_isbn(text))), None)
    is_odd = bool(said) and isbn is None
    return isbn, BookProblem.ISBN_UNREADABLE if is_odd else None


def _csbn(record: "Record") -> str | None:
    numbers = (read_csbn(_first(field, "a")) for field in record.get_fields("091"))
    return next((number for number in numbers if number), None)


def _price(record: "Record", places: _Map) -> tuple[Decimal | None, BookProblem | None]:
    tags = (places.isbn, "091") if places is _CNMARC else (places.isbn,)
    written = [_first(field, places.price) for field in record.get_fields(*tags)]
    said = [text for text in written if compact(text)]
    price = next((found for text in said if (found := read_price(text))), None)
    return price, BookProblem.PRICE_UNREADABLE if said and price is None else None


def _class_mark(record: "Record", places: _Map) -> tuple[str | None, BookProblem | None]:
    written = [
        text
        for tag, codes in places.class_mark
        for field in record.get_fields(tag)
        if (text := read_text(_first(field, codes)))
    ]
    mark = next((found for text in written if (found := read_class_mark(text))), None)
    return mark, BookProblem.CLASS_MARK_UNUSUAL if written and mark is None else None


def _pinyin(field: "Field", places: _Map) -> str | None:
    return read_text(_first(field, places.pinyin)) if places.pinyin else None


def holdings_of(record: "Record") -> tuple[Holding, ...]:
    """Return the fields about copies as they stand."""
    return tuple(
        (field.tag, tuple((s.code, s.value) for s in field.subfields))
        for field in record.get_fields(*TAGS)
    )
