"""Two requests at one instant on a database with several writers: one waits, or looks again."""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import violated
from kiosk.models.people import Child

P = ParamSpec("P")
R = TypeVar("R")

# Weak enough that others may store rows of this child meanwhile, its visit for one.
_CHILD: Final = select(Child.id).with_for_update(key_share=True)


def in_turn(at: Session | Connection, child_id: UUID) -> None:
    """Let what this child borrows be decided one after the other, before anything of it is read.

    What it holds is counted before a row is added: two at one instant would both see room for one,
    and a request that arrives twice would count its own book. SQLite has one writer in any case.
    """
    connection = at if isinstance(at, Connection) else at.connection()
    if connection.dialect.name != "sqlite":
        connection.execute(_CHILD.where(Child.id == child_id))


def once_more(*constraints: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Run a use case a second time when one of these constraints refused its row.

    The row that was first is committed by then, so the second run finds it and answers with it.
    """

    def wrap(use_case: Callable[P, R]) -> Callable[P, R]:
        @wraps(use_case)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return use_case(*args, **kwargs)
            except IntegrityError as error:
                if violated(error) not in constraints:
                    raise
            return use_case(*args, **kwargs)

        return run

    return wrap
