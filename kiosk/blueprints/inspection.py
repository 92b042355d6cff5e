"""Getting ready for an inspection: what is missing, the pack, five children to look at."""

from datetime import date
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError
from kiosk.services import drawn_children, frameworks, gaps, ledgers, packs, term_end
from kiosk.services.here import Here
from kiosk.services.pack_files import PackFile
from kiosk.web import context, forms, htmx, staff_page, staff_screen
from kiosk.web.attachments import attachment
from kiosk.web.guards import Access, access

blueprint = Blueprint("inspection", __name__, url_prefix="/staff/ledgers/inspection")

_LONGEST_KEY: Final = 40
_TERMS_OFFERED: Final = 3


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Show what is missing in a period, and where the pack is asked for."""
    return _page(None)


@blueprint.post("")
@access(Access.ADMINISTRATOR)
def start() -> Response:
    """Have a pack made."""
    here = context.here()
    first, last = _period(here)
    try:
        pack_id = packs.start(
            first=first,
            last=last,
            framework=forms.text("framework", longest=_LONGEST_KEY),
            actor_id=_me(),
            here=here,
        )
    except KioskError as error:
        return _page(error)
    return redirect(url_for("inspection.look", pack_id=pack_id), code=303)


@blueprint.get("/pack/<uuid:pack_id>")
@access(Access.ADMINISTRATOR)
def look(pack_id: UUID) -> Response:
    """Show how far a pack is; while it is made, again and again."""
    pack = packs.look(pack_id, here=context.here())
    if htmx.wants_fragment():
        return staff_page.show("ledgers/_pack.html", pack=pack)
    return staff_page.show("ledgers/pack.html", pack=pack)


@blueprint.post("/pack/<uuid:pack_id>/file")
@access(Access.ADMINISTRATOR)
def file(pack_id: UUID) -> Response:
    """Hand out a file of a pack; the audit knows of it."""
    kind, here = forms.one_of("kind", PackFile), context.here()
    path = packs.hand_out(pack_id, kind, actor_id=_me(), here=here)
    about = packs.look(pack_id, here=here).about
    name = f"pack-{about.first.isoformat()}-{about.last.isoformat()}.{kind}"
    return attachment(path, name)


@blueprint.post("/pack/<uuid:pack_id>/forget")
@access(Access.ADMINISTRATOR)
def forget(pack_id: UUID) -> Response:
    """Delete a pack; another one can be made at any time."""
    packs.forget(pack_id, here=context.here())
    return redirect(url_for("inspection.show"), code=303)


@blueprint.post("/draw")
@access(Access.ADMINISTRATOR)
def draw() -> Response:
    """Show five children by lot, or the one that was picked, with their lines; audited."""
    here = context.here()
    first, last = _period(here)
    child_id = _picked()
    try:
        drawn = drawn_children.draw(
            first=first, last=last, actor_id=_me(), here=here, child_id=child_id
        )
    except InvalidInputError as error:
        return _page(error)
    return staff_page.show(
        "ledgers/drawn.html", drawn=drawn, first=first, last=last, child_id=child_id
    )


def _picked() -> UUID | None:
    try:
        return UUID(request.form.get("child_id", ""))
    except ValueError:
        return None


def _page(refused: KioskError | None) -> Response:
    here = context.here()
    first, last = _period(here)
    try:
        ledgers.check_period(first, last)
        found = gaps.find(first=first, last=last, here=here)
    except InvalidInputError as error:
        refused, found = refused or error, ()
    known = frameworks.listing(here)
    return staff_page.show_form(
        "ledgers/inspection.html",
        refused,
        first=first,
        last=last,
        gaps=found,
        frameworks=known.frameworks,
        left_out=known.problems,
        chosen=request.form.get("framework", frameworks.DEFAULT),
        packs=packs.listing(here),
        terms=term_end.terms(here)[:_TERMS_OFFERED],
    )


def _period(here: Here) -> tuple[date, date]:
    """Return the period that is asked for; by default the term of today, or this month."""
    term = here.school.term_of(here.today)
    start = here.today.replace(day=1) if term is None else term.first_day
    return forms.day("from", default=start), forms.day("to", default=here.today)


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
