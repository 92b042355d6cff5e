"""Named places in the sync at which a test may stop the world."""

from collections.abc import Callable

_watchers: list[Callable[[str], None]] = []


def failpoint(name: str) -> None:
    """Do nothing, unless a test watches."""
    for watch in _watchers:
        watch(name)


def watch(watcher: Callable[[str], None]) -> None:
    """Call `watcher` at each failpoint of this process from now on."""
    _watchers.append(watcher)
