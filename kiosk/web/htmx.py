"""Answers for htmx and for a plain browser: a fragment, or the page that includes it."""

from http import HTTPStatus

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from kiosk.web import context, headers, pinyin


def wants_fragment() -> bool:
    """Say whether this request came from our page's own script."""
    return "HX-Request" in request.headers


def screen(fragment: str, answer: object, *, status: int = 200) -> Response:
    """Return a child screen: the fragment for the script, the whole page for a plain request."""
    pinyin.draw_for_answer(answer)
    template = fragment if wants_fragment() else "kiosk/screen.html"
    body = render_template(template, fragment=fragment, answer=answer)
    response = Response(body, status, mimetype="text/html")
    widen(response)
    if status != HTTPStatus.OK:
        # A kind refusal is a screen too; without a target the script would let it fall.
        response.headers["HX-Retarget"] = "#screen"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def widen(response: Response) -> None:
    """Let a whole child page look through the camera where one is switched on (ruling 22)."""
    if not wants_fragment() and context.device().is_camera_on:
        headers.allow_camera(response)


def page(template: str, **values: object) -> Response:
    """Return a staff page; it is whole, with or without a script."""
    return make_response(render_template(template, **values))


def go(url: str) -> Response:
    """Send the browser to `url`: it can be reloaded there without doing anything again."""
    if wants_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, code=303)
