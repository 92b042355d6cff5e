"""Slips for parents: text to copy, a picture to send, an entry for a calendar.

All in the room's own language, whatever a staff page speaks; no file is named after a child.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from flask import render_template
from werkzeug.wrappers import Response

from kiosk.files import ics
from kiosk.printing import call_cards, glyphs, png
from kiosk.printing.call_cards import CallLine, Drawn
from kiosk.rules import civil
from kiosk.services import readings
from kiosk.services.week_slips import Slip
from kiosk.web import context, i18n
from kiosk.web.attachments import attachment

_REMINDED_MIN: Final = 10


def text(slips: Sequence[Slip], monday: date, *, number: str, has_carers: bool) -> str:
    """Return what is copied into the group of a class. `number` is the school's, or empty."""
    return _said("text", slips=slips, monday=monday, number=number, has_carers=has_carers)


def class_picture(slips: Sequence[Slip], monday: date) -> Response:
    """Return the times of a class as a picture."""
    drawn = call_cards.of_class(
        title=_said("title", class_name=slips[0].class_name),
        days=_said("days", monday=monday),
        foot=_said("foot"),
        lines=[CallLine(name=_name(slip), time=_said("time", slip=slip)) for slip in slips],
    )
    return _picture(drawn)


def child_picture(slip: Slip) -> Response:
    """Return the time of one child as a picture."""
    drawn = call_cards.of_child(
        name=_name(slip),
        pictures=(f"cloth-{slip.badge.cloth}", f"animal-{slip.badge.animal}"),
        day=_said("day", slip=slip),
        time=f"{slip.start_min // 60}:{slip.start_min % 60:02}",
        foot=[_said("foot")],
    )
    return _picture(drawn)


def calendar(slip: Slip, *, number: str) -> Response:
    """Return a call as a calendar file."""
    here, zone = context.here(), context.settings().zone
    event = ics.Event(
        uid=f"{slip.booking_id}@nuanwu",
        made_at=here.now,
        begins_at=civil.instant(slip.on, slip.start_min, zone),
        ends_at=civil.instant(slip.on, slip.end_min, zone),
        title=_said("event", slip=slip),
        description=_said("number", number=number),
        reminded_min=_REMINDED_MIN,
    )
    return attachment(ics.written(event), "call.ics")


def _picture(drawn: Drawn) -> Response:
    return attachment(png.drawn(drawn.marks, drawn.width, drawn.height), "calls.png")


def _name(slip: Slip) -> str:
    """Return a name as it can be drawn: one with a rare sign is spelt in pinyin."""
    if not glyphs.lacking(slip.given_name):
        return slip.given_name
    return " ".join(readings.of_given_name(slip.given_name, slip.given_name_pinyin)) or "—"


def _said(what: str, **values: object) -> str:
    monday = values.get("monday")
    if isinstance(monday, date):
        values["sunday"] = monday + timedelta(days=6)
    with i18n.own_language():
        said = render_template("calls/_slip_words.html", what=what, **values)
    lines = [line.strip() for line in said.strip().splitlines()]
    return "\n".join(line for line in lines if line)
