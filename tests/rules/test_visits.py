from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rules.visits import ArrivalAction, LastVisit, VisitState, arrival, is_stale

TODAY = date(2026, 11, 23)
YESTERDAY = date(2026, 11, 22)
TOMORROW = date(2026, 11, 24)


def a_visit(
    state: VisitState, *, on: date = TODAY, seconds: float = 3600, is_same_request: bool = False
) -> LastVisit:
    return LastVisit(
        state=state,
        on=on,
        since=timedelta(seconds=seconds),
        is_same_request=is_same_request,
    )


# Whether a card without a word to say is let in: (the room is open, minutes to the plan)
AT_THE_DOOR: dict[tuple[bool, int | None], ArrivalAction] = {
    (True, None): ArrivalAction.SIGN_IN,
    (True, 0): ArrivalAction.SIGN_IN,
    (True, 15): ArrivalAction.SIGN_IN,
    (True, 16): ArrivalAction.SIGN_IN,
    (False, None): ArrivalAction.CLOSED,
    (False, 0): ArrivalAction.TRACE,
    (False, 1): ArrivalAction.TRACE,
    (False, 15): ArrivalAction.TRACE,
    (False, 16): ArrivalAction.CLOSED,
    (False, 600): ArrivalAction.CLOSED,
}

DAYS = (date(2020, 1, 1), YESTERDAY, TODAY, TOMORROW, date(2099, 1, 1))
SECONDS = (-86_400, -3600, -11, -10, -1, 0, 1, 9.999, 10, 10.001, 11, 3600, 86_400)


@pytest.mark.parametrize(("door", "action"), AT_THE_DOOR.items())
def test_a_child_that_was_never_here_is_let_in_by_the_door_alone(
    door: tuple[bool, int | None], action: ArrivalAction
) -> None:
    is_open, minutes = door

    assert arrival(is_open=is_open, minutes_to_planned=minutes, today=TODAY, last=None) is action


# What the last visit says: (state, within ten seconds, begun today); None leaves it to the door
BY_LAST_VISIT: dict[tuple[VisitState, bool, bool], ArrivalAction | None] = {
    (VisitState.OPEN, True, True): ArrivalAction.SAME_ANSWER,
    (VisitState.OPEN, True, False): ArrivalAction.SAME_ANSWER,
    (VisitState.OPEN, False, True): ArrivalAction.ALREADY_HERE,
    (VisitState.OPEN, False, False): None,
    (VisitState.LEFT, True, True): ArrivalAction.JUST_LEFT,
    (VisitState.LEFT, True, False): ArrivalAction.JUST_LEFT,
    (VisitState.LEFT, False, True): None,
    (VisitState.LEFT, False, False): None,
    (VisitState.LEFT_UNCONFIRMED, True, True): None,
    (VisitState.LEFT_UNCONFIRMED, True, False): None,
    (VisitState.LEFT_UNCONFIRMED, False, True): None,
    (VisitState.LEFT_UNCONFIRMED, False, False): None,
}


@pytest.mark.parametrize(("door", "at_the_door"), AT_THE_DOOR.items())
@pytest.mark.parametrize("state", VisitState)
def test_every_card_of_a_known_child_has_its_one_answer(
    door: tuple[bool, int | None], at_the_door: ArrivalAction, state: VisitState
) -> None:
    is_open, minutes = door
    for on, seconds in product(DAYS, SECONDS):
        last = a_visit(state, on=on, seconds=seconds)

        action = arrival(is_open=is_open, minutes_to_planned=minutes, today=TODAY, last=last)

        assert action is (BY_LAST_VISIT[state, -10 <= seconds <= 10, on == TODAY] or at_the_door)


@pytest.mark.parametrize("door", AT_THE_DOOR)
@pytest.mark.parametrize("state", VisitState)
def test_a_scan_that_is_sent_again_has_the_same_answer_whatever_happened_since(
    door: tuple[bool, int | None], state: VisitState
) -> None:
    is_open, minutes = door
    for on, seconds in product(DAYS, SECONDS):
        last = a_visit(state, on=on, seconds=seconds, is_same_request=True)

        action = arrival(is_open=is_open, minutes_to_planned=minutes, today=TODAY, last=last)

        assert action is ArrivalAction.SAME_ANSWER


@pytest.mark.parametrize(
    ("last", "action"),
    [
        (a_visit(VisitState.OPEN, seconds=10), ArrivalAction.SAME_ANSWER),
        (a_visit(VisitState.OPEN, seconds=10.001), ArrivalAction.ALREADY_HERE),
        (a_visit(VisitState.LEFT, seconds=2), ArrivalAction.JUST_LEFT),
        (a_visit(VisitState.LEFT, seconds=600), ArrivalAction.SIGN_IN),
        (a_visit(VisitState.LEFT_UNCONFIRMED, seconds=2), ArrivalAction.SIGN_IN),
        (a_visit(VisitState.OPEN, on=YESTERDAY, seconds=72_000), ArrivalAction.SIGN_IN),
        (a_visit(VisitState.OPEN, on=YESTERDAY, seconds=5), ArrivalAction.SAME_ANSWER),
        (a_visit(VisitState.OPEN, seconds=-3600), ArrivalAction.ALREADY_HERE),
        (a_visit(VisitState.OPEN, on=TOMORROW, seconds=-72_000), ArrivalAction.SIGN_IN),
        (
            a_visit(VisitState.LEFT, on=YESTERDAY, seconds=80_000, is_same_request=True),
            ArrivalAction.SAME_ANSWER,
        ),
    ],
)
def test_a_card_in_the_open_room_is_answered_by_the_last_visit(
    last: LastVisit, action: ArrivalAction
) -> None:
    assert arrival(is_open=True, minutes_to_planned=0, today=TODAY, last=last) is action


def test_a_child_in_the_room_is_not_told_that_it_is_closed() -> None:
    last = a_visit(VisitState.OPEN, seconds=3600)

    answer = arrival(is_open=False, minutes_to_planned=None, today=TODAY, last=last)

    assert answer is ArrivalAction.ALREADY_HERE


@pytest.mark.parametrize("state", VisitState)
@pytest.mark.parametrize("on", [YESTERDAY, TODAY, TOMORROW])
def test_a_visit_is_stale_when_it_is_open_on_another_day(state: VisitState, on: date) -> None:
    stale = is_stale(a_visit(state, on=on), today=TODAY)

    assert stale is (state is VisitState.OPEN and on != TODAY)


# A child's days, with a door, a card, a clock that jumps, and the sweep


@dataclass
class Visit:
    signed_in_at: datetime
    request: int
    state: VisitState = VisitState.OPEN
    left_at: datetime | None = None


@dataclass
class Room:
    """The least that a service does with the rule's answers."""

    now: datetime = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    is_open: bool = False
    visits: list[Visit] = field(default_factory=list)
    request: int = -1

    def scan(self, request: int) -> ArrivalAction:
        self.request = request
        last = self.last()
        action = arrival(
            is_open=self.is_open,
            minutes_to_planned=0 if self.now.hour % 2 else None,
            today=self.now.date(),
            last=last,
        )
        if action in {ArrivalAction.SIGN_IN, ArrivalAction.TRACE}:
            if last is not None and is_stale(last, today=self.now.date()):
                self.sweep()
            self.visits.append(Visit(signed_in_at=self.now, request=request))
        return action

    def last(self) -> LastVisit | None:
        if not self.visits:
            return None
        visit = self.visits[-1]
        return LastVisit(
            state=visit.state,
            on=visit.signed_in_at.date(),
            since=self.now - (visit.left_at or visit.signed_in_at),
            is_same_request=visit.request == self.request,
        )

    def leave(self) -> None:
        for visit in self.here():
            visit.state, visit.left_at = VisitState.LEFT, self.now

    def sweep(self) -> None:
        for visit in self.here():
            visit.state = VisitState.LEFT_UNCONFIRMED

    def here(self) -> list[Visit]:
        return [visit for visit in self.visits if visit.state is VisitState.OPEN]


STEPS = st.one_of(
    st.sampled_from(["scan", "scan again", "leave", "open", "close and sweep"]),
    st.integers(-200_000, 200_000),
    st.integers(-20, 20),
)


@settings(deadline=None, database=None, max_examples=300)
@given(steps=st.lists(STEPS, max_size=30))
def test_a_card_never_ends_a_visit_and_never_begins_a_second_one(steps: list[str | int]) -> None:
    room = Room()
    for number, step in enumerate(steps):
        match step:
            case "open":
                room.is_open = True
            case "close and sweep":
                room.is_open = False
                room.sweep()
            case "leave":
                room.leave()
            case "scan" | "scan again":
                check_a_scan(room, request=number if step == "scan" else room.request)
            case int(seconds):
                room.now += timedelta(seconds=seconds)
            case _:
                raise AssertionError(step)


def check_a_scan(room: Room, *, request: int) -> None:
    before = [(visit.state, visit.left_at) for visit in room.visits]
    is_here_today = any(visit.signed_in_at.date() == room.now.date() for visit in room.here())

    action = room.scan(request)

    assert len(room.here()) <= 1
    assert [visit.left_at for visit in room.visits[: len(before)]] == [left for _, left in before]
    if is_here_today:
        assert action in {ArrivalAction.SAME_ANSWER, ArrivalAction.ALREADY_HERE}
    if action in {ArrivalAction.SIGN_IN, ArrivalAction.TRACE}:
        assert room.here() == [room.visits[-1]]
    else:
        assert [(visit.state, visit.left_at) for visit in room.visits] == before
