"""How large a millimetre is on the kiosk's screen, by a bank card (`domain.md` rule 2)."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules import devices
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("setup_screen", __name__, url_prefix="/staff/setup/screen")

_LONGEST = 2000
BAR_PX = 400


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Show a frame that is made as large as a bank card."""
    return _page(None)


@blueprint.post("")
@access(Access.ADMINISTRATOR)
def measure() -> Response:
    """Take the card's width; children's pages are drawn for this glass from now on."""
    try:
        found = _by_ruler() if forms.raw("bar_mm").strip() else _by_card()
    except InvalidInputError as error:
        return _page(error)
    context.set_up({"px_per_metre": found}, actor_id=staff_screen.signed_in().staff_id)
    return redirect(url_for("setup_screen.show", saved=1), code=303)


def _by_card() -> int:
    width = forms.number("card_px", least=1, most=_LONGEST)
    return devices.px_per_metre(px=width, mm=devices.CARD_WIDTH_MM)


def _by_ruler() -> int:
    return devices.px_per_metre(px=BAR_PX, mm=forms.number("bar_mm", least=1, most=_LONGEST))


def _page(refused: InvalidInputError | None) -> Response:
    known = context.device().px_per_metre
    width = (known or devices.USUAL_PX_PER_METRE) * devices.CARD_WIDTH_MM / 1000
    return staff_page.show_form(
        "setup/screen.html",
        refused,
        is_measured=known is not None,
        card_px=round(width),
        bar_px=BAR_PX,
        was_saved="saved" in request.args,
    )
