"""What the demo school did together, and who looks after whom."""

from datetime import date, timedelta
from itertools import cycle
from typing import Final
from uuid import UUID, uuid4

from kiosk.ids import new_id
from kiosk.models.activities import Activity, Pairing, PairingContact
from kiosk.rules import civil
from kiosk.rules.activities import ActivityKind, PairingKind
from kiosk.services.demo_world import HeldOpening, World
from kiosk.services.enrolment import Row

# One opening in so many had something that is written down.
_EVERY: Final = 7
_BEGINS_AFTER_MIN, _LASTS_MIN = 20, 40
_DONE: Final = (
    (
        "一起读绘本",
        ActivityKind.READING,
        "王老师",
        "先听老师读，再分组轮流读，最后说说最喜欢的一页。",
    ),
    ("剪纸：窗花", ActivityKind.CRAFT, "李阿姨", "学会对折和画样，每人剪一张，贴在活动室窗上。"),
    ("跳绳比赛", ActivityKind.SPORT, "陈老师", "分组练习后比赛，高年级教低年级。"),
    ("安全小课堂：过马路", ActivityKind.SAFETY, "赵老师", "看图说一说，再在操场上走一遍。"),
    ("看电影《宝莲灯》", ActivityKind.MOVIE, "王老师", None),
    ("洗手和刷牙", ActivityKind.HEALTH, "市师范学院志愿者", "示范七步洗手法，互相检查。"),
)
_HELPERS: Final = (
    ("陈老师", "语文教师", PairingKind.TEACHER),
    ("赵老师", "数学教师", PairingKind.TEACHER),
    ("李阿姨", "爱心妈妈", PairingKind.MOTHER),
    ("周同学", "市师范学院", PairingKind.VOLUNTEER),
)
_PAIRED: Final = 10
_IN_TOUCH: Final = timedelta(days=7)
# Nobody begins anything in a room that opened late or closes soon.
_NEEDS: Final = timedelta(minutes=75)


def add_activities(world: World, held: tuple[HeldOpening, ...]) -> None:
    """Write down what was done now and then in the openings behind."""
    long = [one for one in held if one.closed_at - one.opened_at >= _NEEDS]
    chosen = zip(long[2::_EVERY], cycle(_DONE), strict=False)
    world.add(Activity, [_activity(world, one, *what) for one, what in chosen])


def _activity(
    world: World,
    one: HeldOpening,
    title: str,
    kind: ActivityKind,
    organiser: str,
    course: str | None,
) -> Row:
    opened = civil.minute_of_day(civil.local(one.opened_at, world.here.settings.zone))
    first = opened - opened % -5 + _BEGINS_AFTER_MIN
    return {
        "id": new_id(one.closed_at),
        "home_id": world.here.home_id,
        "on_date": one.on,
        "from_min": first,
        "to_min": first + _LASTS_MIN,
        "title": title,
        "kind": kind,
        "place": "暖屋活动室",
        "organiser": organiser,
        "course": course,
        "photos": f"{one.on:%m%d}-01 至 03" if course else None,
        "noted_by_id": world.staff[0].staff_id,
        "noted_at": one.closed_at,
        "request_id": uuid4(),
    }


def add_pairings(world: World, held: tuple[HeldOpening, ...]) -> None:
    """Give some of the settled children an adult each, who was in touch with them since."""
    since = next(iter(world.here.school.terms)).first_day
    pairings: list[Row] = []
    contacts: list[Row] = []
    for n, (child, helper) in enumerate(
        zip(world.settled[:_PAIRED], cycle(_HELPERS), strict=False)
    ):
        pairing_id = new_id(world.before.now)
        name, post, kind = helper
        pairings.append(
            {
                "id": pairing_id,
                "child_id": child.child_id,
                "helper": name,
                "post": post,
                "kind": kind,
                "since": _school_day(since, n),
                "until": None,
            }
        )
        contacts += [
            _contact(world, pairing_id, on)
            for on in _days(held[n % 3 :], _IN_TOUCH + timedelta(days=n % 4 * 3))
        ]
    world.add(Pairing, pairings)
    world.add(PairingContact, contacts)


def _school_day(since: date, n: int) -> date:
    """Return a day from Monday to Friday of one of the weeks from this day on."""
    weeks, day = divmod(n, 5)
    monday = since - timedelta(days=since.weekday()) + timedelta(weeks=weeks)
    return max(since, monday + timedelta(days=day))


def _days(held: tuple[HeldOpening, ...], every: timedelta) -> list[date]:
    found: list[date] = []
    for one in held:
        if not found or one.on - found[-1] >= every:
            found.append(one.on)
    return found


def _contact(world: World, pairing_id: UUID, on: date) -> Row:
    return {
        "id": new_id(world.at(on, 0)),
        "pairing_id": pairing_id,
        "on_date": on,
        "noted_by_id": world.staff[0].staff_id,
    }
