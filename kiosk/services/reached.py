"""How many children had a call in a week, and how many with the letters that were ticked."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kiosk.db import reading
from kiosk.rules import indicators
from kiosk.rules.call_states import CallState
from kiosk.rules.indicators import Share
from kiosk.services import letters, report_facts, use_facts
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A week from Monday; both shares are of the children signed up for calls (ruling 18)."""

    monday: date
    called: Share
    called_or_wrote: Share


def in_week_of(on: date, *, here: Here) -> Reached:
    """Return how many children were reached in the week of a day."""
    session, monday = reading(), on - _DAY * on.weekday()
    week = Period(first=monday, last=monday + 6 * _DAY)
    calls = use_facts.calls(session, week, here=here)
    done = [(one.child_id, one.on) for one in calls if one.state is CallState.DONE]
    wrote = letters.pairs(session, week)
    signed_up = report_facts.signed_up(session, week)
    return Reached(
        monday=monday,
        called=indicators.covered(done, signed_up, monday),
        called_or_wrote=indicators.covered([*done, *wrote], signed_up, monday),
    )
