"""The narrow place where a request meets the application: settings, time, the room.

Nothing else reads `current_app`.
"""

from dataclasses import dataclass
from logging import Logger
from typing import cast
from uuid import UUID

from flask import Flask, current_app, g

from kiosk.clock import Clock
from kiosk.services.here import Here
from kiosk.services.sync_schedule import SyncSchedule
from kiosk.settings import Settings
from kiosk.web.child_sessions import ChildSessions

_EXTENSION = "kiosk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    """What one running kiosk holds besides its database."""

    settings: Settings
    clock: Clock
    home_id: UUID
    child_sessions: ChildSessions
    record: SyncSchedule


def install(app: Flask, kiosk: Kiosk) -> None:
    app.extensions[_EXTENSION] = kiosk


def kiosk() -> Kiosk:
    return cast("Kiosk", current_app.extensions[_EXTENSION])


def log() -> Logger:
    return current_app.logger


def settings() -> Settings:
    return kiosk().settings


def here() -> Here:
    """Return this request's moment; the clock is read once a request."""
    if "here" not in g:
        running = kiosk()
        g.here = Here(now=running.clock(), settings=running.settings, home_id=running.home_id)
    return cast("Here", g.here)
