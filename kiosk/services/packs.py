"""The inspection pack: asked for on a staff page, made in the background, handed out for a day."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from kiosk.db import transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.rules.packs import PackProblem
from kiosk.services import audit, frameworks, ledgers, pack_files, pack_making, processes
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.pack_files import About, PackFile, PackFolder, PackStage, State

if TYPE_CHECKING:
    import subprocess

_LOG: Final = "pack.log"
_running: Final[dict[UUID, "subprocess.Popen[bytes]"]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack as the page shows it."""

    pack_id: UUID
    about: About
    state: State
    files: tuple[PackFile, ...]


def start(*, first: date, last: date, framework: str, actor_id: UUID, here: Here) -> UUID:
    """Have a pack made and return its id; the audit knows of it first.

    Raises:
        InvalidInputError: WRONG_PERIOD. NotFoundError: UNKNOWN_FRAMEWORK.
        RefusedError: PACK_UNDER_WAY, while another one is being made.
    """
    ledgers.check_period(first, last)
    frameworks.find(framework, here)
    about = About(first=first, last=last, framework=framework, at=here.now, actor_id=actor_id)
    with pack_files.starting(here.settings):
        if any(one.state.stage.is_working for one in listing(here)):
            raise RefusedError(PackProblem.PACK_UNDER_WAY)
        folder = PackFolder(here.settings, new_id(here.now))
        with transaction() as session:
            audit.record(
                session,
                AuditAction.EXPORT,
                actor_id=actor_id,
                subject=f"pack:{folder.pack_id}",
                fields=f"{first.isoformat()}..{last.isoformat()}, {framework}",
                purpose="inspection",
                here=here,
            )
        folder.make(about)
        # Where no process can be started the pack stands there as broken off.
        with suppress(OSError), (here.settings.instance / _LOG).open("wb") as output:
            _running[folder.pack_id] = processes.start(
                "make-pack", str(folder.pack_id), instance=here.settings.instance, output=output
            )
    return folder.pack_id


def make(pack_id: UUID, *, here: Here) -> None:
    """Make a pack, in the process that was started for it. Raises: NotFoundError(UNKNOWN).

    OSError, when another process is at it.
    """
    folder = PackFolder(here.settings, pack_id)
    if not folder.exists:
        raise NotFoundError(PackProblem.UNKNOWN)
    try:
        with folder.working():
            pack_making.make(folder, here=here)
    finally:
        folder.remove_if_forgotten()  # Windows keeps the lock's own file until it is let go


def listing(here: Here) -> tuple[Pack, ...]:
    """Return the packs of the last day, the newest first; older ones are deleted."""
    pack_files.forget_old(here.settings, now=here.now)
    return tuple(map(_shown, pack_files.folders(here.settings)))


def look(pack_id: UUID, *, here: Here) -> Pack:
    """Return one. Raises: NotFoundError(UNKNOWN)."""
    return _shown(_folder(pack_id, here))


def wait(pack_id: UUID, *, within_s: float) -> None:
    """Wait for a pack that this process has asked for."""
    process = _running.get(pack_id)
    if process is not None:
        process.wait(within_s)


def hand_out(pack_id: UUID, kind: PackFile, *, actor_id: UUID, here: Here) -> Path:
    """Return a file of a pack, to be sent; the audit knows of it first.

    Raises:
        NotFoundError: UNKNOWN. RefusedError: NOT_READY.
    """
    folder = _folder(pack_id, here)
    if folder.state().stage is not PackStage.READY or kind not in folder.files():
        raise RefusedError(PackProblem.NOT_READY)
    with transaction() as session:
        audit.record(
            session,
            AuditAction.EXPORT,
            actor_id=actor_id,
            subject=f"pack:{pack_id}",
            fields=kind,
            purpose="inspection",
            here=here,
        )
    return folder.file(kind)


def forget(pack_id: UUID, *, here: Here) -> None:
    """Delete a pack. Raises: NotFoundError(UNKNOWN). RefusedError(PACK_UNDER_WAY)."""
    folder = _folder(pack_id, here)
    if _is_worked_on(folder):
        raise RefusedError(PackProblem.PACK_UNDER_WAY)
    folder.remove()


def _folder(pack_id: UUID, here: Here) -> PackFolder:
    folder = PackFolder(here.settings, pack_id)
    if not folder.exists or folder.is_old(here.now):
        raise NotFoundError(PackProblem.UNKNOWN)
    return folder


def _shown(folder: PackFolder) -> Pack:
    state = folder.state()
    if state.stage.is_working and not _is_worked_on(folder):
        state = folder.state()  # it may just have come to its end
        if state.stage.is_working:
            state = replace(state, stage=PackStage.BROKEN, problem=PackProblem.BROKEN_OFF)
    files = folder.files() if state.stage is PackStage.READY else ()
    return Pack(pack_id=folder.pack_id, about=folder.about(), state=state, files=files)


def _is_worked_on(folder: PackFolder) -> bool:
    """Return whether the process of a pack is at it, or on its way there."""
    process = _running.get(folder.pack_id)
    if process is not None and process.poll() is None:
        return True
    return folder.is_worked_on()
