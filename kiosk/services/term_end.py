"""The end of a term: its ledgers are frozen, then nobody knows any more who read what.

The archive stands in one transaction with the word that the readers are to be forgotten, and that
goes on after a power cut. Counts, classes and open loans stay (`domain.md` 4.7 rule 38, ruling 15).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.calendar import Term
from kiosk.models.library import Loan
from kiosk.models.record import SyncChange
from kiosk.models.stocktake import LedgerArchive
from kiosk.models.visits import Visit
from kiosk.rules import term_end as rules
from kiosk.rules.term_end import TermEndProblem
from kiosk.services import audit, erasure, forgetting, ledger_archive, ledgers, term_copy
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period, day_of
from kiosk.services.ledgers import Ledger

_DAY: Final = timedelta(days=1)


def _nobody(_done: int, _of: int) -> None:
    """Hear it and say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """A term as it is offered. `problem` says why it cannot be ended now, if it cannot.

    `is_forgetting`: its ledgers are kept, and its readers are not all forgotten yet.
    """

    term_id: UUID
    name: str
    first_day: date
    last_day: date
    frozen_on: date | None
    problem: TermEndProblem | None
    is_forgetting: bool


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
            frozen_on=None if term.frozen_at is None else day_of(term.frozen_at, here),
            problem=_problem(term, last_event, here),
            is_forgetting=term.forgets_up_to is not None,
        )
        for term in session.scalars(select(Term).order_by(Term.first_day.desc()))
    )


def end(
    name: str, *, actor_id: UUID | None, here: Here, told: Callable[[int, int], object] = _nobody
) -> Ended:
    """Freeze the ledgers of a term and cut the link between child and title.

    The second only where the school's setting says so. What was lent in the holidays before
    belongs to the term; a term before it that nobody ended is ended with it. The ledgers are read
    and sealed apart, and the link is cut loan by loan: a scan at the door waits for neither. A
    term whose ledgers are kept and whose readers are not all forgotten is gone on with. `told`
    hears how many of how many ledgers are ready.

    Raises:
        NotFoundError: UNKNOWN_TERM. RefusedError: NOT_OVER, FROZEN or CLOCK_DOUBT.
        UnavailableError: UNDER_WAY, while another one is at it.
    """
    kept = 0 if check(name, here) else None
    while kept is None:
        with term_copy.apart(here) as copy:
            ready = _ready(copy, name, actor_id, here, told)
        kept = _keep(ready, name, actor_id, here)
    return Ended(ledgers=kept, forgotten=finish(actor_id=actor_id, here=here))


def _keep(ready: "_Ready", name: str, actor_id: UUID | None, here: Here) -> int | None:
    """Put the ledgers into the archive, and return how many; None where they name an erased child.

    That child was erased after they were read: they are to be read anew.
    """
    with transaction() as session:
        ledger_archive.lock(session)
        if erasure.happened_since(session, ready.last_audited):
            return None
        term = _check(session, name, here)
        if term.frozen_at is not None:
            return 0  # by another one meanwhile
        session.add_all(ready.archives)
        for one in session.scalars(select(Term).where(Term.id.in_(ready.term_ids))):
            one.frozen_at = here.now
        term.forgets_up_to = ready.last_change if here.library.forgets_readers else None
        _audit(session, term, f"frozen, {len(ready.archives)} ledgers", actor_id, here)
    return len(ready.archives)


def finish(*, actor_id: UUID | None, here: Here) -> int:
    """Forget the readers of ended terms to the end; return of how many loans they were.

    Where the power went in the middle, the next start of the kiosk goes on with it.
    """
    forgotten = 0
    while (term_id := _unfinished()) is not None:
        forgotten += sum(forgetting.loans(term_id))
        with transaction() as session:
            term = session.get_one(Term, term_id)
            if term.forgets_up_to is None:
                continue  # another one has done it
            forgetting.the_rest(session, term.last_day, here)
            term.forgets_up_to = None
            _audit(session, term, "readers forgotten", actor_id, here)
    return forgotten


def _unfinished() -> UUID | None:
    found = reading().scalar(select(Term.id).where(Term.forgets_up_to.is_not(None)).limit(1))
    reading().rollback()
    return found


def check(name: str, here: Here) -> bool:
    """Return whether a term only has to be forgotten to the end; raises as `end` does."""
    is_forgetting = _check(reading(), name, here).forgets_up_to is not None
    reading().rollback()  # what was read would keep every commit waiting
    return is_forgetting


def _check(session: Session, name: str, here: Here) -> Term:
    """Return a term that may be ended now, or gone on with."""
    term = session.scalar(select(Term).where(Term.name == name))
    if term is None:
        raise NotFoundError(TermEndProblem.UNKNOWN_TERM, name=name)
    problem = _problem(term, _last_event(session), here)
    if problem is not None:
        raise RefusedError(problem, name=name, last_day=term.last_day)
    return term


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """Sealed ledgers, the terms they are of, and the last change and erasure they can know of."""

    archives: tuple[LedgerArchive, ...]
    term_ids: tuple[UUID, ...]
    last_change: int
    last_audited: int


def _ready(
    session: Session,
    name: str,
    actor_id: UUID | None,
    here: Here,
    told: Callable[[int, int], object],
) -> _Ready:
    last_day = select(Term.last_day).where(Term.name == name).scalar_subquery()
    terms = session.scalars(
        select(Term)
        .where(Term.last_day <= last_day, Term.frozen_at.is_(None))
        .order_by(Term.first_day)
    ).all()
    wanted = [(term, which) for term in terms for which in ledgers.OF_A_PERIOD]
    archives = []
    for done, (term, which) in enumerate(wanted):
        told(done, len(wanted))
        archives.append(_sealed(session, term, which, actor_id, here))
    told(len(wanted), len(wanted))
    return _Ready(
        archives=tuple(archives),
        term_ids=tuple(term.id for term in terms),
        last_change=session.scalar(select(func.max(SyncChange.seq))) or 0,
        last_audited=erasure.last_audited(session),
    )


def _sealed(
    session: Session, term: Term, which: Ledger, actor_id: UUID | None, here: Here
) -> LedgerArchive:
    period = _span(session, term)
    own = Period(first=term.first_day, last=term.last_day)
    months = tuple(ledger_archive.months(period)) if which in ledgers.BY_MONTH else ()
    return ledger_archive.sealed(
        which.value,
        period,
        term_id=term.id,
        live=partial(ledgers.live, session, which, here=here),
        parts=() if ledgers.is_of_rows(which) else (own, *months),
        actor_id=actor_id,
        here=here,
    )


def _audit(session: Session, term: Term, what: str, actor_id: UUID | None, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"term:{term.id}",
        fields=what,
        purpose="term-end",
        here=here,
    )


def _problem(term: Term, last_event: datetime | None, here: Here) -> TermEndProblem | None:
    if term.forgets_up_to is not None:
        return None
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
    """Return the days that a term answers for: from the end of the one before it.

    The first of all answers for whatever was lent before there was a calendar.
    """
    before = session.scalar(select(func.max(Term.last_day)).where(Term.last_day < term.first_day))
    if before is not None:
        return Period(first=before + _DAY, last=term.last_day)
    earliest = session.scalar(select(func.min(Loan.local_day)))
    return Period(first=min(earliest or term.first_day, term.first_day), last=term.last_day)
