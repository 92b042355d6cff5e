"""The line below a table: broken between its parts, and never between those who sign."""

import pytest

from kiosk.rules import paper_lines
from kiosk.services.ledger_paper import SIGNATURES


def test_the_places_to_sign_stay_together() -> None:
    assert paper_lines.parts(SIGNATURES) == [SIGNATURES]


@pytest.mark.parametrize(
    "parts",
    [[], ["合计 3 人"], ["合计 3 人", SIGNATURES], ["＊ 不足五人", "检查人：无", SIGNATURES]],
)
def test_a_line_has_the_parts_it_was_made_of(parts: list[str]) -> None:
    assert paper_lines.parts(paper_lines.joined("", *parts, "")) == parts
