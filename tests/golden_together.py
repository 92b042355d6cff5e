"""What the golden term did together, and who looks after whom: three activities, three pairings."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from kiosk.db import Base
from kiosk.ids import new_id
from kiosk.models.activities import Activity, Pairing, PairingContact
from kiosk.models.letters import LetterLog
from kiosk.rules.activities import ActivityKind, PairingKind
from kiosk.services.here import Here

_FROM: Final = 16 * 60 + 40
# On which school day, of the days from 0, what was done; the room was open on each of them.
_DONE: Final = (
    (3, ActivityKind.READING, "故事会", "图书角", "周老师", "朗读《三只小猪》；分角色再读", "1—4"),
    (12, ActivityKind.CRAFT, "中秋剪纸", "活动室", "吴老师", None, None),
    (22, ActivityKind.SAFETY, "防火疏散演练", "操场", "周老师、吴老师", "按路线疏散，点名", "5—9"),
)
# On which school day every so many-th child wrote home.
_WROTE: Final = ((7, 2), (30, 3))
# Whose helper, from which day of the term on, and on how many of the days after it they spoke.
_PAIRED: Final = (
    (4, "赵敏", "村妇联主席", PairingKind.MOTHER, 1, 5),
    (9, "林建国", None, PairingKind.VOLUNTEER, 8, 2),
    (30, "周老师", "教师", PairingKind.TEACHER, 0, 0),
)
_BETWEEN: Final = timedelta(days=9)


def rows(
    here: Here, days: Sequence[date], teachers: Sequence[UUID], children: Sequence[UUID]
) -> Iterator[Base]:
    """Yield the rows, each after those that it needs."""
    for place, kind, title, where, led_by, course, photos in _DONE:
        yield Activity(
            id=new_id(here.now),
            home_id=here.home_id,
            on_date=days[place],
            from_min=_FROM,
            to_min=_FROM + 40,
            title=title,
            kind=kind,
            place=where,
            organiser=led_by,
            course=course,
            photos=photos,
            noted_by_id=teachers[place % 2],
            noted_at=here.now,
            request_id=new_id(here.now),
        )
    for place, every in _WROTE:
        for child_id in children[::every]:
            yield LetterLog(
                id=new_id(here.now), child_id=child_id, on_date=days[place], noted_by_id=teachers[0]
            )
    for number, helper, post, pairing_kind, since, contacts in _PAIRED:
        pairing = Pairing(
            id=new_id(here.now),
            child_id=children[number],
            helper=helper,
            post=post,
            kind=pairing_kind,
            since=days[since],
            until=days[-8] if pairing_kind is PairingKind.VOLUNTEER else None,
        )
        yield pairing
        for turn in range(contacts):
            yield PairingContact(
                id=new_id(here.now),
                pairing_id=pairing.id,
                on_date=days[since] + (turn + 1) * _BETWEEN,
                noted_by_id=teachers[0],
            )
