"""Files built in a test: workbooks, old Excel files, archives, library records."""

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

# Rows of text and numbers: of mixed rows the checker only knows that they are objects.
Rows = Sequence[Any]


def xlsx(rows: Rows, *, merges: Sequence[str] = (), sheet: str = "Sheet1") -> bytes:
    """Return a workbook of one sheet; `merges` are ranges such as B2:B5."""
    return xlsx_of({sheet: (rows, merges)})


def xlsx_of(
    sheets: Mapping[str, tuple[Rows, Sequence[str]]], *, hidden: Iterable[str] = ()
) -> bytes:
    buffer = io.BytesIO()
    book: Any = xlsxwriter.Workbook(buffer)
    for name, (rows, merges) in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for area in merges:
            sheet.merge_range(area, "")
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, str):
                    sheet.write_string(at, column, value)
                else:
                    sheet.write(at, column, value)
    book.close()
    return buffer.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def ods(rows: Sequence[Sequence[str]]) -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{cell}</text:p></table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="一年级">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    return archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def xls(rows: Rows, *, far_corner: bool = False) -> bytes:
    """Return an Excel 97 workbook of one sheet: text, numbers, and a cell far away if asked."""
    cells = [
        _xls_cell(at, column, value)
        for at, row in enumerate(rows)
        for column, value in enumerate(row)
        if value is not None
    ]
    if far_corner:
        cells.append(_xls_cell(65_535, 255, "x"))
    name = "花名册"
    about = struct.pack("<IBBBB", 0, 0, 0, len(name), 1) + name.encode("utf-16-le")
    bof_book = _biff(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    end = _biff(0x000A, b"")
    start = len(bof_book) + len(_biff(0x0085, about)) + len(end)
    book = bof_book + _biff(0x0085, struct.pack("<I", start) + about[4:]) + end
    page = _biff(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + b"".join(cells) + end
    return ole({"Workbook": book + page})


def _xls_cell(row: int, column: int, value: object) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
        return _biff(0x0204, place + text)
    assert isinstance(value, int | float)
    return _biff(0x0203, place + struct.pack("<d", value))


def _biff(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def ole(streams: dict[str, bytes]) -> bytes:
    """Return a compound file (the container of Excel 97 and of encrypted workbooks)."""
    size, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    table, body = [0xFFFFFFFD, end], b""
    entries = [_ole_entry("Root Entry", kind=5, child=1, start=end, length=0)]
    for number, (name, content) in enumerate(streams.items(), start=1):
        whole = content.ljust(4096, b"\0")
        whole += b"\0" * (-len(whole) % size)
        start, count = len(table), len(whole) // size
        table += [*range(start + 1, start + count), end]
        body += whole
        after = number + 1 if number < len(streams) else free
        entries.append(_ole_entry(name, kind=2, sibling=after, start=start, length=len(whole)))
    assert len(table) <= size // 4
    directory = b"".join(entries).ljust(size, b"\0")
    sectors = struct.pack(f"<{size // 4}I", *table, *[free] * (size // 4 - len(table)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0
    )
    header += struct.pack("<109I", 0, *[free] * 108)
    return header + sectors + directory + body


def _ole_entry(
    name: str, *, kind: int, start: int, length: int, child: int = 0xFFFFFFFF,
    sibling: int = 0xFFFFFFFF,
) -> bytes:  # fmt: skip
    encoded = (name + "\0").encode("utf-16-le")
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, 0xFFFFFFFF, sibling, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, length)
    )


def marc(
    fields: Sequence[tuple[str, str]], *, encoding: str = "utf-8", leader: str = "nam0 22"
) -> bytes:
    """Return one ISO 2709 record; a field is its tag and its text with ‡ before each code."""
    contents = [
        (tag, (text if tag < "010" else f"  {text}").replace("‡", "\x1f").encode(encoding))
        for tag, text in fields
    ]
    directory, body = "", b""
    for tag, content in contents:
        directory += f"{tag}{len(content) + 1:04}{len(body):05}"
        body += content + b"\x1e"
    base = 24 + len(directory) + 1
    length = base + len(body) + 1
    head = f"{length:05}{leader}{base:05}   450 "
    return head.encode() + directory.encode() + b"\x1e" + body + b"\x1d"


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
