"""Activities of the home and pairings: written down, looked at, printed."""

from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules.activities import ActivityKind, PairingKind
from kiosk.rules.staff import Role
from kiosk.services import activities, ledger_activities, pairings, people
from kiosk.services.activities import Sheet
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("activities", __name__, url_prefix="/staff/activities")

_LONGEST_PERIOD = timedelta(days=400)


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def listing() -> Response:
    """Show the activities of a period, and the form for another."""
    return _listing()


@blueprint.post("")
@access(Access.DUTY_TEACHER)
def write() -> Response:
    """Write an activity down."""
    today = context.here().today
    try:
        on = forms.day("on", default=today)
        activities.write(
            Sheet(
                on=on,
                from_min=staff_page.minute("began"),
                to_min=staff_page.minute("ended"),
                title=forms.text("title", longest=60),
                kind=forms.one_of("kind", ActivityKind),
                place=forms.text("place", longest=40),
                organiser=forms.text("organiser", longest=40),
                course=forms.text("course", longest=400) or None,
                photos=forms.text("photos", longest=80) or None,
            ),
            request_id=forms.uuid("request_id"),
            staff_id=staff_screen.signed_in().staff_id,
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _listing(refused=error)
    shown = {"from": on.isoformat(), "to": max(on, today).isoformat()}
    return redirect(f"{url_for('activities.listing')}?{urlencode(shown)}", code=303)


@blueprint.get("/<uuid:activity_id>")
@access(Access.DUTY_TEACHER)
def look(activity_id: UUID) -> Response:
    """Show an activity and who took part."""
    return _look(activity_id)


@blueprint.post("/<uuid:activity_id>/print")
@access(Access.DUTY_TEACHER)
def to_print(activity_id: UUID) -> Response:
    """Show the sheet of an activity (L12) as it goes to the printer; the audit knows of it."""
    here = context.here()
    one = activities.to_print(activity_id, staff_id=staff_screen.signed_in().staff_id, here=here)
    return staff_page.show(
        "activities/sheet.html",
        one=one,
        sheet=ledger_activities.sheet(one, here=here),
    )


@blueprint.post("/<uuid:activity_id>/remove")
@access(Access.DUTY_TEACHER)
def remove(activity_id: UUID) -> Response:
    """Take an activity away that was written down by mistake."""
    me = staff_screen.signed_in().staff_id
    try:
        activities.remove(activity_id, staff_id=me, here=context.here())
    except RefusedError as error:
        return _look(activity_id, refused=error)
    return redirect(url_for("activities.listing"), code=303)


@blueprint.get("/pairs")
@access(Access.DUTY_TEACHER)
def pairs() -> Response:
    """Show who looks after whom, with the days of contact in a period (L15)."""
    first, last = _period()
    return staff_page.show(
        "activities/pairs.html",
        rows=pairings.between(first, last),
        first=first,
        last=last,
        today=context.here().today,
        may_end=staff_screen.signed_in().role is Role.ADMINISTRATOR,
    )


@blueprint.get("/pairs/child/<uuid:child_id>")
@access(Access.ADMINISTRATOR)
def pairing(child_id: UUID) -> Response:
    """Ask who looks after a child from today on."""
    return _pairing(child_id)


@blueprint.post("/pairs/child/<uuid:child_id>")
@access(Access.ADMINISTRATOR)
def pair(child_id: UUID) -> Response:
    """Pair somebody with a child."""
    try:
        pairings.pair(
            child_id=child_id,
            helper=forms.text("helper", longest=40),
            post=forms.text("post", longest=40) or None,
            kind=forms.one_of("kind", PairingKind),
            staff_id=staff_screen.signed_in().staff_id,
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _pairing(child_id, refused=error)
    return redirect(url_for("activities.pairs"), code=303)


@blueprint.post("/pairs/<uuid:pairing_id>/contact")
@access(Access.DUTY_TEACHER)
def contact(pairing_id: UUID) -> Response:
    """Note that helper and child were in contact today."""
    pairings.note_contact(
        pairing_id, staff_id=staff_screen.signed_in().staff_id, here=context.here()
    )
    return redirect(url_for("activities.pairs"), code=303)


@blueprint.post("/pairs/<uuid:pairing_id>/end")
@access(Access.ADMINISTRATOR)
def end(pairing_id: UUID) -> Response:
    """End a pairing today."""
    pairings.end(pairing_id, staff_id=staff_screen.signed_in().staff_id, here=context.here())
    return redirect(url_for("activities.pairs"), code=303)


def _look(activity_id: UUID, *, refused: KioskError | None = None) -> Response:
    one = activities.one(activity_id, here=context.here())
    return staff_page.show_form("activities/look.html", refused, one=one)


def _period() -> tuple[date, date]:
    here = context.here()
    first = forms.day("from", default=here.today.replace(day=1))
    last = forms.day("to", default=here.today)
    return first, max(first, min(last, first + _LONGEST_PERIOD))


def _listing(*, refused: KioskError | None = None) -> Response:
    here = context.here()
    first, last = _period()
    return staff_page.show_form(
        "activities/listing.html",
        refused,
        rows=activities.between(first, last, here=here),
        first=first,
        last=last,
        today=here.today,
        kinds=tuple(ActivityKind),
        me=staff_screen.signed_in(),
    )


def _pairing(child_id: UUID, *, refused: KioskError | None = None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "activities/pair.html",
        refused,
        child=people.detail(child_id, here=here),
        kinds=tuple(PairingKind),
    )
