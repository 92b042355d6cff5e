"""The floor of the sync: the same rows, ready as bytes, copied into the identical indexed tables.

Reads instance and address as JSON; prints rows and rows a second of COPY and of an upsert by
executemany. Needs the tables that a sync has just made, in another database of the same shape.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

if TYPE_CHECKING:
    from psycopg import Connection

_BATCH = 50_000
_BY_HAND = 200_000
_ROOM = "00000000-0000-7000-8000-000000000001"


def main() -> None:
    import psycopg

    from kiosk.db import open_database
    from kiosk.record import postgres_rows, postgres_sql
    from kiosk.record.target import Hello
    from kiosk.services import sync_changes
    from kiosk.services.record_map import SENT
    from kiosk.settings import Settings

    given = json.load(sys.stdin)
    settings = Settings.load(Path(given["instance"]), os.environ)
    blocks: dict[str, list[bytes]] = {shape.name: [] for shape in SENT}
    rows = at = 0
    with open_database(settings.database_url) as engine:
        while True:
            found = sync_changes.read(engine, after=at, limit=_BATCH, skip=frozenset())
            if not found.parts:
                break
            at = found.upto
            for part in found.parts:
                blocks[part.shape.name] += part.blocks
                rows += part.rows
    with psycopg.connect(given["dsn"]) as connection:
        postgres_sql.set_limits(connection)
        postgres_sql.make_room_tables(connection)
        hello = Hello(room_id=_ROOM, epoch=1, acked_seq=0, chain="")
        postgres_sql.know_room(connection, hello)
        for shape in SENT:
            postgres_rows.make_table(connection, shape)
            table = f"record_{shape.name}"
            for column, value in (("room_id", f"'{_ROOM}'"), ("epoch", "1")):
                connection.execute(f"ALTER TABLE {table} ALTER {column} SET DEFAULT {value}")
        connection.commit()
        began = time.perf_counter()
        for shape in SENT:
            names = ", ".join(("seq", "op", "id", *(column.name for column in shape.columns)))
            with connection.cursor() as cursor:
                copy = f"COPY record_{shape.name} ({names}) FROM STDIN WITH (FORMAT text, NULL '')"
                with cursor.copy(copy) as stream:
                    for block in blocks[shape.name]:
                        stream.write(block)
            connection.commit()
        copied = rows / (time.perf_counter() - began)
        by_hand = _upserts(connection, blocks["visit"])
    print(json.dumps({"rows": rows, "copy": copied, "executemany": by_hand}))


def _upserts(connection: "Connection[tuple[object, ...]]", blocks: list[bytes]) -> float:
    """Return the rows a second of an upsert by executemany into an empty table like it."""
    lines = b"".join(blocks).decode("ascii").splitlines()[:_BY_HAND]
    rows = [[value or None for value in line.split("\t")] for line in lines]
    names = ["seq", "op", "id", "home_id", "child_id", "local_day", "signed_in_at",
             "signed_out_at", "state"]  # fmt: skip
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
    marks = ", ".join("%s" for _ in names)
    upsert = (
        f"INSERT INTO by_hand AS t ({', '.join(names)}) VALUES ({marks}) ON CONFLICT (room_id, id)"  # noqa: S608
        f" DO UPDATE SET {changes} WHERE (t.epoch, t.seq) < (excluded.epoch, excluded.seq)"
    )
    connection.execute("CREATE TABLE by_hand (LIKE record_visit INCLUDING ALL)")
    connection.commit()
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.executemany(upsert, rows)
    connection.commit()
    return len(rows) / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
