"""How much a page may send: little, and as much as a school's whole voice in one place."""

from typing import Final

from flask import Flask, request

from kiosk.files.container import BOOKS
from kiosk.files.recordings import MOST_PACK

_LARGEST_FORM: Final = 200_000
_MOST_FIELDS: Final = 200
_AS_A_RULE: Final = 6_000_000
_LARGER: Final = {
    "setup_voice.take_in": MOST_PACK + _LARGEST_FORM,
    "books_import.receive": BOOKS.bytes + _LARGEST_FORM,
}
LARGEST: Final = max(_LARGER.values())  # what the server must let through


def install(app: Flask) -> None:
    """Set the limits; before the form's token is looked for, for that reads the form."""
    app.config.update(
        MAX_CONTENT_LENGTH=_AS_A_RULE,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FORM,
        MAX_FORM_PARTS=_MOST_FIELDS,
    )
    app.before_request(_allow_more)


def _allow_more() -> None:
    if request.endpoint in _LARGER:
        request.max_content_length = _LARGER[request.endpoint]
