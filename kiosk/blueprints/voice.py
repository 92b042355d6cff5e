"""What the child screen's sounds are fetched from: the plan, and the school's own recordings."""

from flask import jsonify
from flask.blueprints import Blueprint
from werkzeug.wrappers import Response

from kiosk.services import voices
from kiosk.web import context, voice_plan
from kiosk.web.guards import Access, access

blueprint = Blueprint("voice", __name__, url_prefix="/voice")


@blueprint.get("")
@access(Access.ANYBODY)
def plan() -> Response:
    """Say whether the screen is heard, how loud, and where each sound is."""
    return jsonify(voice_plan.plan())


@blueprint.get("/<key>.wav")
@access(Access.ANYBODY)
def recording(key: str) -> Response:
    """Return what somebody of the school recorded; the prompts are no secret."""
    return Response(voices.read(key, settings=context.settings()), mimetype="audio/wav")
