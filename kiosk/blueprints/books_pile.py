"""The pile: a box of books is taken in, scan after scan."""

from typing import Any
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kiosk.rules.intake import NotTaken
from kiosk.services import batch_list, covers, drafts, known_titles, pile, pile_view
from kiosk.services.catalogue import MOST_COPIES
from kiosk.services.pile import ShownLabel
from kiosk.web import context, forms, headers, htmx, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("books_pile", __name__, url_prefix="/staff/books/pile")

_LONGEST = 20_000  # what is longer than a title is said to be so, and not lost as a bad form


@blueprint.get("")
@access(Access.LIBRARIAN)
def show() -> Response:
    """Show the pile of a batch, or today's without one, and wait for the next book."""
    batch_id = _uuid(request.args.get("batch", ""))
    page = staff_page.show(
        "books/pile.html",
        **_values(batch_id, None),
        batches=batch_list.lines(here=context.here(), only_open=True),
    )
    headers.allow_camera(page)
    return page


@blueprint.post("")
@access(Access.LIBRARIAN)
def take() -> Response:
    """Take in what was scanned or typed; a label of ours is shown."""
    batch_id = forms.uuid_or_none("batch")
    taken = pile.take(
        forms.text("code", longest=_LONGEST),
        batch_id=batch_id,
        request_id=forms.uuid("request_id"),
        actor_id=_me(),
        here=context.here(),
    )
    return _again(batch_id, taken if isinstance(taken, ShownLabel) else None)


@blueprint.post("/more")
@access(Access.LIBRARIAN)
def more() -> Response:
    """Take in more of the same."""
    pile.more(
        forms.uuid("item_id"),
        forms.number("copies", least=0, most=10 * MOST_COPIES),
        request_id=forms.uuid("request_id"),
        actor_id=_me(),
        here=context.here(),
    )
    return _again(forms.uuid_or_none("batch"))


@blueprint.post("/undo")
@access(Access.LIBRARIAN)
def undo() -> Response:
    """Undo the last scan."""
    drafts.undo(forms.uuid("item_id"), actor_id=_me(), here=context.here())
    return _again(forms.uuid_or_none("batch"))


@blueprint.post("/another")
@access(Access.LIBRARIAN)
def another() -> Response:
    """Say that the last book is another one under the same number."""
    drafts.another(
        forms.uuid("item_id"),
        request_id=forms.uuid("request_id"),
        actor_id=_me(),
        here=context.here(),
    )
    return _again(forms.uuid_or_none("batch"))


@blueprint.post("/name")
@access(Access.LIBRARIAN)
def name() -> Response:
    """Give a draft its title."""
    drafts.name(
        forms.uuid("title_id"),
        forms.text("known", longest=_LONGEST) or forms.text("name", longest=_LONGEST),
        actor_id=_me(),
        here=context.here(),
    )
    return _back()


@blueprint.post("/settle")
@access(Access.LIBRARIAN)
def settle() -> Response:
    """Say which of the titles with its number a draft is."""
    drafts.settle(
        forms.uuid("title_id"), forms.uuid("known_id"), actor_id=_me(), here=context.here()
    )
    return _back()


@blueprint.post("/volume")
@access(Access.LIBRARIAN)
def volume() -> Response:
    """Say that a draft is another volume of a title with its number."""
    drafts.as_volume(
        forms.uuid("title_id"),
        forms.uuid("known_id"),
        forms.text("volume", longest=40),
        actor_id=_me(),
        here=context.here(),
    )
    return _back()


@blueprint.post("/picture")
@access(Access.LIBRARIAN)
def picture() -> Response:
    """Keep a photo: as the cover of a title, or as a book without a number that comes in."""
    batch_id, title_id = forms.uuid_or_none("batch"), forms.uuid_or_none("title_id")
    photo = forms.photo("photo")
    here = context.here()
    if title_id is not None:
        covers.keep(title_id, photo, actor_id=_me(), here=here)
    else:
        covers.take_in(
            photo,
            batch_id=batch_id,
            request_id=forms.uuid("request_id"),
            actor_id=_me(),
            here=here,
        )
    return _again(batch_id)


@blueprint.post("/not-taken")
@access(Access.LIBRARIAN)
def not_taken() -> Response:
    """Count a book of the batch that is not taken in."""
    batch_id = forms.uuid("batch")
    drafts.not_taken(
        batch_id,
        forms.one_of("reason", NotTaken),
        request_id=forms.uuid("request_id"),
        here=context.here(),
    )
    return _again(batch_id)


@blueprint.post("/not-taken/undo")
@access(Access.LIBRARIAN)
def undo_not_taken() -> Response:
    """Take the last such count back."""
    batch_id = forms.uuid("batch")
    drafts.undo_not_taken(batch_id, forms.uuid("not_taken_id"))
    return _again(batch_id)


@blueprint.get("/known")
@access(Access.LIBRARIAN)
def known() -> Response:
    """Show titles that somebody may be typing."""
    text = request.args.get("name", "").strip()[:60]
    found = known_titles.suggest(text)
    is_letters = text.isascii() and text.isalnum() and not text.isdigit()
    return make_response(render_template("books/_known.html", known=found, is_letters=is_letters))


@blueprint.get("/drafts")
@access(Access.LIBRARIAN)
def to_name() -> Response:
    """Show what is still to be named."""
    page = staff_page.show("books/drafts.html", drafts=pile_view.drafts())
    headers.allow_camera(page)
    return page


def _back() -> Response:
    """Return to the list of drafts, or to the pile, from where it was said."""
    if "drafts" in request.form:
        return redirect(url_for("books_pile.to_name"), code=303)
    return _again(forms.uuid_or_none("batch"))


def _again(batch_id: UUID | None, seen: ShownLabel | None = None) -> Response:
    """Show the pile as it stands now: to the script its middle, to a plain browser the page."""
    if htmx.wants_fragment():
        return make_response(render_template("books/_pile.html", **_values(batch_id, seen)))
    if seen is not None:
        return redirect(url_for("books.detail", title_id=seen.title_id), code=303)
    return redirect(url_for("books_pile.show", batch=batch_id), code=303)


def _values(batch_id: UUID | None, seen: ShownLabel | None) -> dict[str, Any]:
    return {
        "pile": pile_view.read(batch_id, here=context.here()),
        "batch_id": batch_id,
        "seen": seen,
        "reasons": tuple(NotTaken),
        "most_copies": MOST_COPIES,
        "is_heard": context.device().is_sound_on,
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
