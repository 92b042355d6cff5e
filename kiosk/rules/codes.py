"""The codes on cards and labels: grammar, check symbol, derivation, and what a scanner sends.

A code is a prefix, ten symbols and a check symbol, twelve characters in all. The alphabet has the
ten digits and the capitals without I, O and U: 33 symbols, so that the weights 2^i are units modulo
33 and every single wrong symbol and every swap of two neighbours is noticed (`domain.md` 4.9 rule
42, ruling 2).
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from kiosk.errors import InvalidInputError

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRSTVWXYZ"
CODE_LENGTH: Final = 12
SHORT_LENGTH: Final = 6
LONGEST_SCAN: Final = 64
_BASE: Final = len(ALPHABET)
_PAYLOAD_LENGTH: Final = 10
_VALUES: Final = {symbol: value for value, symbol in enumerate(ALPHABET)}
_CODE: Final = re.compile(rf"[CBSX][{ALPHABET}]{{11}}")
_LABEL: Final = re.compile(rf"[BX][{ALPHABET}]{{11}}")
_AIM_PREFIX: Final = re.compile(r"^\][A-Z][0-9A-Z]")
# An add-on of two or five digits is sent as one string by guns set so (T-36).
_BOOK_BAR: Final = re.compile(r"(97[89][0-9]{10})(?:[0-9]{2}|[0-9]{5})?")
# Guns that turn a book's bar into the old number of ten send only that (T-37).
_OLD_ISBN: Final = re.compile(r"[0-9]{9}[0-9X]")
_OTHER_BAR: Final = re.compile(r"[0-9]{8}|[0-9]{12,14}")


class CodeKind(StrEnum):
    """What a code is on; the value is the prefix."""

    CHILD = "C"
    ITEM = "B"
    STAFF = "S"
    COMMAND = "X"


class CodeProblem(StrEnum):
    """Why a scan leads nowhere."""

    MISREAD = "misread"
    NOT_OUR_CODE = "not-our-code"
    UNKNOWN_CARD = "unknown-card"
    OLD_CARD = "old-card"
    UNKNOWN_ITEM = "unknown-item"
    SEVERAL_COPIES = "several-copies"  # they all have this publisher's bar
    SHELF_LABEL = "shelf-label"


class Command(StrEnum):
    """What a command card does; the value stands on the card, padded with zeros."""

    LEAVE = "LEAVE"
    DONE = "READY"
    TEACHER = "HELP"


@dataclass(frozen=True, slots=True, kw_only=True)
class OurCode:
    """A whole code of ours."""

    kind: CodeKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookBar:
    """The publisher's bar on a book: an ISBN of 13 digits."""

    isbn: str


def check_symbol(body: str) -> str:
    """Return the symbol that makes the weighted sum of `body` and itself 0 modulo 33."""
    total = sum(_VALUES[symbol] << place for place, symbol in enumerate(body))
    weight = pow(2, len(body), _BASE)
    return ALPHABET[-total * pow(weight, -1, _BASE) % _BASE]


def is_whole(code: str) -> bool:
    """Say whether `code` is a code of ours with the right check symbol."""
    return bool(_CODE.fullmatch(code)) and check_symbol(code[:-1]) == code[-1]


def is_like_label(text: str) -> bool:
    """Say whether `text` is the code of a book's or a shelf's label, or one that was read badly."""
    plain = text.strip(" \t\r\n")
    return plain.isascii() and bool(_LABEL.fullmatch(_AIM_PREFIX.sub("", plain.upper())))


def compose(kind: CodeKind, payload: str) -> str:
    """Return the whole code for ten symbols of payload."""
    if len(payload) != _PAYLOAD_LENGTH or not set(payload) <= set(ALPHABET):
        raise ValueError("a payload has ten symbols of the alphabet")
    body = kind.value + payload
    return body + check_symbol(body)


def new_item_code() -> str:
    """Return a fresh, random item code."""
    return compose(CodeKind.ITEM, "".join(secrets.choice(ALPHABET) for _ in range(_PAYLOAD_LENGTH)))


def new_shelf_code() -> str:
    """Return a fresh, random code for a shelf: it commands nothing, but is no card and no book."""
    payload = "".join(secrets.choice(ALPHABET) for _ in range(_PAYLOAD_LENGTH))
    code = compose(CodeKind.COMMAND, payload)
    is_taken = any(command_code(command) == code for command in Command)
    return new_shelf_code() if is_taken else code


def command_code(command: Command) -> str:
    """Return the code of a command card."""
    return compose(CodeKind.COMMAND, command.value.ljust(_PAYLOAD_LENGTH, "0"))


def command_of(code: OurCode) -> Command | None:
    """Return the command that `code` stands for, or None when there is no such command."""
    return next((command for command in Command if command_code(command) == code.text), None)


def card_code(kind: CodeKind, card_id: UUID, *, key: bytes) -> str:
    """Return the code of a card, derived from its id; 50 bits that only `key` can foretell."""
    seed = hmac.digest(key, b"code:" + kind.value.encode() + card_id.bytes, hashlib.sha256)
    number = int.from_bytes(seed, "big")
    payload = []
    for _ in range(_PAYLOAD_LENGTH):
        number, value = divmod(number, _BASE)
        payload.append(ALPHABET[value])
    return compose(kind, "".join(payload))


def short_code(code: str) -> str:
    """Return what a child reads out to a teacher when a card is not read: the last six symbols."""
    return code[-SHORT_LENGTH:]


def card_digest(code: str, *, key: bytes) -> bytes:
    """Return what the database keeps of a card's code: 32 bytes that do not give it back."""
    return hmac.digest(key, b"digest:" + code.encode(), hashlib.sha256)


def parse(raw: str) -> OurCode | BookBar:
    """Return what a scanner sent, exactly matched; case is forgiven, nothing else.

    Raises:
        InvalidInputError: MISREAD for anything damaged, foreign or half; NOT_OUR_CODE for a whole
            bar code that is no book's (a milk carton).
    """
    if len(raw) > LONGEST_SCAN or not raw.isascii():  # some foreign letters have ours as capitals
        raise InvalidInputError(CodeProblem.MISREAD)
    text = _AIM_PREFIX.sub("", raw.strip(" \t\r\n").upper())
    if is_whole(text):
        return OurCode(kind=CodeKind(text[0]), text=text)
    if (match := _BOOK_BAR.fullmatch(text)) and _ean_is_whole(match[1]):
        return BookBar(isbn=match[1])
    if _OLD_ISBN.fullmatch(text) and _old_isbn_is_whole(text):
        return BookBar(isbn=_with_check_digit(f"978{text[:-1]}"))
    if _OTHER_BAR.fullmatch(text) and _ean_is_whole(text):
        raise InvalidInputError(CodeProblem.NOT_OUR_CODE)
    raise InvalidInputError(CodeProblem.MISREAD)


def _ean_is_whole(digits: str) -> bool:
    return _ean_sum(digits) % 10 == 0


def _with_check_digit(digits: str) -> str:
    return f"{digits}{-_ean_sum(f'{digits}0') % 10}"


def _ean_sum(digits: str) -> int:
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[::-1]))


def _old_isbn_is_whole(text: str) -> bool:
    values = (10 if sign == "X" else int(sign) for sign in text)
    return sum(value * (10 - place) for place, value in enumerate(values)) % 11 == 0
