"""Who is seated when not all can be: priority matching with augmenting paths.

Seats are bits of a number, so that "which of these are still free" is one `&`. The seated sets of
such a matching are the independent sets of a transversal matroid; taking everybody in order of
rank, and moving others along a path where that keeps them all seated, gives a set that is as
large as any and best for whoever comes first, at once (`calls-and-hours.md` 4.2).
"""

from collections.abc import Iterator, Sequence
from typing import Final

NOWHERE: Final = -1


class Seating:
    """Units with the seats that they can have, the more urgent first, and who sits where.

    `options[unit]` has a bit for each seat that the unit can have; `capacity[seat]` is how many
    units a seat takes. What is seated stays seated, though perhaps elsewhere, until `fix`.
    """

    def __init__(self, options: Sequence[int], capacity: Sequence[int]) -> None:
        self._options: Final = list(options)
        self._capacity: Final = list(capacity)
        self._at: Final[list[set[int]]] = [set() for _ in capacity]
        self._free = sum(1 << seat for seat, room in enumerate(capacity) if room > 0)
        self._dead = 0  # seats from which no path leads to a free one, ever again
        self.seat_of: Final[list[int]] = [NOWHERE] * len(options)

    def seat_all(self) -> None:
        """Seat in order of rank whoever can be seated without unseating another."""
        for unit in range(len(self._options)):
            self.seat(unit)

    def seat(self, unit: int) -> bool:
        """Seat a unit, moving others if need be, and return whether that went."""
        wanted = self._options[unit] & ~self._dead
        found, seen = self._path(wanted, self._free)
        if found is None:
            # Whoever sits in these can only change to another of them.
            self._dead |= seen
            return False
        self._shift(unit, found)
        return True

    def prefer(self, unit: int, wishes: Sequence[int]) -> int:
        """Give a seated unit the first of its wishes that unseats nobody, and fix it there.

        A wish is a set of seats, equally good, and the one it got is returned. Called in order of
        rank, each gets the best that those before it have left; nobody who is seated loses a seat
        for it.
        """
        home, self._dead = self.seat_of[unit], 0  # what is left becomes free again
        self._leave(unit)
        got = 1 << home
        for wish in wishes:
            found, _ = self._path(wish & self._options[unit], self._free)
            if found is not None:
                self._shift(unit, found)
                got = wish & self._options[unit]
                break
        else:
            self._sit(unit, home)
        self._options[unit] = 1 << self.seat_of[unit]
        return got

    def loosen(self, unit: int, seats: int) -> None:
        """Let a unit that was fixed have any of these seats again, its own among them."""
        self._options[unit] |= seats

    def _path(self, wanted: int, goal: int) -> tuple[list[tuple[int, int]] | None, int]:
        """Return who moves to which seat so that one of `wanted` is free, and the seats looked at.

        Breadth first: as few move as possible. The last pair is the one to seat: (-1, its seat).
        """
        came_from = dict.fromkeys(bits(wanted), (NOWHERE, NOWHERE))
        if wanted & goal:
            return self._moves(_first(wanted & goal), came_from), wanted
        seen, frontier = wanted, list(came_from)
        for seat in frontier:
            for other in sorted(self._at[seat]):
                further = self._options[other] & ~seen & ~self._dead
                came_from |= dict.fromkeys(bits(further), (other, seat))
                if further & goal:
                    return self._moves(_first(further & goal), came_from), seen
                seen |= further
                frontier += bits(further)
        return None, seen

    @staticmethod
    def _moves(seat: int, came_from: dict[int, tuple[int, int]]) -> list[tuple[int, int]]:
        moves = []
        while seat != NOWHERE:
            unit, before = came_from[seat]
            moves.append((unit, seat))
            seat = before
        return moves

    def _shift(self, unit: int, moves: Sequence[tuple[int, int]]) -> None:
        for other, seat in moves:
            who = unit if other == NOWHERE else other
            if self.seat_of[who] != NOWHERE:
                self._leave(who)
            self._sit(who, seat)

    def _sit(self, unit: int, seat: int) -> None:
        self.seat_of[unit] = seat
        self._at[seat].add(unit)
        if len(self._at[seat]) >= self._capacity[seat]:
            self._free &= ~(1 << seat)

    def _leave(self, unit: int) -> None:
        seat, self.seat_of[unit] = self.seat_of[unit], NOWHERE
        self._at[seat].discard(unit)
        self._free |= 1 << seat


def bits(mask: int) -> Iterator[int]:
    """Yield the seats of a set, the lowest first."""
    while mask:
        yield _first(mask)
        mask &= mask - 1


def _first(mask: int) -> int:
    return (mask & -mask).bit_length() - 1
