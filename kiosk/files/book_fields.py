"""The small fields of a book: numbers, prices, years, class marks, with the junk they arrive in."""

import re
from collections.abc import Iterator
from decimal import Decimal

from kiosk.files.problems import BookProblem
from kiosk.files.text import compact, is_garbled, normal, tidy

LONGEST_TITLE = 300
# What is longer than this is no title, but a page that slipped into its place.
LONGEST_READ_TITLE = 2_000
LONGEST_SERIES = 200
LONGEST_VOLUME = 40
LONGEST_GRADE_BAND = 10
LONGEST_PUBLISHED = 20
LONGEST_ISSUE = 40
LONGEST_SHELF = 40
LONGEST_AUTHOR = 300
LONGEST_PUBLISHER = 200
LONGEST_CLASS_MARK = 60
LONGEST_CSBN = 30
LONGEST_ACCESSION_NO = 20

_ISBN = re.compile(r"(?<![\dXx])(97[89][\d\- ]{10,14}[\dXx]|\d[\d\- ]{8,12}[\dXx])(?![\dXx])")
_ADDON = re.compile(r"(97[89]\d{10})(?:\d{2}|\d{5})")
# R10024·3556: R is for children's books, five or fewer digits for the press, then the title.
_CSBN = re.compile(r"(?:统一书号:?)?([A-Z]{0,2})(\d{3,5})[·•.\-・‧∙](\d{1,5})", re.IGNORECASE)
_PRICE = re.compile(
    r"(?:CNY|RMB|人民币|[¥Y])?(?:赠)?(\d{1,6}(?:\.\d{1,2})?\d*)(?:元|圆|CNY|RMB)?(?:\(.*\))?"
)
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)")
_CLASS_MARK = re.compile(r"[A-Z]{1,2}[0-9.\-=+:()\"A-Z]*")
_ISSN = re.compile(r"(?:ISSN)?(\d{4})-?(\d{3}[\dX])", re.IGNORECASE)
_SERIES_NO = re.compile(r"(?<!\d)(\d{1,4})(?!\d)")
_HAN_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
_HAN_NO = re.compile("第?([一二三四五六七八九]?)(十?)([一二三四五六七八九]?)[册辑卷集部本]?")
_COUNT = re.compile(r"(\d{1,4})(?:册|本|套|部)?")


def read_isbn(text: str) -> str | None:
    """Return the thirteen digits of an ISBN of either length, or None where it fails its check."""
    from stdnum import isbn
    from stdnum.exceptions import ValidationError

    plain = normal(text).replace("–", "-").replace("—", "-").replace("‐", "-")
    if match := _ADDON.fullmatch(compact(plain)):
        plain = match[1]
    for candidate in _ISBN.findall(plain):
        try:
            return str(isbn.validate(candidate, convert=True))
        except ValidationError:
            continue
    return None


def read_issn(text: str) -> str | None:
    """Return the eight signs of an ISSN without its hyphen, or None where it fails its check."""
    match = _ISSN.match(compact(text))
    if match is None:
        return None
    number = (match[1] + match[2]).upper()
    values = (10 if sign == "X" else int(sign) for sign in number)
    is_right = sum(value * (8 - at) for at, value in enumerate(values)) % 11 == 0
    return number if is_right else None


def read_series_no(text: str) -> int | None:
    """Return the place in a series: 3 in `3`, `第3册`, `第三辑`, `v. 3`; None for nothing."""
    plain = compact(text)
    if match := _SERIES_NO.search(plain):
        return int(match[1]) or None
    match = _HAN_NO.fullmatch(plain)
    if match is None or not any(match.groups()):
        return None
    tens, ten, ones = match.groups()
    if tens and ones and not ten:
        return None
    value = _HAN_DIGITS.get(ones, 0)
    if ten:
        return 10 * _HAN_DIGITS.get(tens, 1) + value
    return value or _HAN_DIGITS[tens]


def read_csbn(text: str) -> str | None:
    """Return a unified book number as 10019·1234, whatever dot it was typed with."""
    match = _CSBN.fullmatch(compact(text))
    return f"{match[1].upper()}{match[2]}·{match[3]}" if match else None


def read_price(text: str) -> Decimal | None:
    """Return the yuan in CNY68.00, 0.38元, CNY赠90.00; None for nothing, zero or other money."""
    match = _PRICE.fullmatch(compact(text).upper())
    price = Decimal(match[1]) if match else Decimal(0)
    return price.quantize(Decimal("0.01")) if price else None


def read_year(text: str) -> str | None:
    """Return the year of publication in 1985.07, [1999?], 2011年8月第1版."""
    match = _YEAR.search(normal(text))
    return match[1] if match else None


def read_class_mark(text: str) -> str | None:
    """Return a mark of the Chinese Library Classification; a call number gives its first part."""
    mark = compact(text).upper().partition("/")[0]
    fits = _CLASS_MARK.fullmatch(mark) and len(mark) <= LONGEST_CLASS_MARK
    return mark if fits else None


def read_count(text: str) -> int | None:
    """Return how many: 3, 3册; None for anything else, and for none."""
    match = _COUNT.fullmatch(compact(text))
    return int(match[1]) or None if match else None


def read_text(text: str) -> str | None:
    """Return text for people, or None where there is none."""
    return tidy(text) or None


def read_title(text: str) -> str | None:
    """Return a title without the marks that enclose all of it: 《小马过河》."""
    title = tidy(text)
    if title.startswith("《") and title.find("》") == len(title) - 1:
        title = tidy(title[1:-1])
    return title or None


def title_problems(title: str) -> Iterator[BookProblem]:
    """Yield what is odd about a title that is taken all the same."""
    if is_garbled(title):
        yield BookProblem.TITLE_GARBLED
    if len(title) > LONGEST_TITLE:
        yield BookProblem.SHORTENED
