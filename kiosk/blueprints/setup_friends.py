"""New friends: cards for children whom nobody has a name for yet, and the name given later."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, NotFoundError, RefusedError
from kiosk.rules.friends import MOST_AT_ONCE
from kiosk.services import friends, naming, people
from kiosk.web import context, forms, printed, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("setup_friends", __name__, url_prefix="/staff/setup/friends")

_LONGEST = 40


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show who has come and has no name yet, and the cards that nobody has used."""
    return _pool(None)


@blueprint.post("")
@access(Access.ADMINISTRATOR)
def make() -> Response:
    """Make cards for new friends."""
    try:
        friends.make(
            forms.number("count", least=1, most=MOST_AT_ONCE),
            request_id=forms.uuid("request_id"),
            actor_id=_me(),
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _pool(error)
    return redirect(url_for("setup_friends.show"), code=303)


@blueprint.post("/print")
@access(Access.ADMINISTRATOR)
def print_unused() -> Response:
    """Print the cards that nobody has used."""
    sheet = friends.sheet(actor_id=_me(), here=context.here())
    return printed.friends(sheet, back=url_for("setup_friends.show"))


@blueprint.post("/<uuid:child_id>/out")
@access(Access.ADMINISTRATOR)
def take_out(child_id: UUID) -> Response:
    """Take a card that nobody has used out of the pool."""
    try:
        friends.take_out(child_id, actor_id=_me(), here=context.here())
    except (NotFoundError, RefusedError) as error:
        return _pool(error)
    return redirect(url_for("setup_friends.show"), code=303)


@blueprint.get("/<uuid:child_id>")
@access(Access.DUTY_TEACHER)
def name(child_id: UUID) -> Response:
    """Ask who a new friend is."""
    try:
        return _naming(child_id, None)
    except RefusedError as error:
        return _pool(error)


@blueprint.post("/<uuid:child_id>/search")
@access(Access.DUTY_TEACHER)
def search(child_id: UUID) -> Response:
    """Show which children of the list a name fits; no name stands in an address."""
    text = forms.text("text", longest=_LONGEST)
    found = people.search(text, here=context.here(), actor_id=_me()) if text else ()
    try:
        return _naming(child_id, None, found=found, text=text)
    except RefusedError as error:
        return _pool(error)


@blueprint.post("/<uuid:child_id>/new")
@access(Access.DUTY_TEACHER)
def new_child(child_id: UUID) -> Response:
    """Name a new friend as a child who was on no list."""
    try:
        named = naming.as_new_child(
            child_id,
            family_name=forms.text("family_name", longest=_LONGEST),
            given_name=forms.text("given_name", longest=_LONGEST),
            class_id=forms.uuid("class_id"),
            actor_id=_me(),
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _refused(child_id, error)
    return _named(named)


@blueprint.post("/<uuid:child_id>/listed")
@access(Access.DUTY_TEACHER)
def listed_child(child_id: UUID) -> Response:
    """Name a new friend as a child of the list; visits, books and card become that child's."""
    try:
        named = naming.as_listed_child(
            child_id, forms.uuid("is_child"), actor_id=_me(), here=context.here()
        )
    except RefusedError as error:
        return _refused(child_id, error)
    return _named(named)


def _me() -> UUID:
    return staff_screen.signed_in().staff_id


def _refused(child_id: UUID, error: KioskError) -> Response:
    try:
        return _naming(child_id, error)
    except RefusedError as again:
        return _pool(again)


def _named(named: naming.Named) -> Response:
    fits = "1" if named.card_fits else "0"
    return redirect(url_for("setup_friends.show", named=str(named.child_id), fits=fits), code=303)


def _pool(refused: KioskError | None) -> Response:
    return staff_page.show_form(
        "setup/friends.html",
        refused,
        pool=friends.pool(),
        most=MOST_AT_ONCE,
        named=_just_named(),
        fits=request.args.get("fits") != "0",
    )


def _just_named() -> UUID | None:
    try:
        return UUID(request.args.get("named", ""))
    except ValueError:
        return None


def _naming(
    child_id: UUID,
    refused: KioskError | None,
    *,
    found: tuple[people.ChildRow, ...] | None = None,
    text: str = "",
) -> Response:
    return staff_page.show_form(
        "setup/friend.html",
        refused,
        friend=friends.one(child_id),
        classes=people.classes(),
        found=found,
        text=text,
    )
