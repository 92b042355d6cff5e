"""The SQL of the PostgreSQL target for rooms and receipts; of their rows see `postgres_rows`."""

from dataclasses import dataclass
from typing import Final

import psycopg

from kiosk.record.target import Batch, Hello, HelloReply, Receipt

Connection = psycopg.Connection[tuple[object, ...]]

# To compile a statement takes the server longer than to run it on a month of one room.
_LIMITS: Final = (
    "SET lock_timeout = '10s'; SET statement_timeout = '300s'; SET jit = off;"
    " SET timezone = 'UTC'; SET datestyle = 'ISO'"
)

# Two rooms that come for the first time at one moment would both create the tables.
ONE_MAKER: Final = "SELECT pg_advisory_xact_lock(7208641053)"

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
        connection.execute(ONE_MAKER)
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
    reply = HelloReply(epoch=number(epoch), last_seq=number(last_seq), chain=str(chain))
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
        rows=number(rows),
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


def number(value: object) -> int:
    """Return what a statement gave as a number."""
    return int(str(value))
