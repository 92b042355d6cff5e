"""The page client itself: what it refuses, and how it fills in a form."""

import pytest
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from tests import markup
from tests.page import Page, PageClient, Upload, Value

WHOLE = """<!doctype html><html lang="zh-Hans"><head><title>暖屋</title></head>
<body>{}</body></html>"""
FORM = '<form method="post" action="/save">{}<button>Save</button></form>'


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("id one stands 2 times", '<p id="one"></p><p id="one"></p>'),
        ("no label", FORM.format('<input name="pin">')),
        ("method and an action", '<form method="post"><button>Save</button></form>'),
        ("method and an action", '<form action="/save"><button>Save</button></form>'),
        (
            "posts elsewhere",
            '<form method="post" action="/a" hx-post="/b" hx-sync="this:drop"></form>',
        ),
        ("second tap", '<form method="post" action="/a" hx-post="/a"></form>'),
        ("by htmx alone", FORM.format('<button hx-post="/other">Other</button>')),
        ("does nothing without", '<button hx-get="/more">More</button>'),
        ("leads nowhere", '<a href="#">More</a>'),
        ("leads elsewhere", '<a href="/a" hx-get="/b">More</a>'),
        ("leads out", '<a href="//else.where/">Out</a>'),
        ("leads out", '<img src="ftp://else.where/" alt="">'),
        ("policy of the page", '<p style="color: red">No</p>'),
        ("policy of the page", '<p onclick="x()">No</p>'),
        ("subset of htmx", '<p hx-boost="true">No</p>'),
        ("needs eval", '<p hx-get="/x" hx-trigger="click[isTrue]">No</p>'),
        ("script stands", "<script>x()</script>"),
        ("style sheet stands", "<style>p {}</style>"),
        ("has no alt", '<img src="/bear.svg">'),
        ("has no name", '<a href="/x"><i></i></a>'),
        ("stands inside", '<a href="/x"><button>Both</button></a>'),
        ("end-tag-too-early", "<p>one</p></div>"),
    ],
)
def test_markup_that_breaks_is_refused(fault: str, text: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        markup.parse(WHOLE.format(text), fragment=False)


@pytest.mark.parametrize(
    "text", ["<p>no doctype</p>", WHOLE.replace("暖屋", ""), WHOLE.replace("zh-Hans", "fr")]
)
def test_a_page_needs_its_frame(text: str) -> None:
    with pytest.raises(AssertionError):
        markup.parse(text, fragment=False)


def test_good_markup_is_taken() -> None:
    text = (
        '<form method="post" action="/save" hx-post="/save" hx-sync="this:drop">'
        '<label>PIN <input name="pin"></label><label for="a">A</label><input id="a" name="a">'
        '<input type="hidden" name="t" value="1"><button>Save</button></form>'
        '<section hx-get="/idle" hx-trigger="every 5s"></section><a href="/x" hx-get="/x">X</a>'
    )

    assert markup.parse(WHOLE.format(text), fragment=False) is not None
    assert markup.parse(text, fragment=True) is not None


def _site() -> PageClient:
    app = Flask("site")

    @app.get("/")
    def form() -> str:
        fields = (
            '<input type="hidden" name="token" value="t1">'
            '<label>PIN <input name="pin"></label>'
            '<label>Note <textarea name="note">old</textarea></label>'
            '<label>Safe <input type="checkbox" name="safe" value="yes"></label>'
            '<label>Day <select name="day"><option value="1">Mon</option>'
            '<option value="2" selected>Tue</option></select></label>'
            '<label>File <input type="file" name="file"></label>'
            '<button name="act" value="close">Close</button>'
        )
        form = '<form method="post" action="save" enctype="multipart/form-data">{}</form>'
        search = (
            '<form method="get" action="/found"><label>Name <input name="q"></label>'
            "<button>Find</button></form>"
        )
        return WHOLE.format(form.format(fields) + search + '<a href="/again">Again</a>')

    @app.post("/save")
    def save() -> str:
        files = {name: upload.read().decode() for name, upload in request.files.items()}
        return WHOLE.format(f"<p>{sorted((request.form | files).items())}</p>")

    @app.get("/again")
    def again() -> Response:
        return redirect("/", 303)

    @app.get("/found")
    def found() -> str:
        return WHOLE.format(f"<p>{request.args['q']}</p>")

    return PageClient(app.test_client())


def test_a_form_is_sent_as_a_browser_sends_it() -> None:
    page = _site().open("/").press("Close", {"PIN": "123456"})

    sent = [("act", "close"), ("day", "2"), ("note", "old"), ("pin", "123456"), ("token", "t1")]
    assert page.words == str(sent)


def test_choices_are_made_by_their_words() -> None:
    filled: dict[str, Value] = {
        "Day": "Mon",
        "Safe": True,
        "Note": "new",
        "File": Upload("a.csv", b"rows"),
    }

    page = _site().open("/").press("Close", filled)

    assert all(
        f"{pair}" in page.words for pair in [("day", "1"), ("safe", "yes"), ("file", "rows")]
    )


def test_a_search_goes_into_the_address() -> None:
    assert _site().open("/").press("Find", {"Name": "子涵 & co"}).words == "子涵 & co"


def test_links_are_followed_through_redirects() -> None:
    page = _site().open("/").follow("Again")

    assert page.path == "/"
    assert page.status == 200


@pytest.mark.parametrize("wrong", ["button", "field", "option"])
def test_what_is_not_there_cannot_be_used(wrong: str) -> None:
    page: Page = _site().open("/")
    filled = {"field": {"Colour": "red"}, "option": {"Day": "Sun"}}.get(wrong, {})

    with pytest.raises(AssertionError):
        page.press("Open" if wrong == "button" else "Close", filled)
