"""Tables and named constraints; importing this package fills `Base.metadata`."""

from kiosk.models import (
    audit,
    calendar,
    call_hours,
    call_plan,
    calls,
    device,
    home,
    intake,
    lending,
    library,
    no_card,
    openings,
    people,
    record,
    stocktake,
    visits,
)

__all__ = [
    "audit",
    "calendar",
    "call_hours",
    "call_plan",
    "calls",
    "device",
    "home",
    "intake",
    "lending",
    "library",
    "no_card",
    "openings",
    "people",
    "record",
    "stocktake",
    "visits",
]
