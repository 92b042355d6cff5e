"""`kiosk run` with a clock that somebody else moves: the kiosk reads the time from a file.

    KIOSK_INSTANCE=FOLDER python -m tests.browser.timed run --port PORT --no-browser

It is the real server in a process of its own, so that the power can be taken away from it.
"""

import argparse
import os
from datetime import datetime
from functools import partial
from pathlib import Path

from kiosk.app import create_app
from kiosk.services import running
from kiosk.settings import Settings
from kiosk.web import server


def set_clock(instance: Path, now: datetime) -> None:
    """Let it be `now` in the kiosk, from the next request on."""
    written = instance / "now.new"
    written.write_text(now.isoformat(), encoding="ascii")
    written.replace(instance / "now")


def read_clock(instance: Path) -> datetime:
    return datetime.fromisoformat((instance / "now").read_text(encoding="ascii"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["run"])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--no-browser", action="store_true")
    chosen = parser.parse_args()
    instance = Path(os.environ["KIOSK_INSTANCE"])
    settings = Settings.load(instance, os.environ)
    with running.alone(settings):
        app = create_app(settings, clock=partial(read_clock, instance))
        with app.app_context():
            running.prepare(settings, now=read_clock(instance))
        server.serve(app, port=chosen.port)


if __name__ == "__main__":
    main()
