"""The school record as the room sees it: say hello, put batches, compare digests.

Nothing here knows a table of ours. A row is a canonical line (`rules/digest.py`) that begins with
its number, its kind of change and its key; a target keeps the highest (epoch, number) of each key.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple, Protocol, Self

from kiosk.rules.digest import SEPARATOR, SetDigest, chain

HEAD = ("seq", "op", "id")


class RecordProblem(StrEnum):
    """Why the record could not take what the room has; nothing is lost, it waits."""

    UNREACHABLE = "unreachable"
    LOGIN_REFUSED = "login-refused"
    READ_ONLY = "read-only"
    FULL = "full"
    TOO_SLOW = "too-slow"
    DAMAGED = "damaged"
    OUT_OF_STEP = "out-of-step"
    OTHER_MACHINE = "other-machine"
    BAD_ROWS = "bad-rows"
    NOT_SET_UP = "not-set-up"
    ALREADY_RUNNING = "sync-running"
    NOT_STORED = "not-stored"  # it is the room's own disk that could not keep the account


class Kind(StrEnum):
    """What a value is. An instant is in UTC, to the microsecond, and ends in Z."""

    KEY = "key"
    NUMBER = "number"
    DATE = "date"
    INSTANT = "instant"
    WORD = "word"


# How each kind is written. A word has no space and none but plain letters: no name and no note can
# be said in a line, from whichever column it came.
_PATTERNS: Final[Mapping[Kind, str]] = {
    Kind.KEY: "[0-9a-f]{32}",
    Kind.NUMBER: "-?[0-9]{1,19}",
    Kind.DATE: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    Kind.INSTANT: "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z",
    Kind.WORD: "[A-Za-z0-9_-]{1,24}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that is sent."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A kind of row: its name and what follows the key in each line, in order."""

    name: str
    columns: tuple[Column, ...]

    def fits(self, block: bytes) -> bool:
        """Return whether the block is whole lines of this shape, each value one of its kind."""
        return _lines(self).fullmatch(block) is not None


@cache
def _lines(shape: Shape) -> re.Pattern[bytes]:
    values = "".join(f"{SEPARATOR}(?:{_PATTERNS[column.kind]})?" for column in shape.columns)
    key = _PATTERNS[Kind.KEY]
    line = f"[0-9]{{1,19}}{SEPARATOR}[UD]{SEPARATOR}{key}{values}\n"
    # Possessive: a block that does not fit is refused at once, without another try.
    return re.compile(f"(?:{line})*+".encode())


class RecordRow(NamedTuple):
    """One line, taken apart. `op` is U (there it is) or D (it is gone, its values are empty)."""

    seq: int
    op: str
    id: str
    values: tuple[str, ...]

    @classmethod
    def parse(cls, line: str) -> "RecordRow":
        """Return the row of a canonical line."""
        seq, op, key, *values = line.split(SEPARATOR)
        return cls(int(seq), op, key, tuple(values))

    @property
    def content(self) -> str:
        """Return the part of the line that digests are made of."""
        return SEPARATOR.join((self.id, *self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The rows of one shape in a batch: blocks of whole lines, each ending in a line feed."""

    shape: Shape
    rows: int
    blocks: tuple[bytes, ...]

    def lines(self) -> Iterator[str]:
        """Yield the lines without their line feeds."""
        for block in self.blocks:
            yield from block.decode("ascii").splitlines()

    def row_keys(self) -> list[str]:
        """Return the key of each line."""
        return [line.split(SEPARATOR, 3)[2] for line in self.lines()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """All that changed in `room_id` after `from_seq` up to and with `to_seq`."""

    room_id: str
    epoch: int
    from_seq: int
    to_seq: int
    rows: int
    parts: tuple[Part, ...]
    sha256: str
    previous: str
    chain: str

    @classmethod
    def of(cls, hello: "Hello", parts: Sequence[Part], *, to_seq: int) -> Self:
        """Return the batch of `parts` that follows the receipt in `hello`."""
        sha256 = sha256_of((part.shape.name, part.blocks) for part in parts)
        return cls(
            room_id=hello.room_id,
            epoch=hello.epoch,
            from_seq=hello.acked_seq,
            to_seq=to_seq,
            rows=sum(part.rows for part in parts),
            parts=tuple(parts),
            sha256=sha256,
            previous=hello.chain,
            chain=chain(hello.chain, sha256),
        )

    def receipt(self) -> "Receipt":
        """Return the receipt that a record gives which has stored exactly this."""
        return Receipt(
            room_id=self.room_id,
            epoch=self.epoch,
            to_seq=self.to_seq,
            rows=self.rows,
            sha256=self.sha256,
            chain=self.chain,
        )


def sha256_of(parts: Iterable[tuple[str, Iterable[bytes]]]) -> str:
    """Return the digest of the rows of a batch, in order, under the names of their shapes."""
    found = hashlib.sha256()
    for name, blocks in parts:
        found.update(f"{name}\n".encode())
        for block in blocks:
            found.update(block)
    return found.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the record says it has stored for good."""

    room_id: str
    epoch: int
    to_seq: int
    rows: int
    sha256: str
    chain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Who is there, and the last receipt it has."""

    room_id: str
    epoch: int
    acked_seq: int
    chain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloReply:
    """What the record has of this room; nothing is `last_seq` 0 and the empty chain."""

    epoch: int
    last_seq: int
    chain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A range of keys, half-open, under a name."""

    name: str
    low: str
    high: str


class Target(Protocol):
    """A place that keeps the school record.

    Each method raises UnavailableError with a RecordProblem when it cannot be done now.
    """

    @property
    def name(self) -> str:
        """Return the word for this kind of target."""

    def hello(self, hello: Hello) -> HelloReply:
        """Return what the record has of this room; a new room is written down."""

    def renew(self, hello: Hello, *, claim: str) -> HelloReply:
        """Begin a new epoch, from nothing; the same claim again gets the same epoch."""

    def put(self, batch: Batch) -> Receipt:
        """Store a batch for good; the same batch again has no effect and the same receipt.

        Raises:
            UnavailableError: OUT_OF_STEP when it does not follow what the record has,
                OTHER_MACHINE when its epoch is over.
            InvalidInputError: BAD_ROWS, and nothing of the batch is stored.
        """

    def digests(
        self, shape: Shape, *, room_id: str, epoch: int, spans: Sequence[Span]
    ) -> Mapping[str, SetDigest]:
        """Return for each span the digest of the rows that are there under this epoch."""

    def only_here(self, shapes: Sequence[Shape], *, room_id: str, epoch: int) -> int:
        """Return how many rows are there from earlier epochs alone: the room has lost them."""

    def remembers(self, shape: Shape, *, column: str, room_id: str, epoch: int) -> bool:
        """Return whether an older version of a row has a value that the latest has no more."""

    def forget_before(self, shape: Shape, *, column: str, room_id: str, epoch: int) -> None:
        """Let go of what earlier epochs have of values that this one has no more."""

    def close(self) -> None:
        """Let go of what is open."""
