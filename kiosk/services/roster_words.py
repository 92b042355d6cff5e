"""A roster's preview in plain English lines, for the command line; no number is in them whole."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from kiosk.files.roster import RosterRow
from kiosk.rules.roster import Doubt
from kiosk.services.roster_plan import (
    ChildChange,
    ChildRef,
    ContactChange,
    ContactChangeKind,
    RosterPlan,
)
from kiosk.services.vault import masked

_NAMED_AT_MOST: Final = 40
_DOUBTS: Final = {
    Doubt.SAME_NAME: "more than one child of this name in the class; give each a number (校内编号)",
    Doubt.MAYBE_MOVED: "a child of this name is in another class; is it the same one?",
    Doubt.OTHER_NUMBER: "a child of this name is in the class under another number",
}


def describe(plan: RosterPlan, *, everything: bool = False) -> Iterator[str]:
    """Yield the lines of the preview, what a person should look at most closely in capitals.

    Long groups are cut, but not what changes contacts or is left out; with `everything` none is.
    """
    most = None if everything else _NAMED_AT_MOST
    yield from _sheets(plan)
    yield from _group("New", [_new(row) for row in plan.new], most)
    yield from _group("To another class", [_moved(change) for change in plan.moved], most)
    contacts = [
        f"{_who(change.child)}: {_contact(one)}"
        for change in plan.with_other_contacts
        for one in change.contacts
    ]
    yield from _group("CONTACTS CHANGE", contacts)
    yield from _group("Other details change", list(_details(plan.changed)), most)
    back = [_who(one.child) for one in plan.changed if one.is_back]
    yield from _group("In the file again", back, most)
    yield from _missing(plan, most)
    held = [f"{_where(one.row)} {_name(one.row)}: {_DOUBTS[one.doubt]}" for one in plan.held]
    yield from _group("HELD until somebody decides", held)
    yield from _problems(plan, everything=everything)
    yield f"Without any change: {plan.unchanged}"
    yield (
        f"On the roster: {plan.enrolled_before} before + {len(plan.new)} new - 0 left"
        f" = {plan.enrolled_after} after"
    )


def _sheets(plan: RosterPlan) -> Iterator[str]:
    for sheet in plan.sheets:
        if sheet.header_row is None:
            yield f"Sheet {sheet.name}: nothing was read."
        else:
            yield (
                f"Sheet {sheet.name}: {sheet.taken} children, {sheet.held_back} rows held back,"
                f" {sheet.passed_over} passed over."
            )
    if plan.ignored_columns:
        yield f"Read past, not stored: {', '.join(plan.ignored_columns)}"


def _missing(plan: RosterPlan, most: int | None) -> Iterator[str]:
    names = [_who(child) for child in plan.missing]
    if plan.too_many_missing:
        yield from _group("NOT IN THE FILE, too many, so nobody is marked", names, most)
    else:
        yield from _group("Not in the file (their cards go on working)", names, most)


def _problems(plan: RosterPlan, *, everything: bool) -> Iterator[str]:
    held = [problem for problem in plan.problems if problem.kind.holds_back]
    yield from _group(
        "ROWS LEFT OUT",
        [f"{one.sheet} row {one.row_number}: {_words(one.kind)}" for one in held],
    )
    others = Counter(problem.kind for problem in plan.problems if not problem.kind.holds_back)
    for kind, times in others.items():
        rows = [str(one.row_number) for one in plan.problems if one.kind is kind]
        named = ", ".join(rows) if everything else _few(rows)
        yield f"To look at, {_words(kind)}: {times} (rows {named})"


def _group(heading: str, lines: list[str], most: int | None = None) -> Iterator[str]:
    """Yield a group under its heading, `most` of its lines or all of them."""
    if not lines:
        return
    yield f"{heading}: {len(lines)}"
    shown = lines[:most]
    yield from (f"  {line}" for line in shown)
    if len(lines) > len(shown):
        yield f"  ... and {len(lines) - len(shown)} more (--all lists them)"


def _new(row: RosterRow) -> str:
    number = "" if row.local_no is None else f", no. {row.local_no}"
    return f"{_class(row)} {_name(row)}{number}, contacts: {len(row.contacts)}"


def _moved(change: ChildChange) -> str:
    grade, number = change.to_class or (0, 0)
    return f"{_who(change.child)} -> {grade}.{number}"


def _contact(change: ContactChange) -> str:
    relation, new = change.relation.value.replace("_", " "), masked(change.new_tail)
    match change.kind:
        case ContactChangeKind.ADDED:
            return f"{relation} {new} is new"
        case ContactChangeKind.NUMBER:
            return f"{relation} {masked(change.old_tail or '')} -> {new}"
        case ContactChangeKind.NAME:
            return f"{relation} {new} has another name"
        case ContactChangeKind.RELATION:
            return f"{new} is the {relation}"


def _details(changes: Iterable[ChildChange]) -> Iterator[str]:
    for change in changes:
        said = []
        if change.local_no is not None:
            said.append(f"no. {change.local_no}")
        if change.is_boarder is not None:
            said.append("boards" if change.is_boarder else "does not board")
        if said:
            yield f"{_who(change.child)}: {', '.join(said)}"


def _who(child: ChildRef) -> str:
    return f"{child.grade}.{child.number} {child.name}"


def _class(row: RosterRow) -> str:
    return f"{row.school_class.grade}.{row.school_class.number}"


def _name(row: RosterRow) -> str:
    return row.family_name + row.given_name


def _where(row: RosterRow) -> str:
    return f"{row.sheet} row {row.row_number}"


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _few(rows: list[str]) -> str:
    shown = ", ".join(rows[:8])  # enough to find the place
    return f"{shown} ..." if len(rows) > 8 else shown  # noqa: PLR2004 - as above
