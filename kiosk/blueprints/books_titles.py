"""A title page to write on: everything of a title, its cover, and what is known of each copy."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules.book_classes import BOOK_CLASSES
from kiosk.rules.catalogue import TitleKind
from kiosk.services import covers, shelves, title_editing
from kiosk.services.catalogue_rows import NewTitle
from kiosk.services.title_editing import EditedItem
from kiosk.web import context, forms, headers, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("books_titles", __name__, url_prefix="/staff/books")

_LONGEST = 300
_LONGEST_NAME = 20_000  # what is too long for a title is said, and not lost as a bad form
_MIDDLE = 200
_SHORT = 60
_BANDS = ("1-2", "3-4", "5-6")


@blueprint.get("/<uuid:title_id>/edit")
@access(Access.LIBRARIAN)
def edit(title_id: UUID) -> Response:
    """Show everything of a title, to be put right."""
    return _page(title_id, None)


@blueprint.post("/<uuid:title_id>/edit")
@access(Access.LIBRARIAN)
def change(title_id: UUID) -> Response:
    """Write a title anew."""
    try:
        title_editing.change(
            title_id,
            _typed(),
            shares_number=forms.is_ticked("shares_number"),
            actor_id=_me(),
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _page(title_id, error)
    return redirect(url_for("books_titles.edit", title_id=title_id, saved=1), code=303)


@blueprint.post("/<uuid:title_id>/cover")
@access(Access.LIBRARIAN)
def keep_cover(title_id: UUID) -> Response:
    """Keep a photo as the cover."""
    try:
        covers.keep(title_id, forms.photo("photo"), actor_id=_me(), here=context.here())
    except InvalidInputError as error:
        return _page(title_id, error)
    return redirect(url_for("books_titles.edit", title_id=title_id), code=303)


@blueprint.post("/<uuid:title_id>/cover/remove")
@access(Access.LIBRARIAN)
def remove_cover(title_id: UUID) -> Response:
    """Let the drawn cover stand again."""
    covers.remove(title_id, actor_id=_me(), here=context.here())
    return redirect(url_for("books_titles.edit", title_id=title_id), code=303)


@blueprint.post("/copy/<uuid:item_id>/edit")
@access(Access.LIBRARIAN)
def change_item(item_id: UUID) -> Response:
    """Write shelf, price, issue and batch of a copy."""
    new = EditedItem(
        item_id=item_id,
        accession_no="",
        shelf_id=forms.uuid_or_none("shelf_id"),
        price_fen=forms.fen("price"),
        issue=forms.text("issue", longest=_SHORT)[:40] or None,
        batch_id=forms.uuid_or_none("batch_id"),
        price_reason=forms.text("price_reason", longest=_MIDDLE) or None,
    )
    try:
        title_id = title_editing.change_item(new, actor_id=_me(), here=context.here())
    except RefusedError as error:
        return _page(title_editing.title_of(item_id), error)
    return redirect(url_for("books_titles.edit", title_id=title_id, saved=1), code=303)


def _page(title_id: UUID, refused: KioskError | None) -> Response:
    page = staff_page.show_form(
        "books/edit.html",
        refused,
        one=title_editing.read(title_id),
        kinds=tuple(TitleKind),
        classes=tuple(BOOK_CLASSES.values()),
        bands=_BANDS,
        shelves=shelves.listing(),
        batches=title_editing.batch_names(),
        was_saved="saved" in request.args,
    )
    headers.allow_camera(page)
    return page


def _typed() -> NewTitle:
    series_no = forms.text("series_no", longest=_SHORT)
    return NewTitle(
        name=forms.text("name", longest=_LONGEST_NAME),
        kind=forms.one_of("kind", TitleKind),
        author=forms.text("author", longest=_LONGEST) or None,
        publisher=forms.text("publisher", longest=_MIDDLE) or None,
        published=forms.text("published", longest=20) or None,
        isbn=forms.text("isbn", longest=_SHORT) or None,
        csbn=title_editing.read_csbn_of(forms.text("csbn", longest=_SHORT)),
        issn=title_editing.read_issn_of(forms.text("issn", longest=_SHORT)),
        class_mark=title_editing.read_class_mark_of(forms.text("class_mark", longest=_SHORT)),
        grade_band=forms.text("grade_band", longest=10) or None,
        series=forms.text("series", longest=_MIDDLE) or None,
        series_no=forms.number("series_no", least=1, most=9999) if series_no else None,
        volume=forms.text("volume", longest=40) or None,
        price_fen=forms.fen("price"),
        is_draft=False,
    )


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
