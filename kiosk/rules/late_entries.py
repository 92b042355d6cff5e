"""Entries from the room's paper book (补录): where they fit among what is known of an item.

An item is in one hand at a time. A line that would put it into two, or bring back what was not
out, contradicts what is known: it changes nothing by itself and becomes a question for a person
(`visits-and-lending.md` T-56).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from uuid import UUID


class LateAction(StrEnum):
    LEND = "lend"
    RETURN = "return"


class LateState(StrEnum):
    APPLIED = "applied"
    ASKED = "asked"
    DISMISSED = "dismissed"


class LateProblem(StrEnum):
    """How a line contradicts what is known of its item."""

    IN_OTHER_HANDS = "in-other-hands"
    ALREADY_LENT = "already-lent"  # to the same child: the same lending, perhaps, written twice
    LENT_AGAIN = "lent-again"  # without having come back in between
    NOT_ON_LOAN = "not-on-loan"
    CAME_BACK_LATER = "came-back-later"


class LateRefusal(StrEnum):
    """Why a line cannot be taken in at all."""

    IN_THE_FUTURE = "in-the-future"
    READER_MISSING = "reader-missing"
    SEVERAL_CHILDREN = "several-children"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A loan of an item. `child_id` is None for a class, a teacher, or a child forgotten since.

    `is_lost`: it ended because somebody said that the item was lost.
    """

    loan_id: UUID
    child_id: UUID | None
    lent_at: datetime
    ended_at: datetime | None
    is_lost: bool = False

    def covers(self, at: datetime) -> bool:
        return self.lent_at <= at and (self.ended_at is None or at < self.ended_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the paper book; a loan that it makes has its `key` for an id."""

    key: UUID
    action: LateAction
    child_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """The item's loans with the lines in them that fit, and what is wrong with the others."""

    history: tuple[Span, ...]
    problems: Mapping[UUID, LateProblem]


def arrange(history: Iterable[Span], lines: Iterable[Line]) -> Arranged:
    """Put those lines into the history that fit, in the order of their times.

    A lending before a later one fits if another line brings the item back in between.
    """
    known = _in_order(history)
    left = sorted(lines, key=lambda line: (line.at, line.action is LateAction.LEND, line.key))
    problems: dict[UUID, LateProblem] = {}
    for line in left:
        if line.key in {span.loan_id for span in known}:
            continue
        partner = _partner(line, left)
        fitted = _fitted(known, line, partner)
        if isinstance(fitted, LateProblem):
            problems[line.key] = fitted
        else:
            known = fitted
    return Arranged(history=known, problems=problems)


def _partner(line: Line, lines: Sequence[Line]) -> Line | None:
    """Return the line that brings the item back after this lending, if there is one."""
    if line.action is not LateAction.LEND:
        return None
    later = (one for one in lines if one.at > line.at)
    following = next(later, None)
    is_return = following is not None and following.action is LateAction.RETURN
    return following if is_return else None


def _fitted(
    history: tuple[Span, ...], line: Line, partner: Line | None
) -> tuple[Span, ...] | LateProblem:
    match line.action:
        case LateAction.LEND:
            return _lent(history, line, partner)
        case LateAction.RETURN:
            return _returned(history, line)


def _lent(
    history: tuple[Span, ...], line: Line, partner: Line | None
) -> tuple[Span, ...] | LateProblem:
    holder = _holder(history, line.at)
    if holder is not None:
        is_same = holder.child_id is not None and holder.child_id == line.child_id
        return LateProblem.ALREADY_LENT if is_same else LateProblem.IN_OTHER_HANDS
    following = _following(history, line.at)
    if following is None:
        return _with(history, line, until=None)
    if partner is None or partner.at > following.lent_at:
        return LateProblem.LENT_AGAIN
    return _with(history, line, until=partner.at)


def _returned(history: tuple[Span, ...], line: Line) -> tuple[Span, ...] | LateProblem:
    holder = _holder(history, line.at)
    if holder is not None:
        if holder.ended_at is not None:
            return LateProblem.CAME_BACK_LATER
        return _ending(history, holder, line.at)
    if _ended_by(history, line) or _was_lost(history, line.at):
        return history
    return LateProblem.NOT_ON_LOAN


def insist(history: Iterable[Span], line: Line) -> tuple[Span, ...] | None:
    """Return the history if the paper is right and the record was wrong, as a person has said.

    None where the paper says nothing that could be put in: it can only be laid aside.
    """
    known = _in_order(history)
    holder, following = _holder(known, line.at), _following(known, line.at)
    fitted = _fitted(known, line, None)
    match fitted:
        case LateProblem.IN_OTHER_HANDS if holder is not None:
            rest = _ending(known, holder, line.at)
            return _with(rest, line, until=holder.ended_at, is_lost=holder.is_lost)
        case LateProblem.LENT_AGAIN if following is not None:
            return _with(known, line, until=following.lent_at)
        case LateProblem.CAME_BACK_LATER if holder is not None:
            return _ending(known, holder, line.at)
        case LateProblem():
            return None
        case _:
            return fitted


def overlaps(history: Iterable[Span]) -> bool:
    """Return whether an item would have been in two hands at once: what must never come out."""
    known = _in_order(history)
    return any(
        before.ended_at is None or before.ended_at > after.lent_at
        for before, after in pairwise(known)
    )


def _in_order(history: Iterable[Span]) -> tuple[Span, ...]:
    # Of two at one instant the one that has ended comes first.
    return tuple(
        sorted(
            history,
            key=lambda one: (one.lent_at, one.ended_at is None, one.ended_at or one.lent_at),
        )
    )


def _holder(history: tuple[Span, ...], at: datetime) -> Span | None:
    return next((span for span in history if span.covers(at)), None)


def _following(history: tuple[Span, ...], at: datetime) -> Span | None:
    return next((span for span in history if span.lent_at > at), None)


def _ended_by(history: tuple[Span, ...], line: Line) -> bool:
    """Return whether this line brings back what a lending on paper has just taken."""
    return any(span.ended_at == line.at and span.lent_at <= line.at for span in history)


def _was_lost(history: tuple[Span, ...], at: datetime) -> bool:
    """Return whether the item was lost until then: it is in the room after all."""
    before = [span for span in history if span.lent_at <= at]
    return bool(before) and before[-1].is_lost and before[-1] == history[-1]


def _with(
    history: tuple[Span, ...], line: Line, *, until: datetime | None, is_lost: bool = False
) -> tuple[Span, ...]:
    made = Span(
        loan_id=line.key,
        child_id=line.child_id,
        lent_at=line.at,
        ended_at=until,
        is_lost=is_lost,
    )
    return _in_order((*history, made))


def _ending(history: tuple[Span, ...], span: Span, at: datetime) -> tuple[Span, ...]:
    ended = replace(span, ended_at=at, is_lost=False)
    return _in_order(ended if one == span else one for one in history)
