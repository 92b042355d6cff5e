"""What of the room has changed, read as canonical lines in short read transactions.

The lines are put together by the database itself and never become objects: a backlog of a million
rows passes through in slices of two thousand. On SQLite a reader holds up a writer's commit, so a
slice, not a batch, is what a scan at the door may have to wait for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from sqlalchemy import Connection, Engine, text

from kiosk.record.target import Kind, Part, Shape
from kiosk.rules.digest import SEPARATOR
from kiosk.services.record_map import BY_NAME

SLICE: Final = 2_000
BUCKET: Final = 6  # leading digits of a key: less than five hours of keys
_BUCKET_SLICE: Final = 5 * SLICE

_NEWEST: Final = text("SELECT coalesce(max(seq), 0) FROM sync_change")
_END: Final = text(
    "SELECT max(seq) FROM (SELECT seq FROM sync_change"
    " WHERE seq > :after AND seq <= :upto ORDER BY seq LIMIT :limit) AS slice"
)
_SLICE: Final = text(
    "SELECT tbl, max(seq) FROM (SELECT tbl, seq FROM sync_change"
    " WHERE seq > :after AND seq <= :ceiling ORDER BY seq LIMIT :limit) AS slice GROUP BY tbl"
)
_BUCKETS: Final = text(
    f"SELECT DISTINCT tbl, substr(pk, 1, {BUCKET}) FROM sync_change"  # noqa: S608 - a constant
    " WHERE seq > :after AND seq <= :upto"
)

# How a column is given to `_LINE`, by database and kind; what is absent it writes as empty.
_VALUES: Final = {
    "sqlite": {
        Kind.KEY: "t.{0}",
        Kind.NUMBER: "t.{0}",
        Kind.DATE: "t.{0}",
        Kind.INSTANT: "replace(t.{0}, ' ', 'T') || 'Z'",
        Kind.WORD: "t.{0}",
    },
    "postgresql": {
        Kind.KEY: "replace(CAST(t.{0} AS text), '-', '')",
        Kind.NUMBER: "CAST(t.{0} AS integer)",
        Kind.DATE: "to_char(t.{0}, 'YYYY-MM-DD')",
        Kind.INSTANT: """to_char(t.{0}, 'YYYY-MM-DD"T"HH24\\:MI\\:SS.US"Z"')""",
        Kind.WORD: "t.{0}",
    },
}
# One call that formats a line takes SQLite less than half the time of a chain of `||`.
_LINE: Final = {"sqlite": "printf", "postgresql": "format"}
_OWN_KEY: Final = {"sqlite": "t.id", "postgresql": "replace(CAST(t.id AS text), '-', '')"}
_CHANGED_KEY: Final = {"sqlite": "c.pk", "postgresql": "CAST(c.pk AS uuid)"}
_BOUND: Final = {"sqlite": ":{0}", "postgresql": "CAST(:{0} AS uuid)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A change whose row holds what no canonical line can."""

    table: str
    key: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed up to and with `upto`."""

    parts: tuple[Part, ...]
    upto: int
    unreadable: tuple[Unreadable, ...]


@dataclass(slots=True)
class _Found:
    blocks: dict[str, list[bytes]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)

    def add(self, shape: Shape, lines: list[str]) -> None:
        block, rows = self._block(shape, lines)
        if rows:
            self.blocks.setdefault(shape.name, []).append(block)
            self.counts[shape.name] = self.counts.get(shape.name, 0) + rows

    def _block(self, shape: Shape, lines: list[str]) -> tuple[bytes, int]:
        block = _block(lines)
        if shape.fits(block):
            return block, len(lines)
        good = [line for line in lines if shape.fits(_block([line]))]
        for line in set(lines).difference(good):
            seq, _, key, _ = line.split(SEPARATOR, 3)
            self.unreadable.append(Unreadable(table=shape.name, key=key, seq=int(seq)))
        return _block(good), len(good)


def newest(engine: Engine) -> int:
    """Return the number of the latest change."""
    with engine.connect() as connection:
        return int(connection.execute(_NEWEST).scalar_one())


def read(engine: Engine, *, after: int, limit: int, skip: frozenset[int]) -> Changes:
    """Return up to `limit` changes after a number, in order, but for the numbers in `skip`."""
    # A row that changes while we read moves beyond the ceiling, so no row can be read twice.
    ceiling = newest(engine)
    found, at = _Found(), after
    while (rows := sum(found.counts.values())) < limit:
        with engine.connect() as connection:
            upto = _read_slice(connection, found, (at, ceiling, min(SLICE, limit - rows)), skip)
        if upto == at:
            break
        at = upto
    parts = [
        Part(shape=BY_NAME[name], rows=found.counts[name], blocks=tuple(blocks))
        for name, blocks in found.blocks.items()
    ]
    return Changes(
        parts=tuple(parts),
        upto=at,
        unreadable=tuple(found.unreadable),
    )


def buckets(engine: Engine, *, after: int, upto: int) -> set[tuple[str, str]]:
    """Return the tables and first digits of keys that changed, by numbers (after, upto]."""
    found: set[tuple[str, str]] = set()
    at: int | None = after
    while True:
        with engine.connect() as connection:
            given = {"after": at, "upto": upto, "limit": _BUCKET_SLICE}
            end = connection.execute(_END, given).scalar()
            if end is None:
                return found
            rows = connection.execute(_BUCKETS, {"after": at, "upto": end})
            found.update((str(table), str(bucket)) for table, bucket in rows)
            at = end


def outermost_keys(engine: Engine, shape: Shape) -> tuple[str, str] | None:
    """Return the lowest and the highest key of a table, of rows that are gone as well."""
    # One at a time each is a step into an index; both at once would read the whole of it.
    found: list[str] = []
    with engine.connect() as connection:
        for order in ("ASC", "DESC"):
            own = text(
                f"SELECT {_OWN_KEY[engine.dialect.name]} FROM {shape.name} AS t"  # noqa: S608
                f" ORDER BY t.id {order} LIMIT 1"
            )
            noted = text(
                "SELECT pk FROM sync_change WHERE tbl = :tbl"  # noqa: S608 - ASC or DESC
                f" ORDER BY pk {order} LIMIT 1"
            )
            found += connection.execute(own).scalars()
            found += connection.execute(noted, {"tbl": shape.name}).scalars()
    return (min(found), max(found)) if found else None


def contents(engine: Engine, shape: Shape, *, low: str, high: str) -> Iterator[list[str]]:
    """Yield what digests are made of for a range of keys, half-open: pages of rows by key."""
    at, query = low, text(_contents_query(shape, engine.dialect.name))
    while True:
        with engine.connect() as connection:
            given = {"low": at, "high": high, "limit": SLICE}
            page = [line for (line,) in connection.execute(query, given).all()]
        if page:
            yield page
        if len(page) < SLICE:
            return
        at = _next_key(page[-1].split(SEPARATOR, 1)[0])


def _read_slice(
    connection: Connection, found: _Found, span: tuple[int, int, int], skip: frozenset[int]
) -> int:
    """Add a slice to what is found, and return its last number."""
    after, ceiling, limit = span
    given = {"after": after, "ceiling": ceiling, "limit": limit}
    last = {str(table): int(seq) for table, seq in connection.execute(_SLICE, given)}
    upto = max(last.values(), default=after)
    for table in last.keys() & BY_NAME.keys():
        query = text(_changes_query(BY_NAME[table], connection.dialect.name))
        within = {"tbl": table, "after": after, "upto": upto}
        lines = [line for (line,) in connection.execute(query, within).all()]
        if skip:
            lines = [line for line in lines if int(line.split(SEPARATOR, 1)[0]) not in skip]
        found.add(BY_NAME[table], lines)
    return upto


def _block(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode() if lines else b""


def _next_key(key: str) -> str:
    return f"{int(key, 16) + 1:032x}"


@cache
def _changes_query(shape: Shape, dialect: str) -> str:
    gone = "CASE WHEN t.id IS NULL THEN 'D' ELSE 'U' END"
    line = _line(("c.seq", gone, "c.pk", *_values(shape, dialect)), dialect)
    return (
        f"SELECT {line} FROM sync_change AS c"  # noqa: S608 - our names
        f" LEFT JOIN {shape.name} AS t ON t.id = {_CHANGED_KEY[dialect]}"
        # Appended to nothing, the table's name cannot lure the planner away from the numbers.
        " WHERE c.tbl || '' = :tbl AND c.seq > :after AND c.seq <= :upto ORDER BY c.seq"
    )


@cache
def _contents_query(shape: Shape, dialect: str) -> str:
    low, high = (_BOUND[dialect].format(name) for name in ("low", "high"))
    line = _line((_OWN_KEY[dialect], *_values(shape, dialect)), dialect)
    return (
        f"SELECT {line} FROM {shape.name} AS t"  # noqa: S608 - our names
        f" WHERE t.id >= {low} AND t.id < {high} ORDER BY t.id LIMIT :limit"
    )


def _values(shape: Shape, dialect: str) -> Iterator[str]:
    return (_VALUES[dialect][column.kind].format(column.name) for column in shape.columns)


def _line(values: Sequence[str], dialect: str) -> str:
    """Return the SQL of one line: the values as they are, with separators between them."""
    form = SEPARATOR.join(["%s"] * len(values))
    return f"{_LINE[dialect]}('{form}', {', '.join(values)})"
