"""What is looked at before the room opens: the eight hazards, and whether the telephones work."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.ids import new_id
from kiosk.models.calls import Line
from kiosk.models.openings import Opening, SafetyCheck
from kiosk.models.people import Staff
from kiosk.models.room_times import ClosingNote, LineTest
from kiosk.rules.openings import Hazard
from kiosk.services import call_lines, closing_notes
from kiosk.services.call_lines import LineRow
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """What whoever closed last wrote for whoever opens next."""

    line: str
    signed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeOpening:
    """What the page before the opening shows: the lines to be tried, and the last closing's.

    `games_missing` are things for play that were missing at the last count (< 0: too many).
    """

    lines: tuple[LineRow, ...]
    left_behind: LeftBehind | None
    games_missing: int = 0


def before(*, here: Here) -> BeforeOpening:
    """Return what there is to be looked at before the room opens."""
    lines = [one for one in call_lines.lines(here=here) if one.is_in_use and not one.is_out_today]
    return BeforeOpening(
        lines=tuple(lines),
        left_behind=_left_behind(reading(), here),
        games_missing=closing_notes.games_missing(reading(), here=here),
    )


def _left_behind(session: Session, here: Here) -> LeftBehind | None:
    row = session.execute(
        select(ClosingNote.line, Staff.display_name)
        .join(Opening, Opening.id == ClosingNote.opening_id)
        .join(Staff, Staff.id == ClosingNote.signed_by_id)
        .where(Opening.home_id == here.home_id)
        .order_by(ClosingNote.signed_at.desc())
        .limit(1)
    ).first()
    if row is None or row.line is None:
        return None
    return LeftBehind(line=row.line, signed_by=row.display_name)


def store(
    session: Session,
    opening_id: UUID,
    exceptions: Mapping[Hazard, str],
    phones: Mapping[UUID, bool],
    here: Here,
) -> None:
    """Store both; a room that opens a second time on a day does so in another opening."""
    _store_hazards(session, opening_id, exceptions, here)
    _store_phones(session, opening_id, phones, here)


def _store_hazards(
    session: Session, opening_id: UUID, exceptions: Mapping[Hazard, str], here: Here
) -> None:
    for hazard in Hazard:
        note = exceptions.get(hazard)
        session.add(
            SafetyCheck(
                id=new_id(here.now),
                opening_id=opening_id,
                hazard=hazard,
                is_fine=note is None,
                note=None if note is None else note.strip(),
                checked_at=here.now,
            )
        )


def _store_phones(
    session: Session, opening_id: UUID, phones: Mapping[UUID, bool], here: Here
) -> None:
    known = set(session.scalars(select(Line.id).where(Line.home_id == here.home_id)))
    for line_id, works in phones.items():
        if line_id in known:
            session.add(
                LineTest(
                    id=new_id(here.now),
                    opening_id=opening_id,
                    line_id=line_id,
                    works=works,
                    tested_at=here.now,
                )
            )
