"""A call as a calendar file (RFC 5545), for the telephone of whoever is going to be rung.

Times are in UTC: any telephone shows them on its own clock, and no time zone has to be described.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_LONGEST: Final = 75  # octets of a line, without its end
_ESCAPED: Final = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n", "\r": None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An entry of a calendar; `uid` says the same about the same call, and nothing about a child.

    `reminded_min` is how many minutes before it begins the telephone reminds of it.
    """

    uid: str
    made_at: datetime
    begins_at: datetime
    ends_at: datetime
    title: str
    description: str
    reminded_min: int


def written(event: Event) -> bytes:
    """Return the file."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Nuanwu//Family calls//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{_instant(event.made_at)}",
        f"DTSTART:{_instant(event.begins_at)}",
        f"DTEND:{_instant(event.ends_at)}",
        f"SUMMARY:{event.title.translate(_ESCAPED)}",
        f"DESCRIPTION:{event.description.translate(_ESCAPED)}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{event.title.translate(_ESCAPED)}",
        f"TRIGGER:-PT{event.reminded_min}M",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _folded(line: str) -> str:
    """Return a line in pieces of 75 octets; no character is cut in two."""
    pieces, room = [""], _LONGEST
    for sign in line:
        size = len(sign.encode())
        if size > room:
            pieces.append("")
            room = _LONGEST - 1  # the blank that begins a continued line counts
        pieces[-1] += sign
        room -= size
    return "\r\n ".join(pieces)
