"""The proof after each sync that both sides hold the same rows, and the repair where they do not.

Compared are the local days of every key that changed since the last proof, and thirty older days
chosen anew each day (`sync.md` 2.5).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from kiosk.errors import UnavailableError
from kiosk.record.failpoint import failpoint
from kiosk.record.target import RecordProblem, Shape, Span
from kiosk.rules.civil import local
from kiosk.rules.digest import EMPTY, SEPARATOR, SetDigest, day_of_key, keys_of_day, set_digest
from kiosk.services import sync_book, sync_changes
from kiosk.services.record_map import SENT
from kiosk.services.sync_run import SyncRun

OLDER_DAYS: Final = 30
_AT_ONCE: Final = 31
_NEAR: Final = timedelta(days=7)
_KEY: Final = 32

Days = Mapping[str, set[date]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A day of one table on which the two sides did not hold the same."""

    shape: Shape
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How many days of tables were compared, and which differed and were sent again."""

    compared: int
    repaired: tuple[Difference, ...]


def prove(run: SyncRun, *, zone: ZoneInfo) -> Proof:
    """Compare, send again what differs, and compare that once more.

    Raises:
        UnavailableError: DAMAGED, when they differ even so.
    """
    days = _days(run, zone)
    differing = _compare(run, days, zone)
    if differing:
        for difference in differing:
            _send_again(run.engine, difference)
        failpoint("sync.repairing")
        run.push()
        again: dict[str, set[date]] = defaultdict(set)
        for difference in differing:
            again[difference.shape.name].add(date.fromisoformat(difference.span.name))
        if _compare(run, again, zone):
            raise UnavailableError(RecordProblem.DAMAGED)
    return Proof(compared=sum(map(len, days.values())), repaired=differing)


def _days(run: SyncRun, zone: ZoneInfo) -> Days:
    """Return the days to compare, by table."""
    account = run.account
    found: dict[str, set[date]] = defaultdict(set)
    buckets = sync_changes.buckets(
        run.engine, after=account.verified_seq, upto=account.hello.acked_seq
    )
    for table, bucket in buckets:
        for filler in ("0", "f"):
            found[table].add(day_of_key(bucket.ljust(_KEY, filler), zone))
    today = local(run.now, zone).date()
    for shape in SENT:
        found[shape.name] |= _older_days(run.engine, shape, today=today, zone=zone)
    return found


def _older_days(engine: Engine, shape: Shape, *, today: date, zone: ZoneInfo) -> set[date]:
    keys = sync_changes.outermost_keys(engine, shape)
    if keys is None:
        return set()
    first, last = (day_of_key(key, zone) for key in keys)
    length = (min(last, today) - first).days + 1
    chosen = Random(f"{today} {shape.name}")  # noqa: S311 - a sample, not a secret
    return {
        first + timedelta(days=day)
        for day in chosen.sample(range(length), k=min(OLDER_DAYS, max(length, 0)))
    }


def _compare(run: SyncRun, days: Days, zone: ZoneInfo) -> tuple[Difference, ...]:
    return tuple(
        Difference(shape=shape, span=span)
        for shape in SENT
        for spans in _some_at_a_time(sorted(days.get(shape.name, ())), zone)
        for span in _differing(run, shape, spans)
    )


def _some_at_a_time(days: Sequence[date], zone: ZoneInfo) -> Iterator[list[Span]]:
    for start in range(0, len(days), _AT_ONCE):
        yield [_span(day, zone) for day in days[start : start + _AT_ONCE]]


def _span(day: date, zone: ZoneInfo) -> Span:
    low, high = keys_of_day(day, zone)
    return Span(name=day.isoformat(), low=low, high=high)


def _differing(run: SyncRun, shape: Shape, spans: Sequence[Span]) -> Iterator[Span]:
    hello = run.account.hello
    with ThreadPoolExecutor(1, "their-digests") as asker:
        asked = asker.submit(
            run.target.digests, shape, room_id=hello.room_id, epoch=hello.epoch, spans=spans
        )
        ours = _our_digests(run.engine, shape, spans)
        theirs = asked.result()
    for span in spans:
        # What is changing at this moment differs rightly, and is next.
        if ours[span] != theirs[span.name] and sync_book.is_settled(
            run.target.name, shape.name, low=span.low, high=span.high
        ):
            yield span


def _our_digests(engine: Engine, shape: Shape, spans: Sequence[Span]) -> dict[Span, SetDigest]:
    """Return the digest of each span; of days near each other the rows are read at once."""
    found = dict.fromkeys(spans, EMPTY)
    for days in _near_each_other(spans):
        for page in sync_changes.contents(engine, shape, low=days[0].low, high=days[-1].high):
            for day in days:
                # A row begins with its key, and a page is in the order of keys.
                of_day = page[bisect_left(page, day.low) : bisect_left(page, day.high)]
                if of_day:
                    found[day] += set_digest(of_day)
    return found


def _near_each_other(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Part days in order where a gap begins whose rows would be read for nothing."""
    days: list[Span] = []
    for span in spans:
        if days and _day(span) - _day(days[-1]) > _NEAR:
            yield days
            days = []
        days.append(span)
    if days:
        yield days


def _day(span: Span) -> date:
    return date.fromisoformat(span.name)


def _send_again(engine: Engine, difference: Difference) -> None:
    shape, span = difference.shape, difference.span
    pages = sync_changes.contents(engine, shape, low=span.low, high=span.high)
    keys = [row.split(SEPARATOR, 1)[0] for page in pages for row in page]
    sync_book.send_again(shape.name, keys=keys, low=span.low, high=span.high)
