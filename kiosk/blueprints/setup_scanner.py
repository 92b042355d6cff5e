"""The scanner doctor: a sheet of codes, what the scanner makes of them, and what to change."""

from typing import Final

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.printing import scanner_sheet
from kiosk.printing.scanner_sheet import SheetLine
from kiosk.rules import scanners
from kiosk.rules.devices import LetterCase, Terminator
from kiosk.rules.scanners import SHEET, SQUARES, Learned, Reading, ScannerFault, SheetCode
from kiosk.rules.sessions import SessionProblem
from kiosk.web import context, htmx, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("setup_scanner", __name__, url_prefix="/staff/setup/scanner")

_MOST_READINGS: Final = 60
_LONGEST: Final = 100
_PARTS: Final = 5
_ONLY_AT_THE_END: Final = frozenset({ScannerFault.NO_SQUARES, ScannerFault.NO_BARS})


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show what is known of the scanner, and wait for the codes of the sheet."""
    return _page(Learned(profile=None, seen=frozenset(), faults=()))


@blueprint.get("/sheet")
@access(Access.DUTY_TEACHER)
def sheet() -> Response:
    """Show the sheet of six codes, to print."""
    lines = [SheetLine(text=SHEET[code], is_square=code in SQUARES) for code in SheetCode]
    drawn = Markup(scanner_sheet.page(lines))  # noqa: S704 - fixed codes, escaped there besides
    return staff_page.show("setup/scanner_sheet.html", sheet=drawn)


@blueprint.post("")
@access(Access.DUTY_TEACHER)
def hear() -> Response:
    """Say what was read so far; once all six are there it is kept."""
    learned = _learned()
    if learned.seen == frozenset(SheetCode):
        return _keep(learned)
    return _page(learned)


@blueprint.post("/keep")
@access(Access.DUTY_TEACHER)
def keep() -> Response:
    """Keep what was learned though not every code could be read."""
    return _keep(_learned())


def _keep(learned: Learned) -> Response:
    if learned.profile is None:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="reading")
    context.learn_scanner(learned.profile, actor_id=staff_screen.signed_in().staff_id)
    kept = set(scanners.faults_of(learned.profile))
    more = [fault for fault in learned.faults if fault not in kept]
    return redirect(url_for("setup_scanner.show", fault=more, learned="now"), code=303)


def _page(learned: Learned) -> Response:
    known = context.scanner()
    said = {fault for fault in ScannerFault if fault in request.args.getlist("fault")}
    kept = () if known is None else scanners.faults_of(known.profile)
    return staff_page.show(
        "setup/_scanner.html" if htmx.wants_fragment() else "setup/scanner.html",
        known=known,
        faults=scanners.in_order((*kept, *said)),
        learned=learned,
        so_far=[fault for fault in learned.faults if fault not in _ONLY_AT_THE_END],
        readings=_known_readings(),
        is_unknown="reading" in request.form and learned.profile is None,
        just_learned="learned" in request.args,
        codes=tuple(SheetCode),
    )


def _known_readings() -> list[str]:
    """Return what was sent, as it was; what is none of the sheet may be a child's card."""
    sent = request.form.getlist("reading")
    return [one for one in sent if scanners.recognise(_reading(one).text)]


def _learned() -> Learned:
    written = request.form.getlist("reading")
    if len(written) > _MOST_READINGS:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="reading")
    return scanners.learn([_reading(one) for one in written])


def _reading(written: str) -> Reading:
    parts = written.split("|", _PARTS - 1)
    try:
        terminator, letter_case, composed, alt, text = parts
        return Reading(
            text=text[:_LONGEST],
            terminator=Terminator(terminator),
            letter_case=LetterCase(letter_case) if letter_case else None,
            has_input_method=composed == "1",
            in_alt_mode=alt == "1",
        )
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="reading") from error
