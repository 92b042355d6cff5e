"""What the rota is made by: whose weekday it is, how many adults, when somebody is late."""

from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.errors import KioskError
from kiosk.rules.duty import MOST_ADULTS, MOST_LATE_MIN
from kiosk.services import duty_plan, duty_settings, duty_templates, opening_rules
from kiosk.services.duty_settings import DutySettings
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("duty_setup", __name__, url_prefix="/staff/duty/agreed")


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Show whose duty each time of the week is."""
    return _page(None)


@blueprint.post("")
@access(Access.ADMINISTRATOR)
def agree() -> Response:
    """Let somebody have a line of the weekly pattern from today on."""
    here = context.here()
    try:
        staff_id, rule_id = forms.uuid("staff_id"), forms.uuid("rule_id")
        duty_templates.agree_by_rule(staff_id, rule_id, actor_id=_me(), here=here)
    except KioskError as error:
        return _page(error)
    return redirect(url_for("duty_setup.show"), code=303)


@blueprint.post("/<uuid:template_id>/end")
@access(Access.ADMINISTRATOR)
def end(template_id: UUID) -> Response:
    """End an agreement today."""
    duty_templates.end(template_id, actor_id=_me(), here=context.here())
    return redirect(url_for("duty_setup.show"), code=303)


@blueprint.post("/settings")
@access(Access.ADMINISTRATOR)
def settings() -> Response:
    """Store what holds for every duty."""
    try:
        wanted = DutySettings(
            min_adults=forms.number("min_adults", least=1, most=MOST_ADULTS),
            late_after_min=forms.number("late_after_min", least=0, most=MOST_LATE_MIN),
            tasks=forms.text("tasks", longest=duty_settings.LONGEST_TASKS),
        )
        duty_settings.set_up(wanted, actor_id=_me(), here=context.here())
    except KioskError as error:
        return _page(error)
    return redirect(url_for("duty_setup.show"), code=303)


def _page(refused: KioskError | None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "duty/agreed.html",
        refused,
        templates=duty_templates.listing(here=here),
        rules=opening_rules.rules(here=here),
        people=duty_plan.people(here=here),
        settings=duty_settings.settings(here=here),
    )


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
