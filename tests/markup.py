"""What every page must keep to, whatever it is about; the page client asks it of each response.

Finds what no parser of templates can: the result, as a browser would get it (`house.md` 5.21-22).
"""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib

HTMX = frozenset(
    f"hx-{name}"
    for name in ("get", "post", "target", "swap", "swap-oob", "sync", "trigger", "indicator")
)
_UNNAMED = frozenset({"hidden", "submit", "button", "reset", "image"})
_INTERACTIVE = frozenset({"a", "button", "select", "textarea", "label", "summary"})
_MAY_NEST = {("label", "select"), ("label", "textarea")}
_URLS = ("href", "src", "action", "formaction", "hx-get", "hx-post", "poster", "srcset")


def parse(text: str, *, fragment: bool) -> Element:
    """Return the tree of a page, or of the piece of one; fails where the markup is wrong."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree: Element = parser.parseFragment(text) if fragment else parser.parse(text)
    faults = [f"line {place[0]}: {code} {facts}" for place, code, facts in parser.errors]
    faults += list(_faults(tree))
    if not fragment:
        faults += list(_faults_of_a_whole_page(tree))
    assert not faults, "\n".join(faults)
    return tree


def words(element: Element) -> str:
    """Return what a person reads there, spaces collapsed."""
    return " ".join("".join(_visible(element)).split())


def name_of(element: Element) -> str:
    """Return the name of a link or button, as it is seen or read aloud once it is shown."""
    shown = words(element) if element.get("hidden") is None else "".join(element.itertext()).strip()
    return element.get("aria-label", "") or shown or element.get("value", "")


def label_of(field: Element, tree: Element) -> str:
    """Return the words that name a form field; empty where nothing does."""
    own = field.get("aria-label") or ""
    by_id = {element.get("id"): element for element in tree.iter() if element.get("id")}
    pointed = [by_id[key] for key in field.get("aria-labelledby", "").split() if key in by_id]
    for label in tree.iter("label"):
        is_for_it = label.get("for") is not None and label.get("for") == field.get("id")
        if is_for_it or any(inner is field for inner in label.iter()):
            pointed.append(label)
    return own or " ".join(words(label) for label in pointed)


def fields_of(tree: Element) -> Iterator[Element]:
    for element in tree.iter():
        kind = element.get("type", "text")
        if element.tag in ("select", "textarea") or (
            element.tag == "input" and kind not in _UNNAMED
        ):
            yield element


def _visible(element: Element) -> Iterator[str]:
    if element.tag in ("script", "style", "template", "select", "textarea"):
        return
    if element.get("hidden") is not None:
        return
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield from _visible(child)
        yield child.tail or ""


def _faults(tree: Element) -> Iterator[str]:
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    yield from (f"id {key} stands {count} times" for key, count in ids.items() if count > 1)
    for field in fields_of(tree):
        if not label_of(field, tree):
            yield f"the field {field.get('name')} has no label"
    for element in tree.iter():
        if isinstance(element.tag, str):
            yield from _faults_of(element)
    yield from _faults_of_nesting(tree, inside=None)
    for form in tree.iter("form"):
        yield from _faults_of_a_form(form)


def _faults_of(element: Element) -> Iterator[str]:
    for key, value in element.attrib.items():
        yield from _faults_of_an_attribute(str(element.tag), key, value)
    match element.tag:
        case "script" if not element.get("src"):
            yield "a script stands in the page"
        case "style":
            yield "a style sheet stands in the page"
        case "img" if element.get("alt") is None:
            yield f"the picture {element.get('src')} has no alt"
        case "a" | "button" if not name_of(element) and not _has_named_picture(element):
            yield f"a <{element.tag}> has no name: {element.attrib}"
        case "a" if element.get("href", "#") in ("", "#"):
            yield f"the link {words(element)!r} leads nowhere"
        case "a" if element.get("hx-get") not in (None, element.get("href")):
            yield f"the link {words(element)!r} leads elsewhere without JavaScript"
        case _:
            pass


def _faults_of_an_attribute(tag: str, key: str, value: str) -> Iterator[str]:
    if key == "style" or key.startswith("on"):
        yield f"<{tag} {key}>: the policy of the page forbids it"
    if key.startswith(("hx-", "data-hx-")) and key not in HTMX:
        yield f"<{tag} {key}>: not in our subset of htmx"
    if key == "hx-trigger" and ("[" in value or "js:" in value):
        yield f"<{tag} {key}>: a filter needs eval"
    if key in _URLS and (urlsplit(value).scheme not in ("", "data") or value[:2] == "//"):
        yield f"<{tag} {key}={value}>: leads out of the kiosk"


def _has_named_picture(element: Element) -> bool:
    return any(inner.get("alt") or inner.get("aria-label") for inner in element.iter())


def _faults_of_nesting(element: Element, *, inside: str | None) -> Iterator[str]:
    for child in element:
        tag = str(child.tag)
        if inside and tag in _INTERACTIVE and (inside, tag) not in _MAY_NEST:
            yield f"<{tag}> stands inside <{inside}>"
        now_inside = tag if tag in _INTERACTIVE else inside
        yield from _faults_of_nesting(child, inside=now_inside)


def _faults_of_a_form(form: Element) -> Iterator[str]:
    action = form.get("action")
    name = f"the form {action or words(form)[:30]!r}"
    if not action or form.get("method", "").lower() not in ("get", "post"):
        yield f"{name} needs a method and an action: it must work without JavaScript"
    if form.get("method", "").lower() == "post":
        if form.get("hx-post") not in (None, action):
            yield f"{name} posts elsewhere without JavaScript"
        if form.get("hx-post") and form.get("hx-sync") != "this:drop":
            yield f'{name} needs hx-sync="this:drop" against the second tap'
    for inner in form.iter():
        if inner is not form and (inner.get("hx-post") or inner.get("hx-get")):
            yield f"{name}: <{inner.tag}> inside it is sent by htmx alone"


def _faults_of_a_whole_page(tree: Element) -> Iterator[str]:
    if not re.fullmatch(r"zh-Hans|en", tree.get("lang", "")):
        yield f"the page's language is {tree.get('lang')!r}, not zh-Hans or en"
    titles = list(tree.iter("title"))
    if len(titles) != 1 or not words(titles[0]):
        yield "the page has no title"
    for element in tree.iter():
        sends = element.get("hx-post") and element.tag != "form"
        if sends or (element.get("hx-get") and element.tag in ("button", "input")):
            yield f"<{element.tag}> {element.attrib} does nothing without JavaScript"
