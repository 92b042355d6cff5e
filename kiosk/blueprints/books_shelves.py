"""The shelves: name, colour and letter, and what stands there; their codes are on their labels."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules.catalogue import ShelfColour
from kiosk.services import shelves, shelving
from kiosk.services.shelving import Placed
from kiosk.web import context, forms, htmx, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("books_shelves", __name__, url_prefix="/staff/books/shelves")

_LONGEST_LETTER: Final = 2
_LONGEST_CODE: Final = 100
_LONGEST_WAIT: Final = 999_999_999


@blueprint.get("")
@access(Access.LIBRARIAN)
def listing() -> Response:
    """Show the shelves, and let one be added."""
    return _page(None)


@blueprint.post("")
@access(Access.LIBRARIAN)
def add() -> Response:
    """Add a shelf."""
    try:
        shelves.add(
            forms.text("name", longest=shelves.LONGEST_NAME),
            colour=_colour(),
            letter=_letter(),
            request_id=forms.uuid("request_id"),
            actor_id=_me(),
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _page(error)
    return redirect(url_for("books_shelves.listing"), code=303)


@blueprint.post("/<uuid:shelf_id>")
@access(Access.LIBRARIAN)
def change(shelf_id: UUID) -> Response:
    """Change a shelf."""
    try:
        shelves.change(
            shelf_id,
            forms.text("name", longest=shelves.LONGEST_NAME),
            colour=_colour(),
            letter=_letter(),
            actor_id=_me(),
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _page(error)
    return redirect(url_for("books_shelves.listing"), code=303)


@blueprint.get("/put")
@access(Access.LIBRARIAN)
def putting() -> Response:
    """Show the shelves, and wait for the labels of what stands on the chosen one."""
    try:
        shelf_id = UUID(request.args.get("shelf", ""))
    except ValueError:
        shelf_id = None
    return staff_page.show("books/shelving.html", **_putting(shelf_id, None))


@blueprint.post("/put")
@access(Access.LIBRARIAN)
def put() -> Response:
    """Take the next label: another shelf, or a copy that stands on this one."""
    done = shelving.put(
        forms.text("code", longest=_LONGEST_CODE),
        shelf=forms.text("label", longest=_LONGEST_CODE) or None,
        waited=_waited(),
        actor_id=_me(),
        here=context.here(),
    )
    placed = done if isinstance(done, Placed) else None
    shelf_id = placed.shelf_id if placed else done
    if htmx.wants_fragment():
        return make_response(render_template("books/_shelving.html", **_putting(shelf_id, placed)))
    return redirect(url_for("books_shelves.putting", shelf=shelf_id), code=303)


def _putting(shelf_id: object, placed: Placed | None) -> dict[str, Any]:
    lines = shelves.listing()
    return {
        "shelves": lines,
        "shelf": next((one for one in lines if one.shelf_id == shelf_id), None),
        "placed": placed,
        "without": shelving.how_many_without(),
        "is_heard": context.device().is_sound_on,
    }


def _page(refused: KioskError | None) -> Response:
    return staff_page.show_form(
        "books/shelves.html", refused, shelves=shelves.listing(), colours=tuple(ShelfColour)
    )


def _waited() -> timedelta:
    """Return how long ago it was scanned: a page sends again what found no server."""
    if not request.form.get("waited"):
        return timedelta()
    return timedelta(seconds=forms.number("waited", least=0, most=_LONGEST_WAIT))


def _colour() -> ShelfColour | None:
    return forms.one_of("colour", ShelfColour) if request.form.get("colour") else None


def _letter() -> str | None:
    return forms.text("letter", longest=_LONGEST_LETTER).upper() or None


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
