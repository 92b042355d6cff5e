"""Cards and books to click, in a demo instance only: they stand for a scanner."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint
from werkzeug.wrappers import Response

from kiosk.web import context, htmx, i18n
from kiosk.web.guards import Access, access

blueprint = Blueprint("demo", __name__, url_prefix="/demo")

_BESIDE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCode:
    """A line of `demo-codes.csv`. `animal` is `deer lake`: the animal and its cloth."""

    kind: str
    code: str
    label: str
    school_class: str
    animal: str
    cloth: str


@blueprint.get("")
@access(Access.DEMO)
def everything() -> Response:
    """Show every card and book, for a second window."""
    i18n.speak_own_language()
    return htmx.page("demo/page.html", codes=tuple(_codes()), whole=True)


@blueprint.get("/panel")
@access(Access.DEMO)
def beside() -> Response:
    """Show a few cards and books beside the kiosk screen."""
    i18n.speak_own_language()
    chosen: list[DemoCode] = []
    for kind in ("child", "item", "staff", "command"):
        chosen += [code for code in _codes() if code.kind == kind][:_BESIDE]
    return htmx.page("demo/_panel.html", codes=tuple(chosen), whole=False)


def _codes() -> Iterator[DemoCode]:
    path = context.settings().instance / "demo-codes.csv"
    if not path.exists():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            animal, _, cloth = row["animal"].partition(" ")
            yield DemoCode(
                kind=row["kind"],
                code=row["code"],
                label=row["label"],
                school_class=row["class"],
                animal=animal,
                cloth=cloth,
            )
