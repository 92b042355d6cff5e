"""What will be asked of the room: demands, unknown holidays and terms, what a month still lacks.

A page that polls asks for it every few seconds; it is counted once a minute.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from kiosk.rules.compliance import Standing
from kiosk.services import compliance, gaps, holiday_questions
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The demands of the rule set that are in danger, and the year whose holidays lack.

    `terms_end` is the last day of the last known term, where the next one is to be written in.
    `gaps` are how many things of this month are missing, in its last two weeks.
    """

    warned: tuple[Standing, ...]
    missing_year: int | None
    terms_end: date | None
    gaps: int


# The latest answer with its minute, by instance and home.
_counted: Final[dict[tuple[Path, UUID], tuple[datetime, Ahead]]] = {}


def look(*, here: Here) -> Ahead:
    """Return it as it was at the beginning of this minute, or is now."""
    place = here.settings.instance, here.home_id
    minute = here.now.replace(second=0, microsecond=0)
    known = _counted.get(place)
    if known is not None and known[0] == minute:
        return known[1]
    found = Ahead(
        warned=compliance.warnings(here=here),
        missing_year=holiday_questions.year_to_ask_for(here=here),
        terms_end=here.school.runs_out_on(here.today),
        gaps=sum(gap.count for gap in gaps.this_month(here)),
    )
    _counted[place] = minute, found
    return found
