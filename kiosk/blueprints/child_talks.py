"""A child asks for somebody to talk to: one touch for whom, and nothing about what."""

from flask import Blueprint
from werkzeug.wrappers import Response

from kiosk.services import own_page, talks
from kiosk.services.answers import OwnPageSaying
from kiosk.web import child_screen, context, forms, screens
from kiosk.web.guards import Access, access

blueprint = Blueprint("child_talks", __name__, url_prefix="/me/talk")


@blueprint.get("")
@access(Access.CHILD)
def pick() -> Response:
    """Ask whom the child would like to talk to."""
    child = child_screen.require()
    found = talks.pick(face=child.face)
    return _own_page(OwnPageSaying.CHOOSE) if found is None else screens.show(found)


@blueprint.post("")
@access(Access.CHILD)
def ask() -> Response:
    """Tell the adult, and go on to the child's own page."""
    child = child_screen.require()
    is_asked = talks.ask(forms.uuid("adult"), child_id=child.child_id, here=context.here())
    return _own_page(OwnPageSaying.TEACHER_COMES) if is_asked else pick()


def _own_page(saying: OwnPageSaying) -> Response:
    child = child_screen.require()
    return screens.show(
        own_page.show(child_id=child.child_id, face=child.face, saying=saying, here=context.here())
    )
