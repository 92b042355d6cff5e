"""L14 with two columns that an administrator types for the bureau; nothing of them is kept."""

from datetime import date

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules.bureau import MOST, BureauCount
from kiosk.services import ledger_bureau
from kiosk.services.here import Here
from kiosk.services.ledgers import FileKind, Ledger
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.attachments import attachment
from kiosk.web.guards import Access, access

blueprint = Blueprint("bureau", __name__, url_prefix="/staff/ledgers/L14/bureau")

_MOST_CLASSES = 99
_LONGEST_NAME = 40


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Ask for the numbers of each class."""
    return _page(None)


@blueprint.post("")
@access(Access.ADMINISTRATOR)
def make() -> Response:
    """Print L14 with the numbers, or hand it over as a file."""
    here = context.here()
    first, last = _period(here)
    me = staff_screen.signed_in().staff_id
    kind = forms.one_of_or_none("kind", FileKind)
    try:
        counts = _counts()
        if kind is None:
            table = ledger_bureau.to_print(counts, first=first, last=last, actor_id=me, here=here)
            return staff_page.show("ledgers/paper.html", which=Ledger.STATISTICS, table=table)
        data = ledger_bureau.content(
            counts, first=first, last=last, kind=kind, actor_id=me, here=here
        )
    except InvalidInputError as error:
        return _page(error)
    filename = f"{Ledger.STATISTICS}-{first.isoformat()}-{last.isoformat()}.{kind}"
    return attachment(data, filename)


def _page(refused: InvalidInputError | None) -> Response:
    here = context.here()
    first, last = _period(here)
    return staff_page.show_form(
        "ledgers/bureau.html",
        refused,
        classes=ledger_bureau.classes(first, last, here=here),
        columns=ledger_bureau.COLUMNS,
        most=MOST,
        first=first,
        last=last,
    )


def _counts() -> dict[str, BureauCount]:
    """Return what was typed for each class, by the class's name in the ledger."""
    found = {}
    for place in range(_MOST_CLASSES):
        if f"class.{place}" not in request.form:
            break
        found[forms.text(f"class.{place}", longest=_LONGEST_NAME)] = BureauCount(
            children=_number(f"children.{place}"), boarders=_number(f"boarders.{place}")
        )
    return found


def _number(name: str) -> int | None:
    return forms.number(name, least=0, most=MOST) if forms.raw(name).strip() else None


def _period(here: Here) -> tuple[date, date]:
    first = forms.day("from", default=here.today.replace(day=1))
    return first, forms.day("to", default=here.today)
