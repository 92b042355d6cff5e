"""The code on a day's sheet says which day it is of."""

from datetime import date
from uuid import UUID

from kiosk.rules import call_sheets, codes
from kiosk.rules.codes import OurCode

HOME, OTHER_HOME = UUID(int=7), UUID(int=8)
DAY = date(2026, 11, 25)


def _read(code: str) -> OurCode:
    found = codes.parse(code)
    assert isinstance(found, OurCode)
    return found


def test_a_sheet_s_code_is_read_back_as_its_day() -> None:
    code = call_sheets.sheet_code(DAY, HOME)

    assert len(code) == codes.CODE_LENGTH
    assert call_sheets.day_of(_read(code), HOME) == DAY


def test_another_room_s_sheet_and_another_code_are_no_day_of_ours() -> None:
    code = _read(call_sheets.sheet_code(DAY, HOME))
    no_day = _read(codes.compose(codes.CodeKind.COMMAND, "DAY2613457"))

    assert call_sheets.day_of(code, OTHER_HOME) is None
    assert call_sheets.day_of(no_day, HOME) is None
    for command in codes.Command:
        assert call_sheets.day_of(_read(codes.command_code(command)), HOME) is None
