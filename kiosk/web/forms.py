"""Typed values out of a form or a path; what cannot be read is a BAD_FORM, and nothing changes."""

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from flask import request

from kiosk.errors import InvalidInputError
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.rules.photos import MOST_UPLOAD
from kiosk.rules.sessions import SessionProblem

E = TypeVar("E", bound=StrEnum)

_MOST_DIGITS: Final = 9
_YUAN: Final = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,2})?")
# Pages count days and weeks from the one they are asked for: it must not lie at the end of time.
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100


def text(name: str, *, longest: int) -> str:
    """Return a field without blanks around it; a missing one is empty."""
    value = request.form.get(name, "").strip()
    if len(value) > longest:
        raise InvalidInputError(SessionProblem.BAD_FORM, field=name)
    return value


def raw(name: str) -> str:
    """Return a field as it came; a missing one is empty."""
    return request.form.get(name, "")


def uuid(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field=name) from error


def uuids(name: str) -> frozenset[UUID]:
    """Return what is ticked of several."""
    try:
        return frozenset(UUID(one) for one in request.form.getlist(name))
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field=name) from error


def number(name: str, *, least: int, most: int) -> int:
    value = request.form.get(name, "").strip()
    is_readable = value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS
    if not (is_readable and least <= int(value) <= most):
        raise InvalidInputError(SessionProblem.BAD_FORM, field=name)
    return int(value)


def page(name: str, *, most: int) -> int:
    """Return the number of a page in the query; 0, the first, when it is missing."""
    value = request.args.get(name, "0")
    if not (value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS):
        raise InvalidInputError(SessionProblem.BAD_FORM, field=name)
    return min(int(value), most)


def fen(name: str) -> int | None:
    """Return a price in yuan, `12.5`, in fen; None where the field is empty.

    Raises:
        InvalidInputError: WRONG_PRICE.
    """
    value = request.form.get(name, "").strip().removeprefix("¥").removesuffix("元").strip()
    if not value:
        return None
    if not _YUAN.fullmatch(value):
        raise InvalidInputError(CatalogueProblem.WRONG_PRICE)
    return int(Decimal(value) * 100)


def uuid_or_none(name: str) -> UUID | None:
    """Return an id, or None where nothing was chosen."""
    return uuid(name) if request.form.get(name) else None


def photo(name: str) -> bytes:
    """Return a file of the form, read no further than to be told that it is too large."""
    file = request.files.get(name)
    return b"" if file is None else file.stream.read(MOST_UPLOAD + 1)


def one_of(name: str, members: type[E]) -> E:
    try:
        return members(request.form.get(name, ""))
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field=name) from error


def one_of_or_none(name: str, members: type[E]) -> E | None:
    """Return a member of a closed set, or None where nothing was chosen."""
    return one_of(name, members) if raw(name) else None


def is_ticked(name: str) -> bool:
    return name in request.form


def day(name: str, *, default: date) -> date:
    """Return a day of the query, `2026-11-25`; the default when it is missing."""
    value = request.values.get(name, "")
    if not value:
        return default
    try:
        found = date.fromisoformat(value)
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field=name) from error
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise InvalidInputError(SessionProblem.BAD_FORM, field=name)
    return found
