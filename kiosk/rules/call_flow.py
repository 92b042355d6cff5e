"""A maximum flow in whole numbers, by shortest paths that still have room (Edmonds and Karp)."""

from collections.abc import Hashable
from typing import Final, TypeAlias

Node: TypeAlias = Hashable


class Flow:
    """A network to push through; edges may be added until then."""

    def __init__(self) -> None:
        self._room: Final[dict[Node, dict[Node, int]]] = {}

    def add(self, start: Node, end: Node, room: int) -> None:
        """Add an edge that lets so much through."""
        self._room.setdefault(start, {})[end] = room
        self._room.setdefault(end, {}).setdefault(start, 0)

    def push(self, source: Node, sink: Node) -> int:
        """Push as much as goes, and return how much that was."""
        pushed = 0
        while (came_from := self._search(source, sink)).keys() >= {sink}:
            path, at = [], sink
            while at != source:
                path.append((came_from[at], at))
                at = came_from[at]
            most = min(self._room[start][end] for start, end in path)
            for start, end in path:
                self._room[start][end] -= most
                self._room[end][start] += most
            pushed += most
        return pushed

    def reached(self, source: Node) -> frozenset[Node]:
        """Return the nodes to which something could still go: this side of the tightest cut."""
        return frozenset(self._search(source, None))

    def _search(self, source: Node, sink: Node) -> dict[Node, Node]:
        came_from: dict[Node, Node] = {source: source}
        frontier = [source]
        for node in frontier:
            for end, room in self._room[node].items():
                if room and end not in came_from:
                    came_from[end] = node
                    frontier.append(end)
                    if end == sink:
                        return came_from
        return came_from
