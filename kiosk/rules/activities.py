"""What is done together in the room, and who looks after whom: the few words there are for it."""

from enum import StrEnum


class ActivityKind(StrEnum):
    """What an activity of the home was, as plans and reports sort them."""

    READING = "reading"
    CRAFT = "craft"
    SPORT = "sport"
    FESTIVAL = "festival"
    SAFETY = "safety"
    HEALTH = "health"
    MOVIE = "movie"
    OTHER = "other"


class PairingKind(StrEnum):
    """Who somebody is that looks after a child."""

    TEACHER = "teacher"
    VOLUNTEER = "volunteer"
    MOTHER = "mother"
    CADRE = "cadre"


class ActivityRefusal(StrEnum):
    """Why an activity or a pairing is not written down."""

    ENDS_FIRST = "ends-first"
    NOT_YET = "not-yet"  # it is written down once it has begun
    WORDS_MISSING = "words-missing"
    FROZEN = "frozen"  # the ledgers of that day are closed
    UNKNOWN_ACTIVITY = "unknown-activity"
    PAIRED_ALREADY = "paired-already"
    PAIRING_OVER = "pairing-over"


def was_there(came: int, left: int | None, *, from_min: int, to_min: int) -> bool:
    """Return whether a visit touches an activity; minutes since midnight of its day.

    Nobody saw those leave who have no time of leaving: they were there if they came before its end.
    """
    return came < to_min and (left is None or left > from_min)
