"""The paper ledgers: looked at, printed, taken away as a file."""

from datetime import date
from typing import Final
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, RefusedError
from kiosk.rules.staff import Role, StaffRefusal
from kiosk.services import blank_forms, gaps, ledger_audit, ledger_call_audit, ledgers
from kiosk.services.here import Here
from kiosk.services.ledgers import FileKind, Ledger
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.attachments import attachment
from kiosk.web.guards import Access, access

blueprint = Blueprint("ledgers", __name__, url_prefix="/staff/ledgers")

_SHOWN_AT_MOST: Final = 200
_LIBRARY: Final = frozenset(
    {
        Ledger.LOANS,
        Ledger.READING,
        Ledger.LOSSES,
        Ledger.SCRAP,
        Ledger.GAMES,
        Ledger.READERS,
        Ledger.BOOKS,
        Ledger.CLASSES,
        Ledger.DONATIONS,
        Ledger.DONATED_BOOKS,
    }
)
# Which have besides a print on which stands what was put right.
_AUDITED: Final = {Ledger.OPENINGS: ledger_audit.of, Ledger.CALLS: ledger_call_audit.of}


@blueprint.get("")
@access(Access.LIBRARIAN)
def listing() -> Response:
    """Show which ledgers there are for this role."""
    here = context.here()
    first, last = _period(here)
    is_head = staff_screen.signed_in().role is Role.ADMINISTRATOR
    return staff_page.show(
        "ledgers/listing.html",
        ledgers=_own(),
        blanks=blank_forms.all_in_use(here=here) if is_head else (),
        first=first,
        last=last,
        missing=sum(gap.count for gap in gaps.this_month(here)) if is_head else 0,
        month_began=here.today.replace(day=1),
    )


@blueprint.get("/<name>")
@access(Access.LIBRARIAN)
def look(name: str) -> Response:
    """Show a ledger of a period."""
    which, here = _allowed(name), context.here()
    first, last = _period(here)
    child_id = _child_wanted()
    shown = {"which": which, "first": first, "last": last, "child_id": child_id}
    try:
        table = ledgers.build(which, first=first, last=last, here=here, child_id=child_id)
    except InvalidInputError as error:
        return staff_page.show_form("ledgers/look.html", error, **shown)
    return staff_page.show_form(
        "ledgers/look.html",
        None,
        table=table,
        rows=table.rows[-_SHOWN_AT_MOST:],
        hidden=max(len(table.rows) - _SHOWN_AT_MOST, 0),
        **shown,
    )


@blueprint.post("/<name>/print")
@access(Access.LIBRARIAN)
def to_print(name: str) -> Response:
    """Show a ledger as it goes to the printer; the audit knows of it.

    L1 and L4 have besides a print on which stands what was put right.
    """
    which, here = _allowed(name), context.here()
    first, last = _period(here)
    table = ledgers.to_print(
        which,
        first=first,
        last=last,
        actor_id=staff_screen.signed_in().staff_id,
        here=here,
        child_id=_child_wanted(),
    )
    if which in _AUDITED and "marked" in request.form:
        found = _AUDITED[which](table, first, last, here=here)
        return staff_page.show("ledgers/audit_paper.html", which=which, table=table, found=found)
    return staff_page.show("ledgers/paper.html", which=which, table=table)


@blueprint.post("/<name>/file")
@access(Access.LIBRARIAN)
def file(name: str) -> Response:
    """Hand a ledger over as CSV or XLSX; the audit knows of it."""
    which, here = _allowed(name), context.here()
    first, last = _period(here)
    kind = forms.one_of("kind", FileKind)
    data = ledgers.content(
        which,
        first=first,
        last=last,
        kind=kind,
        actor_id=staff_screen.signed_in().staff_id,
        here=here,
        child_id=_child_wanted(),
    )
    filename = f"{which}-{first.isoformat()}-{last.isoformat()}.{kind}"
    return attachment(data, filename)


def _own() -> tuple[Ledger, ...]:
    """Return the ledgers of the role that is signed in: the librarian's, or all."""
    is_all = staff_screen.signed_in().role is Role.ADMINISTRATOR
    return tuple(one for one in Ledger if is_all or one in _LIBRARY)


def _allowed(name: str) -> Ledger:
    which = ledgers.ledger(name)
    if which not in _own():
        raise RefusedError(StaffRefusal.NOT_YOUR_ROLE)
    return which


def _child_wanted() -> UUID | None:
    """Return the child whose own book is asked for; otherwise it is those of all."""
    try:
        return UUID(request.values.get("child_id", ""))
    except ValueError:
        return None


def _period(here: Here) -> tuple[date, date]:
    """Return the period that is asked for; by default this month until today."""
    first = forms.day("from", default=here.today.replace(day=1))
    return first, forms.day("to", default=here.today)
