"""Digests that the room and the record work out apart from each other."""

import hashlib
import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kiosk.ids import new_id
from kiosk.rules.digest import (
    EMPTY,
    SetDigest,
    chain,
    day_of_key,
    keys_of_day,
    row_digest,
    set_digest,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
LINES = ["a\t1\topen", "b\t2\t", "c\t3\tleft"]


def test_a_row_digest_is_the_first_sixty_bits_of_md5() -> None:
    whole = int.from_bytes(hashlib.md5(b"a\t1\topen", usedforsecurity=False).digest())

    assert row_digest("a\t1\topen") == whole >> 68


def test_the_order_of_rows_does_not_change_the_digest() -> None:
    digests = {set_digest(order) for order in itertools.permutations(LINES)}

    assert len(digests) == 1


@pytest.mark.parametrize(
    "other",
    [LINES[:2], [*LINES, LINES[0]], ["a\t1\tleft", *LINES[1:]], ["a\t1", "\topen", *LINES[1:]]],
    ids=["one missing", "one twice", "one changed", "one split"],
)
def test_any_difference_changes_the_digest(other: list[str]) -> None:
    assert set_digest(other) != set_digest(LINES)


def test_no_rows_have_the_empty_digest() -> None:
    assert set_digest([]) == EMPTY == SetDigest(rows=0, digest=0)


def test_a_chain_tells_the_order_of_its_links() -> None:
    one, two = "1" * 64, "2" * 64

    assert chain(chain("", one), two) != chain(chain("", two), one)
    assert len(chain("", one)) == 64


@pytest.mark.parametrize(
    ("made", "day"),
    [
        (datetime(2026, 11, 21, 15, 59, 59, 999000, UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 16, 0, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(1970, 1, 1, tzinfo=UTC), date(1970, 1, 1)),
    ],
)
def test_the_day_of_a_row_is_the_local_day_its_key_was_made(made: datetime, day: date) -> None:
    key = new_id(made).hex

    low, high = keys_of_day(day, SHANGHAI)

    assert day_of_key(key, SHANGHAI) == day
    assert low <= key < high


def test_the_days_of_a_century_of_keys_leave_no_gap_and_no_overlap() -> None:
    zone = ZoneInfo("America/New_York")  # two days of the year have not 24 hours
    days = [date(2000, 1, 1) + timedelta(days=count) for count in range(36_525)]

    spans = [keys_of_day(day, zone) for day in days]

    assert all(one[1] == two[0] for one, two in itertools.pairwise(spans))
    assert all(day_of_key(low, zone) == day for day, (low, _) in zip(days, spans, strict=True))


def test_a_key_from_beyond_all_years_belongs_to_the_last_day() -> None:
    last = day_of_key("f" * 31 + "0", SHANGHAI)

    low, high = keys_of_day(last, SHANGHAI)

    assert low <= "f" * 31 + "0" < high
