"""The link between child and title is cut: a few loans at a time, so that no scan waits for it.

What is to be forgotten is said by the term itself (`Term.forgets_up_to`), so that whoever comes
after a power cut goes on where it was.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.models.calendar import Term
from kiosk.models.lending import Hold, LateEntry
from kiosk.models.library import Loan
from kiosk.models.record import SyncChange
from kiosk.rules import civil
from kiosk.rules.late_entries import LateState
from kiosk.rules.lending import Borrower
from kiosk.services.here import Here

AT_ONCE: Final = 250
_CHILDREN: Final = 40
# Whoever waits for SQLite's lock looks every few hundredths of a second whether it is free.
_PAUSE_S: Final = 0.06


def loans(term_id: UUID) -> Iterator[int]:
    """Cut the link of each loan that ended before a term did; yield how many each time.

    Also of a term before it whose book came back only now, and of what was lent before there was a
    calendar. A loan that has changed since the ledgers were read is not in the archive as it is
    now: it waits for the next term.
    """
    term = reading().get_one(Term, term_id)
    last_day, last_change = term.last_day, term.forgets_up_to or 0
    for ids in _named(last_day):
        with transaction() as session:
            cut = _cut(session, ids, last_change)
        yield cut
        time.sleep(_PAUSE_S)


def _named(last_day: date) -> Iterator[Sequence[UUID]]:
    """Yield the loans that name a child, a few at a time; no look at the table takes long."""
    named = select(Loan.child_id).where(Loan.child_id.is_not(None)).distinct()
    children = reading().scalars(named.order_by(Loan.child_id)).all()
    for begin in range(0, len(children), _CHILDREN):
        ids = _of_children(children[begin : begin + _CHILDREN], last_day)
        yield from (ids[place : place + AT_ONCE] for place in range(0, len(ids), AT_ONCE))


def _of_children(children: Sequence[UUID | None], last_day: date) -> Sequence[UUID]:
    ids = reading().scalars(
        select(Loan.id)
        .where(
            Loan.child_id.in_(children),
            Loan.borrower == Borrower.CHILD,
            Loan.ended_at.is_not(None),
            Loan.local_day <= last_day,
        )
        # The rows of one child lie together in the index that is changed.
        .order_by(Loan.child_id, Loan.ended_at)
    )
    found = ids.all()
    reading().rollback()  # what goes on reading keeps every commit waiting
    return found


def _cut(session: Session, ids: Sequence[UUID], last_change: int) -> int:
    changed = session.scalars(
        select(SyncChange.pk).where(
            SyncChange.tbl == "loan",
            SyncChange.pk.in_([one.hex for one in ids]),
            SyncChange.seq > last_change,
        )
    )
    since = set(changed)
    wanted = [one for one in ids if one.hex not in since]
    session.execute(
        update(Loan)
        .where(Loan.id.in_(wanted), Loan.ended_at.is_not(None))
        .values(child_id=None)
        .execution_options(synchronize_session=False)
    )
    return len(wanted)


def the_rest(session: Session, last_day: date, here: Here) -> None:
    """Forget what else names a child and a title: holds that are over, settled lines of paper."""
    over = civil.instant(last_day + timedelta(days=1), 0, here.settings.zone)
    session.execute(delete(Hold).where(Hold.ended_at < over))
    session.execute(
        delete(LateEntry).where(LateEntry.state != LateState.ASKED, LateEntry.happened_at < over)
    )
