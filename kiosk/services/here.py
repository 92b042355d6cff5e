"""Where and when a use case happens."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from kiosk.rules import civil, policies, school_days
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import LendingPolicy
from kiosk.rules.policies import LibrarySettings
from kiosk.rules.school_days import SchoolDays
from kiosk.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """One moment at one kiosk: read once a request, passed to each use case.

    `now` is an aware UTC instant. `library` and `school` are what staff have set for the book house
    and the calendar; a running kiosk keeps both in memory.
    """

    now: datetime
    settings: Settings
    home_id: UUID
    library: LibrarySettings = policies.DEFAULTS
    school: SchoolDays = school_days.PLAIN_WEEKS
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

    def policy(self, grade: int, kind: TitleKind = TitleKind.BOOK) -> LendingPolicy:
        """Return what the children of a grade may do with titles of a kind today.

        Before a holiday there may be more of them than the policy says.
        """
        policy = self.plain_policy(grade, kind)
        if not self.lends_for_holiday(grade):
            return policy
        return replace(policy, limit=max(policy.limit, self.library.holiday_most))

    def plain_policy(self, grade: int, kind: TitleKind) -> LendingPolicy:
        """Return the policy as it is set; where nothing is, as the settings file has it.

        New friends, who have no class yet, borrow as the first grade does.
        """
        found = self.library.policies.get((max(grade, min(policies.GRADES)), kind))
        return found or self.settings.policy(grade)

    def lends_for_holiday(self, grade: int | None) -> bool:
        """Return whether what a grade borrows today goes home over the holiday; None: a teacher.

        Not before a summer after which the grade is at another school.
        """
        if not (self.library.holiday_most and self.school.lends_for_holiday(self.today)):
            return False
        is_last = grade is not None and grade >= self.library.last_grade
        return not (is_last and self.school.is_last_of_school_year(self.today))

    def staff_policy(self, kind: TitleKind = TitleKind.BOOK) -> LendingPolicy:
        """Return what a teacher may borrow."""
        found = self.library.policies.get((policies.STAFF_GRADE, kind))
        return found or policies.STAFF_POLICY
