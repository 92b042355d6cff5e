"""Words of the planning desk: who asks for a call and why, what is wrong with a line or a card.

Each is one of a list, so that nothing about a family is ever written in free text.
"""

from enum import StrEnum


class PlanState(StrEnum):
    """A draft nobody sees but staff; the one that holds; one that was made anew before that."""

    DRAFT = "draft"
    PUBLISHED = "published"
    REPLACED = "replaced"


class WishKind(StrEnum):
    """What is asked for: the child's call of the week, one more, or one that cannot wait."""

    WEEKLY = "weekly"
    PARENT = "parent"
    URGENT = "urgent"


class AskedBy(StrEnum):
    CHILD = "child"
    PARENT = "parent"
    TEACHER = "teacher"


class WishState(StrEnum):
    """A wish is open until there is a call for it, its week is over, or nobody wants it."""

    OPEN = "open"
    PLANNED = "planned"
    UNMET = "unmet"
    WITHDRAWN = "withdrawn"


class UrgentReason(StrEnum):
    """Why a call cannot wait; no more is written down."""

    ILLNESS = "illness"
    DEATH = "death"
    BIRTHDAY = "birthday"
    TROUBLE = "trouble"
    OTHER = "other"


class OutageReason(StrEnum):
    BROKEN = "broken"
    NO_NETWORK = "no_network"
    NO_POWER = "no_power"
    IN_USE = "in_use"
    OTHER = "other"


class OutageLength(StrEnum):
    """For how long a line cannot be used: an outage of today ends by itself at midnight."""

    TODAY = "today"
    UNTIL_MENDED = "until_mended"


class CardDoubt(StrEnum):
    """Why a contact card is to be looked at."""

    NO_ANSWER = "no_answer"  # twice in a row
    WRONG_NUMBER = "wrong_number"
    OLD_HOURS = "old_hours"


class LessonKind(StrEnum):
    LESSON = "lesson"
    CLUB = "club"
    MEAL = "meal"
    OTHER = "other"


class PlanProblem(StrEnum):
    """Why a week is not planned, or its plan not published or told."""

    NOT_PLANNED = "not-planned"
    NOT_A_WEEK = "not-a-week"
    UNKNOWN_PLAN = "unknown-plan"
    REPLACED = "plan-replaced"
    PUBLISHED = "plan-published"
    WRONG_TIME = "plan-wrong-time"
    WRONG_CAP = "plan-wrong-cap"
    WRONG_NUMBER = "plan-wrong-number"
