"""What befell copies, as staff see it: open cases, what waits for approval, what may be lost."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from kiosk.db import AnyRow, reading
from kiosk.errors import NotFoundError
from kiosk.models.lending import ItemCase
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Child, SchoolClass, Staff
from kiosk.rules.item_cases import TO_APPROVE, CaseEnd, CaseKind, CaseProblem
from kiosk.rules.lending import MAYBE_LOST_AFTER, ItemStatus
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case; `name` is the child in whose hands the copy was, where that is known."""

    case_id: UUID
    title_id: UUID
    title: str
    accession_no: str
    status: ItemStatus
    kind: CaseKind
    on: date
    reason: str | None
    has_photo: bool
    name: str | None
    class_name: tuple[int, int] | None
    opened_by: str | None
    ended_at: datetime | None
    ended_as: CaseEnd | None
    end_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaybeLost:
    """A copy that is out for eight weeks past its due day: somebody should be asked about it."""

    item_id: UUID
    title_id: UUID
    title: str
    accession_no: str
    name: str | None
    class_name: tuple[int, int] | None
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    open: tuple[CaseRow, ...]
    to_approve: tuple[CaseRow, ...]
    maybe_lost: tuple[MaybeLost, ...]


_opener = aliased(Staff)
_CASES: Final = (
    select(
        ItemCase.id,
        ItemCase.kind,
        ItemCase.local_day,
        ItemCase.reason,
        ItemCase.photo.is_not(None).label("has_photo"),
        ItemCase.ended_at,
        ItemCase.ended_as,
        ItemCase.end_reason,
        Item.title_id,
        Item.accession_no,
        Item.status,
        Title.name.label("title"),
        Child.family_name,
        Child.given_name,
        SchoolClass.grade,
        SchoolClass.number,
        _opener.display_name,
    )
    .join(Item, Item.id == ItemCase.item_id)
    .join(Title, Title.id == Item.title_id)
    .outerjoin(Loan, Loan.id == ItemCase.loan_id)
    .outerjoin(Child, Child.id == Loan.child_id)
    .outerjoin(SchoolClass, SchoolClass.id == Loan.class_id)
    .outerjoin(_opener, _opener.id == ItemCase.opened_by_id)
)


def look(*, here: Here) -> Cases:
    """Return the open cases, those that are settled and not approved, and what may be lost."""
    session = reading()
    still_open = session.execute(
        _CASES.where(ItemCase.ended_at.is_(None)).order_by(ItemCase.opened_at)
    )
    settled = session.execute(
        _CASES.where(
            ItemCase.ended_as.in_(sorted(TO_APPROVE)), ItemCase.approved_by_id.is_(None)
        ).order_by(ItemCase.ended_at)
    )
    return Cases(
        open=tuple(map(_row, still_open)),
        to_approve=tuple(map(_row, settled)),
        maybe_lost=_maybe_lost(here),
    )


def one(case_id: UUID) -> CaseRow:
    """Return one case.

    Raises:
        NotFoundError: UNKNOWN.
    """
    row = reading().execute(_CASES.where(ItemCase.id == case_id)).one_or_none()
    if row is None:
        raise NotFoundError(CaseProblem.UNKNOWN)
    return _row(row)


def photo(case_id: UUID) -> bytes:
    """Return the photo of the damage.

    Raises:
        NotFoundError: UNKNOWN, also for a case without one.
    """
    found = reading().scalar(select(ItemCase.photo).where(ItemCase.id == case_id))
    if found is None:
        raise NotFoundError(CaseProblem.UNKNOWN)
    return found


def open_of_title(title_id: UUID) -> dict[UUID, UUID]:
    """Return the open case of each copy of a title that has one."""
    rows = reading().execute(
        select(ItemCase.item_id, ItemCase.id)
        .join(Item, Item.id == ItemCase.item_id)
        .where(Item.title_id == title_id, ItemCase.ended_at.is_(None))
    )
    return {row.item_id: row.id for row in rows}


_OUT: Final = (
    select(
        Item.id,
        Item.title_id,
        Item.accession_no,
        Title.name.label("title"),
        Child.family_name,
        Child.given_name,
        SchoolClass.grade,
        SchoolClass.number,
        Loan.due_on,
    )
    .join(Item, Item.id == Loan.item_id)
    .join(Title, Title.id == Item.title_id)
    .outerjoin(Child, Child.id == Loan.child_id)
    .outerjoin(SchoolClass, SchoolClass.id == Loan.class_id)
    .where(Loan.ended_at.is_(None))
    .order_by(Loan.due_on, Item.accession_no)
)


def _maybe_lost(here: Here) -> tuple[MaybeLost, ...]:
    rows = reading().execute(_OUT.where(Loan.due_on <= here.today - MAYBE_LOST_AFTER))
    return tuple(
        MaybeLost(
            item_id=row.id,
            title_id=row.title_id,
            title=row.title,
            accession_no=row.accession_no,
            name=_name(row),
            class_name=_class(row),
            due_on=row.due_on,
        )
        for row in rows
    )


def _row(row: AnyRow) -> CaseRow:
    return CaseRow(
        case_id=row.id,
        title_id=row.title_id,
        title=row.title,
        accession_no=row.accession_no,
        status=row.status,
        kind=row.kind,
        on=row.local_day,
        reason=row.reason,
        has_photo=row.has_photo,
        name=_name(row),
        class_name=_class(row),
        opened_by=row.display_name,
        ended_at=row.ended_at,
        ended_as=row.ended_as,
        end_reason=row.end_reason,
    )


def _name(row: AnyRow) -> str | None:
    return None if row.family_name is None else row.family_name + row.given_name


def _class(row: AnyRow) -> tuple[int, int] | None:
    return None if row.grade is None else (row.grade, row.number)
