"""What a scanner sends of a book is told apart, and what is none is said to be none."""

import pytest

from kiosk.errors import InvalidInputError
from kiosk.rules import book_numbers, codes, intake, volumes
from kiosk.rules.book_numbers import Isbn, Issn, NumberProblem, OurLabel
from kiosk.rules.codes import Command
from tests.clock import FrozenClock

BOOK = "9787530216781"


@pytest.mark.parametrize(
    "scanned",
    [
        BOOK,
        f"{BOOK}05",
        f"{BOOK}51999",
        f"]E0{BOOK}",
        "978-7-5302-1678-1",
        f" {BOOK}\r",
        "7530216783",
        "7-5302-1678-3",
    ],
    ids=[
        "bare",
        "add-on of two",
        "add-on of five",
        "with its kind",
        "typed with dashes",
        "with an end",
        "of ten digits",
        "of ten with dashes",
    ],
)
def test_a_book_is_known_by_thirteen_digits_however_it_was_sent(scanned: str) -> None:
    assert book_numbers.read(scanned) == Isbn(isbn=BOOK)


def test_an_old_number_may_end_in_x() -> None:
    assert book_numbers.read("080442957x") == Isbn(isbn="9780804429573")


@pytest.mark.parametrize(
    ("scanned", "issue"),
    [("9771000123006", None), ("977100012300605", "05"), ("977100012300600123", "00123")],
)
def test_a_magazine_is_known_by_its_issn_and_the_add_on_is_its_issue(
    scanned: str, issue: str | None
) -> None:
    assert book_numbers.read(scanned) == Issn(issn="10001239", issue=issue)


def test_an_issn_may_be_typed() -> None:
    assert book_numbers.read("ISSN 1000-1239") == Issn(issn="10001239", issue=None)


def test_a_label_of_ours_is_our_label() -> None:
    code = codes.new_item_code()

    assert book_numbers.read(code.lower()) == OurLabel(code=code)


@pytest.mark.parametrize(
    ("scanned", "problem"),
    [
        ("6901234567892", NumberProblem.SHOP_CODE),
        ("4006381333931", NumberProblem.OTHER_BAR),
        ("96385074", NumberProblem.OTHER_BAR),
        ("9787530216789", NumberProblem.WRONG_DIGITS),
        ("7530216789", NumberProblem.WRONG_DIGITS),
        ("123456", NumberProblem.WRONG_DIGITS),
        (codes.command_code(Command.LEAVE), NumberProblem.NO_BOOK),
    ],
    ids=["milk", "another land's goods", "short bar", "one digit wrong", "ten", "six", "a card"],
)
def test_what_is_no_book_has_a_reason(scanned: str, problem: NumberProblem) -> None:
    with pytest.raises(InvalidInputError) as error:
        book_numbers.read(scanned)

    assert error.value.reason is problem


@pytest.mark.parametrize("typed", ["小马过河", "10019·1234", "1984", "儿歌300首", "b", ""])
def test_words_are_no_number(typed: str) -> None:
    assert book_numbers.read(typed) is None


@pytest.mark.parametrize(
    "name",
    ["三国演义（上）", "十万个为什么（全7册）", "西游记 下册", "资治通鉴 第3卷", "套装 格林"],
)
def test_a_set_is_known_by_its_words(name: str) -> None:
    assert volumes.names_a_set(name)


@pytest.mark.parametrize("name", ["上学记", "小马过河", "中国神话", "下雪天", "第一次上街"])
def test_a_book_that_stands_alone_is_no_set(name: str) -> None:
    assert not volumes.names_a_set(name)


def test_the_next_volume_comes_after_the_highest() -> None:
    assert volumes.next_volume(["1", "第3册", None]) == "4"
    assert volumes.next_volume([]) == "1"


def test_one_label_in_ten_is_looked_at_twice_and_always_the_same(clock: FrozenClock) -> None:
    from kiosk.ids import new_id

    ids = [new_id(clock()) for _ in range(2000)]

    chosen = [one for one in ids if intake.is_chosen(one)]

    assert 130 < len(chosen) < 280
    assert chosen == [one for one in ids if intake.is_chosen(one)]


def test_a_shelf_s_code_is_whole_and_no_command() -> None:
    made = {codes.new_shelf_code() for _ in range(50)}

    assert len(made) == 50
    assert all(codes.is_whole(code) and code.startswith("X") for code in made)
