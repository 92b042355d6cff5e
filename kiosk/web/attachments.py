"""Answers that are files to be saved, each with the type that its ending stands for."""

from io import BytesIO
from pathlib import Path
from typing import Final

from flask import send_file
from werkzeug.wrappers import Response

# Not from `mimetypes`: on Windows it asks the registry, where every program has written.
_TYPES: Final = {
    "csv": "text/csv",
    "ics": "text/calendar",
    "iso": "application/marc",
    "pdf": "application/pdf",
    "png": "image/png",
    "toml": "application/toml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


def attachment(content: bytes | Path, name: str) -> Response:
    """Return a file, or what would be in one, to be saved as `name`.

    Raises:
        KeyError: nobody has said what type an ending like that is.
    """
    file = content if isinstance(content, Path) else BytesIO(content)
    ending = name.rpartition(".")[2]  # whatever a person has typed before it, which is no path
    return send_file(file, mimetype=_TYPES[ending], as_attachment=True, download_name=name)
