"""Library records in MARCXML, and CNMARC in the same clothes, each record on its own.

A document with a type is refused: entities live there, the kind that grows and the kind that
fetches. The rest is cut into records before anything parses it, so that a broken one costs no
other, and the encoding that the file claims is not asked.
"""

import codecs
import re
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any
from xml.parsers import expat

from kiosk.errors import InvalidInputError
from kiosk.files.encoding import encoding_of
from kiosk.files.marc import LONGEST_RECORD, is_western
from kiosk.files.problems import BookProblem, FileProblem

if TYPE_CHECKING:
    from pymarc import Record

_PIECE = 1024 * 1024
_LONGEST_XML = 4 * LONGEST_RECORD
_MOST_FIELDS = 2_000
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_START = re.compile(rb"<(?:[\w.-]+:)?(?:record|collection)[\s>]")
_BEGIN = re.compile(rb"<((?:[\w.-]+:)?record)(?=[\s>])")
_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TAG = re.compile("[0-9A-Za-z]{3}")
_LEADER = "00000nam0 2200000   450 "
# Between two records nothing is kept but what may be the start of one.
_LONGEST_NAME = 80


def is_marc_xml(start: bytes) -> bool:
    """Whether bytes look like records in XML."""
    if start.startswith(_UTF_16):
        start = start.replace(b"\0", b"")[2:]
    bare = start.removeprefix(codecs.BOM_UTF8).lstrip()
    return bare.startswith(b"<") and _START.search(bare) is not None


def read_records(file: IO[bytes]) -> Iterator["Record | BookProblem"]:
    """Yield each record in the order of the file, or why it cannot be read.

    Raises: InvalidInputError with DAMAGED, where the file declares a type or entities.
    """
    for raw in _split(_pieces(file)):
        yield BookProblem.DAMAGED_RECORD if raw is None else _read(raw)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the file in pieces of an encoding that has ASCII in it."""
    piece = file.read(_PIECE)
    is_utf16 = piece.startswith(_UTF_16)
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    while piece:
        yield decoder.decode(piece).encode("utf-8", "replace") if is_utf16 else piece
        piece = file.read(_PIECE)


def _split(pieces: Iterator[bytes]) -> Iterator[bytes | None]:
    """Yield the text of each record; None for one that has no end."""
    rest = b""
    for piece in pieces:
        rest += piece
        if _TYPE.search(rest):
            raise InvalidInputError(FileProblem.DAMAGED)
        at = 0
        while begin := _BEGIN.search(rest, at):
            closing = b"</" + begin[1] + b">"
            end = rest.find(closing, begin.end())
            if end < 0:
                break
            at = end + len(closing)
            yield rest[begin.start() : at]
        rest = rest[at:] if begin else rest[max(at, len(rest) - _LONGEST_NAME) :]
        if len(rest) > _LONGEST_XML:
            yield None
            rest = rest[-_LONGEST_NAME:]
    if _BEGIN.search(rest):
        yield None


def _read(raw: bytes) -> "Record | BookProblem":
    if len(raw) > _LONGEST_XML:
        return BookProblem.DAMAGED_RECORD
    encoding = encoding_of(raw)
    if encoding is None:
        return BookProblem.UNKNOWN_ENCODING
    try:
        record = _Reader().read(raw.decode(encoding))
    except (expat.ExpatError, ValueError):
        return BookProblem.DAMAGED_RECORD
    if encoding != "utf-8" and is_western(record):
        return BookProblem.UNKNOWN_ENCODING
    return record


class _Reader:
    """Puts one record together from what the parser says."""

    def __init__(self) -> None:
        from pymarc import Record

        self._record: Any = Record(leader=_LEADER)  # pymarc has types for half of itself
        self._tag = ""
        self._code = ""
        self._subfields: list[tuple[str, str]] = []
        self._text: list[str] = []

    def read(self, text: str) -> "Record":
        """Return the record.

        Raises: ExpatError where it is no XML, ValueError where it is no record.
        """
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.Parse(text.encode("utf-8"), True)
        record: Record = self._record
        return record

    def _refuse(self, *_: object) -> None:
        raise ValueError("a record declares nothing")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        match name.rpartition(":")[2]:
            case "datafield" | "controlfield":
                self._tag = attributes.get("tag", "")
                self._subfields = []
                if not _TAG.fullmatch(self._tag) or len(self._record.fields) == _MOST_FIELDS:
                    raise ValueError("no field of a record")
            case "subfield":
                self._code = attributes.get("code", "")
                if len(self._code) != 1 or len(self._subfields) == _MOST_FIELDS:
                    raise ValueError("no subfield of a field")
            case _:
                pass

    def _end(self, name: str) -> None:
        from pymarc import Field, Indicators, Leader, Subfield

        text = "".join(self._text)
        self._text.clear()
        match name.rpartition(":")[2]:
            case "leader" if len(text) == len(_LEADER):
                self._record.leader = Leader(text)
            case "controlfield":
                self._record.add_field(Field(tag=self._tag, data=text))
            case "subfield":
                self._subfields.append((self._code, text))
            case "datafield":
                subfields = [Subfield(code=code, value=value) for code, value in self._subfields]
                self._record.add_field(
                    Field(tag=self._tag, indicators=Indicators(" ", " "), subfields=subfields)
                )
            case _:
                pass
