"""Static files: each address carries a digest of the content, so that it may be kept for ever."""

import gzip
import hashlib
import mimetypes
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Flask
from whitenoise import WhiteNoise

from kiosk.settings import HOST
from kiosk.web.headers import DECODER_POLICY

if TYPE_CHECKING:
    from wsgiref.headers import Headers

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

STATIC: Final = Path(__file__).parent.parent / "static"
CAMERA_WORKER: Final = "js/camera-worker.js"
_A_YEAR: Final = 31_536_000
_COMPRESSED: Final = frozenset({".css", ".js", ".svg", ".wasm"})


def install(app: Flask) -> None:
    """Serve `static/` compressed and cached, and give templates `static_url(name)`."""
    pages, files = app.wsgi_app, _files()

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        # A page of a foreign name gets no file either: the application turns it away.
        is_ours = environ.get("HTTP_HOST", "").partition(":")[0] == HOST
        is_file = is_ours and environ.get("PATH_INFO") in files.files
        served: Iterable[bytes] = (files if is_file else pages)(environ, start_response)
        return served

    app.wsgi_app = answer  # type: ignore[method-assign]  # how WSGI middleware is put in
    app.jinja_env.globals["static_url"] = static_url


@cache
def _files() -> WhiteNoise:
    """Return what serves the files; they are the same for every kiosk of a process."""
    # Windows' registry may say text/plain for .js, and then no browser runs it (`stack.md` trap 4).
    mimetypes.add_type("text/javascript", ".js")
    mimetypes.add_type("image/svg+xml", ".svg")
    mimetypes.add_type("font/woff2", ".woff2")
    mimetypes.add_type("application/wasm", ".wasm")
    compress(STATIC)
    return WhiteNoise(
        None,
        root=str(STATIC),
        prefix="static/",
        max_age=_A_YEAR,
        allow_all_origins=False,
        add_headers_function=_set_headers,
    )


@cache
def static_url(name: str) -> str:
    """Return the address of a static file; it changes when the file does."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def compress(folder: Path) -> None:
    """Lay a .gz beside each text file that is newer than its .gz; a read-only folder is left be."""
    for path in folder.rglob("*"):
        packed = path.with_name(path.name + ".gz")
        if path.suffix not in _COMPRESSED or path.parent.name == "art":
            continue
        if packed.exists() and packed.stat().st_mtime >= path.stat().st_mtime:
            continue
        try:
            half = packed.with_suffix(".part")
            half.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
            half.replace(packed)  # a kill in between leaves no half file that looks new
        except OSError:
            return


def _set_headers(headers: "Headers", path: str, url: str) -> None:
    del path
    headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
    if url == f"/static/{CAMERA_WORKER}":
        headers["Content-Security-Policy"] = DECODER_POLICY
