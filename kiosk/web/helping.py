"""A child helps at a page of staff; nothing else of theirs opens until the staff card is back."""

from typing import Final

from flask import session

_KEY: Final = "helping"
# What a helping child can reach, besides the way back to the children's screen.
PAGES: Final = frozenset(
    {"count.show", "count.scan", "count.undo", "count.done", "staff_home.stay"}
)


def begin() -> None:
    """Let a child help under the session of who is signed in."""
    session[_KEY] = True


def end() -> None:
    """Give the pages back to who is signed in."""
    session.pop(_KEY, None)


def is_under_way() -> bool:
    return _KEY in session
