"""Bars that another reader reads."""

import pytest
import zxingcpp
from PIL import Image

from kiosk.printing import bars


def _read(modules: str) -> tuple[str, str]:
    """Return format and text that an independent reader finds in these modules."""
    row = bytes(0 if one == "1" else 255 for one in f"{'0' * 12}{modules}{'0' * 12}")
    picture = Image.frombytes("L", (len(row), 1), row).resize((len(row) * 3, 90), 0)
    (found,) = zxingcpp.read_barcodes(picture)
    return found.format.name, found.text


@pytest.mark.parametrize("first", range(10))
def test_a_bar_of_any_first_digit_is_read_back(first: int) -> None:
    digits = f"{first}80000000000"
    total = sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(digits))
    whole = f"{digits}{-total % 10}"

    assert _read(bars.ean13(whole)) == ("EAN13", whole)


@pytest.mark.parametrize(
    "text", ["B00D5F6G8JS1", "NW-12-AZ", "0123456789ABCDEFGHJKLMNPQRSTVWXYZ", "~ a"]
)
def test_longer_codes_are_read_back(text: str) -> None:
    assert _read(bars.code128(text)) == ("Code128", text)


def test_a_bar_is_drawn_where_it_is_wanted() -> None:
    drawn = bars.path("1101", x=10, y=5, module=0.5, height=8)

    assert drawn.count("M") == 2
    assert "M10.000 5h1.000v8" in drawn
    assert "M11.500 5h0.500v8" in drawn
