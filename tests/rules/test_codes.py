import random
from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.errors import InvalidInputError
from kiosk.rules.codes import (
    ALPHABET,
    BookBar,
    CodeKind,
    CodeProblem,
    Command,
    OurCode,
    card_code,
    card_digest,
    check_symbol,
    command_code,
    command_of,
    compose,
    is_whole,
    new_item_code,
    parse,
)

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
CARD = UUID("019aa000-0000-7000-8000-000000000001")
ISBN = "9787539432144"


def _dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a failure must come again


def _codes(how_many: int, *, seed: int) -> list[str]:
    chosen = _dice(seed)
    payloads = ("".join(chosen.choices(ALPHABET, k=10)) for _ in range(how_many))
    return [compose(chosen.choice(list(CodeKind)), payload) for payload in payloads]


def _problem_of(raw: str) -> CodeProblem:
    with pytest.raises(InvalidInputError) as error:
        parse(raw)
    assert isinstance(error.value.reason, CodeProblem)
    return error.value.reason


def test_the_alphabet_has_no_symbol_that_is_taken_for_another() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 33
    assert not set("IOU") & set(ALPHABET)


@pytest.mark.parametrize(
    ("body", "symbol"),
    [("C0000000000", "T"), ("B0000000001", "T"), ("S1234567890", "F"), ("XREADY00000", "J")],
)
def test_the_check_symbol_is_the_one_on_cards_already_printed(body: str, symbol: str) -> None:
    assert check_symbol(body) == symbol


def test_every_single_wrong_symbol_is_noticed() -> None:
    missed = [
        wrong
        for code in _codes(60, seed=1)
        for place in range(12)
        for symbol in ALPHABET
        if symbol != code[place] and is_whole(wrong := code[:place] + symbol + code[place + 1 :])
    ]

    assert missed == []


def test_every_swap_of_two_neighbours_is_noticed() -> None:
    swapped = [
        code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        for code in _codes(3000, seed=2)
        for place in range(11)
        if code[place] != code[place + 1]
    ]

    assert [wrong for wrong in swapped if is_whole(wrong)] == []
    assert len(swapped) > 30_000


def test_every_pair_of_symbols_is_told_from_its_swap_at_every_place() -> None:
    filler = "0" * 10
    for place in range(9):
        for one in ALPHABET:
            for other in ALPHABET:
                if one != other:
                    payload = filler[:place] + one + other + filler[place + 2 :]
                    code = compose(CodeKind.ITEM, payload)
                    wrong = code[: place + 1] + other + one + code[place + 3 :]
                    assert not is_whole(wrong)


@pytest.mark.parametrize("kind", CodeKind)
def test_a_whole_code_is_read_as_what_it_is(kind: CodeKind) -> None:
    code = compose(kind, "0123456789")

    assert parse(code) == OurCode(kind=kind, text=code)


@pytest.mark.parametrize("around", ["{}\r", "{}\n", "{}\r\n", "{}\t", " {} ", "\r\n{}", "]C1{}"])
def test_what_a_scanner_sends_around_a_code_is_left_out(around: str) -> None:
    code = compose(CodeKind.CHILD, "7K3Q9XWR42")

    assert parse(around.format(code)) == OurCode(kind=CodeKind.CHILD, text=code)


def test_case_is_forgiven() -> None:
    code = compose(CodeKind.ITEM, "ABCDEFGHJK")

    assert parse(code.lower()) == OurCode(kind=CodeKind.ITEM, text=code)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda code: code[:6],
        lambda code: code[:-1],
        lambda code: code + code[-1],
        lambda code: code + code,
        lambda code: "A" + code[1:],
        lambda code: code.replace("0", "O"),
        lambda code: code.replace("1", "I"),
        lambda code: code[:5] + " " + code[5:],
        lambda code: code[:5] + "\x0f" + code[5:],
        lambda code: "\x00" + code,
        lambda code: code + "\x1b",
        lambda code: code.replace("0", "\uff10"),
        lambda code: "]Q" + code,
        lambda code: "]C1]C1" + code,
        lambda code: code + " " * 60 + "X",
        lambda code: " " * 60 + code,
    ],
)
def test_anything_damaged_half_or_with_more_in_it_is_looked_at_again(change: object) -> None:
    assert callable(change)

    assert _problem_of(change(compose(CodeKind.CHILD, "0123456789"))) is CodeProblem.MISREAD


@pytest.mark.parametrize("letter", ["\u017f", "\u00df", "\uff33"])
def test_only_plain_letters_are_forgiven_their_case(letter: str) -> None:
    code = compose(CodeKind.STAFF, "S123456789")
    assert code.startswith("SS")

    told_as_letter = letter + code[2 if letter == "\u00df" else 1 :]

    assert _problem_of(told_as_letter) is CodeProblem.MISREAD


@pytest.mark.parametrize("behind", ["", "12", "12345", "\r"])
def test_the_bar_of_a_book_is_its_isbn(behind: str) -> None:
    assert parse(ISBN + behind) == BookBar(isbn=ISBN)


@pytest.mark.parametrize(
    ("old", "isbn"),
    [("7544270874", "9787544270878"), ("080442957x", "9780804429573")],
)
def test_a_number_of_ten_is_the_same_book(old: str, isbn: str) -> None:
    assert parse(old) == BookBar(isbn=isbn)


@pytest.mark.parametrize("old", ["7544270873", "0804429570", "957630239X", "X804429573"])
def test_a_number_of_ten_with_a_wrong_check_digit_is_looked_at_again(old: str) -> None:
    assert _problem_of(old) is CodeProblem.MISREAD


@pytest.mark.parametrize("behind", ["1", "123", "1234", "123456", "AB"])
def test_an_addition_of_a_length_that_no_book_has_is_looked_at_again(behind: str) -> None:
    assert _problem_of(ISBN + behind) is CodeProblem.MISREAD


def test_every_wrong_digit_of_a_book_bar_is_noticed() -> None:
    for place in range(3, 13):
        for digit in "0123456789":
            if digit != ISBN[place]:
                wrong = ISBN[:place] + digit + ISBN[place + 1 :]
                assert _problem_of(wrong) is CodeProblem.MISREAD


@pytest.mark.parametrize("bar", ["6901028075831", "40170725", "012345678905", "00012345600012"])
def test_the_bar_of_something_else_is_not_ours(bar: str) -> None:
    assert _problem_of(bar) is CodeProblem.NOT_OUR_CODE


@pytest.mark.parametrize("bar", ["6901028075832", "40170720", "123456789", "1" * 11])
def test_a_misread_bar_of_something_else_is_looked_at_again(bar: str) -> None:
    assert _problem_of(bar) is CodeProblem.MISREAD


LIKE_A_SCAN = st.one_of(
    st.text(max_size=80),
    st.text(alphabet=ALPHABET + "]\r\n\t \x00IOU", max_size=20),
    st.from_regex(r"\A[CBSX][0-9A-HJ-NP-TV-Z]{9,13}\Z"),
    st.from_regex(r"\A97[89][0-9]{8,16}\Z"),
)
KEYS = [chr(key) for key in range(256)] + list("\uff10\u4e2d\u017f\U0001f600")


def _random_scans() -> Iterator[str]:
    """Yield strings of every sort: noise, nearly a code, codes with something done to them."""
    chosen = _dice(4)
    for code in _codes(5000, seed=5):
        place = chosen.randrange(13)
        yield "".join(chosen.choices(KEYS, k=chosen.randrange(40)))
        yield "".join(chosen.choices(ALPHABET, k=12))
        yield code[:place] + chosen.choice(KEYS) + code[place + chosen.randrange(2) :]
        yield "97" + "".join(chosen.choices("0123456789", k=chosen.choice((6, 11, 13, 16))))


def _is_read_rightly(raw: str) -> bool:
    """Say whether `raw` was read as what it is; anything but our own errors comes through."""
    try:
        found = parse(raw)
    except InvalidInputError as error:
        return error.reason in {CodeProblem.MISREAD, CodeProblem.NOT_OUR_CODE}
    if isinstance(found, OurCode):
        return is_whole(found.text) and found.text in raw.upper()
    return found.isbn in raw


@settings(max_examples=300, deadline=None)
@given(LIKE_A_SCAN)
def test_whatever_is_scanned_is_a_code_a_book_or_looked_at_again(raw: str) -> None:
    assert _is_read_rightly(raw)


def test_twenty_thousand_random_scans_are_read_rightly() -> None:
    wrong = [raw for raw in _random_scans() if not _is_read_rightly(raw)]

    assert wrong == []


def test_a_payload_is_ten_symbols() -> None:
    for wrong in ("", "012345678", "01234567890", "012345678I", "o123456789"):
        with pytest.raises(ValueError, match="ten symbols"):
            compose(CodeKind.ITEM, wrong)


def test_item_codes_are_whole_and_never_the_same() -> None:
    made = [new_item_code() for _ in range(2000)]

    assert all(parse(code) == OurCode(kind=CodeKind.ITEM, text=code) for code in made)
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("command", Command)
def test_a_command_card_is_known_by_its_code(command: Command) -> None:
    code = parse(command_code(command))

    assert isinstance(code, OurCode)
    assert code.kind is CodeKind.COMMAND
    assert command_of(code) is command


def test_a_whole_command_code_without_a_command_does_nothing() -> None:
    assert (
        command_of(OurCode(kind=CodeKind.COMMAND, text=compose(CodeKind.COMMAND, "0" * 10))) is None
    )


@pytest.mark.parametrize("kind", [CodeKind.CHILD, CodeKind.STAFF])
def test_a_card_can_be_printed_again_from_its_id(kind: CodeKind) -> None:
    first, again = (card_code(kind, CARD, key=KEY) for _ in range(2))

    assert first == again
    assert parse(first) == OurCode(kind=kind, text=first)


def test_a_card_code_never_changes_between_versions() -> None:
    assert card_code(CodeKind.CHILD, CARD, key=KEY) == "CBVJS1E6MC8Y"
    assert card_code(CodeKind.STAFF, CARD, key=KEY) == "SH71B1Y9N23G"


def test_without_the_key_nothing_is_known_of_a_code() -> None:
    ours, theirs = (card_code(CodeKind.CHILD, CARD, key=key) for key in (KEY, OTHER_KEY))

    assert ours != theirs
    assert card_digest(ours, key=KEY) != card_digest(ours, key=OTHER_KEY)
    assert ours.encode() not in card_digest(ours, key=KEY)


def test_the_child_card_and_the_staff_card_of_one_id_share_nothing() -> None:
    child, staff = (card_code(kind, CARD, key=KEY) for kind in (CodeKind.CHILD, CodeKind.STAFF))

    assert child[1:] != staff[1:]


def test_guessing_hits_no_card() -> None:
    cards = {
        card_digest(card_code(CodeKind.CHILD, UUID(int=n), key=KEY), key=KEY) for n in range(500)
    }

    guessed = {
        card_digest(compose(CodeKind.CHILD, "".join(payload)), key=KEY)
        for payload in zip(*[iter(_dice(3).choices(ALPHABET, k=1_000_000))] * 10, strict=True)
    }

    assert len(cards) == 500
    assert len(guessed) == 100_000
    assert not cards & guessed
