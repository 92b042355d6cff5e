"""The page client: a browser without JavaScript that reads what it gets and checks each page.

page = client.open("/staff").press("Open the room")
assert page.status == 200
assert "The room is open" in page.words
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urljoin, urlsplit
from uuid import uuid4
from xml.etree.ElementTree import Element

from tests import markup

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

ORIGIN = "http://127.0.0.1"
_BROWSER = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
_HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
_MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Upload:
    """A file for a file field."""

    name: str
    content: bytes


Value = str | Upload | bool


class PageClient:
    """Opens pages, follows links and presses buttons by the words a person sees."""

    def __init__(
        self, client: "FlaskClient", *, before_each: Callable[[], None] = lambda: None
    ) -> None:
        """`before_each` lets the test's own session go, whose reading would hold up a writer."""
        self.client = client
        self.before_each = before_each
        self._csrf = ""

    def open(self, path: str) -> "Page":
        """Return the page at `path`, redirects followed."""
        return self._follow(lambda: self._send("GET", path, {}, _BROWSER), path)

    def fragment(self, path: str) -> "Page":
        """Return what htmx gets at `path`: a piece of a page."""
        return self._page(self._send("GET", path, {}, _HTMX), path, fragment=True)

    def scan(self, code: str, *, request_id: str = "", path: str = "/scan") -> "Page":
        """Return the answer to a scan, sent as scanner.js sends it."""
        form = {"code": code, "request_id": request_id or str(uuid4())}
        return self.submit(path, form, fragment=True)

    def submit(self, path: str, form: Mapping[str, Any], *, fragment: bool = False) -> "Page":
        """Return the answer to a form that was filled in by hand."""
        if fragment:
            headers = _HTMX | {"X-CSRFToken": self._token()}
            return self._page(self._send("POST", path, form, headers), path, fragment=True)
        return self._follow(lambda: self._send("POST", path, form, _BROWSER), path)

    def reads(self, token: str) -> None:
        """Know the form token of a page that was not opened."""
        self._csrf = token

    def _token(self) -> str:
        """Return the form token of the page that is open, as its scripts would.

        Opening "/" for it would end the session of the child at the screen.
        """
        if not self._csrf:
            self.open("/")
        return self._csrf

    def _send(
        self, method: str, path: str, form: Mapping[str, Any], headers: Mapping[str, str]
    ) -> "TestResponse":
        self.before_each()
        return self.client.open(
            path, method=method, data=form or None, headers=dict(headers), base_url=ORIGIN
        )

    def _follow(self, send: Callable[[], "TestResponse"], path: str) -> "Page":
        response = send()
        for _ in range(_MOST_REDIRECTS):
            if response.status_code not in (301, 302, 303, 307, 308):
                return self._page(response, path)
            path = urljoin(path, response.headers["Location"])
            assert urlsplit(path).netloc in ("", "127.0.0.1"), f"redirected out of it: {path}"
            response = self._send("GET", path, {}, _BROWSER)
        raise AssertionError(f"redirected more than {_MOST_REDIRECTS} times: {path}")

    def _page(self, response: "TestResponse", path: str, *, fragment: bool = False) -> "Page":
        is_html = response.mimetype == "text/html" and response.data
        tree = markup.parse(response.text, fragment=fragment) if is_html else None
        page = Page(client=self, response=response, path=path, tree=tree)
        for meta in [] if tree is None else page.all("meta", name="csrf-token"):
            self._csrf = meta.get("content", "")
        return page


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One response. `tree` is None for a download or an empty answer."""

    client: PageClient
    response: "TestResponse"
    path: str
    tree: Element | None

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def words(self) -> str:
        """What a person reads on the page, spaces collapsed."""
        bodies = self.all("body")
        return markup.words(bodies[0] if bodies else self._tree)

    @property
    def title(self) -> str:
        return markup.words(self.all("title")[0])

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements of that tag with these attributes; `data_x` stands for `data-x`."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            element
            for element in self._tree.iter(tag)
            if all(element.get(key) == value for key, value in wanted.items())
        ]

    def by_id(self, key: str) -> Element:
        found = [element for element in self._tree.iter() if element.get("id") == key]
        assert found, f"nothing has the id {key}"
        return found[0]

    def follow(self, name: str) -> "Page":
        """Return the page behind the link with these words."""
        link = self._named(name, ("a",))
        return self.client.open(urljoin(self.path, link.get("href", "")))

    def press(self, name: str, filled: Mapping[str, Value] | None = None) -> "Page":
        """Return the answer to the form of that button, its fields filled in by their labels."""
        button = self._named(name, ("button", "input"))
        form = self._form_of(button)
        values = self._filled_in(form, dict(filled or {}))
        if button.get("name"):
            values[button.get("name", "")] = button.get("value", "")
        action = button.get("formaction") or form.get("action", "")
        target = urljoin(self.path, action)
        if form.get("method", "get").lower() == "post":
            return self.client.submit(target, values)
        parts = urlsplit(target)
        pairs = [*parse_qsl(parts.query), *values.items()]
        query = "&".join(f"{_quoted(key)}={_quoted(str(value))}" for key, value in pairs)
        return self.client.open(f"{parts.path}?{query}")

    @property
    def _tree(self) -> Element:
        assert self.tree is not None, f"{self.path} answered {self.status}, and not with a page"
        return self.tree

    def _named(self, name: str, tags: tuple[str, ...]) -> Element:
        there = [e for e in self._tree.iter() if e.tag in tags and markup.name_of(e)]
        exact = [e for e in there if markup.name_of(e) == name]
        found = exact or [e for e in there if name in markup.name_of(e)]
        names = sorted({markup.name_of(e) for e in there})
        assert found, f"{self.path} has no {name!r}, only {names}"
        same = {(e.get("href"), e.get("formaction"), e.get("value")) for e in found}
        assert len(same) == 1 or exact, f"{name!r} could be any of {names}"
        return found[0]

    def _form_of(self, button: Element) -> Element:
        for form in self._tree.iter("form"):
            if button.get("form", form.get("id") or "-") == form.get("id") and button.get("form"):
                return form
            if any(inner is button for inner in form.iter()):
                return form
        raise AssertionError(f"the button {markup.name_of(button)!r} belongs to no form")

    def _filled_in(self, form: Element, filled: dict[str, Value]) -> dict[str, Any]:
        values: dict[str, Any] = {
            field.get("name", ""): field.get("value", "")
            for field in form.iter("input")
            if field.get("type") == "hidden" and field.get("name")
        }
        for field in markup.fields_of(form):
            label = markup.label_of(field, self._tree)
            wanted = [key for key in filled if key == label or key == field.get("name")]
            given = filled.pop(wanted[0]) if wanted else None
            value = _value_of(field, given, label)
            if value is not None and field.get("name"):
                values[field.get("name", "")] = value
        assert not filled, f"no field is labelled {sorted(filled)}"
        return values


def _value_of(field: Element, given: Value | None, label: str) -> Any:
    kind = field.get("type", "text")
    if field.tag == "select":
        return _chosen(field, given, label)
    if kind in ("checkbox", "radio"):
        ticked = field.get("checked") is not None if given is None else bool(given)
        return field.get("value", "on") if ticked else None
    if kind == "file":
        return (BytesIO(given.content), given.name) if isinstance(given, Upload) else None
    if given is not None:
        return given
    return (field.text or "") if field.tag == "textarea" else field.get("value", "")


def _chosen(field: Element, given: Value | None, label: str) -> str | None:
    options = {markup.words(o): o.get("value", markup.words(o)) for o in field.iter("option")}
    if given is not None:
        if given in options.values():
            return str(given)
        assert given in options, f"{label!r} offers {sorted(options)}, not {given!r}"
        return options[str(given)]
    selected = [o for o in field.iter("option") if o.get("selected") is not None]
    first = selected or list(field.iter("option"))
    return first[0].get("value", markup.words(first[0])) if first else None


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
