"""Counting the shelves: each window stands at its own, and each scan is stored at once."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules.sessions import SessionProblem
from kiosk.rules.stocktake import SightKind
from kiosk.services import stocktake, stocktake_board, stocktake_report
from kiosk.services.stocktake import Seen
from kiosk.services.stocktake_board import Board, Place
from kiosk.web import context, forms, helping, htmx, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("count", __name__, url_prefix="/staff/books/count")

_SOFTLY: Final = frozenset({SightKind.WRONG_SHELF, SightKind.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What a window shows: all shelves, the one it stands at, and what it has seen last."""

    board: Board
    place: Place | None
    seen: Seen | None

    @property
    def sound(self) -> str:
        """Which sound goes with it, if any."""
        if self.seen is None:
            return ""
        is_odd = self.seen.kind in _SOFTLY or self.seen.goes_to or self.seen.is_waited_for
        return "notice" if is_odd else "ok"


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show the shelves to choose from, or the one that this window stands at."""
    board = stocktake_board.board(context.here())
    if board is None:
        if helping.is_under_way():
            # Ended at another window: the child keeps nothing of staff (ruling 10).
            staff_screen.lock()
            return redirect(url_for("kiosk.idle"), code=303)
        return staff_page.show(
            "count/begin.html", has_report=stocktake_report.exists(context.here())
        )
    place_id = _uuid_wanted("shelf")
    place = None if place_id is None else board.place(place_id)
    sight_id = _uuid_wanted("sight")
    seen = None if sight_id is None else stocktake.look(sight_id)
    page = "count/helper.html" if helping.is_under_way() else "count/page.html"
    return staff_page.show(page, taking=Taking(board=board, place=place, seen=seen))


@blueprint.post("/begin")
@access(Access.LIBRARIAN)
def begin() -> Response:
    """Begin a stock-take."""
    stocktake.begin(staff_id=staff_screen.signed_in().staff_id, here=context.here())
    return redirect(url_for("count.show"), code=303)


@blueprint.post("/scan")
@access(Access.DUTY_TEACHER)
def scan() -> Response:
    """Take a shelf's code, or an item at the shelf that the window says."""
    here = context.here()
    answer = stocktake.scan(
        forms.raw("code"),
        place_id=_uuid_wanted("shelf"),
        request_id=forms.uuid("request_id"),
        here=here,
    )
    seen = answer if isinstance(answer, Seen) else None
    if not htmx.wants_fragment():
        sight = None if seen is None else seen.sight_id
        return redirect(url_for("count.show", shelf=answer.place_id, sight=sight), code=303)
    board = stocktake_board.board(here)
    if board is None:  # ended at another window a moment ago
        return htmx.go(url_for("count.show"))
    fragment = "count/_helper.html" if helping.is_under_way() else "count/_page.html"
    taking = Taking(board=board, place=board.place(answer.place_id), seen=seen)
    page = make_response(render_template(fragment, taking=taking))
    page.headers["HX-Retarget"] = "#taking"
    return page


@blueprint.post("/undo")
@access(Access.DUTY_TEACHER)
def undo() -> Response:
    """Take the last sight back."""
    place_id = stocktake.undo(forms.uuid("sight_id"), here=context.here())
    return redirect(url_for("count.show", shelf=place_id), code=303)


@blueprint.post("/done")
@access(Access.DUTY_TEACHER)
def done() -> Response:
    """Say that a shelf is done, or that it is not."""
    stocktake.set_done(forms.uuid("shelf"), is_done=forms.raw("done") == "yes", here=context.here())
    return redirect(url_for("count.show"), code=303)


@blueprint.post("/helper")
@access(Access.DUTY_TEACHER)
def helper() -> Response:
    """Give the page to a child who helps: big pictures, and nothing of anybody."""
    if forms.raw("begin") != "yes":
        raise InvalidInputError(SessionProblem.BAD_FORM, field="begin")
    helping.begin()
    return redirect(url_for("count.show"), code=303)


def _uuid_wanted(name: str) -> UUID | None:
    wanted = request.args.get(name, "")
    try:
        return UUID(wanted) if wanted else None
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field=name) from error
