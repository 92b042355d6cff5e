"""What vendors write about copies, and what each choice of a person makes of it (T-33)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import InvalidInputError
from kiosk.files.books import read_books
from kiosk.files.holdings import ONE_EACH, HoldingsChoice, HoldingsSurvey, copies_of, numbers_in
from kiosk.files.problems import BookProblem
from tests.files.building import marc, write

DATA = Path(__file__).parent.parent / "data"
NUMBERS_905B = HoldingsChoice.parse("numbers:905b")
COUNT_905F = HoldingsChoice.parse("count:905f")
# The five quirks of cnmarc_quirks.txt, each as the records of one school.
RANGE = ("905", "‡b20295403-5408‡dD2-6‡e8‡f")
GROUPS = ("905", "‡a1‡bT002267‡c0‡dK86‡e1‡f2‡sK86/1:0‡a1‡bT002269‡c0‡dK86‡e1‡f2‡sK86/1:0")
COUNTED = ("905", "‡bC0017‡dI287‡e3‡f5")
REPEATED = ("905", "‡aTSG‡bD001669‡bD001705‡d21.1")
SUFFIX = ("905", "‡aTSG‡bD040394-5‡d21.1")
IN_985 = (
    "985",
    "‡a202954035‡b样本书库‡d0.38‡h20295403‡a202954044‡b样本书库‡d0.38‡h20295404",
)


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("20295403", ("20295403",)),
        ("20295403-5408", tuple(str(20295403 + at) for at in range(6))),
        ("D040394-5", ("D040394", "D040395")),
        ("D040394-D040396", ("D040394", "D040395", "D040396")),
        ("T000998~1001", ("T000998", "T000999", "T001000", "T001001")),
        ("D001669；D001705", ("D001669", "D001705")),
        ("Ｄ００１６６９", ("D001669",)),
        ("000123", ("000123",)),
    ],
)
def test_a_value_stands_for_one_number_or_for_a_row_of_them(
    written: str, numbers: tuple[str, ...]
) -> None:
    assert numbers_in(written) == numbers


@pytest.mark.parametrize(
    "written",
    ["", "样本书库", "D2-6", "12", "20295408-5403", "D040394-E040396", "100001-999999", "1" * 21],
)
def test_what_is_no_number_of_a_copy_is_not_made_one(written: str) -> None:
    assert numbers_in(written) is None


@given(first=st.integers(0, 9_999_000), size=st.integers(1, 300))
def test_a_range_has_as_many_numbers_as_from_the_first_to_the_last(first: int, size: int) -> None:
    written = f"B{first:07}-{first + size - 1:07}"

    numbers = numbers_in(written)

    assert numbers is not None
    assert (len(numbers), numbers[0]) == (size, f"B{first:07}")
    assert len(set(numbers)) == size


def _rows(tmp_path: Path, *fields: tuple[str, str], choice: HoldingsChoice | None) -> list[object]:
    data = b"".join(marc([("200", f"‡a书{n}"), one]) for n, one in enumerate(fields))
    rows = read_books(write(tmp_path, "a.iso", data), choice=choice).rows
    return [(tuple(copy.accession_no for copy in row.held), row.copies) for row in rows]


def test_the_quirks_by_the_numbers_in_905(tmp_path: Path) -> None:
    fields = (RANGE, GROUPS, COUNTED, REPEATED, SUFFIX)

    assert _rows(tmp_path, *fields, choice=NUMBERS_905B) == [
        (tuple(str(20295403 + at) for at in range(6)), 6),
        (("T002267", "T002269"), 2),
        (("C0017",), 1),
        (("D001669", "D001705"), 2),
        (("D040394", "D040395"), 2),
    ]


def test_the_quirks_by_the_count_in_905(tmp_path: Path) -> None:
    fields = (RANGE, GROUPS, COUNTED, REPEATED)

    assert _rows(tmp_path, *fields, choice=COUNT_905F) == [
        ((), None),
        ((), 4),
        ((), 5),
        ((), None),
    ]


def test_the_quirks_with_one_copy_each(tmp_path: Path) -> None:
    assert _rows(tmp_path, RANGE, COUNTED, choice=ONE_EACH) == [((), 1), ((), 1)]
    assert _rows(tmp_path, RANGE, COUNTED, choice=None) == [((), 1), ((), 1)]


def test_repeated_subfields_of_985_are_a_copy_each(tmp_path: Path) -> None:
    choice = HoldingsChoice.parse("numbers:985h")

    assert _rows(tmp_path, IN_985, choice=choice) == [(("20295403", "20295404"), 2)]


def test_a_record_without_the_chosen_place_has_no_copy(tmp_path: Path) -> None:
    assert _rows(tmp_path, IN_985, choice=NUMBERS_905B) == [((), 0)]


def test_a_number_that_cannot_be_read_is_pointed_out(tmp_path: Path) -> None:
    data = marc([("200", "‡a书"), ("905", "‡b20295408-5403")])

    (row,) = read_books(write(tmp_path, "a.iso", data), choice=NUMBERS_905B).rows

    assert row.problems == (BookProblem.COPIES_UNREADABLE,)


def test_the_survey_says_what_each_choice_would_give(tmp_path: Path) -> None:
    fields = (RANGE, COUNTED, REPEATED, SUFFIX)
    data = b"".join(marc([("200", f"‡a书{n}"), one]) for n, one in enumerate(fields))

    offers = read_books(write(tmp_path, "a.iso", data)).offers

    found = {str(offer.choice): (offer.records, offer.copies, offer.unread) for offer in offers}
    assert found["numbers:905b"] == (4, 6 + 1 + 2 + 2, 0)
    assert found["count:905f"] == (1, 5 + 3, 0)
    assert found["one"] == (4, 4, 0)
    assert offers[-1].choice == ONE_EACH
    by_numbers = next(offer for offer in offers if str(offer.choice) == "numbers:905b")
    assert by_numbers.examples[0] == ("20295403-5408", 6)


def test_what_the_survey_promises_is_what_the_choice_gives() -> None:
    survey = HoldingsSurvey()
    holdings = [
        ("905", (("b", f"{n:06}-{(n + 2) % 10:01}" if n % 10 < 8 else f"{n:06}"),))
        for n in range(1_000, 1_500, 5)
    ]
    for one in holdings:
        survey.add([one])

    offers = survey.offers()

    assert all(
        sum(copies_of([one], offer.choice).count or 1 for one in holdings) == offer.copies
        for offer in offers
    )


def test_shelf_marks_and_vendors_are_not_offered_as_copies() -> None:
    survey = HoldingsSurvey()
    for n in range(100):
        subfields = (("a", "BNU"), ("d", "F124"), ("e", "260"), ("s", f"F124/{n % 7}"))
        survey.add([("905", subfields)])

    assert survey.offers() == ()


def test_a_list_without_such_fields_leaves_nothing_to_choose(tmp_path: Path) -> None:
    assert read_books(write(tmp_path, "a.iso", marc([("200", "‡a书")]))).offers == ()


@pytest.mark.parametrize("text", ["", "905b", "numbers:9", "numbers:905", "some:905b", "one "])
def test_what_is_no_choice_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        HoldingsChoice.parse(text)


@pytest.mark.parametrize("text", ["one", "numbers:905b", "count:905f"])
def test_a_choice_is_written_as_it_is_read(text: str) -> None:
    assert str(HoldingsChoice.parse(text)) == text


def test_the_ten_real_records_offer_the_numbers_of_906() -> None:
    offers = read_books(DATA / "cnmarc_bnu10_utf8.iso").offers

    assert (str(offers[0].choice), offers[0].copies) == ("numbers:906b", 7)
