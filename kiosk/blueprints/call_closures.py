"""A line that cannot be used: what that costs, before it is said and done."""

from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import KioskError, RefusedError
from kiosk.services import call_closures, call_lines
from kiosk.services.call_closures import OutageLength, OutageReason
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("call_closures", __name__, url_prefix="/staff/calls/lines")

_DIGEST: Final = 64


@blueprint.get("/<uuid:line_id>/out")
@access(Access.DUTY_TEACHER)
def line_out(line_id: UUID) -> Response:
    """Show who would lose a call, today or until the line is mended, and what becomes of it."""
    return _line_out(line_id)


@blueprint.post("/<uuid:line_id>/out")
@access(Access.DUTY_TEACHER)
def close_line(line_id: UUID) -> Response:
    """Take a line out of use; when other things would follow by now, these are shown first."""
    try:
        closed = call_closures.close_line(
            line_id,
            reason=forms.one_of("reason", OutageReason),
            length=_length(),
            request_id=forms.uuid("request_id"),
            digest=forms.text("digest", longest=_DIGEST),
            staff_id=staff_screen.signed_in().staff_id,
            here=context.here(),
        )
    except RefusedError as error:
        return _line_out(line_id, refused=error)
    return redirect(
        url_for("calls.lines", released=closed.released or None, moved=closed.moved or None),
        code=303,
    )


def _length() -> OutageLength:
    """Return for how long; a line that is said to be broken is so today."""
    is_long = request.values.get("length") == OutageLength.UNTIL_MENDED
    return OutageLength.UNTIL_MENDED if is_long else OutageLength.TODAY


def _line_out(line_id: UUID, *, refused: KioskError | None = None) -> Response:
    here = context.here()
    line = call_lines.one(line_id, here=here)
    length = OutageLength.UNTIL_MENDED if line.is_out_today else _length()
    return staff_page.show_form(
        "calls/line_out.html",
        refused,
        line=line,
        length=length,
        preview=call_closures.preview_line(line_id, length=length, here=here),
        reasons=tuple(OutageReason),
    )
