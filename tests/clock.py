"""The clock of the tests: it stands until it is told to go on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# A Friday of term, twenty to five in the afternoon in Shanghai: the room is open.
AN_AFTERNOON = datetime(2026, 11, 20, 8, 40, tzinfo=UTC)


@dataclass(slots=True)
class FrozenClock:
    """Gives the same instant until `advance` or `set_to`."""

    now: datetime = AN_AFTERNOON

    def __call__(self) -> datetime:
        return self.now

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        """Let time pass, and return the new instant."""
        self.now += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self.now

    def set_to(self, instant: datetime) -> None:
        if instant.tzinfo is None:
            raise ValueError("an instant needs a zone")
        self.now = instant.astimezone(UTC)
