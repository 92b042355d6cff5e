"""When this kiosk was on: a sign of life every minute, and the times between when it was off.

Nobody saw what passed then: it waits for the paper. And a clock that is further from the start than
time has passed since has leapt.
"""

import json
import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from kiosk.clock import Clock, running_s
from kiosk.files import saving

_FILE: Final = "signs-of-life.json"
_EVERY_S: Final = 60.0
# A kiosk that was started anew at once was not off.
_STILLNESS: Final = timedelta(minutes=5)
_KEPT: Final = timedelta(days=8)
_LEAP: Final = timedelta(hours=1)
_log = logging.getLogger("kiosk.app")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signs:
    last: datetime | None = None
    off: tuple[tuple[datetime, datetime], ...] = ()


# The clock at the start of this process, and the seconds then; by the instance.
_begun: Final[dict[Path, tuple[datetime, float]]] = {}


def begin(instance: Path, *, now: datetime, at_s: float) -> None:
    """Note that the kiosk starts, and for how long it was off."""
    last = _read(instance).last
    if last is None or last <= now + _STILLNESS:
        _begun[instance] = now, at_s
    else:  # it was set back while the kiosk was off: not to be measured by
        _begun.pop(instance, None)
    note(instance, now=now)


def note(instance: Path, *, now: datetime) -> None:
    """Leave a sign of life; a long time since the last one was a time off."""
    signs = _read(instance)
    off = [one for one in signs.off if one[1] > now - _KEPT]
    if signs.last is not None and now - signs.last > _STILLNESS:
        off.append((signs.last, now))
    try:
        saving.save(instance / _FILE, _written(now, off))
    except OSError:
        _log.exception("no sign of life could be written")


def was_off(instance: Path, *, since: datetime, until: datetime) -> bool:
    """Say whether the kiosk was off at any time of a span."""
    return any(begin < until and since < end for begin, end in _read(instance).off)


def switched_off(instance: Path, *, since: datetime, until: datetime) -> tuple[datetime, ...]:
    """Return when the kiosk was switched off within a span."""
    return tuple(begin for begin, _ in _read(instance).off if since <= begin <= until)


def has_leapt(instance: Path, *, now: datetime, at_s: float) -> bool:
    """Say whether the clock has gone further since the start than the time that passed."""
    begun = _begun.get(instance)
    return begun is not None and now - begun[0] - timedelta(seconds=at_s - begun[1]) > _LEAP


class SignsOfLife:
    """Leaves them while the server runs."""

    def __init__(self, instance: Path, *, clock: Clock) -> None:
        self._instance = instance
        self._clock = clock
        self._stop = threading.Event()
        begin(instance, now=clock(), at_s=running_s())

    def run(self) -> None:
        """Leave one every minute, but none by a clock that has leapt."""
        while not self._stop.wait(_EVERY_S):
            now = self._clock()
            if not has_leapt(self._instance, now=now, at_s=running_s()):
                note(self._instance, now=now)

    def stop(self) -> None:
        """Leave no more."""
        self._stop.set()


def _read(instance: Path) -> _Signs:
    try:
        read = json.loads((instance / _FILE).read_bytes())
        return _Signs(
            last=datetime.fromisoformat(read["last"]),
            off=tuple(
                (datetime.fromisoformat(begin), datetime.fromisoformat(end))
                for begin, end in read["off"]
            ),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return _Signs()  # none yet, or a file that somebody else has written


def _written(last: datetime, off: Iterable[tuple[datetime, datetime]]) -> bytes:
    spans = [[begin.isoformat(), end.isoformat()] for begin, end in off]
    return json.dumps({"last": last.isoformat(), "off": spans}).encode("ascii")
