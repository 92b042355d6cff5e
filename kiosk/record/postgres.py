"""The school record as a PostgreSQL database: one row a key, kept by the highest (epoch, number).

The tables make themselves: `record_room`, `record_receipt`, and `record_<shape>` for each shape.
Only a room whose record is such a database imports this module, and psycopg with it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

import psycopg
from psycopg import sql

from kiosk.errors import InvalidInputError, UnavailableError
from kiosk.record import postgres_rows as rows
from kiosk.record import postgres_sql as statements
from kiosk.record.failpoint import failpoint
from kiosk.record.postgres_sql import Connection
from kiosk.record.target import (
    Batch,
    Hello,
    HelloReply,
    Part,
    Receipt,
    RecordProblem,
    Shape,
    Span,
)
from kiosk.rules.digest import SEPARATOR, SetDigest

T = TypeVar("T")

_TRIES: Final = 3
_AGAIN: Final = ("40001", "40P01")  # serialization failure, deadlock
_PROBLEMS: Final = {
    "08": RecordProblem.UNREACHABLE,
    "28": RecordProblem.LOGIN_REFUSED,
    "25006": RecordProblem.READ_ONLY,
    "42501": RecordProblem.READ_ONLY,
    "53100": RecordProblem.FULL,
    "55P03": RecordProblem.TOO_SLOW,
    "57014": RecordProblem.TOO_SLOW,
    "40": RecordProblem.TOO_SLOW,
}
_BAD_ROWS: Final = ("22", "23")  # data exception, integrity constraint violation


class PostgresTarget:
    """One database that keeps the record of any number of rooms."""

    name = "postgres"

    def __init__(self, address: str) -> None:
        self._address = address.replace("+psycopg", "", 1)
        self._connection: Connection | None = None
        self._ready: set[Shape] = set()

    def hello(self, hello: Hello) -> HelloReply:
        def work(connection: Connection) -> HelloReply:
            statements.make_room_tables(connection)
            statements.know_room(connection, hello)
            return statements.room(connection, hello.room_id).reply

        return self._atomically(work)

    def renew(self, hello: Hello, *, claim: str) -> HelloReply:
        def work(connection: Connection) -> HelloReply:
            known = statements.room(connection, hello.room_id)
            if known.claim != claim:
                epoch = max(known.reply.epoch, hello.epoch) + 1
                statements.begin_epoch(connection, hello.room_id, epoch=epoch, claim=claim)
            return statements.room(connection, hello.room_id).reply

        return self._atomically(work)

    def put(self, batch: Batch) -> Receipt:
        receipt = self._atomically(lambda connection: self._put(connection, batch))
        failpoint("postgres.committed")
        return receipt

    def digests(
        self, shape: Shape, *, room_id: str, epoch: int, spans: Sequence[Span]
    ) -> Mapping[str, SetDigest]:
        def work(connection: Connection) -> Mapping[str, SetDigest]:
            self._make_table(connection, shape)
            return rows.digests(connection, shape, room_id, epoch, spans)

        return self._atomically(work)

    def only_here(self, shapes: Sequence[Shape], *, room_id: str, epoch: int) -> int:
        def work(connection: Connection) -> int:
            for shape in shapes:
                self._make_table(connection, shape)
            return sum(rows.only_before(connection, s, room_id, epoch) for s in shapes)

        return self._atomically(work)

    def remembers(self, shape: Shape, *, column: str, room_id: str, epoch: int) -> bool:
        del shape, column, room_id, epoch
        return False  # a table has the latest of each row alone

    def forget_before(self, shape: Shape, *, column: str, room_id: str, epoch: int) -> None:
        """Nothing is left of earlier versions of a row."""

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._ready.clear()

    def _put(self, connection: Connection, batch: Batch) -> Receipt:
        """Rows, receipt and the room's last number: all of it or nothing."""
        known = statements.room(connection, batch.room_id).reply
        if known.epoch > batch.epoch:
            raise UnavailableError(RecordProblem.OTHER_MACHINE)
        earlier = statements.receipt(connection, batch)
        if earlier == batch.receipt():
            return earlier
        if (known.epoch, known.last_seq, known.chain) != (
            batch.epoch,
            batch.from_seq,
            batch.previous,
        ):
            raise UnavailableError(RecordProblem.OUT_OF_STEP)
        for part in batch.parts:
            self._make_table(connection, part.shape)
            self._store(connection, part, batch)
        statements.give_receipt(connection, batch)
        failpoint("postgres.receipted")
        return batch.receipt()

    def _store(self, connection: Connection, part: Part, batch: Batch) -> None:
        """Copy rows that are new into their table; others are staged and merged."""
        failpoint("postgres.before-copy")
        if rows.knows_any(connection, batch.room_id, part):
            _copy(connection, rows.copy_in(part.shape), part.blocks, rows=part.rows)
            failpoint("postgres.copied")
            connection.execute(
                rows.merge(part.shape), {"room": batch.room_id, "epoch": batch.epoch}
            )
        else:
            head = SEPARATOR.join((batch.room_id, str(batch.epoch), "")).encode()
            blocks = (_headed(block, head) for block in part.blocks)
            _copy(connection, rows.copy_new(part.shape), blocks, rows=part.rows)
            failpoint("postgres.copied")
        failpoint("postgres.inserted")

    def _make_table(self, connection: Connection, shape: Shape) -> None:
        if shape not in self._ready:
            rows.make_table(connection, shape)
            self._ready.add(shape)

    def _atomically(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in one transaction, again when the server asks for it, then give up."""
        for chance in range(_TRIES, 0, -1):
            try:
                with _explained():
                    connection = self._connected()
                    with connection.transaction():
                        return work(connection)
            except BaseException as error:
                self._ready.clear()  # what the transaction had made is gone with it
                if not isinstance(error, psycopg.Error):
                    raise
                if chance == 1:
                    raise UnavailableError(RecordProblem.TOO_SLOW) from error
        raise AssertionError("the last chance returns or raises")

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self.close()
            self._connection = psycopg.connect(
                self._address, autocommit=True, connect_timeout=10, application_name="nuanwu"
            )
            statements.set_limits(self._connection)
        return self._connection


def _copy(
    connection: Connection, statement: sql.Composed, blocks: Iterable[bytes], *, rows: int
) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for block in blocks:
                copy.write(block)
                failpoint("postgres.mid-copy")
        if cursor.rowcount != rows:
            raise UnavailableError(RecordProblem.DAMAGED)


def _headed(block: bytes, head: bytes) -> bytes:
    """Return the lines with `head` before each."""
    return head + block[:-1].replace(b"\n", b"\n" + head) + b"\n"


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what a server says into what staff can do something about; let through what to retry."""
    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate or ""
        if state in _AGAIN:
            raise
        if state.startswith(_BAD_ROWS):
            raise InvalidInputError(RecordProblem.BAD_ROWS) from error
        raise UnavailableError(_problem(error, state)) from error


def _problem(error: Exception, state: str) -> RecordProblem:
    for prefix, problem in _PROBLEMS.items():
        if state.startswith(prefix):
            return problem
    # Before the session stands, libpq gives the server's words and no state.
    refused = "authentication" in str(error) or "no password" in str(error)
    return RecordProblem.LOGIN_REFUSED if refused else RecordProblem.UNREACHABLE
