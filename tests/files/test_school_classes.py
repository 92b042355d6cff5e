"""Every way of writing a class, and the ways that mean nothing."""

from datetime import date

import pytest

from kiosk.files.names import TRADITIONAL
from kiosk.files.school_classes import SchoolClass, find_class, read_class

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "text",
    [
        "三年级2班",
        "三(2)班",
        "三（２）班",
        "3.2",
        "302",
        "302班",
        "0302",
        "2024级2班",
        "202402",
        "2024级(2)班",
        "三年级二班",
        "三二班",
        "三年二班",
        "三2",
        "3年级2班",
        "3-2",
        "3(2)班",
        "三年级（二）班",
        "三乙班",
        "小学三年级2班",
        " 三 年级 ２ 班 ",
        "三年级02班",
        "2024.2",
        "小三(2)班",
    ],
)
def test_all_these_are_class_two_of_grade_three(text: str) -> None:
    reading = read_class(text, grade_text="", today=TODAY)

    assert reading is not None
    assert reading.school_class == SchoolClass(grade=3, number=2)
    assert not reading.number_assumed


@pytest.mark.parametrize("grade", ["三年级", "3", "三", "3年级", "2024级", "小三"])
@pytest.mark.parametrize("number", ["2班", "2", "(2)班", "二班", "02", "第2班", "三年级2班", "302"])
def test_grade_and_class_may_stand_apart(grade: str, number: str) -> None:
    reading = read_class(number, grade_text=grade, today=TODAY)

    assert reading is not None
    assert reading.school_class == SchoolClass(grade=3, number=2)


@pytest.mark.parametrize(
    ("text", "grade"), [("三年级", ""), ("", "三年级"), ("2024级", ""), ("三年级", "三年级")]
)
def test_a_grade_alone_is_its_only_class_and_says_so(text: str, grade: str) -> None:
    reading = read_class(text, grade_text=grade, today=TODAY)

    assert reading is not None
    assert reading.school_class == SchoolClass(grade=3, number=1)
    assert reading.number_assumed


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("2班", ""),
        ("3", ""),
        ("32", ""),
        ("二十班", ""),
        ("向日葵班", ""),
        ("2013级2班", ""),
        ("2023届2班", ""),
        ("三年级0班", ""),
        ("三年级41班", ""),
        ("2026-03-02", ""),
        ("四年级2班", "三年级"),
        ("2班", "大班"),
        ("012", ""),
    ],
)
def test_what_is_no_class_or_contradicts_itself_is_none(text: str, grade: str) -> None:
    assert read_class(text, grade_text=grade, today=TODAY) is None


@pytest.mark.parametrize(
    ("today", "grade"), [(date(2027, 7, 31), 3), (date(2027, 8, 1), 4), (date(2024, 9, 1), 1)]
)
def test_an_entry_year_moves_up_with_the_school_year(today: date, grade: int) -> None:
    reading = read_class("2024级2班", grade_text="", today=today)

    assert reading is not None
    assert reading.school_class.grade == grade


@pytest.mark.parametrize(
    ("title", "school_class"),
    [
        ("某小学三年级（2）班学生花名册", SchoolClass(grade=3, number=2)),
        ("一至三年级", None),
        ("一年级1班和一年级2班", None),
        ("3年级2班", SchoolClass(grade=3, number=2)),
        ("花名册", None),
    ],
)
def test_a_title_names_one_class_or_none(title: str, school_class: SchoolClass | None) -> None:
    assert find_class(title) == school_class


def test_no_sign_taken_for_traditional_stands_in_the_simplified_standard() -> None:
    simplified = [sign for sign in TRADITIONAL if sign.encode("gb2312", "ignore")]

    assert simplified == []
