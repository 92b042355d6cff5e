"""A contact card: when and how a person can be rung, another number, and the end of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules import contact_hours as rules
from kiosk.rules.call_windows import Hours, Shift, WeekPattern
from kiosk.rules.contact_hours import CardProblem, Cell, PartOfDay
from kiosk.rules.sessions import SessionProblem
from kiosk.services import contact_hours, contacts, people
from kiosk.services.contact_hours import HoursCard
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint(
    "contact_cards",
    __name__,
    url_prefix="/staff/children/<uuid:child_id>/contacts/<uuid:contact_id>",
)

_LONGEST: Final = 40
# Of two weeks that differ the A week is the one in which they are written down.
_WEEKS: Final = {"always": WeekPattern.ALWAYS, "now": WeekPattern.A, "next": WeekPattern.B}
_DAYS: Final = {
    "0": tuple(rules.WEEKDAYS),
    "15": (1, 2, 3, 4, 5),
    **{str(day): (day,) for day in rules.WEEKDAYS},
}


@blueprint.get("/hours")
@access(Access.DUTY_TEACHER)
def hours(child_id: UUID, contact_id: UUID) -> Response:
    """Show when a contact can be rung."""
    return _page(child_id, contact_id, None)


@blueprint.post("/hours")
@access(Access.DUTY_TEACHER)
def set_hours(child_id: UUID, contact_id: UUID) -> Response:
    """Write the hours that were touched and typed."""
    contacts.check_is_of(child_id, contact_id)
    try:
        typed = (*rules.of_cells(_cells(), anchor=_this_week()), *_exact())
        contact_hours.set_hours(contact_id, typed, actor_id=_me(), here=context.here())
    except InvalidInputError as error:
        return _page(child_id, contact_id, error)
    return _saved(child_id, contact_id)


@blueprint.post("/shift")
@access(Access.DUTY_TEACHER)
def set_shift(child_id: UUID, contact_id: UUID) -> Response:
    """Write how a contact works, with the usual hours of such a shift."""
    contacts.check_is_of(child_id, contact_id)
    week = forms.raw("this_week")
    contact_hours.set_shift(
        contact_id,
        forms.one_of("shift", Shift),
        is_a_now=None if not week else week == "day",
        actor_id=_me(),
        here=context.here(),
    )
    return _saved(child_id, contact_id)


@blueprint.post("/confirm")
@access(Access.DUTY_TEACHER)
def confirm(child_id: UUID, contact_id: UUID) -> Response:
    """Note that the hours still hold."""
    contacts.check_is_of(child_id, contact_id)
    contact_hours.confirm(contact_id, actor_id=_me(), here=context.here())
    return _saved(child_id, contact_id)


@blueprint.post("/reach")
@access(Access.DUTY_TEACHER)
def set_reach(child_id: UUID, contact_id: UUID) -> Response:
    """Write by what a contact can be reached."""
    contacts.check_is_of(child_id, contact_id)
    try:
        contact_hours.set_reach(
            contact_id,
            can_phone=forms.is_ticked("phone"),
            can_video=forms.is_ticked("video"),
            actor_id=_me(),
            here=context.here(),
        )
    except InvalidInputError as error:
        return _page(child_id, contact_id, error)
    return _saved(child_id, contact_id)


@blueprint.post("/new-number")
@access(Access.ADMINISTRATOR)
def new_number(child_id: UUID, contact_id: UUID) -> Response:
    """Write another number of the same person."""
    contacts.check_is_of(child_id, contact_id)
    try:
        contacts.change_number(
            contact_id,
            forms.text("phone", longest=_LONGEST),
            actor_id=_me(),
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _page(child_id, contact_id, error)
    return _saved(child_id, contact_id)


@blueprint.get("/end")
@access(Access.ADMINISTRATOR)
def ending(child_id: UUID, contact_id: UUID) -> Response:
    """Show what follows when this person may not be rung any more, before it is so."""
    contacts.check_is_of(child_id, contact_id)
    here = context.here()
    return staff_page.show(
        "cards/end.html",
        one=people.detail(child_id, here=here).child,
        card=contact_hours.card(contact_id, here=here),
        calls=contacts.calls_to_come(contact_id, here=here),
        has_changed="changed" in request.args,
    )


def _cells() -> Iterator[Cell]:
    """Yield the fields that were touched, each `now-3-evening`; day 0 is every day."""
    for said in request.form.getlist("cell"):
        week, _, rest = said.partition("-")
        day, _, part = rest.partition("-")
        if week not in _WEEKS or day not in _DAYS or part not in set(PartOfDay):
            raise InvalidInputError(SessionProblem.BAD_FORM, field="cell")
        for weekday in _DAYS[day]:
            yield Cell(weekday=weekday, part=PartOfDay(part), pattern=_WEEKS[week])


def _exact() -> Iterator[Hours]:
    """Yield the times that were typed; a line without any is none."""
    for line in range(rules.MOST_LINES):
        if f"from-{line}" not in request.form:
            return
        if not (forms.raw(f"from-{line}") or forms.raw(f"to-{line}")):
            continue
        week, day = forms.raw(f"week-{line}") or "always", forms.raw(f"day-{line}")
        if week not in _WEEKS or day not in _DAYS:
            raise InvalidInputError(SessionProblem.BAD_FORM, field=f"day-{line}")
        try:
            span = rules.span_of(staff_page.minute(f"from-{line}"), staff_page.minute(f"to-{line}"))
        except InvalidInputError as error:
            raise InvalidInputError(CardProblem.WRONG_SPAN) from error
        one = Hours(weekday=1, from_min=span[0], to_min=span[1])
        if _WEEKS[week] is not WeekPattern.ALWAYS:
            one = replace(one, pattern=_WEEKS[week], anchor=_this_week())
        yield from (replace(one, weekday=weekday) for weekday in _DAYS[day])


def _this_week() -> date:
    return rules.a_week_on(context.here().today, is_a_now=True)


def _me() -> UUID:
    return staff_screen.signed_in().staff_id


def _saved(child_id: UUID, contact_id: UUID) -> Response:
    """Go back to where the card was looked at from."""
    if forms.raw("back") == "doubts":
        return redirect(url_for("calls_doubts.listing", saved=1), code=303)
    return redirect(
        url_for("contact_cards.hours", child_id=child_id, contact_id=contact_id, saved=1), code=303
    )


def _page(child_id: UUID, contact_id: UUID, refused: KioskError | None) -> Response:
    contacts.check_is_of(child_id, contact_id)
    here = context.here()
    card = contact_hours.card(contact_id, here=here)
    is_two = card.is_a_week is not None or request.values.get("weeks") == "two"
    weeks = ("now", "next") if is_two else ("always",)
    return staff_page.show_form(
        "cards/hours.html",
        refused,
        one=people.detail(child_id, here=here).child,
        card=card,
        weeks=weeks,
        marked=_marked(card, weeks) if refused is None else set(request.form.getlist("cell")),
        exact=_lines(card, weeks) if refused is None else _typed_lines(),
        parts=rules.PARTS,
        weekdays=rules.WEEKDAYS,
        today=here.today,
        was_saved="saved" in request.args,
        back="doubts" if request.values.get("back") == "doubts" else "",
    )


def _marked(card: HoursCard, weeks: tuple[str, ...]) -> set[str]:
    """Return which fields are filled; a part that is filled on all seven days is filled as one."""
    found: set[str] = set()
    for week in weeks:
        patterns = {WeekPattern.ALWAYS, _pattern(card, week)}
        for part in PartOfDay:
            days = {
                one.weekday for one in card.cells if one.part is part and one.pattern in patterns
            }
            shown = {0} if len(days) == len(rules.WEEKDAYS) else days
            found |= {f"{week}-{day}-{part}" for day in shown}
    return found


def _lines(card: HoursCard, weeks: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the times that are no whole fields, as the form has them."""
    found = []
    for line in card.exact:
        week = next((one for one in weeks if _pattern(card, one) is line.pattern), "always")
        whole = next((key for key, days in _DAYS.items() if days == line.weekdays), None)
        for day in [whole] if whole else map(str, line.weekdays):
            begin, end = (f"{at // 60 % 24:02}:{at % 60:02}" for at in (line.from_min, line.to_min))
            found.append({"week": week, "day": day, "from": begin, "to": end})
    return found


def _typed_lines() -> list[dict[str, str]]:
    """Return the times as they were typed; one of them was refused."""
    rows = (
        {name: forms.raw(f"{name}-{line}") for name in ("week", "day", "from", "to")}
        for line in range(rules.MOST_LINES)
    )
    return [row for row in rows if row["from"] or row["to"]]


def _pattern(card: HoursCard, week: str) -> WeekPattern:
    """Return which week of the card is meant; in a B week the A week is the next one."""
    if week == "always" or card.is_a_week is not False:
        return _WEEKS[week]
    return WeekPattern.B if week == "now" else WeekPattern.A
