"""The preview of an intake in plain English lines, for the command line."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from kiosk.files.holdings import CopiesBy, HoldingsOffer
from kiosk.services.intake import IntakePlan
from kiosk.services.intake_titles import title_of

SHOWN: Final = 12


def describe(plan: IntakePlan, *, everything: bool = False) -> Iterator[str]:
    """Yield the lines of the preview; with `everything` each record."""
    shown = plan.rows if everything else plan.rows[:SHOWN]
    yield (
        f"{len(plan.rows)} records of {len(plan.titles)} titles: {plan.new_titles} new,"
        f" {plan.known} in the catalogue already; {plan.new_items} copies to add."
    )
    for row in shown:
        by = "" if row.author is None else f" / {row.author}"
        isbn = "" if row.isbn is None else f" (ISBN {row.isbn})"
        yield f"  {title_of(row)}{by}{isbn}"
    if len(plan.rows) > len(shown):
        yield f"  ... and {len(plan.rows) - len(shown)} more (--all lists them)"
    for record in plan.refused:
        yield f"LEFT OUT, record {record.row_number}: {record.reason.replace('_', ' ')}"
    odd = Counter(problem for row in plan.rows for problem in row.problems)
    for problem, times in odd.items():
        yield f"To look at, {problem.replace('_', ' ')}: {times}"
    if plan.taken:
        yield f"To look at, a number that another copy has: {len(plan.taken)}"
    if plan.ignored_columns:
        yield f"Read past, not stored: {', '.join(plan.ignored_columns)}"
    if plan.is_undecided:
        yield "What are the copies? Say it with --copies and one of these:"
        yield from map(_offered, plan.offers)


def _offered(offer: HoldingsOffer) -> str:
    if offer.choice.by is CopiesBy.ONE:
        return f"  --copies {offer.choice}: one copy of each record, {offer.copies} in all"
    read = ", ".join(f"{text} gives {copies}" for text, copies in offer.examples)
    unread = f"; {offer.unread} values cannot be read so" if offer.unread else ""
    return (
        f"  --copies {offer.choice}: {offer.copies} copies, said in {offer.records} records"
        f" ({read}){unread}"
    )
