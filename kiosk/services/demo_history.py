"""The days that the demo school has behind it: the plan, what was held, who came and went."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select, update

from kiosk.ids import new_id
from kiosk.models.openings import Duty, Opening, OpeningRule, SafetyCheck
from kiosk.models.visits import Visit, VisitPastime
from kiosk.rules.openings import Hazard, OpeningOrigin, OpeningState
from kiosk.rules.visits import Pastime, VisitState
from kiosk.services.demo_world import DemoChild, HeldOpening, World
from kiosk.services.enrolment import Row

# Out of so many openings one was missed, one short and one cancelled.
_MISSED: Final = (9, 4)
_SHORT: Final = (11, 7)
_CANCELLED: Final = (23, 13)
_NO_GOODBYE: Final = 0.12
_HAZARD_NOTED: Final = 0.15
_NOTES: Final = {
    Hazard.FIRE: "灭火器压力不足，已报学校更换",
    Hazard.WATER: "拖把池漏水，已关阀报修",
    Hazard.ELECTRICITY: "插线板松动，已停用并报修",
    Hazard.POISONING: "消毒液未上锁，已收进柜子",
    Hazard.COLLAPSE: "书架靠墙处松动，已加固",
    Hazard.FALLS: "门口地砖湿滑，已铺防滑垫",
    Hazard.TRAFFIC: "放学车多，已请老师护送到路口",
    Hazard.ACCIDENTS: "桌角破损，已包好",
}
_FEWEST_COME, _MOST_COME = 0.35, 0.6
_SHORTEST_STAY_MIN: Final = 15
_SAYS_NOTHING: Final = 3


@dataclass(slots=True, kw_only=True)
class _Days:
    """Gathers the rows of all days."""

    world: World
    rules: dict[int, OpeningRule]
    openings: list[Row] = field(default_factory=list)
    duties: list[Row] = field(default_factory=list)
    checks: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)
    held: list[HeldOpening] = field(default_factory=list)

    def add(self, on: date, state: OpeningState) -> None:
        rule, world = self.rules[on.isoweekday()], self.world
        opening_id = new_id(world.at(on, 0))
        is_open = state in {OpeningState.HELD, OpeningState.SHORT}
        late = 45 if state is OpeningState.SHORT else world.rng.randint(-6, 4)
        early = 30 if state is OpeningState.SHORT else world.rng.randint(-8, 3)
        opened = world.at(on, rule.from_min + late) if is_open else None
        closed = world.at(on, rule.to_min - early) if is_open else None
        self.openings.append(
            {
                "id": opening_id,
                "home_id": world.here.home_id,
                "rule_id": rule.id,
                "on_date": on,
                "from_min": rule.from_min,
                "to_min": rule.to_min,
                "place_min": rule.place_min,
                "talk_min": rule.talk_min,
                "origin": OpeningOrigin.RULE,
                "state": state,
                "opened_at": opened,
                "closed_at": closed,
                "is_tidy": (world.rng.random() < 0.9) if is_open else None,  # noqa: PLR2004 - mostly
            }
        )
        if opened is not None and closed is not None:
            self._hold(opening_id, on, opened, closed)

    def _hold(self, opening_id: UUID, on: date, opened: datetime, closed: datetime) -> None:
        world = self.world
        self.duties.append(
            duty_row(opening_id, world.rng.choice(world.staff).staff_id, opened, closed)
        )
        noted = world.rng.choice(list(Hazard)) if world.rng.random() < _HAZARD_NOTED else None
        self.checks += check_rows(opening_id, opened, noted=noted)
        everybody = world.fresh + world.settled
        share = world.rng.uniform(_FEWEST_COME, _MOST_COME)
        present = world.rng.sample(everybody, k=max(1, int(len(everybody) * share)))
        visits = [self._visit(child, on, opened, closed) for child in present]
        self.visits += visits
        self.held.append(
            HeldOpening(
                opening_id=opening_id,
                on=on,
                opened_at=opened,
                closed_at=closed,
                present=tuple(present),
                stays={
                    row["child_id"]: (row["signed_in_at"], row["signed_out_at"] or closed)
                    for row in visits
                },
            )
        )

    def _visit(self, child: DemoChild, on: date, opened: datetime, closed: datetime) -> Row:
        rng = self.world.rng
        length = (closed - opened).total_seconds()
        came = opened + timedelta(seconds=int(min(rng.expovariate(1 / 420), length / 2)))
        went: datetime | None = None
        if rng.random() >= _NO_GOODBYE:
            shortest = came + timedelta(minutes=_SHORTEST_STAY_MIN)
            went = min(closed, shortest + (closed - shortest) * rng.random())
        return visit_row(self.world, child, on, came, went)


def add_history(world: World) -> tuple[HeldOpening, ...]:
    """Make the openings of the days behind, with duty, checks and visits."""
    days = _Days(world=world, rules=_rules(world))
    for n, on in enumerate(_school_days(world)):
        days.add(on, _state(n))
    world.add(Opening, days.openings)
    world.add(Duty, days.duties)
    world.add(SafetyCheck, days.checks)
    world.add(Visit, days.visits)
    world.add(VisitPastime, pastime_rows(days.visits))
    return tuple(days.held)


def visit_row(
    world: World, child: DemoChild, on: date, came: datetime, went: datetime | None
) -> Row:
    """Return a visit of the past; without a time of leaving nobody saw the child go."""
    return {
        "id": new_id(came),
        "home_id": world.here.home_id,
        "child_id": child.child_id,
        "local_day": on,
        "signed_in_at": came,
        "signed_out_at": went,
        "state": VisitState.LEFT_UNCONFIRMED if went is None else VisitState.LEFT,
        "request_id": uuid4(),
    }


def pastime_rows(visits: Sequence[Row]) -> list[Row]:
    """Return what those say that they came for who touch a tile: two of three."""
    kinds = tuple(Pastime)
    return [
        {"visit_id": visit["id"], "pastime": kinds[n % len(kinds)]}
        for n, visit in enumerate(visits)
        if n % _SAYS_NOTHING
    ]


def duty_row(opening_id: UUID, staff_id: UUID, on_at: datetime, off_at: datetime | None) -> Row:
    return {
        "id": new_id(on_at),
        "opening_id": opening_id,
        "staff_id": staff_id,
        "signed_on_at": on_at,
        "signed_off_at": off_at,
    }


def check_rows(opening_id: UUID, at: datetime, *, noted: Hazard | None) -> list[Row]:
    """Return the eight hazards, all fine but for the one that is noted."""
    return [
        {
            "id": new_id(at),
            "opening_id": opening_id,
            "hazard": hazard,
            "is_fine": hazard is not noted,
            "note": _NOTES[hazard] if hazard is noted else None,
            "checked_at": at,
        }
        for hazard in Hazard
    ]


def _rules(world: World) -> dict[int, OpeningRule]:
    """Return the weekly plan by weekday; it has been valid since before the history."""
    first = world.before.today
    world.session.execute(
        update(OpeningRule)
        .where(OpeningRule.home_id == world.here.home_id)
        .values(valid_from=first)
    )
    rules = world.session.scalars(
        select(OpeningRule).where(OpeningRule.home_id == world.here.home_id)
    )
    return {rule.weekday: rule for rule in rules}


def _school_days(world: World) -> Iterator[date]:
    for back in range(world.days, 0, -1):
        on = world.here.today - timedelta(days=back)
        if world.is_school_day(on):
            yield on


def _state(n: int) -> OpeningState:
    for (every, place), state in (
        (_MISSED, OpeningState.MISSED),
        (_SHORT, OpeningState.SHORT),
        (_CANCELLED, OpeningState.CANCELLED),
    ):
        if n % every == place:
            return state
    return OpeningState.HELD
