"""Invented rows of two invented kinds, as batches."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from kiosk.ids import new_id
from kiosk.record.target import Batch, Column, Hello, HelloReply, Kind, Part, Shape
from kiosk.rules.digest import SEPARATOR

VISIT = Shape(
    name="visit",
    columns=(
        Column(name="child_id", kind=Kind.KEY),
        Column(name="local_day", kind=Kind.DATE),
        Column(name="signed_in_at", kind=Kind.INSTANT),
        Column(name="state", kind=Kind.WORD),
        Column(name="grade", kind=Kind.NUMBER),
    ),
)
LOAN = Shape(name="loan", columns=(Column(name="due_on", kind=Kind.DATE),))
START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

Row = tuple[str | int | None, ...]


def key(minute: int) -> str:
    """Return a new key of so many minutes after the start."""
    return new_id(START + timedelta(minutes=minute)).hex


def visit(seq: int, row_id: str, *, state: str = "open") -> Row:
    day, at = "2026-11-22", "2026-11-22T08:00:00.000000Z"
    return (seq, "U", row_id, key(0), day, at, state, 3)


def gone(seq: int, row_id: str, shape: Shape = VISIT) -> Row:
    return (seq, "D", row_id, *[None] * len(shape.columns))


def part(shape: Shape, rows: Sequence[Row]) -> Part:
    texts = [["" if field is None else str(field) for field in row] for row in rows]
    lines = "".join(f"{SEPARATOR.join(fields)}\n" for fields in texts)
    return Part(shape=shape, rows=len(rows), blocks=(lines.encode(),))


def batch(hello: Hello, rows: Mapping[str, Sequence[Row]] | Sequence[Row]) -> Batch:
    """Return the batch of visits, or of rows by kind, that follows `hello`."""
    by_kind = rows if isinstance(rows, Mapping) else {"visit": rows}
    shapes = {"visit": VISIT, "loan": LOAN}
    last = max(int(str(row[0])) for some in by_kind.values() for row in some)
    parts = [part(shapes[name], some) for name, some in by_kind.items()]
    return Batch.of(hello, parts, to_seq=last)


def greeting(*, epoch: int = 1) -> Hello:
    """Return the first words of a new room."""
    return Hello(room_id=key(0), epoch=epoch, acked_seq=0, chain="")


def after(hello: Hello, sent: Batch) -> Hello:
    return Hello(room_id=hello.room_id, epoch=hello.epoch, acked_seq=sent.to_seq, chain=sent.chain)


def of_reply(hello: Hello, reply: HelloReply) -> Hello:
    return Hello(
        room_id=hello.room_id, epoch=reply.epoch, acked_seq=reply.last_seq, chain=reply.chain
    )
