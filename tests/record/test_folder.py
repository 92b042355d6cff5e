"""The folder target: what is on the disk, and what happens when the disk says no."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from kiosk.errors import UnavailableError
from kiosk.record import failpoint
from kiosk.record.folder import FolderTarget
from kiosk.record.target import Batch, Hello, RecordProblem
from tests.record.batches import after, batch, gone, greeting, key, visit

ROW = key(1)


def _put(folder: Path) -> tuple[Hello, Batch]:
    target, hello = FolderTarget(folder), greeting()
    target.hello(hello)
    sent = batch(hello, [visit(1, ROW), gone(2, key(2))])
    target.put(sent)
    return hello, sent


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_batch_is_one_file_named_after_what_is_in_it(tmp_path: Path) -> None:
    hello, sent = _put(tmp_path)

    (file,) = _files(tmp_path)

    name = f"1-0-2.{sent.sha256[:8]}.zip"
    assert file.relative_to(tmp_path) == Path("out") / hello.room_id / name


def test_any_spreadsheet_can_read_it(tmp_path: Path) -> None:
    _put(tmp_path)

    with zipfile.ZipFile(_files(tmp_path)[0]) as archive:
        names = archive.namelist()
        rows = list(csv.DictReader(io.StringIO(archive.read("visit.csv").decode())))

    assert names == ["visit.csv", "digest.json", "manifest.csv"]
    assert rows[0]["id"] == ROW
    assert rows[0]["signed_in_at"] == "2026-11-22T08:00:00.000000Z"
    assert (rows[1]["op"], rows[1]["state"]) == ("D", "")


def test_the_same_batch_makes_the_same_bytes(tmp_path: Path) -> None:
    hello = greeting()
    sent = batch(hello, [visit(1, ROW)])
    contents = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        target = FolderTarget(folder)
        target.hello(hello)
        target.put(sent)
        contents.append(_files(folder)[0].read_bytes())

    assert contents[0] == contents[1]


def test_an_earlier_file_is_never_touched(tmp_path: Path) -> None:
    hello, sent = _put(tmp_path)
    before = _files(tmp_path)[0].stat()
    target = FolderTarget(tmp_path)
    target.put(sent)

    target.put(batch(after(hello, sent), [visit(3, ROW, state="left")]))

    now = _files(tmp_path)[0].stat()
    assert (now.st_ino, now.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(_files(tmp_path)) == 2


def test_nobody_ever_sees_half_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, list[str]] = {}
    monkeypatch.setattr(
        failpoint,
        "_watchers",
        [lambda name: seen.setdefault(name, [path.suffix for path in _files(tmp_path)])],
    )

    _put(tmp_path)

    assert seen["folder.part-opened"] == [".part"]
    assert seen["folder.part-synced"] == [".part"]
    assert seen["folder.renamed"] == [".zip"]


def test_left_over_parts_are_cleared_away(tmp_path: Path) -> None:
    hello, sent = _put(tmp_path)
    (tmp_path / "out" / hello.room_id / "1-2-9.00000000.zip.part").write_bytes(b"half")

    reply = FolderTarget(tmp_path).hello(hello)

    assert reply.last_seq == sent.to_seq
    assert [path.suffix for path in _files(tmp_path)] == [".zip"]


def test_what_others_put_into_the_folder_is_left_alone(tmp_path: Path) -> None:
    hello, sent = _put(tmp_path)
    note = tmp_path / "out" / hello.room_id / "ack-2.json"
    note.write_text("{}")

    assert FolderTarget(tmp_path).hello(hello).last_seq == sent.to_seq
    assert note.exists()


def test_a_stick_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "stick"

    with pytest.raises(UnavailableError) as error:
        FolderTarget(missing).hello(greeting())

    assert error.value.reason is RecordProblem.UNREACHABLE
    assert not missing.exists()


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_damaged_file_is_not_taken_for_a_receipt(tmp_path: Path, place: float) -> None:
    _, sent = _put(tmp_path)
    file = _files(tmp_path)[0]
    content = bytearray(file.read_bytes())
    content[int(len(content) * place)] ^= 0xFF
    file.write_bytes(content)

    with pytest.raises(UnavailableError) as error:
        FolderTarget(tmp_path).put(sent)

    assert error.value.reason is RecordProblem.DAMAGED


def test_rows_that_are_not_those_of_the_manifest_are_noticed(tmp_path: Path) -> None:
    _, sent = _put(tmp_path)
    file = _files(tmp_path)[0]
    with zipfile.ZipFile(file) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    contents["visit.csv"] = contents["visit.csv"].replace(b"open", b"left")
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)

    with pytest.raises(UnavailableError) as error:
        FolderTarget(tmp_path).put(sent)

    assert error.value.reason is RecordProblem.DAMAGED


@pytest.mark.faults
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
def test_a_full_disk_is_named_and_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hello, sent = _put(tmp_path)
    full = Path("/dev/full")
    opened = Path.open

    def onto_the_full_disk(path: Path, mode: str = "r") -> object:
        return opened(full if path.suffix == ".part" else path, mode)

    monkeypatch.setattr(Path, "open", onto_the_full_disk)

    with pytest.raises(UnavailableError) as error:
        FolderTarget(tmp_path).put(batch(after(hello, sent), [visit(3, ROW)]))

    assert error.value.reason is RecordProblem.FULL
    assert len(_files(tmp_path)) == 1


@pytest.mark.faults
@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="nothing here is read-only for root")
def test_a_read_only_disk_is_named() -> None:
    with pytest.raises(UnavailableError) as error:
        FolderTarget(Path("/sys/kernel")).hello(greeting())

    assert error.value.reason is RecordProblem.READ_ONLY
