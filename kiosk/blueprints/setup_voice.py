"""What the children's screen sounds like: the choice of a voice, the room's own recordings."""

from typing import Final
from uuid import UUID

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, UnavailableError
from kiosk.files.prompts import prompts
from kiosk.files.recordings import MOST_PACK, MOST_RECORDING
from kiosk.rules.devices import LOUDEST, VoiceSource
from kiosk.rules.sessions import SessionProblem
from kiosk.rules.voices import LONGEST_PACK_NAME
from kiosk.services import voices
from kiosk.web import context, forms, headers, staff_page, staff_screen, voice_plan
from kiosk.web.attachments import attachment
from kiosk.web.guards import Access, access
from kiosk.web.heard import Sound

blueprint = Blueprint("setup_voice", __name__, url_prefix="/staff/setup/voice")

# The microphone is for this one page (ruling 22).
_POLICY: Final = headers.HEADERS["Permissions-Policy"].replace("microphone=()", "microphone=(self)")


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show who speaks and how loud, and let the teacher hear each sentence."""
    return _page("setup/voice.html", None)


@blueprint.post("")
@access(Access.DUTY_TEACHER)
def choose() -> Response:
    """Choose who speaks and how loud."""
    values = {
        "is_sound_on": forms.is_ticked("is_sound_on"),
        "volume": forms.number("volume", least=0, most=LOUDEST),
        "voice": forms.one_of("voice", VoiceSource),
    }
    context.set_up(values, actor_id=staff_screen.signed_in().staff_id)
    return redirect(url_for("setup_voice.show", saved=1), code=303)


@blueprint.get("/record")
@access(Access.DUTY_TEACHER)
def recorder() -> Response:
    """Record the sentences with the room's microphone."""
    response = _page("setup/voice_record.html", None)
    response.headers["Permissions-Policy"] = _POLICY
    return response


@blueprint.post("/record/<key>")
@access(Access.DUTY_TEACHER)
def keep(key: str) -> Response:
    """Keep a recording of one sentence."""
    data = _uploaded("recording", most=MOST_RECORDING)
    voices.keep(key, data, actor_id=_me(), here=context.here())
    return make_response("", 204)


@blueprint.post("/record/<key>/delete")
@access(Access.DUTY_TEACHER)
def delete(key: str) -> Response:
    """Forget a recording."""
    voices.delete(key, actor_id=_me(), here=context.here())
    return redirect(url_for("setup_voice.recorder"), code=303)


@blueprint.post("/pack/file")
@access(Access.ADMINISTRATOR)
def export() -> Response:
    """Hand over all recordings as one file; the audit knows of it."""
    name = forms.text("name", longest=LONGEST_PACK_NAME)
    try:
        data = voices.export(name=name, actor_id=_me(), here=context.here())
    except (InvalidInputError, UnavailableError) as error:
        return _page("setup/voice.html", error)
    return attachment(data, f"{voices.pack_name(context.settings()) or 'voice'}.zip")


@blueprint.post("/pack")
@access(Access.ADMINISTRATOR)
def take_in() -> Response:
    """Take every recording of a pack, or none; the audit knows of it."""
    try:
        data = _uploaded("pack", most=MOST_PACK)
        count = voices.take_in(data, actor_id=_me(), here=context.here())
    except (InvalidInputError, UnavailableError) as error:
        return _page("setup/voice.html", error)
    return redirect(url_for("setup_voice.show", taken=count), code=303)


def _page(template: str, refused: KioskError | None) -> Response:
    settings = context.settings()
    return staff_page.show_form(
        template,
        refused,
        device=context.device(),
        prompts=tuple(prompts().values()),
        recorded=voices.recorded(settings),
        recorded_url=voice_plan.recorded_url,
        machine_url=voice_plan.machine_url,
        sounds={sound.value: voice_plan.sound_url(sound) for sound in Sound},
        pack_name=voices.pack_name(settings),
        was_saved="saved" in request.args,
        taken=request.args.get("taken", type=int),
    )


def _uploaded(name: str, *, most: int) -> bytes:
    file = request.files.get(name)
    if file is None:
        raise InvalidInputError(SessionProblem.BAD_FORM, field=name)
    return file.stream.read(most + 1)


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
