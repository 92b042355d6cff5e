"""The end of a term: its ledgers are frozen, then nobody knows any more who read what.

In one transaction, so that a power cut leaves both or neither. Counts, classes and open loans stay
(`domain.md` 4.7 rule 38, ruling 15).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.calendar import Term
from kiosk.models.lending import Hold, LateEntry
from kiosk.models.library import Loan
from kiosk.models.stocktake import LedgerArchive
from kiosk.models.visits import Visit
from kiosk.rules import civil
from kiosk.rules import term_end as rules
from kiosk.rules.late_entries import LateState
from kiosk.rules.lending import Borrower
from kiosk.rules.term_end import TermEndProblem
from kiosk.services import audit, ledger_archive, ledgers
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """A term as it is offered. `problem` says why it cannot be ended now, if it cannot."""

    term_id: UUID
    name: str
    first_day: date
    last_day: date
    frozen_at: datetime | None
    problem: TermEndProblem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What the end of a term did."""

    ledgers: int
    forgotten: int


def terms(here: Here) -> tuple[TermRow, ...]:
    """Return all terms, the latest first."""
    session = reading()
    last_event = _last_event(session)
    return tuple(
        TermRow(
            term_id=term.id,
            name=term.name,
            first_day=term.first_day,
            last_day=term.last_day,
            frozen_at=term.frozen_at,
            problem=_problem(term, last_event, here),
        )
        for term in session.scalars(select(Term).order_by(Term.first_day.desc()))
    )


def end(name: str, *, actor_id: UUID | None, here: Here) -> Ended:
    """Freeze the ledgers of a term and cut the link between child and title.

    The second only where the school's setting says so. What was lent in the holidays before
    belongs to the term. The write lock is held meanwhile: the room should be closed.

    Raises:
        NotFoundError: UNKNOWN_TERM. RefusedError: NOT_OVER, FROZEN or CLOCK_DOUBT.
    """
    with transaction() as session:
        term = session.scalar(select(Term).where(Term.name == name))
        if term is None:
            raise NotFoundError(TermEndProblem.UNKNOWN_TERM, name=name)
        problem = _problem(term, _last_event(session), here)
        if problem is not None:
            raise RefusedError(problem, name=name, last_day=term.last_day)
        _freeze(session, term, actor_id, here)
        forgotten = _forget(session, here) if here.library.forgets_readers else 0
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=actor_id,
            subject=f"term:{term.id}",
            fields=f"frozen, {len(ledgers.OF_A_PERIOD)} ledgers, {forgotten} loans",
            purpose="term-end",
            here=here,
        )
        return Ended(ledgers=len(ledgers.OF_A_PERIOD), forgotten=forgotten)


def _freeze(session: Session, term: Term, actor_id: UUID | None, here: Here) -> None:
    period = _span(session, term)
    for which in ledgers.OF_A_PERIOD:
        ledger_archive.keep(
            session,
            which.value,
            period,
            term_id=term.id,
            live=partial(ledgers.live, session, which, here=here),
            by_month=which in ledgers.BY_MONTH,
            actor_id=actor_id,
            here=here,
        )
    term.frozen_at = here.now
    session.flush()  # its span is asked of the database next


def _problem(term: Term, last_event: datetime | None, here: Here) -> TermEndProblem | None:
    return rules.refusal(
        last_day=term.last_day,
        today=here.today,
        is_frozen=term.frozen_at is not None,
        now=here.now,
        last_event=last_event,
    )


def _last_event(session: Session) -> datetime | None:
    """Return when a child last came or a book last moved."""
    found = (
        session.scalar(select(func.max(column)))
        for column in (Visit.signed_in_at, Loan.lent_at, Loan.ended_at)
    )
    return max((at for at in found if at is not None), default=None)


def _span(session: Session, term: Term) -> Period:
    """Return the days that a term answers for: from the end of the one before it."""
    before = session.scalar(select(func.max(Term.last_day)).where(Term.last_day < term.first_day))
    return Period(first=term.first_day if before is None else before + _DAY, last=term.last_day)


def _forget(session: Session, here: Here) -> int:
    """Cut the link of what has ended in a frozen term, and return how many loans that were.

    Also of an earlier term whose book came back only now; and with it what else names a child and
    a title together, holds that are over and lines of the paper book that are settled.
    """
    spans = session.execute(select(LedgerArchive.first_day, LedgerArchive.last_day).distinct())
    frozen = [(row.first_day, row.last_day) for row in spans]
    forgotten = session.execute(
        update(Loan)
        .where(
            Loan.borrower == Borrower.CHILD,
            Loan.child_id.is_not(None),
            Loan.ended_at.is_not(None),
            or_(*[Loan.local_day.between(first, last) for first, last in frozen]),
        )
        .values(child_id=None)
    )
    over = civil.instant(max(last for _, last in frozen) + _DAY, 0, here.settings.zone)
    session.execute(delete(Hold).where(Hold.ended_at < over))
    session.execute(
        delete(LateEntry).where(LateEntry.state != LateState.ASKED, LateEntry.happened_at < over)
    )
    return int(getattr(forgotten, "rowcount", 0))
