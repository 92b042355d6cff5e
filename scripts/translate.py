"""Keep the Chinese catalogue: `translate.py update [PIECE.po ...]` or `translate.py check`.

`update` collects the sentences of the code and templates, keeps what is translated, takes what is
missing from the pieces, and writes messages.po and the compiled messages.mo, which the kiosk
reads with the standard library. `check` says what `update` would change, and what lacks Chinese.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterable

    Sentence = str | tuple[str, ...] | list[str]
    Known = dict[tuple[str | None, object], Sentence]

KIOSK = Path(__file__).resolve().parents[1] / "kiosk"
PO = KIOSK / "translations" / "zh_CN" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"templates/**.html": {"silent": "false", "newstyle_gettext": "true"}}


class ChineseCatalog(Catalog):
    """Without dates or versions in its head: the same sentences give the same bytes."""

    header_comment = "# The Chinese sentences of Nuanwu 暖屋; renewed by scripts/translate.py."
    mime_headers = (
        ("Project-Id-Version", "nuanwu"),
        ("Language", "zh_CN"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
        ("Plural-Forms", "nplurals=1; plural=0;"),
    )


def build(pieces: Iterable[Path] = ()) -> Catalog:
    """Return the catalogue as the code and templates ask for it now."""
    known: Known = {}
    for path in (*pieces, PO):  # what is in the catalogue already stands above a piece
        if path.exists():
            known |= _read(path)
    catalog = ChineseCatalog(locale="zh_CN", fuzzy=False)
    found = extract_from_dir(KIOSK, METHODS, options_map=OPTIONS, comment_tags=("NOTE:",))
    for name, _line, message, comments, context in found:
        key = context, message
        place = f"kiosk/{Path(name).as_posix()}"
        catalog.add(
            message,
            known.get(key, ""),
            locations=[(place, 0)],  # a line number would change with every edit above it
            auto_comments=comments,
            context=context,
        )
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    """Return the sentences that have no Chinese yet."""
    return [str(message.id) for message in catalog if message.id and not _said(message)]


def po_bytes(catalog: Catalog) -> bytes:
    target = BytesIO()
    write_po(target, catalog, width=100, sort_output=True, include_lineno=False)
    return target.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    target = BytesIO()
    write_mo(target, catalog)
    return target.getvalue()


def _read(path: Path) -> Known:
    with path.open("rb") as source:
        catalog = read_po(source, locale="zh_CN", charset="utf-8", abort_invalid=True)
    return {
        (message.context, message.id): said
        for message in catalog
        if message.id and (said := _said(message)) and not message.fuzzy
    }


def _said(message: Message) -> Sentence:
    """Return the Chinese of a sentence; none where a form of one with numbers is missing."""
    said = message.string or ""
    return said if all(said) else ""


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update", *pieces]:
            catalog = build(Path(piece) for piece in pieces)
            PO.parent.mkdir(parents=True, exist_ok=True)
            PO.write_bytes(po_bytes(catalog))
            MO.write_bytes(mo_bytes(catalog))
            stale = False
        case ["check"]:
            catalog = build()
            wanted = {PO: po_bytes(catalog), MO: mo_bytes(catalog)}
            stale = any(not p.exists() or p.read_bytes() != text for p, text in wanted.items())
        case _:
            print(__doc__)
            return 2
    if stale:
        print("The catalogue is behind the sentences: run `translate.py update` and commit.")
    for sentence in (lacking := untranslated(catalog)):
        print(f"no Chinese: {sentence}")
    print(f"{len(catalog)} sentences, {len(lacking)} without Chinese")
    return 1 if stale or lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
