"""A child looks for a book, without a word to type: keys with letters, and covers to touch."""

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules import pad
from kiosk.rules.sessions import SessionProblem
from kiosk.services import finding
from kiosk.services.finding_answers import FindBook
from kiosk.web import child_screen, htmx, screens
from kiosk.web.guards import Access, access

blueprint = Blueprint("find", __name__, url_prefix="/me/find")

_MOST_DIGITS = 2


@blueprint.get("")
@access(Access.CHILD)
def begin() -> Response:
    """Show the pad, with the books that came last or with what was spelt before."""
    return screens.show(_found())


@blueprint.get("/covers")
@access(Access.CHILD)
def covers() -> Response:
    """Show what the keys spell so far: the covers alone, for the page that has the pad."""
    if not htmx.wants_fragment():
        return begin()
    return htmx.screen("kiosk/_find_covers.html", _found())


@blueprint.get("/<uuid:title_id>")
@access(Access.CHILD)
def title(title_id: UUID) -> Response:
    """Show where a book stands and whether it is there."""
    face = child_screen.require().face
    return screens.show(finding.title(title_id, keys=_keys(), face=face))


def _found() -> FindBook:
    face = child_screen.require().face
    return finding.find(_keys(), page=_page(), face=face)


def _keys() -> str:
    keys = request.args.get("keys", "")
    if not pad.is_typed(keys):
        raise InvalidInputError(SessionProblem.BAD_FORM, field="keys")
    return keys


def _page() -> int:
    said = request.args.get("page", "0")
    if not (said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS):
        raise InvalidInputError(SessionProblem.BAD_FORM, field="page")
    return int(said)
