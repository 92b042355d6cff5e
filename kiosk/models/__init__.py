"""Tables and named constraints; importing this package fills `Base.metadata`."""

from kiosk.models import audit, calls, home, library, openings, people, record, visits

__all__ = ["audit", "calls", "home", "library", "openings", "people", "record", "visits"]
