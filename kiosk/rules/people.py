"""What can be wrong with what staff ask about a child or a contact."""

import re
import unicodedata
from enum import StrEnum
from typing import Final

# A mobile number, or a landline with or without its area code.
_PHONE: Final = re.compile(r"1[3-9]\d{9}|(?:0\d{2,3})?[2-8]\d{6,7}")
_COUNTRY: Final = re.compile(r"^(?:\+|00)86")
_BETWEEN: Final = re.compile(r"[\s()\-]")


class PeopleProblem(StrEnum):
    UNKNOWN_CHILD = "unknown-child"
    UNKNOWN_CONTACT = "unknown-contact"
    UNKNOWN_CLASS = "unknown-class"
    UNKNOWN_STAFF = "unknown-staff"
    NO_CARD = "no-card"
    WRONG_PHONE = "wrong-phone"
    CONTACT_KNOWN = "contact-known"
    PURPOSE_MISSING = "purpose-missing"
    CLASS_TOO_LARGE = "class-too-large"
    WRONG_PINYIN = "wrong-pinyin"
    STILL_HERE = "still-here"
    ERASED = "erased"
    CALLS_CHANGED = "calls-changed"


def phone_of(text: str) -> str | None:
    """Return the digits of a telephone number as it is dialled here, or None where it is none."""
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    plain = _COUNTRY.sub("", plain)
    return plain if _PHONE.fullmatch(plain) else None
