"""Lines of the paper book, typed in afterwards (补录), and the questions that come of them."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, NotFoundError, RefusedError
from kiosk.rules.late_entries import LateAction, LateRefusal
from kiosk.rules.people import PeopleProblem
from kiosk.services import late_entries, people, printed_cards
from kiosk.services.late_entries import NewLine
from kiosk.services.people import ChildRow
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("late", __name__, url_prefix="/staff/books/late")

_LONGEST = 60


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show the questions, the form for the next line, and the last lines."""
    return _page(None)


@blueprint.post("")
@access(Access.DUTY_TEACHER)
def enter() -> Response:
    """Take in a line; of several children of a name, ask which."""
    found: tuple[ChildRow, ...] = ()
    try:
        found = _children()
        state = late_entries.enter(
            _line(found),
            request_id=forms.uuid("request_id"),
            staff_id=_me(),
            here=context.here(),
        )
    except (InvalidInputError, NotFoundError) as error:
        return _page(error, found=found)
    address = url_for(
        "late.show",
        state=state.value,
        action=forms.raw("action"),
        on=forms.raw("on"),
        at=forms.raw("at"),
    )
    return redirect(address, code=303)


@blueprint.post("/<uuid:entry_id>/insist")
@access(Access.DUTY_TEACHER)
def insist(entry_id: UUID) -> Response:
    """Answer a question: the paper is right."""
    try:
        late_entries.insist(entry_id, staff_id=_me(), here=context.here())
    except RefusedError as error:
        return _page(error)
    return redirect(url_for("late.show"), code=303)


@blueprint.post("/<uuid:entry_id>/dismiss")
@access(Access.DUTY_TEACHER)
def dismiss(entry_id: UUID) -> Response:
    """Answer a question: what is known stays as it is."""
    try:
        late_entries.dismiss(entry_id, staff_id=_me(), here=context.here())
    except RefusedError as error:
        return _page(error)
    return redirect(url_for("late.show"), code=303)


def _children() -> tuple[ChildRow, ...]:
    """Return whom the typed name, initials or card fit; nobody where none is typed."""
    typed = forms.text("child", longest=_LONGEST)
    if not typed or forms.raw("child_id"):
        return ()
    here = context.here()
    holder = printed_cards.holder_of_short(typed, actor_id=_me(), here=here)
    if holder is not None:
        return (people.detail(holder, here=here).child,)
    found = people.search(typed, here=here, actor_id=_me())
    if not found:
        raise NotFoundError(PeopleProblem.UNKNOWN_CHILD, field="child")
    return found


def _line(found: tuple[ChildRow, ...]) -> NewLine:
    if len(found) > 1:
        raise InvalidInputError(LateRefusal.SEVERAL_CHILDREN, field="child")
    chosen = forms.uuid("child_id") if forms.raw("child_id") else None
    return NewLine(
        action=forms.one_of("action", LateAction),
        item=forms.text("item", longest=_LONGEST),
        child_id=found[0].child_id if found else chosen,
        on=forms.day("on", default=context.here().today),
        minute=staff_page.minute("at"),
    )


def _me() -> UUID:
    return staff_screen.signed_in().staff_id


def _page(refused: KioskError | None, *, found: tuple[ChildRow, ...] = ()) -> Response:
    here = context.here()
    return staff_page.show_form(
        "late/page.html",
        refused,
        questions=late_entries.questions(),
        lately=late_entries.lately(),
        found=found if len(found) > 1 else (),
        kept=request.args,
        today=here.today,
    )
