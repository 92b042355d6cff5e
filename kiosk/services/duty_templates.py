"""Whose duty a time of a weekday is, by agreement; the proposal begins with these."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from kiosk.db import reading, transaction, violated
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.duty import DutyTemplate
from kiosk.models.openings import OpeningRule
from kiosk.models.people import Staff
from kiosk.rules.civil import DAY_MINUTES
from kiosk.rules.duty import DutyRefusal
from kiosk.services import duty_steps
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """One agreement. Minutes since midnight; `valid_to` is its last day."""

    template_id: UUID
    name: str
    weekday: int
    from_min: int
    to_min: int
    valid_from: date
    valid_to: date | None


def listing(*, here: Here) -> tuple[TemplateRow, ...]:
    """Return what is agreed today or later, by weekday and time."""
    rows = reading().execute(
        select(DutyTemplate, Staff.display_name)
        .join(Staff, Staff.id == DutyTemplate.staff_id)
        .where(
            DutyTemplate.home_id == here.home_id,
            func.coalesce(DutyTemplate.valid_to, here.today) >= here.today,
        )
        .order_by(DutyTemplate.weekday, DutyTemplate.from_min, DutyTemplate.id)
    )
    return tuple(
        TemplateRow(
            template_id=one.id,
            name=name,
            weekday=one.weekday,
            from_min=one.from_min,
            to_min=one.to_min,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
        )
        for one, name in rows
    )


def agree_by_rule(staff_id: UUID, rule_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Let somebody have a line of the weekly pattern; otherwise as `agree`."""
    rule = reading().get(OpeningRule, rule_id)
    if rule is None or rule.home_id != here.home_id:
        raise NotFoundError(DutyRefusal.UNKNOWN_DUTY)
    weekday, from_min, to_min = rule.weekday, rule.from_min, rule.to_min
    agree(
        staff_id,
        weekday=weekday,
        from_min=from_min,
        to_min=to_min,
        actor_id=actor_id,
        here=here,
    )


def agree(
    staff_id: UUID, *, weekday: int, from_min: int, to_min: int, actor_id: UUID, here: Here
) -> None:
    """Let somebody have a time of a weekday from today on; the rota itself stays as it is.

    Raises:
        InvalidInputError: WRONG_NUMBER, for no time of a week. NotFoundError: UNKNOWN_DUTY.
        RefusedError: TEMPLATE_KNOWN.
    """
    if not (1 <= weekday <= 7 and 0 <= from_min < to_min <= DAY_MINUTES):  # noqa: PLR2004 - a week
        raise InvalidInputError(DutyRefusal.WRONG_NUMBER)
    try:
        with transaction() as session:
            person = session.get(Staff, staff_id)
            if person is None or person.left_on is not None:
                raise NotFoundError(DutyRefusal.UNKNOWN_DUTY)
            session.add(
                DutyTemplate(
                    id=new_id(here.now),
                    home_id=here.home_id,
                    staff_id=staff_id,
                    weekday=weekday,
                    from_min=from_min,
                    to_min=to_min,
                    valid_from=here.today,
                )
            )
            session.flush()  # a second one of the same is refused here
            duty_steps.note(session, "template", "agreed", actor_id, here)
    except IntegrityError as error:
        if violated(error) != "uq_duty_template_goes_on":
            raise
        raise RefusedError(DutyRefusal.TEMPLATE_KNOWN) from error


def end(template_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """End an agreement today.

    Raises:
        NotFoundError: UNKNOWN_DUTY.
    """
    with transaction() as session:
        found = session.get(DutyTemplate, template_id)
        if found is None or found.home_id != here.home_id:
            raise NotFoundError(DutyRefusal.UNKNOWN_DUTY)
        if found.valid_to is None:
            found.valid_to = max(here.today, found.valid_from)
            duty_steps.note(session, "template", "ended", actor_id, here)
