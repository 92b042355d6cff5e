"""Rule sets as files: those that come with the kiosk, and those that a school has put beside it.

A file of the instance's folder `rule_sets` stands above one of the same name that comes along.
"""

import logging
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError
from kiosk.models.audit import AuditAction
from kiosk.models.calendar import RuleSetChoice
from kiosk.rules.demands import Demand, Measure, RuleSet
from kiosk.rules.openings import OpeningKind
from kiosk.rules.school_days import CalendarProblem
from kiosk.services import audit
from kiosk.services.here import Here

SHIPPED: Final = Path(__file__).parent.parent / "data" / "rule_sets"
_OWN: Final = "rule_sets"
_LONGEST_KEY: Final = 60
_log = logging.getLogger("kiosk.app")


def known(*, here: Here) -> tuple[RuleSet, ...]:
    """Return the rule sets that can be followed, by name; a file that cannot be read is left out.

    The log says which one that is and why.
    """
    paths = {
        path.stem: path
        for folder in (SHIPPED, here.settings.instance / _OWN)
        for path in sorted(folder.glob("*.toml"))
        if len(path.stem) <= _LONGEST_KEY
    }
    return tuple(sorted(_read_all(paths.values()), key=lambda one: one.name))


def _read_all(paths: Any) -> Iterator[RuleSet]:  # noqa: ANN401 - a view of a dictionary
    for path in paths:
        try:
            yield read(path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("rule set %s cannot be read: %s", path.name, error)


def read(path: Path) -> RuleSet:
    """Return the rule set of a file.

    Raises:
        ValueError, KeyError, TypeError: it is not one; the words say what is wrong.
    """
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    demands = tuple(
        Demand(
            measure=Measure(one["measure"]),
            least=int(one["least"]),
            text=str(one["text"]),
            kinds=tuple(OpeningKind(kind) for kind in one.get("kinds", ())),
        )
        for one in given["demand"]
    )
    return RuleSet(
        key=path.stem, name=str(given["name"]), source=str(given["source"]), demands=demands
    )


def followed(*, here: Here) -> RuleSet | None:
    """Return the rule set that this room follows; None when none is chosen, or its file is gone."""
    row = reading().get(RuleSetChoice, here.home_id)
    if row is None:
        return None
    return next((one for one in known(here=here) if one.key == row.name), None)


def follow(key: str, *, staff_id: UUID, here: Here) -> None:
    """Follow a rule set from now on; an empty key follows none.

    Raises:
        NotFoundError: UNKNOWN, for no such rule set.
    """
    if key and key not in {one.key for one in known(here=here)}:
        raise NotFoundError(CalendarProblem.UNKNOWN)
    with transaction() as session:
        row = session.get(RuleSetChoice, here.home_id)
        if not key:
            if row is not None:
                session.delete(row)
        else:
            if row is None:
                row = RuleSetChoice(home_id=here.home_id)
                session.add(row)
            row.name, row.chosen_by_id, row.chosen_at = key, staff_id, here.now
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=staff_id,
            subject=f"home:{here.home_id}",
            fields=f"rule set {key or 'none'}",
            purpose="openings",
            here=here,
        )
