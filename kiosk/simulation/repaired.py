"""The rule of this house through a term: the weekly plan, and the repair of each day."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import date

from kiosk.rules import call_outage, call_plan, call_repair
from kiosk.rules.call_outage import LostCall
from kiosk.rules.call_repair import Need, PresentChild, StandbyTurn
from kiosk.rules.call_states import MIN_TRIES, CallState
from kiosk.rules.call_waiting import CallPlace, WaitingChild, week_seed
from kiosk.rules.civil import week_key
from kiosk.simulation.school import School
from kiosk.simulation.term import Progress, Register


def run(school: School, progress: Progress) -> Register:
    """Return the calls of a term."""
    room = _Room(school)
    for week in range(school.given.term.weeks):
        room.week(week)
        progress(1)
    return room.register


class _Room:
    """The room from week to week. A booking is a child at a place of this week."""

    def __init__(self, school: School) -> None:
        self.school, self.register = school, Register(school)
        self.had_call: set[str] = set()  # in this week
        self.booked: dict[str, CallPlace] = {}  # a child's place still to come
        self.free: dict[str, CallPlace] = {}
        self._draft: dict[str, CallPlace] = {}
        self.seed = ""
        self._first_day = school.given.term.first_day

    def week(self, week: int) -> None:
        if week == 0:
            self._draft_week(0)
        self.had_call.clear()
        self._first_day = self.school.days(week)[0]
        self.booked = dict(self._draft)
        taken = {place.slot_id for place in self.booked.values()}
        self.free = {
            one.slot_id: one for one in self.school.places(week) if one.slot_id not in taken
        }
        days = self.school.days(week)
        self.seed = self._seed(week)
        for day in days:
            self._day(day)
            is_draft_day = day.isoweekday() == self.school.given.term.drafted_after
            if is_draft_day and week + 1 < self.school.given.term.weeks:
                self._draft_week(week + 1)

    def _seed(self, week: int) -> str:
        return week_seed(self.school.lot_secret, week_key(self.school.days(week)[0]))

    def _draft_week(self, week: int) -> None:
        """Plan a week; the places that are still to come before it are taken to be kept."""
        expected = {child_id: place.on for child_id, place in self.booked.items()}
        made = call_plan.arrange(
            [
                self.register.waiting(
                    child_id,
                    first_day=self.school.days(week)[0],
                    expected_on=expected.get(child_id),
                )
                for child_id in self.school.children
            ],
            self.school.places(week),
            seed=self._seed(week),
            first_day=self.school.days(week)[0],
        )
        self._draft = {seated.child_id: seated.place for seated in made.seated}

    def _day(self, day: date) -> None:
        absent = self.school.absent(day)
        if not self.school.opens(day):
            self._close(day)
            self._seat_again(day, frozenset(), from_today=False)
            return
        broken = self.school.broken_lines(day)
        self._withdraw(one for one in self.places() if one.on == day and one.line in broken)
        for child_id in [one for one in self.booked if self.booked[one].on == day]:
            if child_id in absent:
                self._give_back(child_id)
        self._seat_again(day, absent, from_today=True)
        _Opening(self, day, absent).run()
        self._seat_again(day, absent, from_today=False)

    def _close(self, day: date) -> None:
        """Take a day's places away; whose they were is owed a call, and seated again at once."""
        lost = [
            LostCall(call_id=one, child_id=one, place=place)
            for one, place in self.booked.items()
            if place.on == day
        ]
        waiting = [self.waiting(one.child_id) for one in lost]
        self._withdraw(place for place in self.places() if place.on == day)
        outage = call_outage.outage(
            lost,
            children=waiting,
            had_call=self.had_call,
            free=[place for place in self.free.values() if place.on > day],
            lent={
                child_id: place
                for child_id, place in self.booked.items()
                if child_id in self.had_call and place.on > day
            },
            seed=self.seed,
            today=day,
        )
        for child_id in outage.gives_back:
            self._give_back(child_id)
        for loss in outage.losses:
            if loss.instead is not None:
                self.book(loss.child_id, loss.instead.place)

    def waiting(self, child_id: str, *, away: Iterable[date] = ()) -> WaitingChild:
        """Return a child as the repair of this week sees it."""
        return self.register.waiting(child_id, first_day=self._first_day, away=away)

    def places(self) -> list[CallPlace]:
        return [*self.free.values(), *self.booked.values()]

    def _withdraw(self, places: Iterable[CallPlace]) -> None:
        """Take places away; whose they were is owed a call."""
        gone = {place.slot_id for place in places}
        for child_id in [one for one in self.booked if self.booked[one].slot_id in gone]:
            place = self.booked.pop(child_id)
            self.register.of[child_id].ended.append((place.on, CallState.RELEASED))
        for slot_id in gone:
            self.free.pop(slot_id, None)

    def _give_back(self, child_id: str) -> None:
        place = self.booked.pop(child_id)
        self.free[place.slot_id] = place

    def book(self, child_id: str, place: CallPlace) -> None:
        del self.free[place.slot_id]
        self.booked[child_id] = place

    def _seat_again(self, day: date, absent: frozenset[str], *, from_today: bool) -> None:
        """Seat those who have neither a call nor a place this week, by `call_repair.reseat`."""
        waiting = [
            self.waiting(child_id, away=(day,) if child_id in absent else ())
            for child_id in self.school.children
            if child_id not in self.had_call and child_id not in self.booked
        ]

        def is_ahead(place: CallPlace) -> bool:
            return place.on > day or (from_today and place.on == day)

        lent = {one: self.booked[one] for one in self.booked if one in self.had_call}
        moves = call_repair.reseat(
            waiting,
            free=[place for place in self.free.values() if is_ahead(place)],
            lent={child_id: place for child_id, place in lent.items() if is_ahead(place)},
            seed=self.seed,
            today=day,
        )
        for child_id in moves.gives_back:
            self._give_back(child_id)
        for seated in moves.seated:
            self.book(seated.child_id, seated.place)


class _Opening:
    """One opening, place by place."""

    def __init__(self, room: _Room, day: date, absent: frozenset[str]) -> None:
        self._room, self._day, self._register = room, day, room.register
        elsewhere = room.school.elsewhere(day)
        self._here = [
            child_id
            for child_id in room.school.children
            if child_id not in absent and child_id not in elsewhere
        ]
        self._places = [one for one in room.places() if one.on == day]
        self._order: list[tuple[StandbyTurn, str]] = []
        self._known: dict[str, tuple[StandbyTurn, str]] = {}
        self._again_from: dict[str, int] = {}  # not to be rung before this minute
        for child_id in self._here:
            self._line_up(child_id)

    def run(self) -> None:
        self._places.sort(key=lambda place: (place.start_min, place.line))
        for place in self._places:
            self._register.places += 1
            self._use(place)

    def _use(self, place: CallPlace) -> None:
        begun = place.start_min
        holder = next(
            (one for one, its in self._room.booked.items() if its.slot_id == place.slot_id), None
        )
        while (rest := call_repair.rest_of(place, begun_min=begun)) is not None:
            child_id = holder or self._stand_by(place, rest)
            if child_id is None:
                break
            if self._ring(child_id, place, is_planned=holder is not None):
                break
            holder, begun = None, begun + call_repair.GIVE_UP_MIN
        self._room.free.pop(place.slot_id, None)

    def _stand_by(self, place: CallPlace, rest: tuple[int, int]) -> str | None:
        ready = (
            self._waiting(child_id)
            for _, child_id in self._order
            if self._again_from.get(child_id, 0) <= place.start_min
        )
        found = call_repair.standby(ready, on=place.on, span=rest, kind=place.kind)
        return None if found is None else found[0].child_id

    def _waiting(self, child_id: str) -> WaitingChild:
        return self._room.waiting(child_id)

    def _ring(self, child_id: str, place: CallPlace, *, is_planned: bool) -> bool:
        if is_planned:
            del self._room.booked[child_id]
        is_answered = self._register.ring(child_id, place)
        if is_answered:
            self._room.had_call.add(child_id)
        else:
            self._again_from[child_id] = place.start_min + call_repair.LATER_MIN
            if is_planned:
                self._try_later(child_id, place)
        self._line_up(child_id)
        return is_answered

    def _try_later(self, child_id: str, place: CallPlace) -> None:
        """Give a child whose family did not answer at its own place another one."""
        step = call_repair.next_step(
            self._waiting(child_id),
            self._room.free.values(),
            tries=MIN_TRIES,
            is_wrong_number=False,
            is_place_over=False,
            someone_waits=bool(self._order) and self._order[0][0][0] is Need.NOTHING_THIS_WEEK,
            today=self._day,
            minute=place.start_min,
        )
        if step.place is not None:
            self._room.book(child_id, step.place)

    def _line_up(self, child_id: str) -> None:
        """Put a child where it belongs among those who stand by, or take it out."""
        if child_id in self._known:
            old = self._known.pop(child_id)
            del self._order[bisect_left(self._order, old)]
        place = self._room.booked.get(child_id)
        present = PresentChild(
            child=self._waiting(child_id),
            had_call=child_id in self._room.had_call,
            next_place_on=None if place is None else place.on,
        )
        if call_repair.may_stand_by(present, today=self._day):
            entry = call_repair.standby_turn(present, self._room.seed), child_id
            insort(self._order, entry)
            self._known[child_id] = entry
