"""Books from a file, and the whole catalogue as one: the work itself is a process of its own."""

from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.files.holdings import HoldingsChoice
from kiosk.rules.book_imports import ImportProblem
from kiosk.services import book_imports, book_jobs
from kiosk.services.catalogue_export import CatalogueFormat
from kiosk.services.ledgers import FileKind
from kiosk.web import book_report, context, forms, htmx, staff_page, staff_screen
from kiosk.web.attachments import attachment
from kiosk.web.guards import Access, access

blueprint = Blueprint("books_import", __name__, url_prefix="/staff/books/import")

_LONGEST_CHOICE: Final = 20


@blueprint.get("")
@access(Access.LIBRARIAN)
def listing() -> Response:
    """Show where a file is chosen, and the files of the last days."""
    return _listing(None)


@blueprint.post("")
@access(Access.LIBRARIAN)
def receive() -> Response:
    """Keep a file and have it read."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise InvalidInputError(ImportProblem.NO_FILE)
        import_id = book_imports.receive(
            file.filename, file.stream, actor_id=_me(), here=context.here()
        )
    except KioskError as error:
        return _listing(error)
    return redirect(url_for("books_import.look", import_id=import_id), code=303)


@blueprint.get("/<uuid:import_id>")
@access(Access.LIBRARIAN)
def look(import_id: UUID) -> Response:
    """Show how far a file is, and what was found; while it is worked on, again and again."""
    one = book_imports.look(import_id, here=context.here())
    if htmx.wants_fragment():
        return staff_page.show("books/_import.html", one=one, refused=None)
    return staff_page.show("books/import_one.html", one=one, refused=None)


@blueprint.post("/<uuid:import_id>")
@access(Access.LIBRARIAN)
def decide(import_id: UUID) -> Response:
    """Add the books of a file, its copies as somebody has chosen."""
    chosen = forms.text("choice", longest=_LONGEST_CHOICE)
    try:
        book_imports.decide(
            import_id,
            choice=HoldingsChoice.parse(chosen) if chosen else None,
            labels=forms.is_ticked("labels"),
            actor_id=_me(),
            here=context.here(),
        )
    except RefusedError as error:
        one = book_imports.look(import_id, here=context.here())
        return staff_page.show_form("books/import_one.html", error, one=one)
    return redirect(url_for("books_import.look", import_id=import_id), code=303)


@blueprint.post("/<uuid:import_id>/again")
@access(Access.LIBRARIAN)
def again(import_id: UUID) -> Response:
    """Read a file once more whose reading or adding broke off."""
    book_imports.begin_again(import_id, here=context.here())
    return redirect(url_for("books_import.look", import_id=import_id), code=303)


@blueprint.post("/<uuid:import_id>/forget")
@access(Access.LIBRARIAN)
def forget(import_id: UUID) -> Response:
    """Delete a file and what was found in it; the catalogue stays as it is."""
    book_imports.forget(import_id, here=context.here())
    return redirect(url_for("books_import.listing"), code=303)


@blueprint.post("/<uuid:import_id>/report")
@access(Access.LIBRARIAN)
def report(import_id: UUID) -> Response:
    """Hand over what was refused and what is to be looked at, as CSV or XLSX."""
    kind = forms.one_of("kind", FileKind)
    lines = book_imports.report(import_id, here=context.here())
    return attachment(book_report.content(lines, kind), f"report.{kind}")


@blueprint.post("/export")
@access(Access.LIBRARIAN)
def export() -> Response:
    """Hand over the whole catalogue; the audit knows of it."""
    kind = forms.one_of("kind", CatalogueFormat)
    data = book_jobs.export(kind, actor_id=_me(), settings=context.settings())
    name = f"catalogue-{context.here().today.isoformat()}{kind.suffix}"
    return attachment(data, name)


def _listing(refused: KioskError | None) -> Response:
    return staff_page.show_form(
        "books/import.html", refused, imports=book_imports.listing(context.here())
    )


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
