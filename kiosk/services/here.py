"""Where and when a use case happens."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kiosk.rules import civil
from kiosk.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """One moment at one kiosk: read once a request, passed to each use case.

    `now` is an aware UTC instant.
    """

    now: datetime
    settings: Settings
    home_id: UUID

    @property
    def local(self) -> datetime:
        """The wall clock of the room."""
        return civil.local(self.now, self.settings.zone)

    @property
    def today(self) -> date:
        return self.local.date()

    @property
    def minute(self) -> int:
        """Minutes since midnight on the wall clock."""
        return civil.minute_of_day(self.local)
