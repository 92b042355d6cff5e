"""What a scanner sends of a book that comes in, or what somebody types: which number it is.

Here a bare ten digits are an ISBN, for nothing else of ten digits is scanned at the pile (T-38).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.errors import InvalidInputError
from kiosk.rules import codes
from kiosk.rules.catalogue import isbn_of
from kiosk.rules.codes import CodeKind

_AIM_PREFIX: Final = re.compile(r"^\][A-Z][0-9A-Z](?=.)")
# A bar of thirteen digits, with the add-on of two or five that a gun may send along (T-36).
_BAR: Final = re.compile(r"([0-9]{13})([0-9]{2}|[0-9]{5})?")
_ISBN: Final = re.compile(r"(?:97[89][0-9]{10})|[0-9]{9}[0-9X]")
_ISSN: Final = re.compile(r"(?:ISSN)?([0-9]{7}[0-9X])")
_SHORT_BAR: Final = re.compile(r"[0-9]{8}|[0-9]{12}|[0-9]{14}")
_DIGITS: Final = re.compile(r"[0-9X]{6,}")
_PERIODICAL: Final = "977"
_CHINA: Final = "69"
_SIGNS: Final = str.maketrans("", "", " -\N{HYPHEN}\N{EN DASH}\N{FULLWIDTH HYPHEN-MINUS}")
_ISSN_LENGTH: Final = 8


class NumberProblem(StrEnum):
    """Why something scanned or typed is no number of a book."""

    SHOP_CODE = "shop-code"
    OTHER_BAR = "other-bar"
    WRONG_DIGITS = "wrong-digits"
    NO_BOOK = "no-book"
    MISREAD_LABEL = "misread-label"


@dataclass(frozen=True, slots=True, kw_only=True)
class Isbn:
    """The thirteen digits of an ISBN, without an add-on."""

    isbn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issn:
    """A magazine: its ISSN without a dash, and the issue where the bar has one as its add-on."""

    issn: str
    issue: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OurLabel:
    """A label that we have printed ourselves."""

    code: str


def read(text: str) -> Isbn | Issn | OurLabel | None:
    """Return the number that `text` is, or None where it is none: a title, say.

    Raises:
        InvalidInputError: SHOP_CODE for a bar of Chinese goods, OTHER_BAR for any other whole bar,
            WRONG_DIGITS where a check digit is not right, NO_BOOK for a card of ours.
    """
    plain = _AIM_PREFIX.sub("", text.strip().upper()).translate(_SIGNS)
    if codes.is_whole(plain):
        if CodeKind(plain[0]) is not CodeKind.ITEM:
            raise InvalidInputError(NumberProblem.NO_BOOK)
        return OurLabel(code=plain)
    if match := _BAR.fullmatch(plain):
        return _of_bar(match[1], match[2])
    if _ISBN.fullmatch(plain):
        return Isbn(isbn=_checked_isbn(plain))
    if (match := _ISSN.fullmatch(plain)) and _issn(match[1][:-1]) == match[1]:
        return Issn(issn=match[1], issue=None)
    if _SHORT_BAR.fullmatch(plain) and _is_ean(plain):
        raise InvalidInputError(_goods(plain))
    if _DIGITS.fullmatch(plain):
        raise InvalidInputError(NumberProblem.WRONG_DIGITS)
    return None


def _of_bar(bar: str, add_on: str | None) -> Isbn | Issn:
    if not _is_ean(bar):
        raise InvalidInputError(NumberProblem.WRONG_DIGITS)
    if bar.startswith(_PERIODICAL):
        return Issn(issn=_issn(bar[3:10]), issue=add_on)
    if isbn_of(bar) is None:
        raise InvalidInputError(_goods(bar))
    return Isbn(isbn=bar)


def _goods(bar: str) -> NumberProblem:
    is_chinese = bar.startswith(_CHINA) and len(bar) > _ISSN_LENGTH
    return NumberProblem.SHOP_CODE if is_chinese else NumberProblem.OTHER_BAR


def _checked_isbn(text: str) -> str:
    isbn = isbn_of(text)
    if isbn is None:
        raise InvalidInputError(NumberProblem.WRONG_DIGITS)
    return isbn


def _is_ean(digits: str) -> bool:
    total = sum(int(one) * (3 if place % 2 else 1) for place, one in enumerate(digits[::-1]))
    return total % 10 == 0


def _issn(seven: str) -> str:
    total = sum(int(one) * (8 - place) for place, one in enumerate(seven))
    return seven + "0123456789X"[-total % 11]
