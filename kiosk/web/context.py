"""The narrow place where a request meets the application: settings, time, the room.

Nothing else reads `current_app`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from logging import Logger
from typing import Any, cast
from uuid import UUID

from flask import Flask, current_app, g

from kiosk.clock import Clock
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.devices import CameraState, ScannerChange
from kiosk.rules.lending import LendingPolicy
from kiosk.rules.policies import LibrarySettings
from kiosk.rules.scanners import ScannerProfile
from kiosk.rules.school_days import SchoolDays
from kiosk.services import devices, library_settings, scanners
from kiosk.services.devices import DeviceSettings
from kiosk.services.here import Here
from kiosk.services.scanners import KeptScanner
from kiosk.services.sync_schedule import SyncSchedule
from kiosk.settings import Settings
from kiosk.web.child_sessions import ChildSessions

_EXTENSION = "kiosk"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraReport:
    """What the child's screen said of its camera, and when; forgotten with the process."""

    state: CameraState
    at: datetime


@dataclass(slots=True, kw_only=True)
class Kiosk:
    """What one running kiosk holds besides its database.

    `device`, `library` and `school` are kept here because every page or scan asks for them and only
    the functions below change them.
    """

    settings: Settings
    clock: Clock
    home_id: UUID
    child_sessions: ChildSessions
    record: SyncSchedule
    device: DeviceSettings
    scanner: KeptScanner | None
    library: LibrarySettings
    school: SchoolDays
    camera: CameraReport | None = None


def install(app: Flask, kiosk: Kiosk) -> None:
    app.extensions[_EXTENSION] = kiosk


def kiosk() -> Kiosk:
    return cast("Kiosk", current_app.extensions[_EXTENSION])


def log() -> Logger:
    return current_app.logger


def settings() -> Settings:
    return kiosk().settings


def device() -> DeviceSettings:
    return kiosk().device


def camera() -> CameraReport | None:
    return kiosk().camera


def hear_camera(state: CameraState) -> None:
    """Remember what the child's screen says of its camera."""
    kiosk().camera = CameraReport(state=state, at=here().now)


def scanner() -> KeptScanner | None:
    """Return what was learned of this room's scanner; asked for by every whole page of a child."""
    return kiosk().scanner


def learn_scanner(profile: ScannerProfile, *, actor_id: UUID) -> None:
    kiosk().scanner = scanners.keep(profile, actor_id=actor_id, here=here())


def hear_scanner_change(change: ScannerChange) -> None:
    """Note that the scanner writes otherwise than was learned; the first time only."""
    known = kiosk().scanner
    if known is not None and known.change is None:
        kiosk().scanner = scanners.note_change(change, here=here())


def set_up(values: Mapping[str, Any], *, actor_id: UUID) -> None:
    """Change fields of the PC's settings, in the database and for the pages from now on."""
    kiosk().device = devices.change(values, actor_id=actor_id, here=here())
    if "is_camera_on" in values:
        kiosk().camera = None  # what was said of it was before


def set_library(values: Mapping[str, Any], *, actor_id: UUID) -> None:
    """Change numbers of the book house, in the database and for the scans from now on."""
    _keep_library(library_settings.change(values, actor_id=actor_id, here=here()))


def set_policies(kind: TitleKind, policies: Mapping[int, LendingPolicy], *, actor_id: UUID) -> None:
    """Change what each grade may borrow of a kind, for the scans from now on too."""
    _keep_library(library_settings.set_policies(kind, policies, actor_id=actor_id, here=here()))


def _keep_library(library: LibrarySettings) -> None:
    kiosk().library = library
    g.pop("here", None)


def keep_school(school: SchoolDays) -> None:
    """Use this calendar from now on; it stands in the database already."""
    kiosk().school = school
    g.pop("here", None)


def here() -> Here:
    """Return this request's moment; the clock is read once a request."""
    if "here" not in g:
        running = kiosk()
        g.here = Here(
            now=running.clock(),
            settings=running.settings,
            home_id=running.home_id,
            library=running.library,
            school=running.school,
        )
    return cast("Here", g.here)
