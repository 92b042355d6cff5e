"""A second look at labels, for a helper: label and book are scanned as a pair."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules.book_numbers import NumberProblem
from kiosk.services import label_pairs
from kiosk.services.label_pairs import Pair
from kiosk.web import context, forms, htmx, staff_page
from kiosk.web.guards import Access, access

blueprint = Blueprint("books_pairs", __name__, url_prefix="/staff/books/pairs")

_LONGEST = 100


@blueprint.get("")
@access(Access.VOLUNTEER)
def show() -> Response:
    """Show which books wait for a second look; no child is named here."""
    return staff_page.show("books/pairs.html", **_values(None))


@blueprint.post("")
@access(Access.VOLUNTEER)
def look() -> Response:
    """Take the next scan of a pair."""
    label = forms.text("label", longest=_LONGEST) or None
    code = forms.text("code", longest=_LONGEST)
    return _said(label_pairs.look(code, label=label, here=context.here()))


@blueprint.post("/say")
@access(Access.VOLUNTEER)
def say() -> Response:
    """Note what somebody saw of a book without a number."""
    label = forms.text("label", longest=_LONGEST)
    if not label:
        raise InvalidInputError(NumberProblem.NO_BOOK)
    fits = forms.raw("fits") == "yes"
    return _said(label_pairs.say(label, fits=fits, here=context.here()))


def _said(pair: Pair) -> Response:
    if not htmx.wants_fragment():
        if pair.state is label_pairs.PairState.FITS:
            return redirect(url_for("books_pairs.show"), code=303)
        return staff_page.show("books/pairs.html", **_values(pair))
    return make_response(render_template("books/_pair.html", **_values(pair)))


def _values(pair: Pair | None) -> dict[str, Any]:
    books, left = label_pairs.to_check(here=context.here())
    return {"pair": pair, "books": books, "left": left, "is_heard": context.device().is_sound_on}
