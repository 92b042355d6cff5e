"""Where and when a use case happens."""

from dataclasses import dataclass, field
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
    local: datetime = field(init=False, compare=False)
    """The wall clock of the room."""

    def __post_init__(self) -> None:
        # Asked for a dozen times in each request.
        object.__setattr__(self, "local", civil.local(self.now, self.settings.zone))

    @property
    def today(self) -> date:
        return self.local.date()

    @property
    def minute(self) -> int:
        """Minutes since midnight on the wall clock."""
        return civil.minute_of_day(self.local)
