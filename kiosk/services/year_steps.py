"""Steps of the end of a school year that only the audit knows of: printed, or taken away."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.models.audit import Audit
from kiosk.models.calendar import Term
from kiosk.rules import civil, year_end
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period
from kiosk.services.pack_files import PackFile

_FIRST_MONTH: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSteps:
    """Whether the archive of the year's last term was taken away, and the report printed.

    `last_term` are the days of that term, of which the archive is made.
    """

    has_archive: bool
    has_report: bool
    last_term: Period | None


def look(here: Here) -> YearSteps:
    """Return what was done of them in this year; outside of the season nothing was."""
    year = year_end.coming_year(here.today)
    if year is None:
        return YearSteps(has_archive=False, has_report=False, last_term=None)
    session = reading()
    term = _last_term(session, here)
    since = civil.instant(date(year, _FIRST_MONTH, 1), 0, here.settings.zone)
    return YearSteps(
        has_archive=term is not None and _has_archive(session, term, since, here),
        has_report=_has_report(session, since),
        last_term=term,
    )


def _has_report(session: Session, since: datetime) -> bool:
    printed = select(Audit.n).where(
        Audit.action == AuditAction.PRINT, Audit.subject == "hand-over", Audit.at >= since
    )
    return session.scalar(printed.limit(1)) is not None


def _last_term(session: Session, here: Here) -> Period | None:
    """Return the days of the last term that is over."""
    term = session.execute(
        select(Term.first_day, Term.last_day)
        .where(Term.last_day < here.today)
        .order_by(Term.last_day.desc())
        .limit(1)
    ).one_or_none()
    return None if term is None else Period(first=term.first_day, last=term.last_day)


def _has_archive(session: Session, term: Period, since: datetime, here: Here) -> bool:
    """Say whether a ZIP was handed out of a pack that has every day of a term.

    What was made while the term went on lacks its end.
    """
    ended = civil.instant(term.last, 0, here.settings.zone)
    rows = session.execute(
        select(Audit.subject, Audit.fields)
        .where(
            Audit.action == AuditAction.EXPORT,
            Audit.purpose == "inspection",
            Audit.at >= max(since, ended),
        )
        .order_by(Audit.n)
    ).all()
    handed_out = {row.subject for row in rows if row.fields == PackFile.ZIP}
    spans = (_span(row.fields) for row in rows if row.subject in handed_out)
    return any(span and span[0] <= term.first and term.last <= span[1] for span in spans)


def _span(fields: str) -> tuple[date, date] | None:
    """Return the days of a pack, as the audit has them from its making."""
    first, dots, last = fields.partition(", ")[0].partition("..")
    return (date.fromisoformat(first), date.fromisoformat(last)) if dots else None
