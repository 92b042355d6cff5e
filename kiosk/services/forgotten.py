"""An opening that nobody closed: it does not go on for ever."""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kiosk.db import constant
from kiosk.models.openings import Opening
from kiosk.models.visits import Visit
from kiosk.rules import openings
from kiosk.rules.openings import OpeningState
from kiosk.rules.visits import VisitState
from kiosk.services.here import Here

# Whoever closes after midnight does so before this; later it is another day's business.
_NIGHT_ENDS_MIN: Final = 4 * 60


def is_forgotten(on: date, here: Here) -> bool:
    """Return whether an opening of this day that still stands open was left so."""
    night = timedelta(days=1) if here.minute < _NIGHT_ENDS_MIN else timedelta(0)
    return on < here.today - night


def close_in(session: Session, *, here: Here) -> None:
    """Note of each forgotten opening that it is over, at no known time; so is who was there."""
    left_open = session.scalars(
        select(Opening).where(Opening.home_id == here.home_id, Opening.state == OpeningState.OPEN)
    ).all()
    for opening in left_open:
        if is_forgotten(opening.on_date, here):
            _close(session, opening, here)


def _close(session: Session, opening: Opening, here: Here) -> None:
    """End it, and with it its duty. Nobody saw when: no end is written for either."""
    opening.is_close_unconfirmed = True
    opening.state = openings.outcome(
        opening.from_min,
        opening.to_min,
        openings.minute_on(opening.on_date, opening.opened_at, here.settings.zone),
        None,
    )
    session.execute(
        update(Visit)
        .where(
            Visit.home_id == opening.home_id,
            Visit.state == constant(VisitState.OPEN),
            Visit.local_day <= opening.on_date,
        )
        .values(state=VisitState.LEFT_UNCONFIRMED)
    )
    session.flush()  # the next opening of this room may only stand open once this one does not
