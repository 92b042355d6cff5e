"""The school's own recordings of the prompts: kept in the instance's folder `voice/`."""

import contextlib
import tempfile
from collections.abc import Mapping
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
    _write({path: recordings.clean(data)})
    _note(AuditAction.EDIT, key, actor_id=actor_id, here=here)


def delete(key: str, *, actor_id: UUID, here: Here) -> None:
    """Forget a recording; one that is not there is forgotten already."""
    _path(key, here.settings).unlink(missing_ok=True)
    _note(AuditAction.EDIT, key, actor_id=actor_id, here=here)


def export(*, name: str, actor_id: UUID, here: Here) -> bytes:
    """Return all recordings as one file, under a name that they keep from now on.

    Raises:
        InvalidInputError: NOTHING_RECORDED.
    """
    settings = here.settings
    found = {key: read(key, settings=settings) for key in recorded(settings)}
    if not found:
        raise InvalidInputError(VoiceProblem.NOTHING_RECORDED)
    name = recordings.pack_name(name)
    _write({_folder(settings) / _NAME: name.encode()})
    _note(AuditAction.EXPORT, "pack", actor_id=actor_id, here=here)
    return recordings.packed(Pack(name=name, recordings=found))


def take_in(data: bytes, *, actor_id: UUID, here: Here) -> int:
    """Keep every recording of a pack, or none; return how many there were.

    Raises:
        InvalidInputError: what is wrong with the pack. UnavailableError: NOT_WRITTEN.
    """
    pack = recordings.unpacked(data, keys=prompts().keys())
    files = {_path(key, here.settings): sound for key, sound in pack.recordings.items()}
    _write({**files, _folder(here.settings) / _NAME: pack.name.encode()})
    _note(AuditAction.IMPORT, "pack", actor_id=actor_id, here=here)
    return len(files)


def _folder(settings: Settings) -> Path:
    return settings.instance / "voice"


def _path(key: str, settings: Settings) -> Path:
    if key not in prompts():
        raise NotFoundError(VoiceProblem.UNKNOWN_PROMPT)
    return _folder(settings) / f"{key}.wav"


def _write(files: Mapping[Path, bytes]) -> None:
    """Write all beside their places first, so that a full disk changes nothing."""
    try:
        for folder in {path.parent for path in files}:
            folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=next(iter(files)).parent, suffix=".part") as beside:
            drafts = {path: Path(beside) / path.name for path in files}
            for path, data in files.items():
                saving.save(drafts[path], data)
            for path, draft in drafts.items():
                draft.replace(path)
    except OSError as error:
        raise UnavailableError(VoiceProblem.NOT_WRITTEN) from error
    with contextlib.suppress(OSError):
        saving.flush_folder(next(iter(files)).parent)


def _note(action: AuditAction, what: str, *, actor_id: UUID, here: Here) -> None:
    with transaction() as session:
        audit.record(
            session,
            action,
            actor_id=actor_id,
            subject=f"voice:{what}",
            fields="recording",
            purpose="setup",
            here=here,
        )
