"""A name is found in words that somebody typed, and nobody else's with it."""

import pytest

from kiosk.rules.erasure import name_in_words


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("慕容听雨摔了一跤", "某生摔了一跤"),
        ("慕容 听雨、李小雨", "某生、李小雨"),
        ("听雨和听雨的妹妹", "某生和某生的妹妹"),
        ("李听雨没有来", "李听雨没有来"),  # another child
        ("李听雨和听雨", "李听雨和某生"),
        ("慕容老师", "慕容老师"),
        ("听到雨声", "听到雨声"),
    ],
)
def test_the_name_goes_and_the_words_stay(typed: str, left: str) -> None:
    name = name_in_words("慕容", "听雨", others=["李听雨", "慕容听雨", "听雨"])

    assert name is not None
    assert name.without(typed) == left
    assert name.is_in(typed) is (typed != left)
    assert len(left) <= len(typed), "it fits into the column"


def test_a_given_name_of_one_sign_is_found_only_with_the_family_name() -> None:
    name = name_in_words("陈", "明", others=[])

    assert name is not None
    assert name.without("陈明说明天来；陈 明") == "某生说明天来；某生"


def test_letters_are_found_in_either_case() -> None:
    name = name_in_words("", "Aygul", others=[])

    assert name is not None
    assert name.without("AYGUL") == "某生"


def test_a_name_with_signs_of_a_pattern_is_only_itself() -> None:
    name = name_in_words("阿", "依·古(丽", others=["买.依·古(丽"])

    assert name is not None
    assert name.without("阿依·古(丽，买.依·古(丽") == "某生，买.依·古(丽"


def test_the_dash_of_an_erased_child_is_no_name() -> None:
    assert name_in_words("", "—", others=[]) is None
