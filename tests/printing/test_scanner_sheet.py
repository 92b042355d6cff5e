"""The sheet for the scanner page, read back by another reader."""

import re

import zxingcpp
from PIL import Image, ImageDraw

from kiosk.printing import scanner_sheet
from kiosk.printing.scanner_sheet import SheetLine
from kiosk.rules.scanners import SHEET, SQUARES

_PX = 12  # a millimetre
_DARK = re.compile(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)")


def _printed(svg: str) -> Image.Image:
    """Return the dark runs of a sheet as they come out of a printer."""
    paper = Image.new("L", (210 * _PX, 297 * _PX), 255)
    draw = ImageDraw.Draw(paper)
    for run in _DARK.finditer(svg):
        x, y, width, height = (float(one) * _PX for one in run.groups())
        draw.rectangle((round(x), round(y), round(x + width) - 1, round(y + height) - 1), fill=0)
    return paper


def test_all_six_codes_are_read_off_the_sheet() -> None:
    lines = [SheetLine(text=text, is_square=code in SQUARES) for code, text in SHEET.items()]

    svg = scanner_sheet.page(lines)

    found = {one.text: one.format.name for one in zxingcpp.read_barcodes(_printed(svg))}
    assert found.keys() == set(SHEET.values())
    assert sorted(found.values()) == ["Code128", "Code128", "EAN13", "QRCode", "QRCode", "QRCode"]


def test_the_codes_are_numbered_and_stand_there_in_letters() -> None:
    svg = scanner_sheet.page([SheetLine(text="NW-12-AZ", is_square=False)])

    assert ">1</text>" in svg
    assert ">NW-12-AZ</text>" in svg
