"""The weekly pattern: its lines are added from today on, and end today."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.home import Home
from kiosk.models.openings import Opening, OpeningRule
from kiosk.rules.openings import (
    OpeningKind,
    OpeningRefusal,
    OpeningState,
    WeeklyRule,
    suits,
)
from kiosk.rules.school_days import WeekLetter
from kiosk.rules.sessions import SessionProblem
from kiosk.services import audit, calendar_changes, loan_days, opening_plan
from kiosk.services.audit import AuditAction
from kiosk.services.calendar_changes import Followed
from kiosk.services.here import Here


def rules(*, here: Here) -> tuple[WeeklyRule, ...]:
    """Return the lines of the weekly pattern that hold today or later."""
    return _rules(reading(), here)


def _rules(session: Session, here: Here) -> tuple[WeeklyRule, ...]:
    rows = session.scalars(
        select(OpeningRule)
        .where(
            OpeningRule.home_id == here.home_id,
            func.coalesce(OpeningRule.valid_to, here.today) >= here.today,
        )
        .order_by(OpeningRule.weekday, OpeningRule.from_min)
    )
    return tuple(map(opening_plan.weekly_rule, rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """A line of the weekly pattern as a form has it; `weekday` is 1 for Monday to 7."""

    weekday: int
    from_min: int
    to_min: int
    place_min: int
    kind: OpeningKind = OpeningKind.AFTER_CLASS
    letter: WeekLetter | None = None


def add_rule(wanted: NewRule, *, staff_id: UUID, here: Here) -> UUID:
    """Add a line to the weekly pattern from today on, and lay out its openings.

    Raises:
        InvalidInputError: BAD_FORM, for times that are no period of a day; KIND_ELSEWHEN, for a
            kind that is not on this weekday.
        RefusedError: RULES_OVERLAP, when a line that goes on has some of this time already.
    """
    if not suits(wanted.kind, wanted.weekday):
        raise InvalidInputError(OpeningRefusal.KIND_ELSEWHEN, field="kind")
    try:
        rule = WeeklyRule(
            rule_id=new_id(here.now),
            weekday=wanted.weekday,
            from_min=wanted.from_min,
            to_min=wanted.to_min,
            place_min=wanted.place_min,
            talk_min=max(wanted.place_min - 2, 1),
            valid_from=here.today,
            valid_to=None,
            kind=wanted.kind,
            letter=None if wanted.kind is OpeningKind.HOLIDAY else wanted.letter,
        )
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="from") from error
    with transaction() as session:
        _refuse_overlap(session, rule, here)
        session.add(_stored(rule, here))
        session.flush()  # the openings refer to it
        opening_plan.plan_ahead_in(session, here=here)
        loan_days.follow(session, here=here)
        _audit(session, rule.rule_id, "added", staff_id, here)
    return rule.rule_id


def _stored(rule: WeeklyRule, here: Here) -> OpeningRule:
    return OpeningRule(
        id=rule.rule_id,
        home_id=here.home_id,
        weekday=rule.weekday,
        from_min=rule.from_min,
        to_min=rule.to_min,
        place_min=rule.place_min,
        talk_min=rule.talk_min,
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        kind=rule.kind,
        week_letter=rule.letter,
    )


def _refuse_overlap(session: Session, rule: WeeklyRule, here: Here) -> None:
    # Two at one instant: the second waits here until the first one's line is stored.
    session.execute(select(Home.id).where(Home.id == here.home_id).with_for_update())
    going_on = (other for other in _rules(session, here) if other.valid_to is None)
    if any(rule.overlaps(other) for other in going_on):
        raise RefusedError(OpeningRefusal.RULES_OVERLAP)


def end_rule(rule_id: UUID, *, staff_id: UUID, here: Here, agreed: str | None = None) -> Followed:
    """End a line of the weekly pattern today; what it planned later is taken back.

    Openings with calls, or that somebody has promised, are cancelled, and their calls released and
    owed; the others are as if they had never been planned. Return what followed. `agreed` is the
    digest of what somebody has seen would follow.

    Raises:
        NotFoundError: NOT_OPEN, for no such line. RefusedError: CHANGED, with a `preview`, when
            anything would follow that nobody was shown.
    """
    with transaction() as session:
        rule = session.get(OpeningRule, rule_id)
        if rule is None or rule.home_id != here.home_id:
            raise NotFoundError(OpeningRefusal.NOT_OPEN)
        rule.valid_to = max(here.today, rule.valid_from)
        later = session.scalars(
            select(Opening).where(
                Opening.rule_id == rule_id,
                Opening.on_date > rule.valid_to,
                Opening.state == OpeningState.PLANNED,
            )
        ).all()
        followed = calendar_changes.give_up(
            session, later, agreed=agreed, staff_id=staff_id, here=here
        )
        _audit(session, rule_id, "ended", staff_id, here)
        return followed


def _audit(session: Session, rule_id: UUID, what: str, staff_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=f"opening_rule:{rule_id}",
        fields=what,
        purpose="openings",
        here=here,
    )
