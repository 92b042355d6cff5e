"""What the room has and what the record has, read without any of the code under test."""

import csv
import io
import json
import zipfile
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import Engine, select

from kiosk.db import Base
from kiosk.services.record_map import SENT

Rows = dict[tuple[str, str], tuple[str, ...]]


def of_room(engine: Engine) -> Rows:
    """Return each row that may leave the room, by table and key, as text."""
    rows: Rows = {}
    with engine.connect() as connection:
        for shape in SENT:
            table = Base.metadata.tables[shape.name]
            columns = [table.columns[column.name] for column in shape.columns]
            for key, *values in connection.execute(select(table.columns["id"], *columns)):
                rows[shape.name, key.hex] = tuple(map(_text, values))
    return rows


def of_folder(folder: Path) -> Rows:
    """Return the rows of the one room in a folder, the latest of each key."""
    rows: Rows = {}
    for path in sorted(folder.glob("out/*/*.zip"), key=_order):
        with zipfile.ZipFile(path) as archive:
            names = json.loads(archive.read("digest.json"))
            for name in names:
                text = archive.read(f"{name}.csv").decode("ascii")
                _, *lines = csv.reader(io.StringIO(text))
                for _, op, key, *values in lines:
                    if op == "U":
                        rows[name, key] = tuple(values)
                    else:
                        rows.pop((name, key), None)
    return rows


def of_postgres(dsn: str) -> Rows:
    """Return the rows of the one room in a database; a double key fails."""
    rows: Rows = {}
    with psycopg.connect(dsn, options="-c timezone=UTC") as connection:
        for shape in SENT:
            if connection.execute(
                "SELECT to_regclass(%s)", (f"record_{shape.name}",)
            ).fetchone() == (None,):
                continue
            query = sql.SQL("SELECT id, {} FROM {} WHERE op = 'U'").format(
                sql.SQL(", ").join(sql.Identifier(column.name) for column in shape.columns),
                sql.Identifier(f"record_{shape.name}"),
            )
            found = connection.execute(query).fetchall()
            double = [key for key, times in Counter(row[0] for row in found).items() if times > 1]
            assert not double, f"{shape.name}: {double}"
            rows |= {(shape.name, row[0].hex): tuple(map(_text, row[1:])) for row in found}
    return rows


def _order(path: Path) -> tuple[int, int]:
    """Return what tells which file is newer, from the manifest: names may be wrong."""
    with zipfile.ZipFile(path) as archive:
        found = dict(csv.reader(io.StringIO(archive.read("manifest.csv").decode("ascii"))))
    return int(found["epoch"]), int(found["to"])


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case UUID():
            return value.hex
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        case date():
            return value.isoformat()
        case _:
            return str(value)
