"""What each grade may borrow of each kind, and the book house's other numbers."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules import policies
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import LendingPolicy
from kiosk.rules.policies import PolicyProblem
from kiosk.services import people
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("setup_lending", __name__, url_prefix="/staff/setup/lending")


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Show the policies of one kind, and the numbers."""
    return _page(None)


@blueprint.post("/numbers")
@access(Access.ADMINISTRATOR)
def set_numbers() -> Response:
    """Change the numbers that are no grade's."""
    try:
        values: dict[str, int] = {
            name: _number(name, *policies.BOUNDS[name]) for name in policies.BOUNDS
        }
    except InvalidInputError as error:
        return _page(error)
    context.set_library(
        {**values, "forgets_readers": forms.is_ticked("forgets_readers")},
        actor_id=staff_screen.signed_in().staff_id,
    )
    return redirect(url_for("setup_lending.show", kind=_kind().value, saved=1), code=303)


@blueprint.post("/policies")
@access(Access.ADMINISTRATOR)
def set_policies() -> Response:
    """Change what each grade may do with a kind; `defaults` gives all of it back."""
    wanted: dict[int, LendingPolicy] = {}
    if not forms.is_ticked("defaults"):
        try:
            wanted = {grade: _policy(grade) for grade in _grades()}
        except InvalidInputError as error:
            return _page(error)
    context.set_policies(_kind(), wanted, actor_id=staff_screen.signed_in().staff_id)
    return redirect(url_for("setup_lending.show", kind=_kind().value, saved=1), code=303)


def _policy(grade: int) -> LendingPolicy:
    numbers = {
        name: _number(f"{name}-{grade}", *bounds) for name, bounds in policies.POLICY_BOUNDS.items()
    }
    # The teachers' own row has no switch: they always lend for themselves.
    is_self = grade == policies.STAFF_GRADE or forms.is_ticked(f"self-{grade}")
    return LendingPolicy(**numbers, self_lending=is_self)


def _number(name: str, least: int, most: int) -> int:
    try:
        return forms.number(name, least=least, most=most)
    except InvalidInputError as error:
        raise InvalidInputError(
            PolicyProblem.WRONG_NUMBER, field=name, least=least, most=most
        ) from error


def _kind() -> TitleKind:
    said = request.values.get("kind", "")
    return TitleKind(said) if said in set(TitleKind) else TitleKind.BOOK


def _grades() -> tuple[int, ...]:
    """Return the teachers' grade and those of the children here."""
    highest = max((one.grade for one in people.classes()), default=policies.PRIMARY)
    return (policies.STAFF_GRADE, *range(1, max(highest, policies.PRIMARY) + 1))


def _page(refused: InvalidInputError | None) -> Response:
    here, kind = context.here(), _kind()
    rows = {
        grade: here.staff_policy(kind)
        if grade == policies.STAFF_GRADE
        else here.plain_policy(grade, kind)
        for grade in _grades()
    }
    return staff_page.show_form(
        "setup/lending.html",
        refused,
        kind=kind,
        kinds=tuple(TitleKind),
        rows=rows,
        is_set=any(known is kind for _, known in here.library.policies),
        library=here.library,
        bounds=policies.BOUNDS,
        policy_bounds=policies.POLICY_BOUNDS,
        was_saved="saved" in request.args,
    )
