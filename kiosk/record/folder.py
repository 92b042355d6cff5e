"""The school record as a folder: another disk, a share, a stick. The default target.

Files are never changed and no name is used twice, so that no reader can block or half-see one and
no replace is needed, which neither Windows nor a share promises to be whole (`sync.md` 2.6). Where
an old one must forget a name, a new one stands beside it before it goes.
"""

import csv
import errno
import json
import re
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from kiosk.errors import UnavailableError
from kiosk.record import archive
from kiosk.record.archive import Manifest
from kiosk.record.failpoint import failpoint
from kiosk.record.target import (
    HEAD,
    Batch,
    Hello,
    HelloReply,
    Receipt,
    RecordProblem,
    Shape,
    Span,
)
from kiosk.record.whole_files import sync_folder, write_all, write_new
from kiosk.rules.digest import EMPTY, SEPARATOR, SetDigest, set_digest

_BATCH: Final = re.compile(r"(\d+)-(\d+)-(\d+)\.([0-9a-f]{8})\.zip")
_EPOCH: Final = re.compile(r"(\d+)\.epoch\.json")
_PROBLEMS: Final = {
    errno.ENOSPC: RecordProblem.FULL,
    errno.EDQUOT: RecordProblem.FULL,
    errno.EROFS: RecordProblem.READ_ONLY,
    errno.EACCES: RecordProblem.READ_ONLY,
    errno.EPERM: RecordProblem.READ_ONLY,
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _File:
    epoch: int
    to_seq: int
    path: Path


class FolderTarget:
    """Batches as immutable files below `path/out/<room>/`; `path` itself must be there.

    A stick that is not plugged in is then UNREACHABLE, and not a new folder on the room's own disk.
    """

    name = "folder"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._manifests: dict[Path, Manifest] = {}  # a file never changes

    def hello(self, hello: Hello) -> HelloReply:
        with _explained():
            if not self._path.is_dir():
                raise UnavailableError(RecordProblem.UNREACHABLE)
            folder = self._folder(hello.room_id)
            folder.mkdir(parents=True, exist_ok=True)
            for left_over in folder.glob("*.part"):
                left_over.unlink()
            return self._state(hello.room_id)

    def renew(self, hello: Hello, *, claim: str) -> HelloReply:
        with _explained():
            epoch = self._state(hello.room_id).epoch
            if self._claim(hello.room_id, epoch) != claim:
                epoch = max(epoch, hello.epoch) + 1
                text = json.dumps({"epoch": epoch, "claim": claim}).encode()
                path = self._folder(hello.room_id) / f"{epoch}.epoch.json"
                write_new(path, lambda file: write_all(file, text))
            return self._state(hello.room_id)

    def put(self, batch: Batch) -> Receipt:
        with _explained():
            state = self._state(batch.room_id)
            if state.epoch > batch.epoch:
                raise UnavailableError(RecordProblem.OTHER_MACHINE)
            path = self._folder(batch.room_id) / _name_of(batch)
            if not path.exists():
                if (state.last_seq, state.chain) != (batch.from_seq, batch.previous):
                    raise UnavailableError(RecordProblem.OUT_OF_STEP)
                write_new(path, lambda file: archive.write(batch, file))
            failpoint("folder.read-back")
            return archive.stored(path)

    def digests(
        self, shape: Shape, *, room_id: str, epoch: int, spans: Sequence[Span]
    ) -> Mapping[str, SetDigest]:
        ordered = sorted(spans, key=lambda span: span.low)
        found: dict[str, dict[str, str]] = {span.name: {} for span in ordered}
        with _explained():
            for file in self._files(room_id, epoch):
                if _overlaps(self._manifest(file.path).files.get(shape.name), ordered):
                    _fold(file.path, shape, ordered, found)
        return {name: set_digest(rows.values()) if rows else EMPTY for name, rows in found.items()}

    def only_here(self, shapes: Sequence[Shape], *, room_id: str, epoch: int) -> int:
        with _explained():
            return sum(self._only_before(shape.name, room_id, epoch) for shape in shapes)

    def remembers(self, shape: Shape, *, column: str, room_id: str, epoch: int) -> bool:
        with _explained():
            latest: dict[str, bool] = {}
            had: set[str] = set()
            for file in self._files(room_id, epoch):
                for key, is_set in self._set_in(file.path, shape.name, column):
                    latest[key] = is_set
                    if is_set:
                        had.add(key)
            return any(not latest[key] for key in had)

    def forget_before(self, shape: Shape, *, column: str, room_id: str, epoch: int) -> None:
        """Leave no file of an earlier epoch that names what this one has no more.

        It goes where all of it was sent again; where it has what a restored room has lost, it is
        written anew without the names.
        """
        with _explained():
            forgotten = self._forgotten(shape.name, column, room_id, epoch)
            naming = [
                file.path
                for file in self._files(room_id)
                if file.epoch < epoch and self._names(file.path, shape.name, column, forgotten)
            ]
            known = self._keys(file.path for file in self._files(room_id, epoch) if naming)
            for path in naming:
                if not self._keys([path]) <= known:
                    kept = archive.without(path, shape.name, column, forgotten)
                    write_new(path.with_name(_name_of(kept)), partial(archive.write, kept))
                path.unlink()
                self._manifests.pop(path, None)
            sync_folder(self._folder(room_id))

    def _forgotten(self, name: str, column: str, room_id: str, epoch: int) -> set[str]:
        latest: dict[str, bool] = {}
        for file in self._files(room_id, epoch):
            latest.update(self._set_in(file.path, name, column))
        return {key for key, is_set in latest.items() if not is_set}

    def _names(self, path: Path, name: str, column: str, keys: AbstractSet[str]) -> bool:
        return any(is_set and key in keys for key, is_set in self._set_in(path, name, column))

    def _keys(self, paths: Iterable[Path]) -> set[tuple[str, str]]:
        return {
            (name, row[2])
            for path in paths
            for name in self._manifest(path).files
            for row in islice(archive.lines(path, name), 1, None)
        }

    def _set_in(self, path: Path, name: str, column: str) -> Iterator[tuple[str, bool]]:
        """Yield of each row of one kind in a file whether it has a value in a column."""
        if name not in self._manifest(path).files:
            return
        rows = archive.lines(path, name)
        header = next(rows)
        place = header.index(column) if column in header else None
        for row in rows:
            yield row[2], place is not None and row[1] == "U" and row[place] != ""

    def close(self) -> None:
        """Nothing stays open between two calls."""

    def _manifest(self, path: Path) -> Manifest:
        if path not in self._manifests:
            self._manifests[path] = archive.manifest(path)
        return self._manifests[path]

    def _folder(self, room_id: str) -> Path:
        return self._path / "out" / room_id

    def _files(self, room_id: str, epoch: int | None = None) -> list[_File]:
        """Return the batches of the room, or of one epoch, in the order they came."""
        found = [
            _File(epoch=int(match[1]), to_seq=int(match[3]), path=path)
            for path in self._folder(room_id).iterdir()
            if (match := _BATCH.fullmatch(path.name))
        ]
        return sorted(file for file in found if epoch in (None, file.epoch))

    def _state(self, room_id: str) -> HelloReply:
        files = self._files(room_id)
        renewed = [
            int(match[1])
            for path in self._folder(room_id).iterdir()
            if (match := _EPOCH.fullmatch(path.name))
        ]
        epoch = max([0, *renewed, *(file.epoch for file in files)])
        if not files or files[-1].epoch < epoch:
            return HelloReply(epoch=epoch, last_seq=0, chain="")
        last = archive.manifest(files[-1].path).receipt
        return HelloReply(epoch=epoch, last_seq=last.to_seq, chain=last.chain)

    def _claim(self, room_id: str, epoch: int) -> str | None:
        path = self._folder(room_id) / f"{epoch}.epoch.json"
        return str(json.loads(path.read_bytes())["claim"]) if path.exists() else None

    def _only_before(self, name: str, room_id: str, epoch: int) -> int:
        before: set[str] = set()
        for file in self._files(room_id):
            if name not in self._manifest(file.path).files:
                continue
            rows = archive.lines(file.path, name)
            next(rows)
            for _, op, key, *_ in rows:
                (before.add if op == "U" and file.epoch < epoch else before.discard)(key)
        return len(before)


def _name_of(batch: Batch) -> str:
    return f"{batch.epoch}-{batch.from_seq}-{batch.to_seq}.{batch.sha256[:8]}.zip"


def _overlaps(keys: tuple[str, str] | None, spans: Sequence[Span]) -> bool:
    return keys is not None and any(s.low <= keys[1] and keys[0] < s.high for s in spans)


def _fold(
    path: Path, shape: Shape, spans: Sequence[Span], found: Mapping[str, dict[str, str]]
) -> None:
    """Bring `found`, the latest content of each key by span, up to this file."""
    rows = archive.lines(path, shape.name)
    header = next(rows)[len(HEAD) :]
    wanted = [column.name for column in shape.columns]
    places = [header.index(name) if name in header else None for name in wanted]
    lows = [span.low for span in spans]
    for _, op, key, *values in rows:
        place = bisect_right(lows, key) - 1
        if place < 0 or key >= spans[place].high:
            continue
        latest = found[spans[place].name]
        if op == "U":
            fields = ["" if place is None else values[place] for place in places]
            latest[key] = SEPARATOR.join((key, *fields))
        else:
            latest.pop(key, None)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what a disk says into what staff can do something about."""
    try:
        yield
    except OSError as error:
        problem = _PROBLEMS.get(error.errno or 0, RecordProblem.UNREACHABLE)
        raise UnavailableError(problem) from error
    except (zipfile.BadZipFile, zlib.error, csv.Error, ValueError, KeyError, EOFError) as error:
        raise UnavailableError(RecordProblem.DAMAGED) from error
