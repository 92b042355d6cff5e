"""Hello, and then batch after batch until nothing waits (`sync.md` 2.4, 2.5).

Killed anywhere, the next run goes on: what a target has stored is in its receipts, what the room
has heard of them is in its account, and the two are compared before anything is sent.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from kiosk.errors import InvalidInputError, UnavailableError
from kiosk.models.record import SyncNotice
from kiosk.record.failpoint import failpoint
from kiosk.record.target import Batch, HelloReply, Receipt, RecordProblem, RecordRow, Target
from kiosk.services import sync_book, sync_changes
from kiosk.services.sync_changes import Changes, Unreadable

BATCH: Final = 50_000


class SyncRun:
    """One run towards one target. `sent` and `batches` count what got a receipt.

    `progress` hears of each batch that got its receipt, in rows.
    """

    def __init__(
        self,
        target: Target,
        engine: Engine,
        *,
        now: datetime,
        batch_rows: int,
        progress: Callable[[int], object] | None = None,
    ) -> None:
        self.target = target
        self.engine = engine
        self.now = now
        self.account = sync_book.open_account(target.name, now=now)
        self.sent = 0
        self.batches = 0
        self._batch_rows = batch_rows
        self._progress = progress

    def greet(self) -> SyncNotice | None:
        """Find the place to go on from; return what happened to the room or the record, if so."""
        reply = self.target.hello(self.account.hello)
        if self.account.claim is not None:
            return self._renew()
        if reply.epoch > self.account.hello.epoch:
            raise UnavailableError(RecordProblem.OTHER_MACHINE)
        if _place(reply) == (self.account.hello.acked_seq, self.account.hello.chain):
            return None
        if _place(reply) == self.account.sending:
            self._confirm(reply)  # we were killed between its commit and our own
            return None
        if _place(reply) == (0, ""):
            epoch = self.account.hello.epoch
            self.account = sync_book.start_over(self.target.name, epoch=epoch)
            return SyncNotice.RECORD_WAS_EMPTY
        return self._renew()

    def begin_anew(self) -> None:
        """Begin a new epoch, in which only the latest of each row stands."""
        self._renew()

    def push(self) -> None:
        """Send what waits, in order; move the account only after each receipt.

        The next batch is read while the target is busy with the last one.
        """
        limit = self._batch_rows
        with ThreadPoolExecutor(1, "read-ahead") as reader:
            ahead = self._read(reader, limit, after=self.account.hello.acked_seq)
            while (changes := ahead.result()).parts:
                self._set_aside(changes.unreadable)
                batch = Batch.of(self.account.hello, changes.parts, to_seq=changes.upto)
                failpoint("sync.read")
                wider = min(limit * 2, self._batch_rows)
                ahead = self._read(reader, wider, after=changes.upto)
                try:
                    self._send(batch)
                    limit = wider
                except InvalidInputError:
                    limit = self._narrow(batch)
                    ahead = self._read(reader, limit, after=self.account.hello.acked_seq)
            self._set_aside(changes.unreadable)

    def _read(self, reader: Executor, limit: int, *, after: int) -> "Future[Changes]":
        return reader.submit(
            sync_changes.read, self.engine, after=after, limit=limit, skip=self.account.skip
        )

    def _send(self, batch: Batch) -> None:
        sync_book.announce(self.target.name, to_seq=batch.to_seq, chain=batch.chain)
        failpoint("sync.before-put")
        receipt = self.target.put(batch)
        failpoint("sync.before-ack")
        if receipt != batch.receipt():
            raise UnavailableError(RecordProblem.DAMAGED)
        self._confirm(receipt)
        failpoint("sync.acked")
        self.sent += batch.rows
        self.batches += 1
        if self._progress is not None:
            self._progress(batch.rows)

    def _narrow(self, batch: Batch) -> int:
        """Return how many rows to try next; a single bad one is set aside."""
        if batch.rows > 1:
            return batch.rows // 2
        (part,) = batch.parts
        row = RecordRow.parse(next(part.lines()))
        self._set_aside((Unreadable(table=part.shape.name, key=row.id, seq=row.seq),))
        return 1

    def _set_aside(self, rows: tuple[Unreadable, ...]) -> None:
        if rows:
            reason = RecordProblem.BAD_ROWS
            self.account = sync_book.set_aside(self.target.name, rows, reason=reason, now=self.now)

    def _renew(self) -> SyncNotice:
        """Begin a new epoch: this disk and the record have parted ways (`sync.md` 2.4).

        The word of the claim is stored before it is said, so that a machine that is killed in
        between is known again and not taken for another.
        """
        reply = self._ask_for_epoch(anew=False)
        if _place(reply) != (0, ""):
            # The claim itself came with the restored disk, and was used in its other life.
            reply = self._ask_for_epoch(anew=True)
        self.account = sync_book.start_over(self.target.name, epoch=reply.epoch)
        return SyncNotice.RESTORED

    def _ask_for_epoch(self, *, anew: bool) -> HelloReply:
        claim = sync_book.claim(self.target.name, anew=anew)
        failpoint("sync.before-renew")
        reply = self.target.renew(self.account.hello, claim=claim)
        failpoint("sync.renewed")
        return reply

    def _confirm(self, said: HelloReply | Receipt) -> None:
        to_seq = said.to_seq if isinstance(said, Receipt) else said.last_seq
        self.account = sync_book.confirm(self.target.name, to_seq=to_seq, chain=said.chain)


def _place(reply: HelloReply) -> tuple[int, str]:
    return reply.last_seq, reply.chain
