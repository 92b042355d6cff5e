"""What a change of the plan costs in calls is shown before it is done."""

from typing import Final

from flask import request
from werkzeug.wrappers import Response

from kiosk.errors import KioskError
from kiosk.web import errors, forms, staff_page

_DIGEST: Final = 64
_OWN_FIELDS: Final = frozenset({"csrf_token", "digest"})


def agreed() -> str:
    """Return the digest of the losses that were shown, empty before any were."""
    return forms.text("digest", longest=_DIGEST)


def ask(refused: KioskError, *, section: str, back: str) -> Response | None:
    """Return the page that shows the calls that would be lost, with the same form once more.

    None when something else was refused.
    """
    preview = refused.values.get("preview")
    if preview is None:
        return None
    return staff_page.show(
        "openings/lose.html",
        status=errors.status_of(refused),
        section=section,
        back=back,
        preview=preview,
        # Shown for the first time it is a question; later other things would follow by now.
        refused=refused if agreed() else None,
        asked=[
            (name, value)
            for name, values in request.form.lists()
            if name not in _OWN_FIELDS
            for value in values
        ],
    )
