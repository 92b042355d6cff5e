"""What a line can say, and what it cannot."""

import pytest

from kiosk.record.target import RecordRow, Shape
from kiosk.services.record_map import SENT
from tests.record.batches import VISIT, gone, key, part, visit

GOOD = part(VISIT, [visit(1, key(1)), gone(2, key(2))]).blocks[0]


def _with(field: int, value: str) -> bytes:
    """Return a block of one line in which one field is another."""
    fields = GOOD.decode().splitlines()[0].split("\t")
    fields[field] = value
    return ("\t".join(fields) + "\n").encode()


def test_whole_lines_fit() -> None:
    assert VISIT.fits(GOOD)
    assert VISIT.fits(b"")


@pytest.mark.parametrize("place", [-1, 1, 40])
def test_a_block_that_is_cut_does_not_fit(place: int) -> None:
    assert not VISIT.fits(GOOD[:place])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (0, "-1"),
        (1, "E"),
        (2, "0" * 31),
        (2, "A" * 32),
        (3, "小雨"),
        (4, "tomorrow"),
        (4, "20261122"),
        (5, "2026-11-22 08:00:00.000000"),
        (5, "2026-11-22T08:00:00.000000+08:00"),
        (6, "left early"),
        (6, "小雨"),
        (6, "\\N"),
        (6, "a\tb"),
        (6, "a\nb"),
        (6, "a" * 25),
        (7, "3.5"),
        (7, "three"),
        (7, "3\t"),
    ],
)
def test_a_value_that_is_none_of_its_kind_does_not_fit(field: int, value: str) -> None:
    assert not VISIT.fits(_with(field, value))
    assert not VISIT.fits(GOOD + _with(field, value) + GOOD)


@pytest.mark.parametrize("field", range(3, 8))
def test_any_value_may_be_absent(field: int) -> None:
    assert VISIT.fits(_with(field, ""))


@pytest.mark.parametrize("shape", SENT, ids=lambda shape: shape.name)
def test_no_shape_has_a_line_in_which_chinese_fits(shape: Shape) -> None:
    tombstone = f"1\tD\t{key(1)}{chr(9) * len(shape.columns)}"

    assert shape.fits(f"{tombstone}\n".encode())
    assert not shape.fits(f"{tombstone}小雨\n".encode())


def test_a_row_is_parsed_back_into_its_line() -> None:
    line = GOOD.decode().splitlines()[0]

    row = RecordRow.parse(line)

    assert "\t".join((str(row.seq), row.op, row.id, *row.values)) == line
    assert line.endswith(row.content)
