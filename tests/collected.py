"""What is made of the tests that were found: their marks, and which file comes first.

Of several processes each is given whole files. Those with few tests that take long come first:
begun last, one of them keeps one process busy while the others have nothing left. Then those with
most tests.
"""

from collections import Counter
from pathlib import Path
from typing import Final

import pytest

_FOLDERS: Final = {"browser": pytest.mark.browser, "faults": pytest.mark.faults}
HERE: Final = Path(__file__).parent
LONG: Final = (
    "faults/test_kills.py",
    "browser/test_journeys_recording.py",
    "browser/test_long_day.py",
    "services/test_call_week_lives.py",
    "browser/test_scanner_doctor.py",
    "services/test_book_house.py",
    "browser/test_printed_codes.py",
    "test_run.py",
    "browser/test_tired.py",
    "browser/test_journeys_pile.py",
    "browser/test_journeys_opening.py",
    "faults/test_sync_kills.py",
    "browser/test_journeys_books.py",
    "web/test_books_import.py",
    "browser/test_journeys_board.py",
    "browser/test_journeys_sizes.py",
    "browser/test_camera.py",
    "rules/test_book_house.py",
    "browser/test_journeys_staff.py",
    "browser/test_journeys_calls.py",
    "faults/test_term_kills.py",
    "browser/test_journeys_stocktake.py",
    "faults/test_import_kills.py",
    "browser/test_words_hidden.py",
    "browser/test_staff_forms.py",
    "browser/test_journeys_friends.py",
    "browser/test_journeys_privacy.py",
    "browser/test_keyboard.py",
)


def mark(items: list[pytest.Item]) -> None:
    """Mark by place and need, so that no test forgets to say it."""
    for item in items:
        for folder, mark in _FOLDERS.items():
            if folder in item.path.parts:
                item.add_marker(mark)
        if "private_cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)


def longest_first(items: list[pytest.Item]) -> None:
    """Order the tests; those of a file stay together, in their own order."""
    ranks = {HERE / name: rank for rank, name in enumerate(LONG)}
    counts = Counter(item.path for item in items)
    items.sort(key=lambda item: (ranks.get(item.path, len(LONG)), -counts[item.path]))
