"""The small fields of a book: numbers, prices, years, class marks, with the junk they arrive in."""

import re
from decimal import Decimal

from kiosk.files.text import compact, normal, tidy

LONGEST_TITLE = 300
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
