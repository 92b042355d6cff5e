"""One module a family of screens: parse, call a use case, render."""

from collections.abc import Iterator
from importlib import import_module

from flask import Blueprint

NAMES = (
    "kiosk",
    "no_card",
    "child",
    "child_calls",
    "find",
    "child_holds",
    "demo",
    "staff_door",
    "staff_home",
    "openings",
    "opening_days",
    "duty",
    "duty_own",
    "duty_setup",
    "visitors",
    "posters",
    "opening_times",
    "standard",
    "calls",
    "calls_afterwards",
    "calls_sheet",
    "calls_standby",
    "call_week",
    "call_slips",
    "calls_wishes",
    "calls_doubts",
    "call_numbers",
    "call_closures",
    "people",
    "contact_cards",
    "lessons",
    "books",
    "count",
    "count_end",
    "covers",
    "books_import",
    "book_labels",
    "desk",
    "books_pile",
    "books_batches",
    "books_titles",
    "books_shelves",
    "books_pairs",
    "holds",
    "cases",
    "late",
    "ledgers",
    "inspection",
    "term_end",
    "year_end",
    "record",
    "setup",
    "setup_printing",
    "setup_friends",
    "setup_screen",
    "setup_camera",
    "setup_voice",
    "setup_words",
    "voice",
    "setup_scanner",
    "setup_lending",
    "setup_calendar",
    "setup_calls",
)


def all_blueprints() -> Iterator[Blueprint]:
    """Yield each family's blueprint."""
    for name in NAMES:
        yield import_module(f"kiosk.blueprints.{name}").blueprint
