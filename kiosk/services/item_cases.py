"""What befalls copies: a case is opened, settled with a reason, and approved by an administrator.

No money anywhere: a case ends because the book is found or repaired, because any other book took
its place, because a teacher lets it be, or because the room gives it up.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.files.photos import small_jpeg
from kiosk.ids import new_id
from kiosk.models.lending import ItemCase
from kiosk.models.library import Item, Loan
from kiosk.rules import item_cases as rules
from kiosk.rules.codes import CodeProblem
from kiosk.rules.item_cases import CaseEnd, CaseKind, CaseProblem
from kiosk.rules.lending import ItemStatus, LendingRefusal, LoanEnd
from kiosk.services import audit, hold_queue, item_lookup, loan_changes, withdrawals
from kiosk.services.again import once_more
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

LONGEST_REASON: Final = 200
_PHOTO_EDGE: Final = 1024
_MOST_PHOTO: Final = 61_440


@once_more("uq_item_case_open_item")
def open_case(
    item_id: UUID,
    kind: CaseKind,
    *,
    reason: str = "",
    staff_id: UUID,
    here: Here,
) -> UUID:
    """Say what befell a copy, and return its title; the same again changes nothing.

    A copy that is lost or missing ends its loan as lost, without blame and without a return.

    Raises:
        NotFoundError: UNKNOWN_ITEM. RefusedError: OPEN_ALREADY, when something else befell it.
    """
    with transaction() as session:
        item = session.get(Item, item_id)
        if item is None:
            raise NotFoundError(CodeProblem.UNKNOWN_ITEM)
        say(session, item, kind, reason=reason, staff_id=staff_id, here=here)
        return item.title_id


def say(
    session: Session,
    item: Item,
    kind: CaseKind,
    *,
    reason: str = "",
    staff_id: UUID,
    here: Here,
) -> None:
    """Open a case of an item inside a transaction; the same again changes nothing.

    Raises:
        RefusedError: OPEN_ALREADY.
    """
    known = _open_of(session, item.id)
    if known is not None and known.kind is not kind:
        raise RefusedError(CaseProblem.OPEN_ALREADY)
    if known is None:
        open_in(session, item, kind, reason=reason, staff_id=staff_id, here=here)


def open_in(
    session: Session,
    item: Item,
    kind: CaseKind,
    *,
    reason: str = "",
    staff_id: UUID | None,
    here: Here,
) -> None:
    """Open a case of an item that has none, inside a transaction; its loan and hold are settled."""
    loan_id = session.scalar(
        select(Loan.id).where(Loan.item_id == item.id, Loan.ended_at.is_(None))
    )
    if loan_id is not None and kind in {CaseKind.LOST, CaseKind.MISSING}:
        loan_changes.end(session, loan_changes.find(session, loan_id), LoanEnd.LOST, here)
    withdrawals.put(session, item, rules.STATUS_WHILE[kind], staff_id=staff_id, here=here)
    item.misses = 0
    hold_queue.take_off_shelf(session, item.id)
    session.add(
        ItemCase(
            id=new_id(here.now),
            item_id=item.id,
            loan_id=loan_id,
            kind=kind,
            local_day=here.today,
            opened_at=here.now,
            opened_by_id=staff_id,
            reason=reason[:LONGEST_REASON] or None,
        )
    )
    _note(session, item.id, kind.value, staff_id, here)


def add_photo(case_id: UUID, data: bytes, *, staff_id: UUID, here: Here) -> None:
    """Keep a photo of the damage, made small and without where and when it was taken.

    Raises:
        NotFoundError: UNKNOWN. InvalidInputError: a PhotoProblem.
    """
    photo = small_jpeg(data, longest_edge=_PHOTO_EDGE, most=_MOST_PHOTO)
    with transaction() as session:
        case = _case(session, case_id)
        case.photo = photo
        _note(session, case.item_id, "photo", staff_id, here)


def settle(
    case_id: UUID,
    end: CaseEnd,
    *,
    reason: str,
    replacement: str = "",
    staff_id: UUID,
    approves: bool,
    here: Here,
) -> None:
    """Settle a case; `approves`: whoever does it is an administrator and stands for it.

    `replacement` is the code or the number of the book that took the place of this one. A second
    tap changes nothing.

    Raises:
        NotFoundError: UNKNOWN. RefusedError: SETTLED, NOT_SO or ALREADY_ON_LOAN.
        InvalidInputError: REASON_MISSING or UNKNOWN_REPLACEMENT.
    """
    with transaction() as session:
        case = _case(session, case_id)
        # A scan at another kiosk finds the copy before this or after it, not in between.
        session.get_one(Item, case.item_id, with_for_update=True)
        session.refresh(case)
        if case.ended_as is end:
            return
        _refuse(session, case, end)
        why = reason.strip()[:LONGEST_REASON]
        if end is CaseEnd.REPLACED:
            by = _replacement(session, replacement, case.item_id)
            why = f"{by} {why}".strip()[:LONGEST_REASON]
        if end in rules.TO_APPROVE and not why:
            raise InvalidInputError(CaseProblem.REASON_MISSING)
        _settle(session, case, end, why, staff_id, here)
        if approves and end in rules.TO_APPROVE:
            case.approved_by_id = staff_id


def approve(case_id: UUID, *, staff_id: UUID, here: Here) -> None:
    """Stand for how a case was settled; a second time changes nothing.

    Raises:
        NotFoundError: UNKNOWN.
    """
    with transaction() as session:
        case = _case(session, case_id)
        if case.ended_as in rules.TO_APPROVE and case.approved_by_id is None:
            case.approved_by_id = staff_id
            _note(session, case.item_id, "approved", staff_id, here)


def send_to_repair(case_id: UUID, *, staff_id: UUID, here: Here) -> None:
    """Note that a damaged copy is away to be mended.

    Raises:
        NotFoundError: UNKNOWN. RefusedError: SETTLED or NOT_SO.
    """
    with transaction() as session:
        case = _case(session, case_id)
        _refuse(session, case, CaseEnd.REPAIRED)
        item = session.get_one(Item, case.item_id)
        withdrawals.put(session, item, ItemStatus.REPAIR, staff_id=staff_id, here=here)
        _note(session, case.item_id, "repair", staff_id, here)


def settle_by_status(
    session: Session, item: Item, status: ItemStatus, *, staff_id: UUID, here: Here
) -> None:
    """Settle the open case of an item, if a teacher says that it stands on its shelf again."""
    case = _open_of(session, item.id)
    end = None if case is None else rules.settles(case.kind, status)
    if case is not None and end is not None:
        _end(case, end, "", staff_id, here)


def _settle(
    session: Session, case: ItemCase, end: CaseEnd, why: str, staff_id: UUID, here: Here
) -> None:
    item = session.get_one(Item, case.item_id)
    after = rules.status_after(case.kind, end)
    withdrawals.put(session, item, after, staff_id=staff_id, here=here)
    if rules.writes_off(case.kind, end):
        session.flush()  # what is withdrawn by now has its row
        withdrawals.write_off(session, item, staff_id=staff_id, here=here)
    item.misses = 0
    _end(case, end, why, staff_id, here)
    _note(session, case.item_id, end.value, staff_id, here)


def _end(case: ItemCase, end: CaseEnd, why: str, staff_id: UUID, here: Here) -> None:
    case.ended_at, case.ended_as, case.ended_by_id = here.now, end, staff_id
    case.end_reason = why or None


def _refuse(session: Session, case: ItemCase, end: CaseEnd) -> None:
    if case.ended_at is not None:
        raise RefusedError(CaseProblem.SETTLED)
    if end not in rules.ends(case.kind):
        raise RefusedError(CaseProblem.NOT_SO)
    is_out = session.scalar(
        select(Loan.id).where(Loan.item_id == case.item_id, Loan.ended_at.is_(None))
    )
    if is_out is not None and rules.status_after(case.kind, end) is ItemStatus.WITHDRAWN:
        raise RefusedError(LendingRefusal.ALREADY_ON_LOAN)


def _replacement(session: Session, typed: str, instead_of: UUID) -> str:
    """Return the number of the book that came instead: any book that the room has."""
    item = item_lookup.typed(session, typed)
    if item is None or item.id == instead_of:
        raise InvalidInputError(CaseProblem.UNKNOWN_REPLACEMENT, field="replacement")
    return item.accession_no


def _case(session: Session, case_id: UUID) -> ItemCase:
    case = session.get(ItemCase, case_id)
    if case is None:
        raise NotFoundError(CaseProblem.UNKNOWN)
    return case


def _open_of(session: Session, item_id: UUID) -> ItemCase | None:
    return session.scalars(
        select(ItemCase).where(ItemCase.item_id == item_id, ItemCase.ended_at.is_(None))
    ).one_or_none()


def _note(session: Session, item_id: UUID, what: str, staff_id: UUID | None, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=f"item:{item_id}",
        fields=what,
        purpose="catalogue",
        here=here,
    )
