"""What staff print: sheets of cards and labels, with the first free place and the printer's offset.

The browser prints them, so that the printer's own dialogue counts: 100 %, not fitted to the page.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from flask import render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from kiosk.printing import calibration, glyphs, png
from kiosk.printing import cards as paper_cards
from kiosk.printing.cards import CardFace
from kiosk.printing.paper import Cut, Placing
from kiosk.rules import codes
from kiosk.rules.badges import Badge
from kiosk.rules.codes import CodeKind, Command
from kiosk.services import readings
from kiosk.services.cards import CardToPrint
from kiosk.services.friends import FriendCard
from kiosk.services.ledger_paper import class_name
from kiosk.services.printed_cards import StaffCardToPrint
from kiosk.web import context, i18n, staff_page
from kiosk.web.assets import static_url
from kiosk.web.attachments import attachment

_COMMAND_PICTURES: Final = {
    Command.LEAVE: "icon-door",
    Command.DONE: "icon-tick",
    Command.TEACHER: "icon-teacher",
}
# What the form of the first free place does not send again.
_OWN_FIELDS: Final = frozenset({"csrf_token", "start"})


def children(sheet: Sequence[CardToPrint], *, back: str) -> Response:
    """Return the cards of these children, and say whose name the font cannot draw."""
    faces = [child_face(card) for card in sheet]
    spelt = [card.given_name for card in sheet if glyphs.lacking(card.given_name)]
    return cards(faces, back=back, spelt=spelt)


def friends(sheet: Sequence[FriendCard], *, back: str) -> Response:
    """Return cards that are nobody's yet."""
    return cards([friend_face(card.badge, card.code) for card in sheet], back=back)


def staff(sheet: Sequence[StaffCardToPrint], *, back: str) -> Response:
    """Return the cards of members of staff."""
    faces = [
        _face(
            name=card.display_name,
            line=_said(f"role-{card.role}"),
            pictures=("cloth-indigo", "face-teacher"),
            code=card.code,
        )
        for card in sheet
    ]
    return cards(faces, back=back)


def commands(*, back: str) -> Response:
    """Return the cards that stand beside the scanner: leave, done, ask the teacher."""
    faces = [
        _face(
            name=_said(f"command-{command}"),
            line=_said("line-command"),
            pictures=("", _COMMAND_PICTURES[command]),
            code=codes.command_code(command),
        )
        for command in Command
    ]
    return cards(faces, back=back)


def cards(faces: Sequence[CardFace], *, back: str, spelt: Sequence[str] = ()) -> Response:
    """Return sheets of any cards; `spelt` are names that stand there in pinyin or not at all."""
    return show(
        lambda placed: paper_cards.pages(faces, drawing, placed),
        paper_cards.CUT,
        title="cards",
        back=back,
        spelt=spelt,
    )


def show(
    draw: Callable[[Placing], Iterable[str]],
    cut: Cut,
    *,
    title: str,
    back: str,
    spelt: Sequence[str] = (),
) -> Response:
    """Return sheets to cut up, each an SVG of our own printing, whose texts are escaped there.

    A tap on a place of the small sheet asks for the same once more, beginning there.
    """
    placed = placing(cut)
    return staff_page.show(
        "staff/sheets.html",
        pages=[Markup(page) for page in draw(placed)],  # noqa: S704 - see the docstring
        title=title,
        back=back,
        cut=cut,
        start=placed.start,
        asked=[pair for pair in request.form.items(multi=True) if pair[0] not in _OWN_FIELDS],
        spelt=spelt,
    )


def placing(cut: Cut) -> Placing:
    """Return the first free place that was touched, and the printer's offset."""
    device = context.device()
    wanted = request.values.get("start", "")
    start = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else 0  # noqa: PLR2004
    return Placing(
        start=min(start, cut.a_page - 1),
        right=device.print_right / 10,
        down=device.print_down / 10,
    )


def drawing(name: str) -> str:
    """Return the address of a drawing of `static/art/`."""
    return static_url(f"art/{name}.svg")


def test_page(*, back: str) -> Response:
    """Return the page by which the printer is measured, moved as it is now."""
    words = {what: _said(f"test-{what}") for what in ("cross", "length", "card")}
    device = context.device()
    placing = Placing(right=device.print_right / 10, down=device.print_down / 10)
    return staff_page.show(
        "setup/test_page.html",
        drawn=Markup(calibration.page(words, placing)),  # noqa: S704 - our own, escaped there
        back=back,
    )


def picture(card: CardToPrint) -> Response:
    """Return one card as a file that says nothing of the child in its name."""
    return attachment(png.card(child_face(card)), "card.png")


def child_face(card: CardToPrint) -> CardFace:
    """Return the face of a child's card; a name that cannot be drawn is spelt, or left to a pen."""
    name: str | None = card.given_name
    if glyphs.lacking(card.given_name):
        name = " ".join(readings.of_given_name(card.given_name, card.given_name_pinyin)) or None
    return _face(
        name=name,
        line=class_name(card.grade, card.class_number),
        pictures=_badge(card.badge),
        code=card.code,
    )


def friend_face(badge: Badge, code: str) -> CardFace:
    """Return the face of a card that is nobody's yet: a line to write the name on."""
    return _face(name=None, line=_said("line-friend"), pictures=_badge(badge), code=code)


def _face(*, name: str | None, line: str, pictures: tuple[str, ...], code: str) -> CardFace:
    return CardFace(
        name=name,
        line=line,
        pictures=pictures,
        found=(_said("found-1"), _said("found-2")),
        code=code,
        short_code=None if code.startswith(CodeKind.COMMAND) else codes.short_code(code),
    )


def _badge(badge: Badge) -> tuple[str, ...]:
    return (f"cloth-{badge.cloth}", f"animal-{badge.animal}")


def _said(what: str) -> str:
    """Return words of a card in the room's own language, whatever a staff page speaks."""
    with i18n.own_language():
        return render_template("staff/_card_words.html", what=what).strip()
