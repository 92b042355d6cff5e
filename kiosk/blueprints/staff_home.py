"""The staff home: the room now, and what is to be done about it."""

import hashlib

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from kiosk.rules.call_states import CallState
from kiosk.rules.devices import CameraState
from kiosk.rules.staff import Role
from kiosk.services import duty_own, staff_home, sync
from kiosk.services.call_board import BoardRow, CallRow
from kiosk.services.here import Here
from kiosk.services.staff_home import TodoKind
from kiosk.web import context, htmx, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("staff_home", __name__, url_prefix="/staff")
blueprint.app_context_processor(staff_page.frame)
blueprint.add_app_template_filter(staff_page.hhmm, "hhmm")
blueprint.add_app_template_filter(staff_page.local_day, "local_day")

_BOARD_LENGTH = 5
_OVER = frozenset({CallState.EXCUSED, CallState.CANCELLED, CallState.RELEASED, CallState.NO_SHOW})


@blueprint.get("")
@access(Access.VOLUNTEER)
def home() -> Response:
    """Show the room now; to a page that polls, nothing while nothing has changed."""
    here = context.here()
    values = _room_now(here)
    mark = hashlib.blake2s(repr(values).encode(), digest_size=8).hexdigest()
    if "poll" in request.args and request.args.get("seen") == mark:
        return make_response("", 204)
    values |= {"mark": mark, "today": here.today}
    if htmx.wants_fragment():
        return make_response(render_template("staff/_home.html", **values))
    values["just_opened"] = "opened" in request.args
    return staff_page.show("staff/home.html", status=200, **values)


def _room_now(here: Here) -> dict[str, object]:
    me = staff_screen.signed_in()
    is_head = me.role is Role.ADMINISTRATOR
    shown = staff_home.look(here=here, amiss=_amiss(), staff_id=me.staff_id, is_head=is_head)
    coming = shown.next_planned
    matters = _what_matters(shown.calls)
    soonest = matters[:_BOARD_LENGTH]
    return {
        "home": shown,
        "me": me,
        "duty": duty_own.at_home(
            me.staff_id, here=here, next_id=None if coming is None else coming.opening_id
        ),
        "shown_calls": [row for row in shown.calls if row in soonest],
        "more_calls": len(matters) - len(soonest),
        "record": sync.status(here.settings),
    }


@blueprint.post("/stay")
@access(Access.VOLUNTEER)
def stay() -> Response:
    """Hear that somebody is at the page; asking for the session let it live on."""
    return make_response("", 204)


def _amiss() -> list[TodoKind]:
    """Return which of the room's devices want to be looked after."""
    known, camera = context.scanner(), context.camera()
    found = [TodoKind.SCANNER] if known is not None and known.change is not None else []
    if camera is not None and camera.state is not CameraState.LOOKS:
        found.append(TodoKind.CAMERA)
    return found


def _what_matters(board: tuple[BoardRow, ...]) -> list[BoardRow]:
    """Return what of the board matters now: the last call, those to come, then free places."""
    calls = [row for row in board if isinstance(row, CallRow)]
    last = [row for row in calls if not row.next_states and row.state not in _OVER][-1:]
    ahead = [row for row in calls if row.next_states]
    free = [row for row in board if row.is_free]
    return [*last, *ahead, *free]
