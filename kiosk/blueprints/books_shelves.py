"""The shelves: name, colour and letter; their codes are printed with the labels."""

from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules.catalogue import ShelfColour
from kiosk.services import shelf_list
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("books_shelves", __name__, url_prefix="/staff/books/shelves")

_LONGEST_LETTER: Final = 2


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
        shelf_list.add(
            forms.text("name", longest=shelf_list.LONGEST_NAME),
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
        shelf_list.change(
            shelf_id,
            forms.text("name", longest=shelf_list.LONGEST_NAME),
            colour=_colour(),
            letter=_letter(),
            actor_id=_me(),
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _page(error)
    return redirect(url_for("books_shelves.listing"), code=303)


def _page(refused: KioskError | None) -> Response:
    return staff_page.show_form(
        "books/shelves.html", refused, shelves=shelf_list.lines(), colours=tuple(ShelfColour)
    )


def _colour() -> ShelfColour | None:
    return forms.one_of("colour", ShelfColour) if request.form.get("colour") else None


def _letter() -> str | None:
    return forms.text("letter", longest=_LONGEST_LETTER).upper() or None


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
