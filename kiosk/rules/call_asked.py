"""What children asked for, heeded among seats that are equally good for the plan.

It comes last: who is seated, on which day, and who is kept off the times that others need stand
by then, and nobody's change for it. In turn, each gets of the seats that are as good as its own
the one with the person and at the time it asked for, else with the person, else at the time.
"""

from collections.abc import Mapping, Sequence

from kiosk.rules.call_households import Household, Seats
from kiosk.rules.call_matching import Seating
from kiosk.rules.call_waiting import WaitingChild


def heed(
    found: Sequence[Household], seating: Seating, seats: Seats, equal: Mapping[int, int]
) -> None:
    """Move who is seated within `equal`: by its place in `found`, the seats as good as its own."""
    asking = [unit for unit in equal if _who_asked(found[unit]) is not None]
    if not asking:
        return
    for unit, as_good in equal.items():
        seating.loosen(unit, as_good)
    for unit in asking:
        # Any seat of the best that it can have will do: it is moved among them for those after it.
        got = seating.prefer(unit, [*wishes(found[unit], seats), equal[unit]])
        seating.loosen(unit, got)


def wishes(household: Household, seats: Seats) -> list[int]:
    """Return sets of seats, the more they are what was asked for the earlier."""
    child = _who_asked(household)
    if child is None or child.asked is None:
        return []
    person = household.by_phone.get(_phone_asked_for(household) or "", 0)
    times = seats.within(child.asked.times)
    return [person & times, person, times]


def phone_at(household: Household, at: int) -> str:
    """Return the number that is rung at a seat: the one asked for where that goes."""
    asked_for = _phone_asked_for(household)
    if asked_for is not None and household.by_phone.get(asked_for, 0) >> at & 1:
        return asked_for
    return next(phone for phone, mask in household.by_phone.items() if mask >> at & 1)


def _who_asked(household: Household) -> WaitingChild | None:
    """Return whose wish counts of those who ring together: the first in turn that asked."""
    return next((child for child in household.children if child.asked is not None), None)


def _phone_asked_for(household: Household) -> str | None:
    child = _who_asked(household)
    if child is None or child.asked is None:
        return None
    wanted = child.asked.contact_id
    return next((one.phone for one in child.callees if one.contact_id == wanted), None)
