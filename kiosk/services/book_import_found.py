"""What a file of books was found to hold, as the page shows it and as it is kept meanwhile."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from kiosk.files.books import BookRow
from kiosk.files.holdings import HoldingsChoice, HoldingsOffer
from kiosk.files.problems import BookProblem
from kiosk.services.intake import IntakePlan
from kiosk.services.intake_titles import title_of

SHOWN: Final = 12

# What JSON gives back; its shape is what the functions beside it wrote.
_Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstTitle:
    """A title as the preview shows it; the price in yuan."""

    name: str
    author: str | None
    publisher: str | None
    isbn: str | None
    class_mark: str | None
    series: str | None
    price: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was read: `titles` of which `known` are in the catalogue, and `items` to add.

    `odd` counts what should be looked at.
    """

    records: int
    titles: int
    known: int
    items: int
    refused: int
    odd: tuple[tuple[BookProblem, int], ...]
    ignored_columns: tuple[str, ...]
    offers: tuple[HoldingsOffer, ...]
    first: tuple[FirstTitle, ...]

    @property
    def new(self) -> int:
        return self.titles - self.known

    @property
    def adds_nothing(self) -> bool:
        return not self.offers and not self.new and not self.items


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """A record that was refused, or has something to look at; the title where it has one."""

    row_number: int
    title: str | None
    problem: BookProblem


def found_of(plan: IntakePlan) -> _Json:
    """Return what a plan has found, to be kept."""
    odd = Counter(problem for row in plan.rows for problem in row.problems)
    if plan.taken:
        odd[BookProblem.NUMBER_TAKEN] = len(plan.taken)
    return {
        "records": len(plan.rows) + len(plan.refused),
        "titles": len(plan.titles),
        "known": plan.known,
        "items": plan.new_items,
        "refused": len(plan.refused),
        "odd": list(odd.items()),
        "ignored_columns": plan.ignored_columns,
        "offers": [_offer(offer) for offer in plan.offers],
        "first": [_first(row) for row in plan.rows[:SHOWN]],
    }


def found_again(kept: _Json) -> Found:
    """Return what `found_of` kept."""
    return Found(
        records=kept["records"],
        titles=kept["titles"],
        known=kept["known"],
        items=kept["items"],
        refused=kept["refused"],
        odd=tuple((BookProblem(problem), times) for problem, times in kept["odd"]),
        ignored_columns=tuple(kept["ignored_columns"]),
        offers=tuple(_offer_again(offer) for offer in kept["offers"]),
        first=tuple(FirstTitle(**title) for title in kept["first"]),
    )


def report_of(plan: IntakePlan) -> list[tuple[int, str | None, str]]:
    """Return the lines of the report in the order of the file, to be kept."""
    titles = {row.row_number: title_of(row) for row in plan.rows} if plan.taken else {}
    lines: list[tuple[int, str | None, str]] = [
        *((record.row_number, None, record.reason) for record in plan.refused),
        *((row.row_number, title_of(row), one) for row in plan.rows for one in row.problems),
        *((number, titles.get(number), BookProblem.NUMBER_TAKEN) for number in plan.taken),
    ]
    return sorted(lines, key=lambda line: line[0])


def report_again(kept: list[tuple[int, str | None, str]]) -> tuple[ReportLine, ...]:
    """Return what `report_of` kept."""
    return tuple(
        ReportLine(row_number=row, title=title, problem=BookProblem(problem))
        for row, title, problem in kept
    )


def _first(row: BookRow) -> _Json:
    return {
        "name": title_of(row),
        "author": row.author,
        "publisher": row.publisher,
        "isbn": row.isbn or row.csbn or row.issn,
        "class_mark": row.class_mark,
        "series": row.series,
        "price": None if row.price is None else str(row.price),
    }


def _offer(offer: HoldingsOffer) -> _Json:
    return {
        "choice": str(offer.choice),
        "records": offer.records,
        "copies": offer.copies,
        "unread": offer.unread,
        "examples": offer.examples,
    }


def _offer_again(kept: _Json) -> HoldingsOffer:
    return HoldingsOffer(
        choice=HoldingsChoice.parse(kept["choice"]),
        records=kept["records"],
        copies=kept["copies"],
        unread=kept["unread"],
        examples=tuple((text, copies) for text, copies in kept["examples"]),
    )
