"""The SQL of the PostgreSQL target for rows: their tables, the two ways in, and the digests."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from psycopg import sql

from kiosk.record.postgres_sql import ONE_MAKER, Connection, number
from kiosk.record.target import HEAD, Column, Kind, Part, Shape, Span
from kiosk.rules.digest import DIGITS, MODULUS, SetDigest

_TYPES: Final[Mapping[Kind, sql.SQL]] = {
    Kind.KEY: sql.SQL("uuid"),
    Kind.NUMBER: sql.SQL("bigint"),
    Kind.DATE: sql.SQL("date"),
    Kind.INSTANT: sql.SQL("timestamptz"),
    Kind.WORD: sql.SQL("text"),
}

# Back to the text of the canonical line; the session's zone is UTC and its dates are ISO.
_TEXTS: Final[Mapping[Kind, sql.SQL]] = {
    Kind.KEY: sql.SQL("encode(uuid_send({}), 'hex')"),
    Kind.NUMBER: sql.SQL("{}::text"),
    Kind.DATE: sql.SQL("{}::text"),
    Kind.INSTANT: sql.SQL("""to_char({}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""),
    Kind.WORD: sql.SQL("{}"),
}


def make_table(connection: Connection, shape: Shape) -> None:
    """Create or widen the table of a shape, and the stage of this connection."""
    table = f"record_{shape.name}"
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0",
        (table,),
    ).fetchall()
    known = {str(name) for (name,) in found}
    if not known.issuperset(column.name for column in shape.columns) or not known:
        connection.execute(ONE_MAKER)
        connection.execute(_create(table))
        for column in shape.columns:
            connection.execute(_widen(table, column))
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_stage(shape)))
    connection.execute(_create_stage(shape))


def knows_any(connection: Connection, room_id: str, part: Part) -> bool:
    """Return whether the record has a row of the room under one of the part's keys."""
    found = connection.execute(
        sql.SQL("SELECT id FROM {} WHERE room_id = %s ORDER BY id DESC LIMIT 1").format(
            _table(part.shape)
        ),
        (room_id,),
    ).fetchone()
    if found is None:
        return False
    # Keys begin with their time: most that are new are beyond all that are known.
    highest = UUID(str(found[0])).hex
    doubtful = [key for key in part.row_keys() if key <= highest]
    if not doubtful:
        return False
    one = connection.execute(
        sql.SQL(
            "SELECT 1 FROM {} WHERE room_id = %s AND id = ANY (string_to_array(%s, ',')::uuid[])"
            " LIMIT 1"
        ).format(_table(part.shape)),
        (room_id, ",".join(doubtful)),
    ).fetchone()
    return one is not None


def copy_new(shape: Shape) -> sql.Composed:
    """Return the COPY into the table itself of lines that begin with room and epoch."""
    heads = ("room_id", "epoch", *HEAD)
    names = [*map(sql.Identifier, heads), *_names(shape)]
    return sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT text, NULL '')").format(
        _table(shape), sql.SQL(", ").join(names)
    )


def copy_in(shape: Shape) -> sql.Composed:
    """Return the COPY into the stage of canonical lines as they are."""
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
        str(name): SetDigest(rows=number(rows), digest=number(digest))
        for name, rows, digest in connection.execute(query, given)
    }


def only_before(connection: Connection, shape: Shape, room_id: str, epoch: int) -> int:
    """Return how many rows of the shape no batch of this epoch has named."""
    query = sql.SQL(
        "SELECT count(*) FROM {} WHERE room_id = %s::uuid AND epoch < %s AND op = 'U'"
    ).format(_table(shape))
    row = connection.execute(query, (room_id, epoch)).fetchone()
    return 0 if row is None else number(row[0])


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
