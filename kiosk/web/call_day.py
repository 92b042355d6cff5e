"""The day's calls on the staff page: whole, or the board alone for the page that has it open."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import RefusedError
from kiosk.rules.call_states import CallState
from kiosk.services import call_columns, call_desk, call_room
from kiosk.services.call_board import BoardRow, CallRow
from kiosk.services.call_room import EmptyPlace
from kiosk.services.here import Here
from kiosk.web import context, errors, htmx, staff_page, staff_screen

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FREE_SHOWN: Final = 6
_UNCLEAR_DAYS: Final = timedelta(days=7)
# The page goes home by itself a moment before the session behind it ends.
_EARLIER: Final = timedelta(seconds=10)


def show(
    on: date, *, refused: RefusedError | None = None, revealed: Mapping[UUID, str] | None = None
) -> Response:
    """Show the calls of a day; to a page that polls, nothing while nothing has changed."""
    here = context.here()
    values = _board(on, here)
    mark = _mark(values)
    if "poll" in request.args and request.args.get("seen") == mark:
        return make_response("", 204)
    values |= {
        "mark": "" if refused else mark,
        "on": on,
        "today": here.today,
        "over": [str(one) for one in _passed_over()],
        "now": here.now,
        "stays_s": _stays_s(here),
        "refused": refused,
        "revealed": revealed or {},
    }
    if htmx.wants_fragment():
        return _fragment(values, refused)
    return staff_page.show(
        "calls/day.html",
        status=200 if refused is None else errors.status_of(refused),
        day_before=on - timedelta(days=1),
        day_after=on + timedelta(days=1),
        **values,
    )


def changed(on: date, booking_id: UUID) -> Response:
    """Answer a change: the board anew, or the way to a page that can be reloaded."""
    if htmx.wants_fragment():
        return show(on)
    address = url_for(
        "calls.day", on=on.isoformat(), over=_passed_over(), _anchor=f"call-{booking_id}"
    )
    return redirect(address, code=303)


def _stays_s(here: Here) -> int:
    """Return for how many seconds the page waits for who leads a call, as her session does."""
    staff_id = staff_screen.signed_in().staff_id
    ends = [one.stays_until for one in call_desk.led_by(staff_id, here=here)]
    return int((max(ends) - here.now - _EARLIER).total_seconds()) if ends else 0


def _board(on: date, here: Here) -> dict[str, object]:
    board = call_desk.board(on, here=here)
    shown = board if "all" in request.args else tuple(_without_most_free_places(board))
    unclear = call_desk.unclear(since=here.today - _UNCLEAR_DAYS, here=here)
    return {
        "columns": call_columns.columns(shown, here=here),
        "unclear": [row for row in unclear if row.on != on],
        "more_places": len(board) - len(shown),
        "waiting": _waiting(board),
        "empty": _empty(here) if on == here.today else [],
        "without_call": call_desk.without_call_count(here=here),
    }


def _waiting(board: Iterable[BoardRow]) -> list[CallRow]:
    """Return the calls whose child stands at the telephone and waits."""
    calls = (row for row in board if isinstance(row, CallRow))
    return [row for row in calls if row.state is CallState.WAITING]


def _empty(here: Here) -> list[EmptyPlace]:
    """Return the places of now for which there is a child, and those that nobody came to."""
    passed_over = _passed_over()
    found = call_room.empty_places(here=here, passed_over=passed_over)
    return [one for one in found if one.child is not None or passed_over]


def _passed_over() -> list[UUID]:
    """Return the children who were asked to an empty place and did not come."""
    return [UUID(one) for one in request.values.getlist("over") if _ID.fullmatch(one)]


def _fragment(values: dict[str, object], refused: RefusedError | None) -> Response:
    response = make_response(render_template("calls/_columns.html", **values))
    if refused is not None:
        # A refusal is a board too; without a target the script would let it fall.
        response.status_code = errors.status_of(refused)
        response.headers["HX-Retarget"] = "#board"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _mark(values: Mapping[str, object]) -> str:
    return hashlib.blake2s(repr(values).encode(), digest_size=8).hexdigest()


def _without_most_free_places(board: Iterable[BoardRow]) -> Iterator[BoardRow]:
    """Leave out what a teacher who looks for a call has to look past."""
    free = 0
    for row in board:
        free += row.is_free
        if not row.is_free or free <= _FREE_SHOWN:
            yield row
