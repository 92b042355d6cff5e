"""What stands in the way of an inspection pack."""

from enum import StrEnum


class PackProblem(StrEnum):
    """Why there is no pack, or no PDF of it."""

    UNKNOWN = "unknown-pack"
    NOT_READY = "not-ready"
    PACK_UNDER_WAY = "pack-under-way"
    UNKNOWN_FRAMEWORK = "unknown-framework"
    BAD_FRAMEWORK = "bad-framework"
    NO_BROWSER = "no-browser"
    NOT_PRINTED = "not-printed"
    BROKEN_OFF = "broken-off"
