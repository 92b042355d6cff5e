"""What can be wrong with a request itself, before any rule of the room is asked."""

from enum import StrEnum


class SessionProblem(StrEnum):
    """Why a request is not carried out."""

    ENDED = "session-ended"
    FOREIGN_PAGE = "foreign-page"
    NO_SUCH_PAGE = "no-such-page"
    TOO_LARGE = "too-large"
    BUSY = "busy"
    NOT_STORED = "not-stored"
    BAD_FORM = "bad-form"
