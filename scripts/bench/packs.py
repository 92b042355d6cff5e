"""What an inspection pack of one term costs: time, pages, and the memory of our own process.

Usage: PYTHONPATH=. .venv/bin/python scripts/bench/packs.py [VISITS]
"""

import os
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import worlds

from kiosk.clock import utc_now
from kiosk.db import open_database
from kiosk.ids import new_id
from kiosk.services import homes, pack_making
from kiosk.services.frameworks import DEFAULT
from kiosk.services.here import Here
from kiosk.services.pack_files import About, PackFolder, State
from kiosk.settings import Settings

_CHILDREN = 500
_ITEMS = 3_000
_DAYS = 150


class _Watched(PackFolder):
    """Notes when each ledger and each stage began."""

    def write_state(self, state: State) -> None:
        print(f"{time.perf_counter() - BEGAN:7.1f} s  {state.stage} {state.done} of {state.of}")
        super().write_state(state)


BEGAN = time.perf_counter()


def main(visits: int) -> None:
    global BEGAN  # noqa: PLW0603 - read by the folder that is watched
    with tempfile.TemporaryDirectory() as place:
        bare = worlds.make(Path(place) / "bare", children=_CHILDREN, items=_ITEMS)
        world = worlds.with_history(bare, Path(place) / "full", visits=visits, loans=visits // 5)
        settings = Settings.load(world.folder, os.environ)
        with open_database(settings.database_url):
            here = Here(now=utc_now(), settings=settings, home_id=homes.find(settings))
            folder = _Watched(settings, new_id(here.now))
            about = About(
                first=here.today - timedelta(days=_DAYS),
                last=here.today,
                framework=DEFAULT,
                at=here.now,
                actor_id=new_id(here.now),
            )
            BEGAN = time.perf_counter()
            folder.make(about)
            pack_making.make(folder, here=here)
            took = time.perf_counter() - BEGAN
        state = folder.state()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{visits} visits: {state.pages} pages in {took:.1f} s, {memory} MB, {state.problem}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
