"""What befalls copies: lost, damaged, missing, worn out; and how each case is settled."""

from uuid import UUID

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules import item_cases as rules
from kiosk.rules.item_cases import CaseEnd, CaseKind
from kiosk.rules.photos import MOST_UPLOAD
from kiosk.rules.sessions import SessionProblem
from kiosk.rules.staff import Role
from kiosk.services import case_list, item_cases
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("cases", __name__, url_prefix="/staff/books/cases")

_SHORT = 60


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show the open cases, what waits for approval, and what may be lost."""
    return _listing(None)


@blueprint.post("/item/<uuid:item_id>")
@access(Access.DUTY_TEACHER)
def say(item_id: UUID) -> Response:
    """Say what befell a copy: one tap."""
    try:
        title_id = item_cases.open_case(
            item_id, forms.one_of("kind", CaseKind), staff_id=_me(), here=context.here()
        )
    except RefusedError as error:
        return _listing(error)
    if forms.is_ticked("from_list"):
        return redirect(url_for("cases.show"), code=303)
    return redirect(url_for("books.detail", title_id=title_id), code=303)


@blueprint.get("/<uuid:case_id>")
@access(Access.DUTY_TEACHER)
def one(case_id: UUID) -> Response:
    """Show a case and how it can be settled."""
    return _one(case_id, None)


@blueprint.post("/<uuid:case_id>/settle")
@access(Access.DUTY_TEACHER)
def settle(case_id: UUID) -> Response:
    """Settle a case, with a reason where the room has a book less by it."""
    me = staff_screen.signed_in()
    try:
        item_cases.settle(
            case_id,
            forms.one_of("end", CaseEnd),
            reason=forms.text("reason", longest=item_cases.LONGEST_REASON),
            replacement=forms.text("replacement", longest=_SHORT),
            staff_id=me.staff_id,
            approves=me.role is Role.ADMINISTRATOR,
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _one(case_id, error)
    return redirect(url_for("cases.show"), code=303)


@blueprint.post("/<uuid:case_id>/repair")
@access(Access.DUTY_TEACHER)
def repair(case_id: UUID) -> Response:
    """Note that the copy is away to be mended."""
    try:
        item_cases.send_to_repair(case_id, staff_id=_me(), here=context.here())
    except RefusedError as error:
        return _one(case_id, error)
    return redirect(url_for("cases.show"), code=303)


@blueprint.post("/<uuid:case_id>/approve")
@access(Access.ADMINISTRATOR)
def approve(case_id: UUID) -> Response:
    """Stand for how a case was settled."""
    item_cases.approve(case_id, staff_id=_me(), here=context.here())
    return redirect(url_for("cases.show"), code=303)


@blueprint.post("/<uuid:case_id>/photo")
@access(Access.DUTY_TEACHER)
def add_photo(case_id: UUID) -> Response:
    """Keep a photo of the damage."""
    try:
        item_cases.add_photo(case_id, _uploaded(), staff_id=_me(), here=context.here())
    except InvalidInputError as error:
        return _one(case_id, error)
    return redirect(url_for("cases.one", case_id=case_id), code=303)


@blueprint.get("/<uuid:case_id>/photo")
@access(Access.DUTY_TEACHER)
def photo(case_id: UUID) -> Response:
    """Hand over the photo of the damage."""
    response = make_response(case_list.photo(case_id))
    response.headers["Content-Type"] = "image/jpeg"
    return response


def _uploaded() -> bytes:
    file = request.files.get("photo")
    if file is None or not file.filename:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="photo")
    return file.stream.read(MOST_UPLOAD + 1)


def _me() -> UUID:
    return staff_screen.signed_in().staff_id


def _listing(refused: KioskError | None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "cases/listing.html", refused, cases=case_list.look(here=here), today=here.today
    )


def _one(case_id: UUID, refused: KioskError | None) -> Response:
    case = case_list.one(case_id)
    return staff_page.show_form(
        "cases/one.html",
        refused,
        case=case,
        ends=rules.ends(case.kind),
        to_approve=rules.TO_APPROVE,
    )
