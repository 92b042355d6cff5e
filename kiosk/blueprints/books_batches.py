"""Batches of books and goods: begun, filled, accepted by a second person, thanked for."""

from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.rules.intake import BatchKind
from kiosk.services import batch_list, batches
from kiosk.services.batch_list import NewGoods
from kiosk.services.batches import LONGEST_CONTACT, LONGEST_DONOR, NewBatch
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("books_batches", __name__, url_prefix="/staff/books/batches")

_LONGEST = 100
_UNIT = 10


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def listing() -> Response:
    """Show the batches, and let one begin."""
    return _listing(None)


@blueprint.post("")
@access(Access.LIBRARIAN)
def add() -> Response:
    """Begin a batch."""
    here = context.here()
    try:
        batch_id = batches.add(
            NewBatch(
                kind=forms.one_of("kind", BatchKind),
                on_date=forms.day("on_date", default=here.today),
                donor=forms.text("donor", longest=LONGEST_DONOR) or None,
                contact=forms.text("contact", longest=LONGEST_CONTACT) or None,
                note=forms.text("note", longest=LONGEST_DONOR) or None,
            ),
            request_id=forms.uuid("request_id"),
            actor_id=_me(),
            here=here,
        )
    except InvalidInputError as error:
        return _listing(error)
    return redirect(url_for("books_batches.detail", batch_id=batch_id), code=303)


@blueprint.get("/<uuid:batch_id>")
@access(Access.DUTY_TEACHER)
def detail(batch_id: UUID) -> Response:
    """Show a batch."""
    return _detail(batch_id, None)


@blueprint.post("/<uuid:batch_id>/goods")
@access(Access.LIBRARIAN)
def add_goods(batch_id: UUID) -> Response:
    """Add things that are no books."""
    try:
        batches.add_goods(
            batch_id,
            _new_goods(),
            request_id=forms.uuid("request_id"),
            actor_id=_me(),
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _detail(batch_id, error)
    return redirect(url_for("books_batches.detail", batch_id=batch_id), code=303)


@blueprint.post("/<uuid:batch_id>/goods/<uuid:goods_id>/remove")
@access(Access.LIBRARIAN)
def remove_goods(batch_id: UUID, goods_id: UUID) -> Response:
    """Take a line of goods out."""
    batches.remove_goods(batch_id, goods_id, actor_id=_me(), here=context.here())
    return redirect(url_for("books_batches.detail", batch_id=batch_id), code=303)


@blueprint.post("/<uuid:batch_id>/accept")
@access(Access.DUTY_TEACHER)
def accept(batch_id: UUID) -> Response:
    """Accept a batch that somebody else has received."""
    try:
        batches.accept(batch_id, actor_id=_me(), here=context.here())
    except RefusedError as error:
        return _detail(batch_id, error)
    return redirect(url_for("books_batches.detail", batch_id=batch_id), code=303)


@blueprint.post("/<uuid:batch_id>/contact")
@access(Access.LIBRARIAN)
def contact(batch_id: UUID) -> Response:
    """Show how the donor is reached; the audit knows of it."""
    found = batches.reveal_contact(batch_id, actor_id=_me(), here=context.here())
    return _detail(batch_id, None, contact=found)


@blueprint.post("/<uuid:batch_id>/thanks")
@access(Access.LIBRARIAN)
def thanks(batch_id: UUID) -> Response:
    """Show the thank-you sheet of a donation, to print; the audit knows of it."""
    batch = batches.to_thank(batch_id, actor_id=_me(), here=context.here())
    return staff_page.show("books/thanks.html", batch=batch)


def _listing(refused: KioskError | None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "books/batches.html",
        refused,
        batches=batch_list.lines(here=here),
        kinds=tuple(BatchKind),
        today=here.today,
    )


def _detail(batch_id: UUID, refused: KioskError | None, *, contact: str | None = None) -> Response:
    return staff_page.show_form(
        "books/batch.html",
        refused,
        batch=batch_list.detail(batch_id),
        contact=contact,
        may_accept=batch_list.detail(batch_id).line.received_by_id != _me(),
    )


def _new_goods() -> NewGoods:
    name, unit = forms.text("name", longest=_LONGEST), forms.text("unit", longest=_UNIT)
    if not name:
        raise InvalidInputError(CatalogueProblem.TITLE_MISSING)
    return NewGoods(
        name=name,
        spec=forms.text("spec", longest=_LONGEST) or None,
        unit=unit or "件",
        quantity=forms.number("quantity", least=1, most=batches.MOST_GOODS),
        price_fen=forms.fen("price"),
        used_for=forms.text("used_for", longest=_LONGEST) or None,
    )


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
