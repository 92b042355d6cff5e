"""Response headers, the same on each answer (`security.md` section 5)."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from flask import Flask
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=()",
    "X-Frame-Options": "DENY",
}


# A page that may look through the camera. Its pictures go to a worker, whose own file carries the
# policy that lets it compile the decoder: the page itself still compiles nothing (ruling 22).
_CAMERA: Final = {
    "Content-Security-Policy": f"{CONTENT_POLICY}; worker-src 'self'",
    "Permissions-Policy": HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)"),
}
DECODER_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
)
_PAGE: Final = {"Cache-Control": "no-store", "Vary": "HX-Request, Cookie"}
_STATIC: Final = "/static/"
# A picture whose address changes with it: for this browser alone, and never asked for again.
_PICTURE: Final = ("Cache-Control", "private, max-age=31536000, immutable")


def allow_camera(page: Response) -> None:
    """Let this page look through the camera."""
    page.headers.update(_CAMERA)


def allow_keeping(picture: Response) -> None:
    """Let the browser keep a picture; its address has the digest of its bytes."""
    picture.headers.set(*_PICTURE)


def install(app: Flask) -> None:
    """Add them to whatever goes out, files and refusals as well; the last layer to be put on."""
    inside = app.wsgi_app

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        is_file = environ.get("PATH_INFO", "").startswith(_STATIC)

        def begin(
            status: str, headers: list[tuple[str, str]], error: "OptExcInfo | None" = None
        ) -> Callable[[bytes], object]:
            may_be_kept = is_file or _PICTURE in headers
            found = may_be_kept and status.startswith(("2", "3"))
            kept = headers if found else [one for one in headers if one[0] not in _PAGE]
            # What a view says of itself holds: two policies at once would be the narrower of both.
            said = {name.title() for name, _ in kept}
            more = HEADERS if found else HEADERS | _PAGE
            added = [one for one in more.items() if one[0] not in said]
            return start_response(status, kept + added, error)

        served: Iterable[bytes] = inside(environ, begin)
        return served

    app.wsgi_app = answer  # type: ignore[method-assign]  # how WSGI middleware is put in
