"""The log: JSON lines with ids only. No name, code, number or query string ever reaches it."""

import json
import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Flask

if TYPE_CHECKING:
    from kiosk.web import context

_BYTES: Final = 2_000_000
_FILES: Final = 5
_PRIVATE: Final = re.compile(r"[0-9]{7,}|\b[CBSX][0-9A-HJ-NP-TV-Z]{11}\b|[\u3400-\u9fff]+")


class JsonLines(logging.Formatter):
    """One line for each event; what looks like a number, a code or a name is left out."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname,
            "where": record.name,
            "what": _PRIVATE.sub("*", record.getMessage()),
        }
        if record.exc_info and record.exc_info[0] is not None:
            # The traceback's lines without the message: a message may quote what a person typed.
            event["error"] = record.exc_info[0].__name__
            event["trace"] = _places(record)
        return json.dumps(event, ensure_ascii=True)


def install(app: Flask) -> None:
    """Log to `instance/logs/kiosk.log`, five files of two megabytes."""
    kiosk: context.Kiosk = app.extensions["kiosk"]
    folder = kiosk.settings.instance / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "kiosk.log", maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(JsonLines())
    app.logger.handlers = [handler]
    app.logger.setLevel(logging.INFO)
    app.logger.propagate = False
    # It reports every little burst at the door as if it were a fault (`stack.md` trap 5).
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def _places(record: logging.LogRecord) -> list[str]:
    import traceback

    assert record.exc_info is not None  # noqa: S101 - the caller has looked
    frames = traceback.extract_tb(record.exc_info[2])
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
