"""One batch as a file: a zip of a CSV for each kind of row, a manifest and the digests.

Any spreadsheet opens it; `read` gives back exactly the lines that were written, or refuses.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final

from kiosk.record.target import (
    HEAD,
    Batch,
    Column,
    Hello,
    Kind,
    Part,
    Receipt,
    Shape,
    sha256_of,
)
from kiosk.rules.digest import SEPARATOR, set_digest

_MANIFEST: Final = "manifest.csv"
_DIGESTS: Final = "digest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a batch file says of itself. `files` has the lowest and highest key of each kind."""

    receipt: Receipt
    from_seq: int
    previous: str
    files: Mapping[str, tuple[str, str]]


def write(batch: Batch, file: IO[bytes]) -> None:
    """Write a batch; the same batch gives the same bytes."""
    with zipfile.ZipFile(file, "w") as archive:
        digests = {part.shape.name: _write_part(archive, part) for part in batch.parts}
        _write_text(archive, _DIGESTS, json.dumps(digests, indent=1))
        _write_text(archive, _MANIFEST, _csv(_manifest_rows(batch)))


def manifest(path: Path) -> Manifest:
    """Return what the file says of itself, without reading its rows.

    Raises:
        ValueError, KeyError, zipfile.BadZipFile: it is damaged or none of ours.
    """
    with zipfile.ZipFile(path) as archive:
        found = dict(_rows(archive, _MANIFEST))
        digests = json.loads(archive.read(_DIGESTS))
    receipt = Receipt(
        room_id=found["room"],
        epoch=int(found["epoch"]),
        to_seq=int(found["to"]),
        rows=int(found["rows"]),
        sha256=found["sha256"],
        chain=found["chain"],
    )
    files = {name: (entry["first"], entry["last"]) for name, entry in digests.items()}
    return Manifest(
        receipt=receipt, from_seq=int(found["from"]), previous=found["previous"], files=files
    )


def lines(path: Path, name: str) -> Iterator[list[str]]:
    """Yield the header and then each row of one kind, as fields."""
    with zipfile.ZipFile(path) as archive:
        yield from _rows(archive, f"{name}.csv")


def stored(path: Path) -> Receipt:
    """Read every row of the file and return the receipt for what is really in it.

    Raises:
        ValueError, KeyError, zipfile.BadZipFile: the rows are not those of the manifest.
    """
    said = manifest(path)
    if sha256_of((name, _blocks(path, name)) for name in said.files) != said.receipt.sha256:
        raise ValueError("the rows are not those of the manifest")
    return said.receipt


def without(path: Path, name: str, column: str, keys: AbstractSet[str]) -> Batch:
    """Return the batch of a file without what these rows of one kind have in a column.

    Its chain stays that of what was sent: the file after it says so.
    """
    said = manifest(path)
    parts = [_part(path, one, column if one == name else None, keys) for one in said.files]
    hello = Hello(
        room_id=said.receipt.room_id,
        epoch=said.receipt.epoch,
        acked_seq=said.from_seq,
        chain=said.previous,
    )
    batch = Batch.of(hello, parts, to_seq=said.receipt.to_seq)
    return replace(batch, chain=said.receipt.chain)


def _part(path: Path, name: str, column: str | None, keys: AbstractSet[str]) -> Part:
    header, *rows = lines(path, name)
    place = header.index(column) if column in header else None
    for row in rows:
        if place is not None and row[2] in keys:
            row[place] = ""
    text = "".join(f"{SEPARATOR.join(row)}\n" for row in rows)
    # What kind its values are of is not written down, and is not asked here.
    columns = tuple(Column(name=one, kind=Kind.WORD) for one in header[len(HEAD) :])
    shape = Shape(name=name, columns=columns)
    return Part(shape=shape, rows=len(rows), blocks=(text.encode("ascii"),))


def _write_part(archive: zipfile.ZipFile, part: Part) -> dict[str, str | int]:
    keys: list[str] = []
    contents: list[str] = []
    with archive.open(_entry(f"{part.shape.name}.csv"), "w") as raw:
        text = io.TextIOWrapper(raw, "ascii", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*HEAD, *(column.name for column in part.shape.columns)])
        for line in part.lines():
            fields = line.split(SEPARATOR)
            writer.writerow(fields)
            keys.append(fields[2])
            contents.append(line.split(SEPARATOR, 2)[2])
        text.flush()
    digest = set_digest(contents).digest
    return {"rows": part.rows, "first": min(keys), "last": max(keys), "digest": digest}


def _manifest_rows(batch: Batch) -> Iterable[tuple[str, str | int]]:
    yield from (("propertyName", "value"), ("manifest.version", "1.0"))
    yield from (("room", batch.room_id), ("epoch", batch.epoch), ("from", batch.from_seq))
    yield from (("to", batch.to_seq), ("rows", batch.rows), ("sha256", batch.sha256))
    yield from (("previous", batch.previous), ("chain", batch.chain))
    yield from ((f"file.{part.shape.name}", "delta") for part in batch.parts)


def _blocks(path: Path, name: str) -> Iterator[bytes]:
    rows = lines(path, name)
    next(rows)
    for fields in rows:
        yield (SEPARATOR.join(fields) + "\n").encode("ascii")


def _rows(archive: zipfile.ZipFile, name: str) -> Iterator[list[str]]:
    with archive.open(name) as raw:
        yield from csv.reader(io.TextIOWrapper(raw, "ascii", newline=""))


def _csv(rows: Iterable[tuple[str, str | int]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _write_text(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(_entry(name), text)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # without the time, which would make each try another file
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
