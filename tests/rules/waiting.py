"""Children, families and places for the tests of the call plan, with only what a test says."""

from collections.abc import Iterable
from datetime import date, timedelta

from kiosk.rules.call_waiting import CallPlace, WaitingChild, week_seed
from kiosk.rules.call_windows import BlockedTime, Callee, Hours, LineKind
from kiosk.rules.slots import Span

MONDAY = date(2026, 9, 7)
SEED = week_seed(b"a term's secret", "2026-W37")
LONG_AGO = MONDAY - timedelta(days=60)
PHONE = frozenset({LineKind.PHONE})
VIDEO = frozenset({LineKind.VIDEO})
FOUR = 16 * 60


def day(number: int) -> date:
    """Return a day of the week of the plan, 1 for its Monday."""
    return MONDAY + timedelta(days=number - 1)


def place(
    weekday: int, start_min: int = FOUR, *, line: str = "1", kind: LineKind = LineKind.PHONE
) -> CallPlace:
    return CallPlace(
        slot_id=f"{weekday}-{start_min}-{line}-{kind}",
        line=line,
        kind=kind,
        on=day(weekday),
        start_min=start_min,
        end_min=start_min + 10,
    )


def free_on(*weekdays: int, span: Span = (0, 1440)) -> tuple[Hours, ...]:
    return tuple(Hours(weekday=one, from_min=span[0], to_min=span[1]) for one in weekdays)


def callee(
    phone: str,
    *,
    hours: tuple[Hours, ...] = (),
    kinds: frozenset[LineKind] = PHONE,
    may_be_rung: bool = True,
    contact_id: str | None = None,
) -> Callee:
    return Callee(
        contact_id=contact_id or f"contact of {phone}",
        phone=phone,
        kinds=kinds,
        hours=hours,
        may_be_rung=may_be_rung,
    )


def child(
    name: str,
    *callees: Callee,
    waited: int | None = 7,
    is_owed: bool = False,
    misses: int = 0,
    blocked: Iterable[BlockedTime] = (),
    away: Iterable[date] = (),
) -> WaitingChild:
    """Return a child; `waited` days before Monday was its last call, None: it never had one."""
    return WaitingChild(
        child_id=name,
        last_connected_on=None if waited is None else MONDAY - timedelta(days=waited),
        opened_on=LONG_AGO,
        is_owed=is_owed,
        misses=misses,
        callees=callees or (callee(f"family of {name}"),),
        blocked=tuple(blocked),
        away=frozenset(away),
    )
