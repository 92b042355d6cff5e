"""What a scanner's way of writing says about it."""

from collections.abc import Callable, Iterator

import pytest

from kiosk.errors import InvalidInputError
from kiosk.rules import codes
from kiosk.rules.codes import BookBar, CodeKind, OurCode
from kiosk.rules.devices import LetterCase, ScannedIsbn, Terminator
from kiosk.rules.scanners import (
    AIM,
    SHEET,
    SQUARES,
    Reading,
    ScannerFault,
    ScannerProfile,
    SheetCode,
    learn,
    recognise,
)

FINE = ScannerProfile(
    terminator=Terminator.ENTER,
    prefix="",
    letter_case=LetterCase.UPPER,
    isbn=ScannedIsbn.AS_PRINTED,
    drops_characters=False,
    has_input_method=False,
)


def _readings(
    change: Callable[[SheetCode, str], str] = lambda _, text: text,
    *,
    terminator: Terminator = Terminator.ENTER,
    letter_case: LetterCase | None = LetterCase.UPPER,
    has_input_method: bool = False,
    in_alt_mode: bool = False,
) -> list[Reading]:
    return [
        Reading(
            text=change(code, text),
            terminator=terminator,
            letter_case=letter_case if any(map(str.isalpha, text)) else None,
            has_input_method=has_input_method,
            in_alt_mode=in_alt_mode,
        )
        for code, text in SHEET.items()
    ]


def test_a_scanner_at_its_factory_settings_has_no_fault() -> None:
    learned = learn(_readings())

    assert learned.profile == FINE
    assert learned.seen == frozenset(SheetCode)
    assert learned.faults == ()


@pytest.mark.parametrize("terminator", list(Terminator))
def test_what_it_sends_after_a_code_is_learned(terminator: Terminator) -> None:
    learned = learn(_readings(terminator=terminator))

    assert learned.profile is not None
    assert learned.profile.terminator is terminator
    wanted = (ScannerFault.NO_TERMINATOR,) if terminator is Terminator.NOTHING else ()
    assert learned.faults == wanted


def test_prefixes_that_name_the_kind_of_code_are_no_fault() -> None:
    named = {SheetCode.ISBN: "]E0", SheetCode.LONG: "]C0", SheetCode.SIGNS: "]C0"}

    learned = learn(_readings(lambda code, text: named.get(code, "]Q1") + text))

    assert learned.profile is not None
    assert learned.profile.prefix == AIM
    assert learned.faults == ()


def test_another_prefix_is_learned_so_that_it_can_be_left_away() -> None:
    learned = learn(_readings(lambda _, text: "*~" + text))

    assert learned.profile is not None
    assert learned.profile.prefix == "*~"
    assert learned.faults == (ScannerFault.PREFIX,)


def test_something_before_one_code_alone_is_not_learned_and_said() -> None:
    learned = learn(_readings(lambda code, text: f"7{text}" if code is SheetCode.LONG else text))

    assert learned.profile == FINE
    assert learned.faults == (ScannerFault.PREFIX,)


@pytest.mark.parametrize("bars", ["D", "", "]C0"])
def test_a_letter_for_the_kind_of_code_is_said_though_it_cannot_be_left_away(bars: str) -> None:
    learned = learn(_readings(lambda code, text: ("S" if code in SQUARES else bars) + text))

    assert learned.profile == FINE
    assert learned.faults == (ScannerFault.PREFIX,)


def test_what_names_the_kind_of_some_codes_alone_is_no_fault() -> None:
    learned = learn(_readings(lambda code, text: text if code in SQUARES else f"]C0{text}"))

    assert learned.faults == ()


def test_small_letters_an_input_method_and_alt_mode_are_said() -> None:
    lower = learn(_readings(letter_case=LetterCase.LOWER))
    composed = learn(_readings(letter_case=None, has_input_method=True))
    alt = learn(_readings(in_alt_mode=True))

    assert lower.faults == (ScannerFault.LOWER_CASE,)
    assert composed.faults == (ScannerFault.INPUT_METHOD,)
    assert alt.faults == (ScannerFault.ALT_MODE,)


@pytest.mark.parametrize("code", [one for one in SheetCode if one is not SheetCode.ISBN])
def test_a_lost_or_doubled_character_is_noticed_wherever_it_is(code: SheetCode) -> None:
    whole = SHEET[code]
    for place in range(len(whole)):
        for damaged in (
            whole[:place] + whole[place + 1 :],
            whole[:place] + whole[place] + whole[place:],
        ):
            found = recognise(damaged)

            assert found is not None
            assert (found.code, found.is_damaged) == (code, True) or damaged.endswith(whole)


def test_a_keyboard_of_another_country_is_noticed() -> None:
    german = str.maketrans({"Z": "Y", "Y": "Z", "-": "/"})
    french = str.maketrans({"A": "Q", "Q": "A", "Z": "W", "W": "Z", "M": ";"})

    for keyboard in (german, french):

        def typed(_: SheetCode, text: str, keyboard: dict[int, str] = keyboard) -> str:
            return text.translate(keyboard)

        assert learn(_readings(typed)).faults[0] is ScannerFault.LAYOUT


def test_a_book_s_number_of_ten_digits_is_learned() -> None:
    learned = learn(_readings(lambda code, text: "0000000000" if code is SheetCode.ISBN else text))

    assert learned.profile is not None
    assert learned.profile.isbn is ScannedIsbn.TEN_DIGITS
    assert learned.faults == (ScannerFault.TEN_DIGITS,)


def test_a_scanner_that_reads_bars_alone_or_squares_alone_is_told_apart() -> None:
    drawn = {SHEET[code] for code in SQUARES}
    bars = [one for one in _readings() if one.text not in drawn]
    squares = [one for one in _readings() if one not in bars]

    assert learn(bars).faults == (ScannerFault.NO_SQUARES,)
    assert learn(squares).faults == (ScannerFault.NO_BARS,)
    squares_only = learn(squares).profile
    assert squares_only is not None
    assert squares_only.isbn is ScannedIsbn.NOT_READ


@pytest.mark.parametrize("text", ["", "AQ", "6901028075831", "HELLO", "C7K3M9QX2AB1", "1" * 40])
def test_what_is_none_of_the_six_teaches_nothing(text: str) -> None:
    reading = Reading(text=text, terminator=Terminator.TAB, letter_case=None)

    assert recognise(text) is None
    assert learn([reading]).profile is None


def _meant(text: str) -> Iterator[OurCode | BookBar]:
    try:
        yield codes.parse(text)
    except InvalidInputError:
        return


def test_no_code_of_the_sheet_does_anything_on_a_child_s_screen() -> None:
    meant = [one for text in SHEET.values() for one in _meant(text)]

    assert all(text.isascii() for text in SHEET.values())
    for one in meant:
        if isinstance(one, OurCode):
            assert one.kind is CodeKind.COMMAND
            assert codes.command_of(one) is None
        else:
            assert set(one.isbn[3:12]) == {"0"}  # the number of no publisher
    assert codes.is_whole(SHEET[SheetCode.CARD])
