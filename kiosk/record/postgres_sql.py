"""The SQL of the PostgreSQL target, each statement once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql

from kiosk.record.target import Batch, Column, Hello, HelloReply, Kind, Receipt, Shape, Span
from kiosk.rules.digest import DIGITS, MODULUS, SetDigest

Connection = psycopg.Connection[tuple[object, ...]]

# To compile a statement takes the server longer than to run it on a month of one room.
_LIMITS: Final = (
    "SET lock_timeout = '10s'; SET statement_timeout = '300s'; SET timezone = 'UTC'; SET jit = off"
)

# Two rooms that come for the first time at one moment would both create the tables.
_ONE_MAKER: Final = "SELECT pg_advisory_xact_lock(7208641053)"

_ROOM_TABLES: Final = """
CREATE TABLE IF NOT EXISTS record_room (
    room_id uuid PRIMARY KEY,
    epoch bigint NOT NULL,
    claim text,
    last_seq bigint NOT NULL DEFAULT 0,
    chain text NOT NULL DEFAULT '',
    heard_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS record_receipt (
    room_id uuid NOT NULL REFERENCES record_room,
    epoch bigint NOT NULL,
    to_seq bigint NOT NULL,
    from_seq bigint NOT NULL,
    rows bigint NOT NULL,
    sha256 text NOT NULL,
    chain text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (room_id, epoch, to_seq)
)
"""

_TYPES: Final[Mapping[Kind, sql.SQL]] = {
    Kind.KEY: sql.SQL("uuid"),
    Kind.NUMBER: sql.SQL("bigint"),
    Kind.DATE: sql.SQL("date"),
    Kind.INSTANT: sql.SQL("timestamptz"),
    Kind.WORD: sql.SQL("text"),
}

# Back to the text of the canonical line; the session's zone is UTC.
_TEXTS: Final[Mapping[Kind, sql.SQL]] = {
    Kind.KEY: sql.SQL("replace({}::text, '-', '')"),
    Kind.NUMBER: sql.SQL("{}::text"),
    Kind.DATE: sql.SQL("to_char({}, 'YYYY-MM-DD')"),
    Kind.INSTANT: sql.SQL("""to_char({}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""),
    Kind.WORD: sql.SQL("{}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What the record knows of a room. `claim` is who asked for the present epoch."""

    reply: HelloReply
    claim: str | None


def set_limits(connection: Connection) -> None:
    """Bound how long anything here may wait."""
    connection.execute(_LIMITS)


def make_room_tables(connection: Connection) -> None:
    """Create the tables of rooms and receipts where they are missing."""
    found = connection.execute("SELECT to_regclass('record_receipt')").fetchone()
    if found == (None,):
        connection.execute(_ONE_MAKER)
        connection.execute(_ROOM_TABLES)


def know_room(connection: Connection, hello: Hello) -> None:
    """Write the room down if it comes for the first time."""
    connection.execute(
        "INSERT INTO record_room (room_id, epoch) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (hello.room_id, hello.epoch),
    )
    connection.execute(
        "UPDATE record_room SET heard_at = now() WHERE room_id = %s", (hello.room_id,)
    )


def room(connection: Connection, room_id: str) -> Room:
    """Return what is known of the room, and keep others from changing it."""
    row = connection.execute(
        "SELECT epoch, last_seq, chain, claim FROM record_room WHERE room_id = %s FOR UPDATE",
        (room_id,),
    ).fetchone()
    if row is None:
        return Room(reply=HelloReply(epoch=0, last_seq=0, chain=""), claim=None)
    epoch, last_seq, chain, claim = row
    reply = HelloReply(epoch=_number(epoch), last_seq=_number(last_seq), chain=str(chain))
    return Room(reply=reply, claim=None if claim is None else str(claim))


def begin_epoch(connection: Connection, room_id: str, *, epoch: int, claim: str) -> None:
    """Let the room begin from nothing under a higher epoch."""
    connection.execute(
        "UPDATE record_room SET epoch = %s, claim = %s, last_seq = 0, chain = ''"
        " WHERE room_id = %s",
        (epoch, claim, room_id),
    )


def receipt(connection: Connection, batch: Batch) -> Receipt | None:
    """Return the receipt that was given for the batch's last number."""
    row = connection.execute(
        "SELECT rows, sha256, chain FROM record_receipt"
        " WHERE room_id = %s AND epoch = %s AND to_seq = %s",
        (batch.room_id, batch.epoch, batch.to_seq),
    ).fetchone()
    if row is None:
        return None
    rows, sha256, chain = row
    return Receipt(
        room_id=batch.room_id,
        epoch=batch.epoch,
        to_seq=batch.to_seq,
        rows=_number(rows),
        sha256=str(sha256),
        chain=str(chain),
    )


def give_receipt(connection: Connection, batch: Batch) -> None:
    """Write the receipt, and how far the room has come."""
    connection.execute(
        "INSERT INTO record_receipt (room_id, epoch, to_seq, from_seq, rows, sha256, chain)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            batch.room_id,
            batch.epoch,
            batch.to_seq,
            batch.from_seq,
            batch.rows,
            batch.sha256,
            batch.chain,
        ),
    )
    connection.execute(
        "UPDATE record_room SET last_seq = %s, chain = %s WHERE room_id = %s",
        (batch.to_seq, batch.chain, batch.room_id),
    )


def make_table(connection: Connection, shape: Shape) -> None:
    """Create or widen the table of a shape, and the stage of this connection."""
    table = f"record_{shape.name}"
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0",
        (table,),
    ).fetchall()
    known = {str(name) for (name,) in found}
    if not known.issuperset(column.name for column in shape.columns) or not known:
        connection.execute(_ONE_MAKER)
        connection.execute(_create(table))
        for column in shape.columns:
            connection.execute(_widen(table, column))
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_stage(shape)))
    connection.execute(_create_stage(shape))


def copy_in(shape: Shape) -> sql.Composed:
    """Return the COPY that takes canonical lines as they are."""
    return sql.SQL("COPY {} FROM STDIN WITH (FORMAT text, NULL '')").format(_stage(shape))


def merge(shape: Shape) -> sql.Composed:
    """Return the guarded upsert from the stage; it changes nothing that is as new or newer.

    A row that is gone arrives with empty values and keeps its key: nothing can bring it back but a
    higher number.
    """
    names = [sql.Identifier("seq"), sql.Identifier("op"), *_names(shape)]
    changes = [sql.SQL("{0} = excluded.{0}").format(name) for name in names]
    return sql.SQL(
        "INSERT INTO {table} AS t (room_id, epoch, id, {names})"
        " SELECT %(room)s::uuid, %(epoch)s::bigint, id, {names} FROM {stage}"
        " ON CONFLICT (room_id, id) DO UPDATE SET epoch = excluded.epoch, {changes}"
        " WHERE (t.epoch, t.seq) < (excluded.epoch, excluded.seq)"
    ).format(
        table=_table(shape),
        stage=_stage(shape),
        names=sql.SQL(", ").join(names),
        changes=sql.SQL(", ").join(changes),
    )


def digests(
    connection: Connection, shape: Shape, room_id: str, epoch: int, spans: Sequence[Span]
) -> Mapping[str, SetDigest]:
    """Return count and digest of each span, worked out by the server from what it has stored."""
    columns = [Column(name="id", kind=Kind.KEY), *shape.columns]
    texts = [_TEXTS[column.kind].format(_of_table(column)) for column in columns]
    query = sql.SQL(
        "SELECT s.name, found.rows, coalesce(mod(found.total, {modulus}), 0)"
        " FROM unnest(%(names)s::text[], %(lows)s::uuid[], %(highs)s::uuid[])"
        " AS s (name, low, high) CROSS JOIN LATERAL (SELECT count(*) AS rows,"
        " sum(('x' || left(md5(concat_ws(E'\\t', {texts})), {digits}))::bit(60)::bigint) AS total"
        " FROM {table} AS t WHERE t.room_id = %(room)s::uuid AND t.id >= s.low AND t.id < s.high"
        " AND t.epoch = %(epoch)s AND t.op = 'U') AS found"
    ).format(
        texts=sql.SQL(", ").join(sql.SQL("coalesce({}, '')").format(text) for text in texts),
        digits=sql.Literal(DIGITS),
        modulus=sql.Literal(MODULUS),
        table=_table(shape),
    )
    given = {
        "names": [span.name for span in spans],
        "lows": [span.low for span in spans],
        "highs": [span.high for span in spans],
        "room": room_id,
        "epoch": epoch,
    }
    # Right after a first sync the server has no statistics, and would read all for each range.
    connection.execute("SET LOCAL enable_seqscan = off")
    return {
        str(name): SetDigest(rows=_number(rows), digest=_number(digest))
        for name, rows, digest in connection.execute(query, given)
    }


def only_before(connection: Connection, shape: Shape, room_id: str, epoch: int) -> int:
    """Return how many rows of the shape no batch of this epoch has named."""
    query = sql.SQL(
        "SELECT count(*) FROM {} WHERE room_id = %s::uuid AND epoch < %s AND op = 'U'"
    ).format(_table(shape))
    row = connection.execute(query, (room_id, epoch)).fetchone()
    return 0 if row is None else _number(row[0])


def _create(table: str) -> sql.Composed:
    return sql.SQL(
        "CREATE TABLE IF NOT EXISTS {} (room_id uuid NOT NULL, id uuid NOT NULL,"
        " epoch bigint NOT NULL, seq bigint NOT NULL, op text NOT NULL, PRIMARY KEY (room_id, id))"
    ).format(sql.Identifier(table))


def _widen(table: str, column: Column) -> sql.Composed:
    return sql.SQL("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} {}").format(
        sql.Identifier(table), sql.Identifier(column.name), _TYPES[column.kind]
    )


def _create_stage(shape: Shape) -> sql.Composed:
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(column.name), _TYPES[column.kind])
        for column in shape.columns
    ]
    return sql.SQL(
        "CREATE TEMP TABLE {} (seq bigint, op text, id uuid, {}) ON COMMIT DELETE ROWS"
    ).format(_stage(shape), sql.SQL(", ").join(columns))


def _table(shape: Shape) -> sql.Identifier:
    return sql.Identifier(f"record_{shape.name}")


def _stage(shape: Shape) -> sql.Identifier:
    return sql.Identifier(f"stage_{shape.name}")


def _names(shape: Shape) -> list[sql.Identifier]:
    return [sql.Identifier(column.name) for column in shape.columns]


def _of_table(column: Column) -> sql.Identifier:
    return sql.Identifier("t", column.name)


def _number(value: object) -> int:
    return int(str(value))
