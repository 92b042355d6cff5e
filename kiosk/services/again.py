"""Two requests at one instant, on a database with several writers: the later one looks again."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import IntegrityError

from kiosk.db import violated

P = ParamSpec("P")
R = TypeVar("R")


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
