"""Tables and named constraints; importing this package fills `Base.metadata`."""

from kiosk.models import (
    audit,
    calls,
    device,
    home,
    library,
    no_card,
    openings,
    people,
    record,
    visits,
)

__all__ = [
    "audit",
    "calls",
    "device",
    "home",
    "library",
    "no_card",
    "openings",
    "people",
    "record",
    "visits",
]
