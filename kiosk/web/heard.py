"""Which sound and which prompt go with a reason that a rule or a service gives.

A screen says on its root element what is heard with it: `data-sound`, one of `Sound`, and
`data-say`, keys of the prompts (`data/prompts.toml`) one after the other. What stands there all
day has `data-quiet` and is heard only when nobody has touched it for a while.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from jinja2 import Environment

from kiosk.web.filters import reason_key


class Sound(StrEnum):
    """The three sounds, told apart by their shape (`domain.md` rule 21)."""

    OK = "ok"
    NOTICE = "notice"
    TEACHER = "teacher"


# The prompt of each reason that a child may meet. Who can go on alone hears the soft note.
PROMPTS: Final[Mapping[str, str]] = {
    "CodeProblem.MISREAD": "err.again",
    "CodeProblem.NOT_OUR_CODE": "lend.where_label",
    "CodeProblem.SEVERAL_COPIES": "lend.where_label",
    "CodeProblem.UNKNOWN_CARD": "card.unknown",
    "CodeProblem.OLD_CARD": "card.old",
    "CodeProblem.UNKNOWN_ITEM": "lend.unknown",
    "CodeProblem.SHELF_LABEL": "lend.start",
    "VisitRefusal.ROOM_CLOSED": "closed.now",
    "LendingRefusal.TOO_MANY_LOANS": "lend.full",
    "LendingRefusal.CLASS_FIRST": "lend.teacher",
    "LendingRefusal.IN_ROOM_ONLY": "lend.in_room_only",
    "LendingRefusal.NOT_LENDABLE": "lend.rests",
    "LendingRefusal.ALREADY_ON_LOAN": "lend.other_child",
    "LendingRefusal.NOT_ON_LOAN": "ret.already",
    "LendingRefusal.NOT_YOURS": "ret.box",
    "LendingRefusal.NO_MORE_RENEWALS": "renew.no",
    "LendingRefusal.TOO_LATE_TO_UNDO": "ret.too_late",
    "LendingRefusal.OTHER_READER": "card.again",
    "HoldRefusal.RESERVED": "lend.reserved",
    "HoldRefusal.WAITED_FOR": "renew.no",
    "HoldRefusal.TOO_MANY_HOLDS": "hold.full",
    "HoldRefusal.HAVE_IT": "hold.yours",
    "HoldRefusal.NO_COPY": "hold.none",
    "HoldRefusal.OVER": "hold.over",
    "CallRefusal.NOT_ALLOWED": "call.ask",
    "CallRefusal.SLOT_TAKEN": "call.taken",
    "CallRefusal.ALREADY_THIS_WEEK": "call.this_week",
    "CallRefusal.PERSON_BUSY": "call.person_busy",
    "CallRefusal.CHILD_BUSY": "call.child_busy",
    "CallRefusal.LINE_BUSY": "call.line_busy",
    "CallRefusal.NO_CONTACT": "call.no_contact",
    "CallRefusal.NO_TIMES": "call.full",
    "CallRefusal.PHONE_DOWN": "call.phone_down",
    "CallRefusal.TOO_SHORT": "call.ask",
    "CallRefusal.RING_AGAIN": "call.ask",
    "CallRefusal.LINE_KNOWN": "call.ask",
    "CallRefusal.TOO_LATE": "call.too_late",
    "SessionProblem.ENDED": "card.again",
    "SessionProblem.BUSY": "err.busy",
    "SessionProblem.NOT_STORED": "err.wait",
    "SessionProblem.NO_SUCH_PAGE": "err.nothing",
    "SessionProblem.FOREIGN_PAGE": "err.retry",
    "SessionProblem.TOO_LARGE": "err.retry",
    "SessionProblem.BAD_FORM": "err.retry",
}
# A child cannot go on here without the teacher, who knows these two notes across the room.
_FOR_THE_TEACHER: Final = frozenset(
    {
        "CodeProblem.UNKNOWN_CARD",
        "CodeProblem.UNKNOWN_ITEM",
        "LendingRefusal.CLASS_FIRST",
        "LendingRefusal.NOT_LENDABLE",
        "LendingRefusal.TOO_LATE_TO_UNDO",
        "CallRefusal.NOT_ALLOWED",
        "CallRefusal.NO_CONTACT",
        "CallRefusal.NO_TIMES",
        "CallRefusal.TOO_SHORT",
        "CallRefusal.RING_AGAIN",
        "CallRefusal.LINE_KNOWN",
        "SessionProblem.NOT_STORED",
    }
)


def reason_sound(reason: StrEnum) -> Sound:
    return Sound.TEACHER if reason_key(reason) in _FOR_THE_TEACHER else Sound.NOTICE


def reason_prompt(reason: StrEnum) -> str:
    """Return the key of the prompt; empty for what only staff are told."""
    return PROMPTS.get(reason_key(reason), "")


def install(environment: Environment) -> None:
    """Give the templates these functions as filters."""
    environment.filters.update(reason_sound=reason_sound, reason_prompt=reason_prompt)
