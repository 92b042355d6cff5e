"""A document of sheets for a browser whose pages all lie the same way."""

import shutil
from typing import Final, TextIO

from kiosk.printing.sheet_style import SIZES, TURNED

_HEAD: Final = 4096  # signs in which the sizes of the pages stand, at the start of a document


def turned(document: TextIO, output: TextIO) -> None:
    """Write a document for a browser whose pages all lie the same way: what is upright is turned.

    Raises:
        ValueError: it is no document of these.
    """
    head = document.read(_HEAD)
    if SIZES not in head:
        raise ValueError("no document of these")
    output.write(head.replace(SIZES, TURNED, 1))
    shutil.copyfileobj(document, output)
