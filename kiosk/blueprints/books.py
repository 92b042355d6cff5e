"""Books: found by whatever somebody remembers; added; what has become of a copy."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.rules.lending import ItemStatus
from kiosk.services import case_list, catalogue, hold_shelf, item_status
from kiosk.services.catalogue import NewTitle
from kiosk.web import context, forms, htmx, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("books", __name__, url_prefix="/staff/books")

_LONGEST_NAME = 20_000  # what is too long for a title is said, and not lost as a bad form
_LONGEST = 300
_SHORT = 60


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def search() -> Response:
    """Show the titles that fit; while somebody types, the list alone."""
    text = request.args.get("text", "").strip()[:_SHORT]
    if htmx.wants_fragment():
        return htmx.page("books/_found.html", **_found(text))
    return _listing(text)


@blueprint.get("/<uuid:title_id>")
@access(Access.DUTY_TEACHER)
def detail(title_id: UUID) -> Response:
    """Show a title with its copies."""
    return _detail(title_id)


@blueprint.post("")
@access(Access.LIBRARIAN)
def add() -> Response:
    """Add a title with its copies."""
    try:
        title_id = catalogue.add_title(
            _new_title(),
            copies=_copies(),
            request_id=forms.uuid("request_id"),
            actor_id=staff_screen.signed_in().staff_id,
            here=context.here(),
        )
    except InvalidInputError as error:
        return _listing("", refused=error)
    return redirect(url_for("books.detail", title_id=title_id), code=303)


@blueprint.post("/<uuid:title_id>/copies")
@access(Access.LIBRARIAN)
def add_copies(title_id: UUID) -> Response:
    """Add copies of a title."""
    try:
        catalogue.add_items(
            title_id,
            _copies(),
            request_id=forms.uuid("request_id"),
            actor_id=staff_screen.signed_in().staff_id,
            here=context.here(),
        )
    except InvalidInputError as error:
        return _detail(title_id, refused=error)
    return redirect(url_for("books.detail", title_id=title_id), code=303)


@blueprint.post("/copy/<uuid:item_id>")
@access(Access.DUTY_TEACHER)
def set_status(item_id: UUID) -> Response:
    """Store what has become of a copy."""
    title_id = item_status.set_status(
        item_id,
        forms.one_of("status", ItemStatus),
        staff_id=staff_screen.signed_in().staff_id,
        here=context.here(),
    )
    return redirect(url_for("books.detail", title_id=title_id), code=303)


@blueprint.post("/copy/<uuid:item_id>/back")
@access(Access.DUTY_TEACHER)
def take_back(item_id: UUID) -> Response:
    """Take a copy back that lies on the desk."""
    title_id = item_status.take_back(
        item_id, staff_id=staff_screen.signed_in().staff_id, here=context.here()
    )
    return redirect(url_for("books.detail", title_id=title_id), code=303)


def _listing(text: str, *, refused: InvalidInputError | None = None) -> Response:
    return staff_page.show_form(
        "books/search.html",
        refused,
        **_found(text),
    )


def _found(text: str) -> dict[str, object]:
    return {
        "text": text,
        "found": catalogue.search(text, here=context.here()),
        "at_most": catalogue.FOUND_AT_MOST,
    }


def _detail(title_id: UUID, *, refused: InvalidInputError | None = None) -> Response:
    return staff_page.show_form(
        "books/detail.html",
        refused,
        one=catalogue.detail(title_id),
        waiting=hold_shelf.count_of(title_id),
        cases=case_list.open_of_title(title_id),
        today=context.here().today,
    )


def _new_title() -> NewTitle:
    return NewTitle(
        name=forms.text("name", longest=_LONGEST_NAME),
        author=forms.text("author", longest=_LONGEST) or None,
        publisher=forms.text("publisher", longest=_LONGEST) or None,
        isbn=forms.text("isbn", longest=_SHORT) or None,
    )


def _copies() -> int:
    most = catalogue.MOST_COPIES
    try:
        return forms.number("copies", least=1, most=most)
    except InvalidInputError as error:
        raise InvalidInputError(CatalogueProblem.WRONG_COUNT, most=most) from error
