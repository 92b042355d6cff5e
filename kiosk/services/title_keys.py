"""Keys of titles that were stored before there was a pad: filled when the kiosk starts."""

from typing import Final

from sqlalchemy import bindparam, select, update

from kiosk.db import reading, transaction
from kiosk.models.library import Title
from kiosk.services.catalogue_rows import pad_key

_AT_ONCE: Final = 1000


def fill() -> int:
    """Give each title without keys those that it should have; return how many got some.

    What has no letters at all keeps none and is looked at again: a word, no write.
    """
    find = select(Title.id, Title.name).where(Title.pad_key == "").order_by(Title.id)
    missing = [
        {"title_id": row.id, "keys": keys}
        for row in reading().execute(find)
        if (keys := pad_key(row.name))
    ]
    change = (
        update(Title)
        .where(Title.id == bindparam("title_id"))
        .values(pad_key=bindparam("keys"))
        .execution_options(synchronize_session=False)
    )
    for start in range(0, len(missing), _AT_ONCE):
        with transaction() as session:
            session.connection().execute(change, missing[start : start + _AT_ONCE])
    return len(missing)
