"""What was said of a call and is taken back, put right, or written down from paper.

The day goes by `call_states`; this is what a person says of it afterwards. Nothing is deleted: each
of these is one more event, and the events tell which of them it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from kiosk.rules.call_states import TO_COME, CallState

UNDO_WINDOW: Final = timedelta(minutes=2)
CORRECTION_DAYS: Final = 7

# What a person can say a call came to.
OUTCOMES: Final = frozenset(
    {
        CallState.DONE,
        CallState.CUT,
        CallState.NO_ANSWER,
        CallState.NO_SHOW,
        CallState.EXCUSED,
    }
)
# Somebody was rung for these.
RANG: Final = frozenset({CallState.DONE, CallState.CUT, CallState.NO_ANSWER})
_UNDER_WAY: Final = TO_COME | {CallState.CALLING}
_ENDED: Final = OUTCOMES | {CallState.CANCELLED, CallState.RELEASED}
# Who was there saw these, and tells the end: what was rung, or what nobody has said yet.
_SEEN: Final = frozenset({CallState.CALLING, CallState.UNCLEAR})
# What may stand on paper: of these nobody has said how they ended.
_OPEN_ON_PAPER: Final = _UNDER_WAY | {CallState.UNCLEAR, CallState.RELEASED}
# A child was called, or a telephone rung, that was not meant.
_STEPS: Final = frozenset(
    {(CallState.BOOKED, CallState.WAITING), (CallState.WAITING, CallState.CALLING)}
)


class CorrectionReason(StrEnum):
    """Why an outcome is put right; no more is written down."""

    MISTAPPED = "mistapped"
    OTHER_CALL = "other_call"  # it was said of another child's call
    HEARD_LATER = "heard_later"
    PAPER = "paper"


class CorrectionRefusal(StrEnum):
    NOT_TO_UNDO = "not-to-undo"
    NOT_TO_CORRECT = "not-to-correct"
    TOO_LONG_AGO = "too-long-ago"
    NOBODY = "nobody"  # of those who rang together none was ticked


class CallMark(StrEnum):
    """How what is known of a call came to be known, where it was not noted as it happened."""

    PAPER = "paper"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One event of a call: from where to where, and whether a member of staff said so."""

    from_state: CallState | None
    to_state: CallState
    is_by_staff: bool


def undo_refusal(last: Passage, *, since: timedelta) -> CorrectionRefusal | None:
    """Return why what was said last cannot be taken back, or None.

    A clock that was set back does not hold it open.
    """
    is_an_end = last.to_state in _ENDED and last.from_state in _UNDER_WAY
    is_a_step = (last.from_state, last.to_state) in _STEPS
    if not ((is_an_end or is_a_step) and last.is_by_staff):
        return CorrectionRefusal.NOT_TO_UNDO
    return CorrectionRefusal.TOO_LONG_AGO if abs(since) > UNDO_WINDOW else None


def corrected_states(state: CallState, *, days_ago: int) -> frozenset[CallState]:
    """Return what a call that has ended may be said to have come to instead."""
    if state not in OUTCOMES or not 0 <= days_ago <= CORRECTION_DAYS:
        return frozenset()
    return OUTCOMES - {state}


def correction_refusal(
    state: CallState, to_state: CallState, *, days_ago: int
) -> CorrectionRefusal | None:
    if state not in OUTCOMES or to_state not in OUTCOMES - {state}:
        return CorrectionRefusal.NOT_TO_CORRECT
    if to_state not in corrected_states(state, days_ago=days_ago):
        return CorrectionRefusal.TOO_LONG_AGO
    return None


def may_write_down(state: CallState, *, is_by_staff: bool, days_ago: int) -> bool:
    """Say whether the sheet may tell what became of a call: nobody has told the kiosk yet.

    A no-show that the kiosk came to by itself is such a call: the PC was off.
    """
    if not 0 <= days_ago <= CORRECTION_DAYS:
        return False
    return state in _OPEN_ON_PAPER or (state is CallState.NO_SHOW and not is_by_staff)


def mark(events: Sequence[Passage]) -> CallMark | None:
    """Return how the state of a call came about: None when it was noted as it happened.

    `events` in their order. An undo is none: what was taken back stands as it stood before.
    """
    said = [at for at, event in enumerate(events) if event.to_state in OUTCOMES]
    if not said or not events[said[-1]].is_by_staff:
        return None
    before, event = events[: said[-1]], events[said[-1]]
    if event.from_state in OUTCOMES and not (before and not before[-1].is_by_staff):
        return CallMark.CORRECTED
    is_told = event.to_state in RANG or event.from_state is CallState.RELEASED
    return CallMark.PAPER if is_told and event.from_state not in _SEEN else None


# The order in which outcomes stand on paper and screen.
ON_PAPER: Final = (
    CallState.DONE,
    CallState.NO_ANSWER,
    CallState.CUT,
    CallState.NO_SHOW,
    CallState.EXCUSED,
)


class PaperBox(StrEnum):
    """A box of the sheet, in the order of the paper; the number of each is its key."""

    DONE = CallState.DONE.value
    NO_ANSWER = CallState.NO_ANSWER.value
    CUT = CallState.CUT.value
    NO_SHOW = CallState.NO_SHOW.value
    EXCUSED = CallState.EXCUSED.value
    WRONG_NUMBER = "wrong_number"

    @property
    def state(self) -> CallState:
        """Return what a call came to whose box this is."""
        return CallState.NO_ANSWER if self is PaperBox.WRONG_NUMBER else CallState(self.value)


# What can come of a call that was rung in a place that came free: the child was there.
BY_HAND: Final = tuple(box for box in PaperBox if box.state in RANG)
