"""Which grades read with pinyin over the words (`domain.md` rule 14)."""

from typing import Final

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules.sessions import SessionProblem
from kiosk.services import people
from kiosk.web import context, i18n, pinyin, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("setup_words", __name__, url_prefix="/staff/setup/words")

_PRIMARY: Final = range(1, 7)
_ALL: Final = frozenset(range(1, 10))


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show the grades, and a sentence with pinyin and without."""
    said = i18n.in_chinese("Put your card here")
    return staff_page.show(
        "setup/words.html",
        grades=sorted({*_PRIMARY, *(one.grade for one in people.classes())}),
        ticked=context.device().pinyin_grades,
        plain=said,
        with_pinyin=Markup(pinyin.over_sentence(said)),  # noqa: S704 - of our own catalogue
        was_saved="saved" in request.args,
    )


@blueprint.post("")
@access(Access.DUTY_TEACHER)
def choose() -> Response:
    """Keep which grades have pinyin; children's pages have it from the next one on."""
    typed = request.form.getlist("grade")
    grades = {int(one) for one in typed if one.isascii() and one.isdigit()}
    if len(grades) != len(typed) or not grades <= _ALL:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="grade")
    context.set_up({"pinyin_grades": frozenset(grades)}, actor_id=staff_screen.signed_in().staff_id)
    return redirect(url_for("setup_words.show", saved=1), code=303)
