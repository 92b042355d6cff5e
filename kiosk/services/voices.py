"""The school's own recordings of the prompts: kept in the instance's folder `voice/`."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from kiosk.db import transaction
from kiosk.errors import InvalidInputError, NotFoundError, UnavailableError
from kiosk.files import recordings, saving
from kiosk.files.prompts import prompts
from kiosk.files.recordings import Pack
from kiosk.rules.voices import VoiceProblem
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.settings import Settings

_NAME: Final = "name.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What the audit is to say."""

    action: AuditAction
    what: str
    actor_id: UUID


def recorded(settings: Settings) -> frozenset[str]:
    """Return the keys of the prompts that somebody has recorded."""
    return frozenset(path.stem for path in _folder(settings).glob("*.wav")) & prompts().keys()


def pack_name(settings: Settings) -> str:
    """Return the name of the school's recordings; empty while they have none."""
    try:
        return recordings.pack_name((_folder(settings) / _NAME).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""


def read(key: str, *, settings: Settings) -> bytes:
    """Return a recording.

    Raises:
        NotFoundError: UNKNOWN_PROMPT.
    """
    try:
        return _path(key, settings).read_bytes()
    except OSError as error:
        raise NotFoundError(VoiceProblem.UNKNOWN_PROMPT) from error


def keep(key: str, data: bytes, *, actor_id: UUID, here: Here) -> None:
    """Keep a recording of a prompt in place of the one before.

    Raises:
        NotFoundError: UNKNOWN_PROMPT. InvalidInputError: what is wrong with the recording.
        UnavailableError: NOT_WRITTEN.
    """
    path = _path(key, here.settings)
    files = {path: recordings.clean(data)}
    _write(files, _Change(action=AuditAction.EDIT, what=key, actor_id=actor_id), here=here)


def delete(key: str, *, actor_id: UUID, here: Here) -> None:
    """Forget a recording; one that is not there is forgotten already.

    Raises:
        NotFoundError: UNKNOWN_PROMPT. UnavailableError: NOT_WRITTEN.
    """
    path = _path(key, here.settings)
    with (
        _or_unavailable(),
        _noted(_Change(action=AuditAction.EDIT, what=key, actor_id=actor_id), here=here),
    ):
        path.unlink(missing_ok=True)


def export(*, name: str, actor_id: UUID, here: Here) -> bytes:
    """Return all recordings as one file, under a name that they keep from now on.

    Raises:
        InvalidInputError: NOTHING_RECORDED. UnavailableError: NOT_WRITTEN.
    """
    settings = here.settings
    found = {key: read(key, settings=settings) for key in recorded(settings)}
    if not found:
        raise InvalidInputError(VoiceProblem.NOTHING_RECORDED)
    name = recordings.pack_name(name)
    files = {_folder(settings) / _NAME: name.encode()}
    _write(files, _Change(action=AuditAction.EXPORT, what="pack", actor_id=actor_id), here=here)
    return recordings.packed(Pack(name=name, recordings=found))


def take_in(data: bytes, *, actor_id: UUID, here: Here) -> int:
    """Keep every recording of a pack, or none; return how many there were.

    Raises:
        InvalidInputError: what is wrong with the pack. UnavailableError: NOT_WRITTEN.
    """
    pack = recordings.unpacked(data, keys=prompts().keys())
    files = {_path(key, here.settings): sound for key, sound in pack.recordings.items()}
    named = {**files, _folder(here.settings) / _NAME: pack.name.encode()}
    _write(named, _Change(action=AuditAction.IMPORT, what="pack", actor_id=actor_id), here=here)
    return len(files)


def _folder(settings: Settings) -> Path:
    return settings.instance / "voice"


def _path(key: str, settings: Settings) -> Path:
    if key not in prompts():
        raise NotFoundError(VoiceProblem.UNKNOWN_PROMPT)
    return _folder(settings) / f"{key}.wav"


def _write(files: Mapping[Path, bytes], change: _Change, *, here: Here) -> None:
    """Write all beside their places first, so that neither a full disk nor a lock changes one."""
    folder = _folder(here.settings)
    with _or_unavailable():
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, suffix=".part") as beside:
            drafts = {path: Path(beside) / path.name for path in files}
            for path, data in files.items():
                saving.save(drafts[path], data)
            with _noted(change, here=here):
                for path, draft in drafts.items():
                    draft.replace(path)
    with contextlib.suppress(OSError):
        saving.flush_folder(folder)


@contextlib.contextmanager
def _noted(change: _Change, *, here: Here) -> Iterator[None]:
    """Note what the block does to the files, before it does it; when it fails, nothing is noted."""
    with transaction() as session:
        audit.record(
            session,
            change.action,
            actor_id=change.actor_id,
            subject=f"voice:{change.what}",
            fields="recording",
            purpose="setup",
            here=here,
        )
        session.flush()
        yield


@contextlib.contextmanager
def _or_unavailable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(VoiceProblem.NOT_WRITTEN) from error
