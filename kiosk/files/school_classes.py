"""How a class is written: 三年级2班, 三(2)班, 3.2, 302, 2023级2班, or grade and class apart."""

import re
from dataclasses import dataclass
from datetime import date

from kiosk.files.text import compact

HIGHEST_GRADE = 9
HIGHEST_NUMBER = 40
# Registers for the new school year are made from August on; a 2026级 of August is its first grade.
_SCHOOL_YEAR_BEGINS = 8

_NUMERALS = {sign: value for value, sign in enumerate("一二三四五六七八九", start=1)}
_STEMS = {sign: value for value, sign in enumerate("甲乙丙丁", start=1)}
_G = "(?P<grade>[一二三四五六七八九])"
_D = "(?P<grade>[1-9])"
_N = r"\(?(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3}|[甲乙丙丁])\)?"
_INNER = r"(?P<bracketed>\d{1,2}|[一二三四五六七八九十]{1,3}|[甲乙丙丁])"
_YEAR = r"(?P<year>20\d\d)"
_PART = r"(?:年级|年|级|[.\-/_,])"
_WHOLE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:小学|小)?{_G}{_PART}{_N}班?",
        rf"(?:小学|小)?{_G}(?:\({_INNER}\)|(?P<bare>\d{{1,2}}|[一二三四五六七八九甲乙丙丁]))班?",
        rf"(?:小学|小)?{_D}(?:{_PART}{_N}|\({_INNER}\))班?",
        rf"0?{_D}(?P<number>\d\d)班?",
        rf"{_YEAR}(?:级{_PART}?{_N}|[.\-/(]{_N.replace('number', 'late')}|(?P<close>\d\d))班?",
    )
)
_GRADE_ONLY = re.compile(rf"(?:小学|小)?(?:{_G}(?:年级|年)?|(?P<digit>[1-9])(?:年级|年)?)")
_ENTRY_ONLY = re.compile(rf"{_YEAR}级")
_NUMBER_ONLY = re.compile(rf"第?{_N}班?")
_INSIDE = re.compile(rf"(?:(?<![一二三四五六七八九\d]){_G}|(?<!\d)(?P<digit>[1-9]))年级{_N}班")


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolClass:
    """A class of this school year: grade 3, number 2."""

    grade: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReading:
    """The class that a writing means. `number_assumed`: only the grade was written."""

    school_class: SchoolClass
    number_assumed: bool = False


def read_class(text: str, *, grade_text: str, today: date) -> ClassReading | None:
    """Return the class, or None where the writing is not understood or contradicts the grade.

    `grade_text` is the grade's own column, or empty. `today` says which grade an entry year is in.
    """
    plain = compact(text).replace("班级", "班")
    grade = read_grade(grade_text, today=today)
    if compact(grade_text) and grade is None:
        return None
    whole = _read_whole(plain, today=today)
    if grade is None:
        return whole or _grade_alone(plain, today=today)
    number = _NUMBER_ONLY.fullmatch(plain)
    if number is not None:
        return _reading(grade, _number(number["number"]))
    if whole is not None:
        return whole if whole.school_class.grade == grade else None
    return _assumed(grade) if plain in {"", compact(grade_text)} else None


def read_grade(text: str, *, today: date) -> int | None:
    """Return the grade of 三年级, 3, 小三, 2023级; None where the text is none."""
    plain = compact(text)
    if match := _GRADE_ONLY.fullmatch(plain):
        return _NUMERALS[match["grade"]] if match["grade"] else int(match["digit"])
    if match := _ENTRY_ONLY.fullmatch(plain):
        return _grade_of_entry(int(match["year"]), today=today)
    return None


def find_class(text: str) -> SchoolClass | None:
    """Return the one class named inside a title: ××小学三年级(2)班学生花名册."""
    found = {
        reading.school_class
        for match in _INSIDE.finditer(compact(text))
        if (reading := _reading(_grade(match), _number(match["number"])))
    }
    return found.pop() if len(found) == 1 else None


def _grade(match: re.Match[str]) -> int:
    return _NUMERALS[match["grade"]] if match["grade"] else int(match["digit"])


def _read_whole(plain: str, *, today: date) -> ClassReading | None:
    for pattern in _WHOLE:
        if match := pattern.fullmatch(plain):
            parts = match.groupdict()
            number = next(
                value
                for key in ("number", "bracketed", "bare", "late", "close")
                if (value := parts.get(key)) is not None
            )
            if parts.get("year"):
                return _reading(_grade_of_entry(int(parts["year"]), today=today), _number(number))
            grade = parts["grade"]
            return _reading(_NUMERALS.get(grade) or int(grade), _number(number))
    return None


def _grade_alone(plain: str, *, today: date) -> ClassReading | None:
    if plain.isdigit():  # a bare 3 may be a class as well as a grade
        return None
    grade = read_grade(plain, today=today)
    return None if grade is None else _assumed(grade)


def _assumed(grade: int) -> ClassReading:
    """Return a grade's only class: a small school has one and does not number it."""
    return ClassReading(school_class=SchoolClass(grade=grade, number=1), number_assumed=True)


def _reading(grade: int | None, number: int) -> ClassReading | None:
    if grade is None or not 1 <= number <= HIGHEST_NUMBER:
        return None
    return ClassReading(school_class=SchoolClass(grade=grade, number=number))


def _grade_of_entry(year: int, *, today: date) -> int | None:
    grade = today.year - year + (1 if today.month >= _SCHOOL_YEAR_BEGINS else 0)
    return grade if 1 <= grade <= HIGHEST_GRADE else None


def _number(text: str) -> int:
    """Return 2 for 2, 02, 二, 乙 and 12 for 十二; 0 for what is no number."""
    if text.isdigit():
        return int(text)
    if text in _STEMS:
        return _STEMS[text]
    tens, ten, ones = text.partition("十")
    if not ten:
        return _NUMERALS.get(text, 0)
    return _NUMERALS.get(tens, 1) * 10 + _NUMERALS.get(ones, 0)
