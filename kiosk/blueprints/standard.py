"""What the district asks of the room, and how far it is kept."""

from typing import Final

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.rules.staff import Role
from kiosk.services import compliance, rule_sets
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("standard", __name__, url_prefix="/staff/openings/standard")

_KEY: Final = 60


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show how the rule set is kept this week and was in the term."""
    here = context.here()
    return staff_page.show(
        "openings/standard.html",
        kept=compliance.kept(here=here),
        rule_sets=rule_sets.known(here=here),
        may_edit=staff_screen.signed_in().role is Role.ADMINISTRATOR,
    )


@blueprint.post("")
@access(Access.ADMINISTRATOR)
def follow() -> Response:
    """Follow another rule set, or none."""
    rule_sets.follow(
        forms.text("rule_set", longest=_KEY),
        staff_id=staff_screen.signed_in().staff_id,
        here=context.here(),
    )
    return redirect(url_for("standard.show"), code=303)
