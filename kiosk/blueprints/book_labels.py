"""Labels of books, spines and shelves: printed, looked at, and only then taken off the queue."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.printing import label_sheets, labels, spines
from kiosk.printing.label_sheets import LabelSheet
from kiosk.printing.labels import LabelFace
from kiosk.printing.paper import Placing
from kiosk.printing.spines import ShelfFace, Sign, SpineFace
from kiosk.rules.book_classes import ShelfPlace
from kiosk.rules.sessions import SessionProblem
from kiosk.services import item_labels, shelf_labels, shelves
from kiosk.services.item_labels import MOST_AT_ONCE, LabelToPrint
from kiosk.services.shelf_labels import ShelfLabel
from kiosk.web import context, forms, printed, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("book_labels", __name__, url_prefix="/staff/books")

_OWN_FIELDS = frozenset({"csrf_token", "start", "sheet", "kind"})


class LabelKind(StrEnum):
    """What a label is stuck on."""

    BOOK = "book"
    SPINE = "spine"


@blueprint.get("/labels")
@access(Access.LIBRARIAN)
def show() -> Response:
    """Show what waits to be printed, and the shelves."""
    waiting = item_labels.queue_length()
    return staff_page.show(
        "books/labels.html",
        waiting=waiting,
        at_once=min(waiting, MOST_AT_ONCE),
        first=item_labels.queue(10),
        shelves=shelves.listing(),
        sheets=tuple(label_sheets.sheets().values()),
        kinds=tuple(LabelKind),
        said=request.args.get("said", ""),
    )


@blueprint.post("/labels")
@access(Access.LIBRARIAN)
def print_queue() -> Response:
    """Show sheets of the labels that wait, of as many as were asked for."""
    count = forms.number("count", least=1, most=MOST_AT_ONCE)
    return _sheets(item_labels.queue(count), back=url_for("book_labels.show"))


@blueprint.post("/<uuid:title_id>/labels")
@access(Access.LIBRARIAN)
def of_title(title_id: UUID) -> Response:
    """Show sheets with the labels of a title's copies, once more and with the codes they have."""
    back = url_for("books.detail", title_id=title_id)
    return _sheets(item_labels.of_title(title_id), back=back)


@blueprint.post("/copy/<uuid:item_id>/label")
@access(Access.LIBRARIAN)
def of_copy(item_id: UUID) -> Response:
    """Show a sheet with the label of one copy."""
    return _sheets(item_labels.of_items([item_id]), back=url_for("books.search"))


@blueprint.post("/labels/done")
@access(Access.LIBRARIAN)
def done() -> Response:
    """Hear that these labels came out well: they wait no more."""
    item_labels.mark_printed(
        _ids("item_id"), actor_id=staff_screen.signed_in().staff_id, here=context.here()
    )
    return redirect(url_for("book_labels.show", said="done"), code=303)


@blueprint.post("/labels/shelves")
@access(Access.LIBRARIAN)
def of_shelves() -> Response:
    """Show sheets with the labels of the shelves that were ticked."""
    wanted = _ids("shelf_id")
    if not wanted:
        return redirect(url_for("book_labels.show", said="none"), code=303)
    actor_id = staff_screen.signed_in().staff_id
    found = shelf_labels.labels(wanted, actor_id=actor_id, here=context.here())
    faces, chosen = [_shelf_face(one) for one in found], _sheet()

    def draw(placing: Placing) -> tuple[str, ...]:
        return spines.shelf_pages(faces, printed.drawing, placing, chosen.cut)

    return _page(draw, chosen, kind=None, items=(), back=url_for("book_labels.show"))


def _sheets(found: Sequence[LabelToPrint], *, back: str) -> Response:
    kind = LabelKind.SPINE if forms.raw("kind") == LabelKind.SPINE else LabelKind.BOOK
    chosen = _sheet()

    def draw(placing: Placing) -> tuple[str, ...]:
        match kind:
            case LabelKind.BOOK:
                return labels.pages([_face(one) for one in found], placing, chosen.cut)
            case LabelKind.SPINE:
                faces = [_spine_face(one) for one in found]
                return spines.spine_pages(faces, printed.drawing, placing, chosen.cut)

    items = tuple(one.item_id for one in found)
    return _page(draw, chosen, kind=kind, items=items, back=back)


def _page(
    draw: Callable[[Placing], tuple[str, ...]],
    chosen: LabelSheet,
    *,
    kind: LabelKind | None,
    items: tuple[UUID, ...],
    back: str,
) -> Response:
    """Return sheets of our own printing, whose texts are escaped there, and what may be changed."""
    placing = printed.placing(chosen.cut)
    return staff_page.show(
        "books/label_sheets.html",
        pages=[Markup(page) for page in draw(placing)],  # noqa: S704 - see the docstring
        back=back,
        cut=chosen.cut,
        start=placing.start,
        asked=[pair for pair in request.form.items(multi=True) if pair[0] not in _OWN_FIELDS],
        sheets=tuple(label_sheets.sheets().values()),
        chosen=chosen.key,
        kinds=() if kind is None else tuple(LabelKind),
        kind=kind,
        # The spine is a second label of the same book: the first one counts.
        items=items if kind is LabelKind.BOOK else (),
    )


def _face(label: LabelToPrint) -> LabelFace:
    return LabelFace(
        code=label.code,
        accession_no=label.accession_no,
        title=label.title,
        class_mark=label.class_mark,
        grade_band=label.grade_band,
    )


def _spine_face(label: LabelToPrint) -> SpineFace:
    return SpineFace(
        sign=_sign(label.place),
        class_mark=label.class_mark,
        author_sign=label.author_sign,
        accession_no=label.accession_no,
    )


def _shelf_face(label: ShelfLabel) -> ShelfFace:
    return ShelfFace(code=label.code, name=label.name, sign=_sign(label.place))


def _sign(place: ShelfPlace | None) -> Sign:
    if place is None:
        return Sign(colour=None, letter="", icon=None)
    return Sign(colour=place.colour, letter=place.letter or "", icon=place.icon)


def _sheet() -> LabelSheet:
    return label_sheets.sheet(forms.raw("sheet"))


def _ids(name: str) -> list[UUID]:
    try:
        return [UUID(one) for one in request.form.getlist(name)[:MOST_AT_ONCE]]
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field=name) from error
