"""What staff have set for the book house: kept in memory, so that a scan costs no statement more.

A use case reads them as `here.library`, and a policy as `here.policy(grade, kind)`; only
`context.set_library` and `context.set_policies` change them.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.models.lending import LendingPolicyRow, LibrarySetting
from kiosk.models.people import SchoolClass
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import LendingPolicy
from kiosk.rules.policies import DEFAULTS, PRIMARY, LibrarySettings, PolicyTable
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

__all__ = ["LibrarySettings", "change", "read", "set_policies"]

_NUMBERS: Final = ("holiday_most", "hold_days", "holds_most", "spread_days", "forgets_readers")


def read(home_id: UUID) -> LibrarySettings:
    """Return what is set for a room; the defaults where nothing is."""
    return _found(reading(), home_id)


def change(values: Mapping[str, Any], *, actor_id: UUID, here: Here) -> LibrarySettings:
    """Set these numbers of `LibrarySettings` and return the whole.

    Raises:
        TypeError: a name that is no field.
    """
    with transaction() as session:
        wanted = replace(_found(session, here.home_id), **values)
        session.merge(
            LibrarySetting(
                home_id=here.home_id, **{name: getattr(wanted, name) for name in _NUMBERS}
            )
        )
        _audit(session, " ".join(sorted(values)), actor_id, here)
    return wanted


def set_policies(
    kind: TitleKind, policies: Mapping[int, LendingPolicy], *, actor_id: UUID, here: Here
) -> LibrarySettings:
    """Set what each grade may do with titles of a kind; a grade left out has the default again."""
    with transaction() as session:
        session.execute(delete(LendingPolicyRow).where(LendingPolicyRow.kind == kind))
        for grade, policy in policies.items():
            session.add(
                LendingPolicyRow(
                    grade=grade,
                    kind=kind,
                    most=policy.limit,
                    days=policy.days,
                    renewals=policy.renewals,
                    grace_days=policy.grace_days,
                    self_lending=policy.self_lending,
                )
            )
        session.flush()  # what is read again below is what was written
        _audit(session, f"policy {kind.value}", actor_id, here)
        return _found(session, here.home_id)


def _found(session: Session, home_id: UUID) -> LibrarySettings:
    row = session.get(LibrarySetting, home_id)
    numbers = {} if row is None else {name: getattr(row, name) for name in _NUMBERS}
    highest = session.scalar(select(func.max(SchoolClass.grade))) or PRIMARY
    last_grade = max(highest, PRIMARY)
    return replace(DEFAULTS, policies=_policies(session), last_grade=last_grade, **numbers)


def _policies(session: Session) -> PolicyTable:
    return MappingProxyType(
        {
            (row.grade, row.kind): LendingPolicy(
                limit=row.most,
                days=row.days,
                renewals=row.renewals,
                grace_days=row.grace_days,
                self_lending=row.self_lending,
            )
            for row in session.scalars(select(LendingPolicyRow))
        }
    )


def _audit(session: Session, fields: str, actor_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"library:{here.home_id}",
        fields=fields,
        purpose="lending",
        here=here,
    )
