"""What a file is, by its content, and whether it may be opened at all (`security.md` 1, row 23)."""

import io
import stat
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from kiosk.errors import InvalidInputError
from kiosk.files.problems import FileProblem

MOST_BYTES = 5 * 1024 * 1024
MOST_MEMBERS = 200
MOST_UNPACKED = 30 * 1024 * 1024
MOST_RATIO = 100
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a file may be, as it comes, unpacked, and in rows."""

    bytes: int = MOST_BYTES
    unpacked: int = MOST_UNPACKED
    rows: int = 5_000


ROSTER = Limits()
# Fifty thousand copies of a catalogue, one a row; a record of CNMARC has 1,500 bytes.
BOOKS = Limits(bytes=96 * 1024 * 1024, unpacked=256 * 1024 * 1024, rows=60_000)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_TYPES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"))
_LONGEST_SIGN = 32
_PAGE_SIGNS = (b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<body", b"<?xml")


class Content(StrEnum):
    """The families of content that a reader here can be given."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    TEXT = "text"


_PROMISED = {
    ".xlsx": Content.XLSX,
    ".xls": Content.XLS,
    ".ods": Content.ODS,
    ".csv": Content.TEXT,
    ".txt": Content.TEXT,
    ".tsv": Content.TEXT,
}


def load(path: Path, *, limits: Limits = ROSTER) -> bytes:
    """Return the bytes of a file that is neither empty nor too large.

    Raises: InvalidInputError with NOT_READABLE, EMPTY or TOO_LARGE.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limits.bytes + 1)
    except OSError as error:
        raise InvalidInputError(FileProblem.NOT_READABLE) from error
    if len(data) > limits.bytes:
        raise InvalidInputError(FileProblem.TOO_LARGE)
    if not data.strip(b"\0 \t\r\n"):
        raise InvalidInputError(FileProblem.EMPTY)
    return data


def content_of(data: bytes, *, suffix: str, limits: Limits = ROSTER) -> Content:
    """Return what the bytes are, once they are fit to be opened.

    Raises: InvalidInputError when they are not, or when a known `suffix` promises another family.
    """
    content = _family(data, limits)
    if _PROMISED.get(suffix.lower(), content) is not content:
        raise InvalidInputError(FileProblem.WRONG_EXTENSION)
    return content


def _family(data: bytes, limits: Limits) -> Content:
    if data.startswith(_ZIP):
        return _family_of_archive(data, limits)
    if data.startswith(_OLE):
        return _family_of_ole(data)
    start = data[:1024].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").replace(b"\0", b"").lower()
    if start.startswith(b"<") and any(sign in start for sign in _PAGE_SIGNS):
        raise InvalidInputError(FileProblem.HTML_PAGE)
    return Content.TEXT


def _family_of_ole(data: bytes) -> Content:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise InvalidInputError(FileProblem.ENCRYPTED)
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise InvalidInputError(FileProblem.MACROS)
    if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        return Content.XLS
    raise InvalidInputError(FileProblem.UNKNOWN_FORMAT)


def _family_of_archive(data: bytes, limits: Limits) -> Content:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_directory(members, size=len(data), limits=limits)
            _check_contents(archive, members)
            names = {member.filename for member in members}
            mimetype = archive.read("mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, KeyError) as error:
        raise InvalidInputError(FileProblem.DAMAGED) from error
    except (NotImplementedError, RuntimeError) as error:  # other compression; a password
        raise InvalidInputError(FileProblem.ENCRYPTED) from error
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise InvalidInputError(FileProblem.MACROS)
    if "xl/workbook.xml" in names:
        return Content.XLSX
    if mimetype.strip() == _ODS and "content.xml" in names:
        return Content.ODS
    raise InvalidInputError(FileProblem.UNKNOWN_FORMAT)


def _check_directory(members: list[zipfile.ZipInfo], *, size: int, limits: Limits) -> None:
    """Refuse what the table of contents alone shows to be a bomb, an overlap or a way out."""
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MOST_MEMBERS or unpacked > limits.unpacked or packed > size:
        raise InvalidInputError(FileProblem.UNPACKS_TOO_LARGE)
    if len({member.filename for member in members}) != len(members):
        raise InvalidInputError(FileProblem.DAMAGED)
    for member in members:
        if member.file_size > MOST_RATIO * max(member.compress_size, 1):
            raise InvalidInputError(FileProblem.UNPACKS_TOO_LARGE)
        if _is_odd(member):
            raise InvalidInputError(FileProblem.DAMAGED)


def _is_odd(member: zipfile.ZipInfo) -> bool:
    name = member.orig_filename
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    parts = PurePosixPath(name).parts
    return is_link or ".." in parts or name.startswith("/") or any(c in name for c in "\\:\0")


def _check_contents(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Unpack everything once: sizes in the table can lie, and check sums tell.

    No spreadsheet needs a document type; it is the door for entities that grow or fetch.
    """
    for member in members:
        with archive.open(member) as file:
            before = b""
            while piece := file.read(_PIECE):
                seen = before + piece
                if any(sign in seen for sign in _TYPES):
                    raise InvalidInputError(FileProblem.DAMAGED)
                before = piece[-_LONGEST_SIGN:]
