"""The covers of titles as pictures, for every screen and page, and for the browser to keep."""

from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from kiosk.errors import NotFoundError
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.services import covers
from kiosk.web import headers
from kiosk.web.guards import Access, access

blueprint = Blueprint("covers", __name__, url_prefix="/cover")


@blueprint.get("/<uuid:title_id>/<version>.jpg")
@access(Access.ANYBODY)
def show(title_id: UUID, version: str) -> Response:
    """Return the picture that has this version; that of another picture is another address."""
    jpeg = covers.read(title_id, version)
    if jpeg is None:
        raise NotFoundError(CatalogueProblem.UNKNOWN_TITLE)
    response = Response(jpeg, mimetype="image/jpeg")
    headers.allow_keeping(response)
    return response
