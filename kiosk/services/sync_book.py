"""The room's own account of what a target has confirmed. Each function is one short transaction."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.ids import new_id
from kiosk.models.home import Home
from kiosk.models.record import (
    SyncChange,
    SyncControl,
    SyncNotice,
    SyncQuarantine,
    SyncState,
)
from kiosk.record.target import Hello, RecordProblem
from kiosk.services.sync_changes import Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How far a target has confirmed. `sending` is the number and chain of the batch under way."""

    hello: Hello
    sending: tuple[int, str] | None
    claim: str | None
    verified_seq: int
    skip: frozenset[int]


def open_account(target: str, *, now: datetime) -> Account:
    """Return the account with a target; the room's name and the account are made when missing.

    The room is called after the first home, so that a disk restored from before its first sync
    comes back under the same name.
    """
    with transaction() as session:
        control = session.get_one(SyncControl, 1)
        if control.room_id is None:
            first = session.scalar(select(Home.id).order_by(Home.id).limit(1))
            control.room_id = first or new_id(now)
        return _account(session, control.room_id, _state(session, target))


def announce(target: str, *, to_seq: int, chain: str) -> None:
    """Remember which batch is about to be sent, before a byte of it is."""
    with transaction() as session:
        state = session.get_one(SyncState, target)
        state.sending_to, state.sending_chain = to_seq, chain


def confirm(target: str, *, to_seq: int, chain: str) -> Account:
    """Count all changes up to a number as received, from now on."""
    with transaction() as session:
        state = session.get_one(SyncState, target)
        state.acked_seq, state.chain = to_seq, chain
        state.sending_to = state.sending_chain = None
        return _account(session, _room(session), state)


def claim(target: str, *, anew: bool) -> str:
    """Return the word with which this machine asks for a new epoch; the same until it has one."""
    with transaction() as session:
        state = session.get_one(SyncState, target)
        if anew or state.claim is None:
            state.claim = secrets.token_hex(16)
        return state.claim


def start_over(target: str, *, epoch: int) -> Account:
    """Begin the account from nothing: every row that ever changed will be sent again."""
    with transaction() as session:
        state = session.get_one(SyncState, target)
        state.epoch, state.acked_seq, state.verified_seq, state.chain = epoch, 0, 0, ""
        state.sending_to = state.sending_chain = state.claim = None
        session.execute(delete(SyncQuarantine).where(SyncQuarantine.target == target))
        return _account(session, _room(session), state)


def set_aside(
    target: str, rows: Sequence[Unreadable], *, reason: StrEnum, now: datetime
) -> Account:
    """Leave these changes out from now on; a later change of the same row is tried again."""
    with transaction() as session:
        for row in rows:
            session.merge(
                SyncQuarantine(
                    target=target,
                    tbl=row.table,
                    pk=row.key,
                    seq=row.seq,
                    error=reason.value,
                    first_at=now,
                )
            )
        state = session.get_one(SyncState, target)
        return _account(session, _room(session), state)


def succeeded(target: str, *, now: datetime) -> int:
    """Note that the target has everything, and that it was compared; return what stays aside.

    Rows that were set aside and have changed since are forgotten: they have been sent.
    """
    with transaction() as session:
        state = session.get_one(SyncState, target)
        state.verified_seq = state.acked_seq
        state.last_success_at = now
        state.last_error = state.last_error_at = None
        latest = select(SyncChange.seq).where(
            SyncChange.tbl == SyncQuarantine.tbl, SyncChange.pk == SyncQuarantine.pk
        )
        session.execute(
            delete(SyncQuarantine)
            .where(
                SyncQuarantine.target == target,
                SyncQuarantine.seq != latest.correlate(SyncQuarantine).scalar_subquery(),
            )
            .execution_options(synchronize_session=False)
        )
        return len(_account(session, _room(session), state).skip)


def failed(target: str, *, reason: RecordProblem, now: datetime) -> None:
    """Note why the target could not take everything."""
    with transaction() as session:
        state = _state(session, target)
        state.last_error, state.last_error_at = reason.value, now


def notice(target: str, kind: SyncNotice, *, rows: int, now: datetime) -> None:
    """Put down what staff are to be told."""
    with transaction() as session:
        state = session.get_one(SyncState, target)
        state.notice, state.notice_rows, state.notice_at = kind, rows, now


def is_settled(target: str, table: str, *, low: str, high: str) -> bool:
    """Return whether the target has all of a range of keys: nothing new, nothing set aside."""
    session = reading()
    acked = select(SyncState.acked_seq).where(SyncState.target == target).scalar_subquery()
    changed = select(func.count()).where(
        SyncChange.tbl == table,
        SyncChange.pk >= low,
        SyncChange.pk < high,
        SyncChange.seq > acked,
    )
    aside = select(func.count()).where(
        SyncQuarantine.target == target,
        SyncQuarantine.tbl == table,
        SyncQuarantine.pk >= low,
        SyncQuarantine.pk < high,
    )
    settled = not session.scalar(changed) and not session.scalar(aside)
    session.rollback()
    return settled


def send_again(table: str, *, keys: Sequence[str], low: str, high: str) -> int:
    """Give all rows of a range of keys, and those that are gone, new numbers; return how many."""
    with transaction() as session:
        known = session.scalars(
            select(SyncChange.pk).where(
                SyncChange.tbl == table, SyncChange.pk >= low, SyncChange.pk < high
            )
        )
        stamp = text(
            "INSERT INTO sync_change (tbl, pk, seq, op) VALUES (:tbl, :pk, :seq, 'U')"
            " ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq"
        )
        session.get_one(SyncControl, 1, with_for_update=True)  # as each change does
        newest = session.scalar(select(func.max(SyncChange.seq))) or 0
        rows = [
            {"tbl": table, "pk": key, "seq": seq}
            for seq, key in enumerate(sorted({*known, *keys}), start=newest + 1)
        ]
        if rows:
            session.execute(stamp, rows)
        return len(rows)


def _state(session: Session, target: str) -> SyncState:
    """Return the account's row, which a first sync does not have yet."""
    state = session.get(SyncState, target)
    if state is None:
        state = SyncState(
            target=target, epoch=1, acked_seq=0, verified_seq=0, chain="", notice_rows=0
        )
        session.add(state)
    return state


def _room(session: Session) -> UUID:
    room_id = session.get_one(SyncControl, 1).room_id
    if room_id is None:
        raise RuntimeError("an account is opened before anything else")
    return room_id


def _account(session: Session, room_id: UUID, state: SyncState) -> Account:
    aside = select(SyncQuarantine.seq).where(SyncQuarantine.target == state.target)
    hello = Hello(
        room_id=room_id.hex, epoch=state.epoch, acked_seq=state.acked_seq, chain=state.chain
    )
    sending = None
    if state.sending_to is not None and state.sending_chain is not None:
        sending = (state.sending_to, state.sending_chain)
    return Account(
        hello=hello,
        sending=sending,
        claim=state.claim,
        verified_seq=state.verified_seq,
        skip=frozenset(session.scalars(aside)),
    )
