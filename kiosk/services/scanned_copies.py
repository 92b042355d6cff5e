"""The copy that a scan means: by our label, or by the publisher's bar where it can be told."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Connection

from kiosk.db import AnyRow
from kiosk.errors import NotFoundError, RefusedError
from kiosk.rules import copies
from kiosk.rules.codes import BookBar, CodeProblem, OurCode
from kiosk.services import loan_changes, loan_facts


def find(
    connection: Connection,
    code: OurCode | BookBar,
    *,
    is_own: Callable[[AnyRow], bool],
    request_id: UUID,
) -> AnyRow:
    """Return the item that was scanned; `is_own` says of one on loan whether the reader has it.

    The same request again means the copy that it meant the first time.

    Raises:
        NotFoundError: UNKNOWN_ITEM. RefusedError: SEVERAL_COPIES, when it could be one of several.
    """
    if isinstance(code, OurCode):
        return loan_changes.only_item(connection, loan_facts.BY_CODE, {"code": code.text})
    rows = loan_facts.BY_ISBN.rows(connection, {"isbn": code.isbn})
    if not rows:
        raise NotFoundError(CodeProblem.UNKNOWN_ITEM)
    again = [row for row in rows if request_id in (row.request_id, row.end_request_id)]
    if again:
        return again[0]
    place = copies.meant(
        [row.loan_id is not None and row.ended_at is None and is_own(row) for row in rows]
    )
    if place is None:
        raise RefusedError(CodeProblem.SEVERAL_COPIES)
    return rows[place]
