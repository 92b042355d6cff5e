"""Files of books that want to hurt: refused, or read without what is broken, and never for long."""

import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.errors import InvalidInputError
from kiosk.files import container
from kiosk.files.books import read_books
from kiosk.files.problems import FileProblem
from tests.files import building
from tests.files.building import marc

GOOD = marc([("010", "‡a7-5339-1845-2"), ("200", "‡a少年小树之歌‡f卡特著")])
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><collection><record>&b;'


def _lying(at: int, text: bytes) -> bytes:
    """Return the good record with other bytes at a place, between two that are as they were."""
    return GOOD + GOOD[:at] + text + GOOD[at + len(text) :] + GOOD


# What is to come of a file: its titles, how many records are refused; or why all of it is.
READ: dict[str, tuple[Callable[[], bytes], int, int]] = {
    "a length of 99999 bytes": (lambda: _lying(0, b"99999"), 3, 0),
    "a length of no bytes": (lambda: _lying(0, b"00000"), 3, 0),
    "a base beyond the end": (lambda: _lying(12, b"99999"), 3, 0),
    "a base within the leader": (lambda: _lying(12, b"00001"), 3, 0),
    "letters for a length": (lambda: _lying(27, b"zzzz"), 3, 0),
    "a field that is longer than its record": (lambda: _lying(27, b"9999"), 3, 0),
    "a field that begins before it ends": (lambda: _lying(31, b"00003"), 3, 0),
    "ends of fields for a tag": (lambda: _lying(24, b"\x1e\x1e\x1e"), 3, 0),
    "a directory of another length": (lambda: GOOD[:36] + GOOD[37:] + GOOD, 1, 1),
    "NULs in the leader": (lambda: _lying(5, bytes(7)), 3, 0),
    "NULs between the records": (lambda: GOOD + bytes(5_000) + GOOD, 2, 0),
    "a hundred thousand ends": (lambda: GOOD + b"\x1d" * 100_000 + GOOD, 2, 0),
    "a record cut in the middle": (lambda: GOOD + GOOD[: len(GOOD) // 2], 1, 1),
    "a record of five megabytes": (lambda: GOOD + GOOD[:60] + b"x" * 5_000_000 + b"\x1d" + GOOD,
                                   2, 1),
    "a million fields": (lambda: GOOD + GOOD[:24] + b"200000100000" * 8_000 + b"\x1e\x1d" + GOOD,
                         2, 1),
    "subfields without end": (lambda: marc([("200", "‡a书" + "‡" * 9_000)]) + GOOD, 1, 1),
    "a range of a million copies": (
        lambda: marc([("200", "‡a书"), ("905", "‡b1000000-1999999")]) + GOOD, 2, 0
    ),
}  # fmt: skip
REFUSED: dict[str, tuple[str, Callable[[], bytes], FileProblem]] = {
    "entities that grow": ("a.xml", lambda: LAUGHS * 10, FileProblem.DAMAGED),
    "records named .xlsx and a bomb inside": (
        "a.xlsx", lambda: building.archive({"xl/workbook.xml": bytes(90_000_000)}),
        FileProblem.UNPACKS_TOO_LARGE,
    ),
    "60,001 records": (
        "a.iso", lambda: GOOD + b"00000nam0 x\x1d" * container.BOOKS.rows,
        FileProblem.TOO_MANY_ROWS,
    ),
    "60,001 lines": (
        "a.csv", lambda: b"x\n" * (container.BOOKS.rows + 1), FileProblem.TOO_MANY_ROWS
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", READ)
def test_what_is_broken_is_left_out_and_the_rest_read(what: str, tmp_path: Path) -> None:
    build, titles, refused = READ[what]
    path = building.write(tmp_path, "a.iso", build())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    began = time.monotonic()
    books = read_books(path)
    took = time.monotonic() - began

    assert (len(books.rows), len(books.refused)) == (titles, refused)
    assert took < 15  # against hanging, not a measure of speed
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 80 * 1024


@pytest.mark.parametrize("what", REFUSED)
def test_a_hostile_file_is_refused_with_its_reason(what: str, tmp_path: Path) -> None:
    name, build, reason = REFUSED[what]
    path = building.write(tmp_path, name, build())

    with pytest.raises(InvalidInputError) as error:
        read_books(path)

    assert error.value.reason is reason


def test_a_file_of_a_gigabyte_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.iso"
    with path.open("wb") as file:
        file.write(GOOD)
        file.truncate(1024**3)

    began = time.monotonic()
    with pytest.raises(InvalidInputError) as error:
        read_books(path)

    assert error.value.reason is FileProblem.TOO_LARGE
    assert time.monotonic() - began < 15
