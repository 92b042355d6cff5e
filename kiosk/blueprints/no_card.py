"""Without a card: one door for every step; what was chosen is in the form, not in an address."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules.badges import Animal, Cloth
from kiosk.rules.pictures import CODE_LENGTH, Picture
from kiosk.rules.sessions import SessionProblem
from kiosk.services import no_card, picture_codes, waiting
from kiosk.services.no_card_answers import Choice, TeacherHelps
from kiosk.services.visits import AtTheDoor
from kiosk.web import child_screen, context, forms, screens, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("no_card", __name__)

_LAST_GRADE = 9
_LAST_PAGE = 9


@blueprint.get("/no-card")
@access(Access.ANYBODY)
def begin() -> Response:
    """Ask for the class."""
    return screens.show(no_card.step(Choice(), request_id=None, here=context.here()))


@blueprint.post("/no-card")
@access(Access.ANYBODY)
def step() -> Response:
    """Take one touch more; the third picture asks for the own page or the teacher."""
    request_id = forms.uuid("request_id") if "request_id" in request.form else None
    answer = no_card.step(_choice(), request_id=request_id, here=context.here())
    if isinstance(answer, TeacherHelps):
        return screens.plain("kiosk/_teacher.html")
    if not isinstance(answer, AtTheDoor):
        return screens.show(answer)
    staff_screen.lock()
    child_screen.switch_to(answer.child_id, answer.face)
    return screens.show(answer.answer)


@blueprint.post("/staff/waiting")
@access(Access.DUTY_TEACHER)
def all_here() -> Response:
    """Sign everybody in who was on the page: all with one touch."""
    try:
        waiting_ids = [UUID(one) for one in request.form.getlist("waiting_id")]
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="waiting_id") from error
    waiting.confirm(waiting_ids, actor_id=_me(), here=context.here())
    return redirect(url_for("staff_home.home"), code=303)


@blueprint.post("/staff/waiting/not-here")
@access(Access.DUTY_TEACHER)
def not_here() -> Response:
    """Take one out who is not here."""
    waiting.decline(forms.uuid("waiting_id"), actor_id=_me(), here=context.here())
    return redirect(url_for("staff_home.home"), code=303)


@blueprint.post("/staff/children/<uuid:child_id>/pictures")
@access(Access.DUTY_TEACHER)
def new_pictures(child_id: UUID) -> Response:
    """Give a child three new pictures."""
    picture_codes.give(child_id, actor_id=_me(), here=context.here())
    return redirect(url_for("people.detail", child_id=child_id), code=303)


def _choice() -> Choice:
    return Choice(
        grade=forms.number("grade", least=0, most=_LAST_GRADE) if _has("grade") else None,
        class_id=forms.uuid("class_id") if _has("class_id") else None,
        animal=forms.one_of("animal", Animal) if _has("animal") else None,
        cloth=forms.one_of("cloth", Cloth) if _has("cloth") else None,
        pictures=_pictures(forms.raw("pictures")),
        page=forms.number("page", least=0, most=_LAST_PAGE) if _has("page") else 0,
    )


def _has(name: str) -> bool:
    return bool(forms.raw(name))


def _pictures(text: str) -> tuple[Picture, ...]:
    """Return the pictures of `3-1-7`, in the order of the touches."""
    try:
        picked = tuple(Picture(int(one)) for one in text.split("-")) if text else ()
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="pictures") from error
    if len(picked) > CODE_LENGTH or len(set(picked)) < len(picked):
        raise InvalidInputError(SessionProblem.BAD_FORM, field="pictures")
    return picked


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
