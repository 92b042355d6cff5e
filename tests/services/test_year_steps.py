"""The steps of the year's end that the audit knows of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from kiosk.db import transaction
from kiosk.ids import new_id
from kiosk.models.calendar import Term
from kiosk.services import audit, hand_over, year_steps
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period
from tests import factories

FIRST, LAST = date(2027, 2, 22), date(2027, 7, 2)


@pytest.fixture
def july(here: Here) -> Here:
    """Return a moment in the summer after the test's own, a term being over."""
    july = replace(here, now=datetime(2027, 7, 10, 2, 0, tzinfo=UTC))
    with transaction() as session:
        session.add(Term(id=new_id(july.now), name="下学期", first_day=FIRST, last_day=LAST))
    return july


def _pack(here: Here, span: str, *handed_out: str) -> None:
    subject = f"pack:{uuid4()}"
    for fields in (f"{span}, standard", *handed_out):
        with transaction() as session:
            audit.record(
                session,
                AuditAction.EXPORT,
                actor_id=None,
                subject=subject,
                fields=fields,
                purpose="inspection",
                here=here,
            )


def test_at_first_nothing_is_done(july: Here) -> None:
    steps = year_steps.look(july)

    assert (steps.has_archive, steps.has_report) == (False, False)
    assert steps.last_term == Period(first=FIRST, last=LAST)


def test_a_report_that_was_printed_is_known_until_the_next_year(july: Here) -> None:
    hand_over.report(actor_id=factories.staff(july).staff_id, here=july)

    assert year_steps.look(july).has_report
    assert not year_steps.look(replace(july, now=july.now + timedelta(days=365))).has_report
    assert not year_steps.look(replace(july, now=july.now + timedelta(days=150))).has_report


@pytest.mark.parametrize(
    ("span", "handed_out", "is_known"),
    [
        (f"{FIRST}..{LAST}", ("zip",), True),
        ("2027-02-01..2027-07-05", ("pdf", "zip"), True),
        (f"{FIRST}..{LAST}", ("pdf", "xlsx"), False),
        (f"{FIRST}..2027-06-30", ("zip",), False),
        (f"2027-03-01..{LAST}", ("zip",), False),
    ],
)
def test_an_archive_is_there_when_the_whole_term_was_taken_away(
    july: Here, span: str, handed_out: tuple[str, ...], *, is_known: bool
) -> None:
    _pack(july, span, *handed_out)

    assert year_steps.look(july).has_archive is is_known


def test_what_was_taken_before_the_term_was_over_is_no_archive(july: Here) -> None:
    _pack(replace(july, now=july.now - timedelta(days=30)), f"{FIRST}..{LAST}", "zip")

    assert not year_steps.look(july).has_archive
