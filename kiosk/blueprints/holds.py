"""The hold shelf: what lies ready, what a teacher fetches, who waits for what."""

from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.errors import RefusedError
from kiosk.services import catalogue, hold_shelf, holds, people
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("holds", __name__, url_prefix="/staff/books/holds")

_LONGEST = 40


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show the hold shelf and the queues."""
    return _page(None)


@blueprint.get("/title/<uuid:title_id>")
@access(Access.DUTY_TEACHER)
def title(title_id: UUID) -> Response:
    """Show who waits for a title, and ask for another child."""
    return _title(title_id)


@blueprint.post("/title/<uuid:title_id>/find")
@access(Access.DUTY_TEACHER)
def find(title_id: UUID) -> Response:
    """Show whom a name or initials fit; no name stands in an address."""
    text = forms.text("text", longest=_LONGEST)
    found = people.search(text, here=context.here(), actor_id=_me()) if text else ()
    return _title(title_id, text=text, found=found)


@blueprint.post("/title/<uuid:title_id>")
@access(Access.DUTY_TEACHER)
def place(title_id: UUID) -> Response:
    """Let a child wait for a title."""
    try:
        holds.place_for(
            title_id=title_id,
            child_id=forms.uuid("child_id"),
            staff_id=_me(),
            request_id=forms.uuid("request_id"),
            here=context.here(),
        )
    except RefusedError as error:
        return _title(title_id, refused=error)
    return redirect(url_for("holds.title", title_id=title_id), code=303)


@blueprint.post("/<uuid:hold_id>/ready")
@access(Access.DUTY_TEACHER)
def fetch(hold_id: UUID) -> Response:
    """Lay a copy ready that a teacher has fetched from its shelf."""
    try:
        hold_shelf.fetch(hold_id=hold_id, staff_id=_me(), here=context.here())
    except RefusedError as error:
        return _page(error)
    return redirect(url_for("holds.show"), code=303)


@blueprint.post("/<uuid:hold_id>/end")
@access(Access.DUTY_TEACHER)
def end(hold_id: UUID) -> Response:
    """Let a child wait no more."""
    hold_shelf.end(hold_id=hold_id, staff_id=_me(), here=context.here())
    return redirect(url_for("holds.show"), code=303)


def _me() -> UUID:
    return staff_screen.signed_in().staff_id


def _page(refused: RefusedError | None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "holds/shelf.html", refused, shelf=hold_shelf.look(here=here), today=here.today
    )


def _title(
    title_id: UUID,
    *,
    text: str = "",
    found: tuple[people.ChildRow, ...] | None = None,
    refused: RefusedError | None = None,
) -> Response:
    here = context.here()
    return staff_page.show_form(
        "holds/title.html",
        refused,
        one=catalogue.detail(title_id).title,
        shelf=hold_shelf.look(here=here, title_id=title_id),
        text=text,
        found=found,
        today=here.today,
    )
