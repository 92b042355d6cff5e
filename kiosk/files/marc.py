"""Library records in ISO 2709: CNMARC and MARC 21, UTF-8 or GB18030, each record on its own.

A file may part its records with line ends, which stops ordinary readers after the first one, and
may be misread as MARC-8 without any error (`visits-and-lending.md` T-30, T-31).
"""

import logging
import re
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from kiosk.files.encoding import encoding_of
from kiosk.files.problems import BookProblem

if TYPE_CHECKING:
    from pymarc import Record

# No record is longer: its length has five digits. What is, has lost the sign of its end.
LONGEST_RECORD = 100_000
_PIECE = 1024 * 1024
_RECORD_END = b"\x1d"
_FIELD_END = b"\x1e"
_JUNK = b"\r\n\x1a\0 "
_MARK = b"\xef\xbb\xbf"
_LEADER = 24
_ENTRY = 12
_FOREIGN_CODE = re.compile(rb"\x1f[^\x21-\x7e]")
_START = re.compile(rb"\d{5}[ -~]{5}")


def is_marc(start: bytes) -> bool:
    """Whether bytes look like ISO 2709: a length, a leader and the signs that part fields."""
    start = start.removeprefix(_MARK).lstrip(_JUNK)
    return _START.match(start) is not None and _FIELD_END in start


def read_records(file: IO[bytes]) -> Iterator["Record | BookProblem"]:
    """Yield each record in the order of the file, or why it cannot be read."""
    for raw in _split(file):
        yield _read(raw)


def _split(file: IO[bytes]) -> Iterator[bytes]:
    """Yield what stands between the signs of an end; of what is too long to be one, the start."""
    rest = b""
    while piece := file.read(_PIECE):
        *whole, rest = (rest + piece).split(_RECORD_END)
        yield from filter(None, map(_bare, whole))
        rest = rest[: LONGEST_RECORD + 1]
    if last := _bare(rest):
        yield last


def _bare(raw: bytes) -> bytes:
    return raw.removeprefix(_MARK).strip(_JUNK).removeprefix(_MARK)


def _read(raw: bytes) -> "Record | BookProblem":
    if len(raw) > LONGEST_RECORD:
        return BookProblem.DAMAGED_RECORD
    encoding = encoding_of(raw)
    if encoding is None:
        return BookProblem.UNKNOWN_ENCODING
    record = _parse(raw + _RECORD_END, encoding=encoding)
    if record is None:
        rebuilt = _rebuilt(raw)
        record = None if rebuilt is None else _parse(rebuilt, encoding=encoding)
    if record is None:
        return BookProblem.DAMAGED_RECORD
    if encoding != "utf-8" and is_western(record):
        return BookProblem.UNKNOWN_ENCODING
    return record


def is_western(record: "Record") -> bool:
    """Whether a MARC 21 record is in another language: its MARC-8 letters pass for Chinese ones."""
    about = record.get("008")
    return "200" not in record and (about is None or (about.data or "")[35:38] != "chi")


def _parse(raw: bytes, *, encoding: str) -> "Record | None":
    """Return the record, or None where its directory does not fit what follows it."""
    from pymarc import Record
    from pymarc.exceptions import PymarcException

    logging.getLogger("pymarc").setLevel(logging.CRITICAL)  # it would quote the record
    is_utf8 = encoding == "utf-8"
    # Position 9 says how MARC 21 is encoded; in CNMARC it says nothing and is often wrong.
    raw = raw[:9] + (b"a" if is_utf8 else b" ") + raw[10:]
    if not _directory_fits(raw) or _FOREIGN_CODE.search(raw):
        return None
    try:
        return Record(data=raw, force_utf8=is_utf8, file_encoding=encoding)
    except (PymarcException, UnicodeDecodeError, ValueError, IndexError):
        return None


def _directory_fits(raw: bytes) -> bool:
    """Whether every entry of the directory ends at the end of a field."""
    base = raw[12:17]
    if not base.isdigit() or not _LEADER < int(base) < len(raw):
        return False
    directory = raw[_LEADER : int(base) - 1]
    if len(directory) % _ENTRY or not directory.isascii():
        return False
    for at in range(0, len(directory), _ENTRY):
        sizes = directory[at + 3 : at + _ENTRY]
        if not sizes.isdigit():
            return False
        end = int(base) + int(sizes[4:]) + int(sizes[:4]) - 1
        if raw[end : end + 1] != _FIELD_END:
            return False
    return True


def _rebuilt(raw: bytes) -> bytes | None:
    """Return the record with its lengths counted anew from the ends of its fields.

    Some programs count signs instead of bytes; the order of the tags is still right then.
    """
    directory, *fields = raw[_LEADER:].removesuffix(_FIELD_END).split(_FIELD_END)
    if len(directory) != _ENTRY * len(fields) or not fields:
        return None
    entries, at = b"", 0
    for number, content in enumerate(fields):
        tag = directory[number * _ENTRY : number * _ENTRY + 3]
        entries += tag + b"%04d%05d" % (len(content) + 1, at)
        at += len(content) + 1
    body = entries + _FIELD_END + _FIELD_END.join(fields) + _FIELD_END + _RECORD_END
    length, base = _LEADER + len(body), _LEADER + len(entries) + 1
    return b"%05d" % length + raw[5:12] + b"%05d" % base + raw[17:_LEADER] + body
