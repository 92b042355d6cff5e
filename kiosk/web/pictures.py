"""Covers of titles, for a browser to keep."""

from uuid import UUID

from werkzeug.wrappers import Response

from kiosk.errors import NotFoundError
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.services import covers
from kiosk.web import headers


def picture_of(title_id: UUID, digest: str) -> Response:
    """Return the cover that has this digest, for this browser to keep.

    Raises:
        NotFoundError: UNKNOWN_TITLE where there is none, or another one by now.
    """
    found = covers.read(title_id)
    if found is None or found.digest != digest:
        raise NotFoundError(CatalogueProblem.UNKNOWN_TITLE)
    response = Response(found.jpeg, mimetype="image/jpeg")
    headers.allow_keeping(response)
    return response
