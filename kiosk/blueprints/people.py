"""Children: found by name or initials; their cards and contacts."""

from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules.erasure import is_erased
from kiosk.rules.friends import is_friend
from kiosk.rules.people import PeopleProblem
from kiosk.rules.relations import Relation
from kiosk.rules.sessions import SessionProblem
from kiosk.services import (
    cards,
    child_lessons,
    child_visits,
    contact_hours,
    contacts,
    families,
    letters,
    passbook,
    people,
    picture_codes,
    printed_cards,
    readings,
)
from kiosk.web import context, forms, printed, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("people", __name__, url_prefix="/staff/children")

_LONGEST = 40
_LONGEST_READING = 80


class Purpose(StrEnum):
    """Why an administrator looks at a number outside a call."""

    CHECK = "contact-check"
    PARENT = "parent-asked"
    URGENT = "urgent"


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def search() -> Response:
    """Ask for a name; a class is listed by its link."""
    class_id = _class_wanted()
    found = None
    if class_id is not None:
        found = people.search("", here=context.here(), actor_id=_me(), class_id=class_id)
    return _listing(found, class_id=class_id)


@blueprint.post("")
@access(Access.DUTY_TEACHER)
def find() -> Response:
    """Show whom a name, initials or a card's short code fit; no name stands in an address."""
    text = forms.text("text", longest=_LONGEST)
    holder = printed_cards.holder_of_short(text, actor_id=_me(), here=context.here())
    if holder is not None:
        return redirect(url_for("people.detail", child_id=holder), code=303)
    return _listing(people.search(text, here=context.here(), actor_id=_me()), text=text)


@blueprint.get("/<uuid:child_id>")
@access(Access.DUTY_TEACHER)
def detail(child_id: UUID) -> Response:
    """Show one child."""
    return _detail(child_id)


@blueprint.post("/<uuid:child_id>/card")
@access(Access.DUTY_TEACHER)
def new_card(child_id: UUID) -> Response:
    """Give a child a new card; the old one ends."""
    cards.issue(child_id, request_id=forms.uuid("request_id"), actor_id=_me(), here=context.here())
    return redirect(url_for("people.given_card", child_id=child_id), code=303)


@blueprint.get("/<uuid:child_id>/card")
@access(Access.DUTY_TEACHER)
def given_card(child_id: UUID) -> Response:
    """Show the card that was just given out; later a copy is an administrator's to print."""
    here = context.here()
    if not cards.is_just_issued(child_id, here=here):
        return redirect(url_for("people.detail", child_id=child_id), code=303)
    return _cards(cards.sheet([child_id], actor_id=_me(), here=here))


@blueprint.post("/<uuid:child_id>/card/print")
@access(Access.ADMINISTRATOR)
def print_card(child_id: UUID) -> Response:
    """Print the valid card of a child once more."""
    return _cards(cards.sheet([child_id], actor_id=_me(), here=context.here()))


@blueprint.post("/<uuid:child_id>/card/picture")
@access(Access.ADMINISTRATOR)
def card_picture(child_id: UUID) -> Response:
    """Hand over the valid card of a child as a picture; its name says nothing of the child."""
    card = cards.picture(child_id, actor_id=_me(), here=context.here())
    return printed.picture(card)


@blueprint.post("/class/<uuid:class_id>/cards")
@access(Access.ADMINISTRATOR)
def print_class(class_id: UUID) -> Response:
    """Print the cards of a class."""
    return _cards(cards.class_sheet(class_id, actor_id=_me(), here=context.here()))


@blueprint.post("/<uuid:child_id>/reading-list")
@access(Access.DUTY_TEACHER)
def reading_list(child_id: UUID) -> Response:
    """Show the child's reading list as it goes to the printer, to fold; nothing of it is stored."""
    read = passbook.to_print(child_id, actor_id=_me(), here=context.here())
    return staff_page.show("people/reading_list.html", list=read, child_id=child_id)


@blueprint.post("/<uuid:child_id>/pinyin")
@access(Access.DUTY_TEACHER)
def say_name(child_id: UUID) -> Response:
    """Keep how a child's name is read."""
    typed = forms.text("pinyin", longest=_LONGEST_READING)
    try:
        readings.say_name(child_id, typed=typed, actor_id=_me(), here=context.here())
    except InvalidInputError as error:
        return _detail(child_id, misread=error)
    return redirect(url_for("people.detail", child_id=child_id), code=303)


@blueprint.post("/<uuid:child_id>/contacts")
@access(Access.DUTY_TEACHER)
def add_contact(child_id: UUID) -> Response:
    """Propose a contact."""
    try:
        contacts.add_contact(
            child_id,
            relation=forms.one_of("relation", Relation),
            phone=forms.text("phone", longest=_LONGEST),
            full_name=forms.text("full_name", longest=_LONGEST) or None,
            actor_id=_me(),
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _detail(child_id, refused=error)
    return redirect(url_for("people.detail", child_id=child_id), code=303)


@blueprint.post("/<uuid:child_id>/contacts/<uuid:contact_id>")
@access(Access.ADMINISTRATOR)
def decide_contact(child_id: UUID, contact_id: UUID) -> Response:
    """Let a child ring a contact, or not any more."""
    contacts.check_is_of(child_id, contact_id)
    match forms.raw("decision"):
        case "approve":
            contacts.approve_contact(contact_id, actor_id=_me(), here=context.here())
            return redirect(url_for("people.detail", child_id=child_id), code=303)
        case "bar":
            return _end_contact(child_id, contact_id, contacts.bar_contact)
        case "withdraw":
            return _end_contact(child_id, contact_id, contacts.withdraw_contact)
        case _:
            raise InvalidInputError(SessionProblem.BAD_FORM, field="decision")


def _end_contact(child_id: UUID, contact_id: UUID, end: Callable[..., int]) -> Response:
    """Do it, or show the calls that go with it, where these are not those that were shown."""
    try:
        released = end(
            contact_id,
            seen=frozenset(request.form.getlist("seen")),
            actor_id=_me(),
            here=context.here(),
        )
    except RefusedError as error:
        if error.reason is not PeopleProblem.CALLS_CHANGED:
            raise
        asked = url_for(
            "contact_cards.ending", child_id=child_id, contact_id=contact_id, changed="now"
        )
        return redirect(asked, code=303)
    shown = url_for("people.detail", child_id=child_id, released=released or None)
    return redirect(shown, code=303)


@blueprint.post("/<uuid:child_id>/contacts/<uuid:contact_id>/number")
@access(Access.ADMINISTRATOR)
def number(child_id: UUID, contact_id: UUID) -> Response:
    """Show name and number of a contact for a stated purpose; the audit knows it first."""
    contacts.check_is_of(child_id, contact_id)
    revealed = people.reveal(
        contact_id,
        purpose=forms.one_of("purpose", Purpose),
        actor_id=_me(),
        here=context.here(),
    )
    return _detail(child_id, revealed={contact_id: revealed})


def _me() -> UUID:
    return staff_screen.signed_in().staff_id


def _class_wanted() -> UUID | None:
    wanted = request.args.get("class_id", "")
    try:
        return UUID(wanted) if wanted else None
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="class_id") from error


def _listing(
    found: tuple[people.ChildRow, ...] | None, *, text: str = "", class_id: UUID | None = None
) -> Response:
    return staff_page.show(
        "people/search.html",
        classes=people.classes(),
        found=found,
        text=text,
        class_id=class_id,
        at_most=people.FOUND_AT_MOST,
        was_erased="erased" in request.args,
    )


def _detail(
    child_id: UUID,
    *,
    revealed: dict[UUID, people.Revealed] | None = None,
    refused: KioskError | None = None,
    misread: KioskError | None = None,
) -> Response:
    here = context.here()
    one = people.detail(child_id, here=here)
    if is_friend(one.child.grade):
        return redirect(url_for("setup_friends.show"), code=303)
    return staff_page.show_form(
        "people/detail.html",
        refused or misread,
        one=one,
        read_as=" ".join(readings.of_given_name(one.child.given_name, one.given_name_pinyin)),
        misread=misread,
        pictures=picture_codes.of(child_id),
        is_just_issued=cards.is_just_issued(child_id, here=here),
        visits=child_visits.lately(child_id, here=here),
        today=here.today,
        relations=tuple(Relation),
        purposes=tuple(Purpose),
        revealed=revealed or {},
        hours=contact_hours.cards(child_id, here=here),
        rings_with=families.rings_with(child_id),
        lessons=child_lessons.of_child(child_id),
        letters=letters.of_child(child_id, here=here),
        is_erased=is_erased(one.child.given_name),
        released=request.args.get("released", default=0, type=int),
    )


def _cards(sheet: tuple[cards.CardToPrint, ...]) -> Response:
    return printed.children(sheet, back=url_for("people.search"))
