"""The forms the ledgers are printed on: ours, or a file of the district that is looked at first."""

from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError
from kiosk.files.ledger_forms import LARGEST
from kiosk.services import ledger_form
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.attachments import attachment
from kiosk.web.guards import Access, access

blueprint = Blueprint("ledger_forms", __name__, url_prefix="/staff/ledgers/forms")

_SAID: Final = frozenset({"own", "ours"})


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def listing() -> Response:
    """Show which form each ledger is printed on."""
    return staff_page.show("ledgers/forms.html", used=ledger_form.all_in_use(here=context.here()))


@blueprint.get("/<name>")
@access(Access.ADMINISTRATOR)
def look(name: str) -> Response:
    """Show the form of a ledger as it will be printed."""
    return _page(name)


@blueprint.get("/<name>/file")
@access(Access.ADMINISTRATOR)
def file(name: str) -> Response:
    """Hand over the form in use, for a district to begin with."""
    return attachment(ledger_form.file_of(name, here=context.here()), f"{name}.toml")


@blueprint.post("/<name>/try")
@access(Access.ADMINISTRATOR)
def attempt(name: str) -> Response:
    """Show a file as it would be printed; it counts only when somebody says so."""
    sent = request.files.get("file")
    data = b"" if sent is None else sent.stream.read(LARGEST + 1)
    try:
        form = ledger_form.read(data, name)
    except InvalidInputError as error:
        return _page(name, refused=error)
    return _page(
        name, tried=(data.decode("utf-8-sig"), ledger_form.sample(form, here=context.here()))
    )


@blueprint.post("/<name>")
@access(Access.ADMINISTRATOR)
def choose(name: str) -> Response:
    """Print the ledger on the form that was looked at."""
    try:
        ledger_form.replace_by(
            forms.raw("text").encode(), name, actor_id=_me(), here=context.here()
        )
    except InvalidInputError as error:
        return _page(name, refused=error)
    return redirect(url_for("ledger_forms.look", name=name, now="own"), code=303)


@blueprint.post("/<name>/ours")
@access(Access.ADMINISTRATOR)
def back_to_ours(name: str) -> Response:
    """Print the ledger on our form again."""
    ledger_form.back_to_ours(name, actor_id=_me(), here=context.here())
    return redirect(url_for("ledger_forms.look", name=name, now="ours"), code=303)


def _page(
    name: str, *, refused: KioskError | None = None, tried: tuple[str, object] | None = None
) -> Response:
    here = context.here()
    used = ledger_form.in_use(name, here=here)
    now = request.args.get("now")
    return staff_page.show_form(
        "ledgers/form.html",
        refused,
        used=used,
        table=ledger_form.sample(used.form, here=here) if tried is None else tried[1],
        text=None if tried is None else tried[0],
        now=now if now in _SAID else None,
    )


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
