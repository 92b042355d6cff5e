"""Which template draws which answer: the one table between use cases and pictures."""

import hashlib
from typing import Final

from werkzeug.wrappers import Response

from kiosk.errors import KioskError, RefusedError
from kiosk.services import own_calls, own_page
from kiosk.services.answers import (
    AlreadyYours,
    Arrived,
    Booked,
    BookWaits,
    KindRefusal,
    LeaveAsked,
    Left,
    LendStart,
    Lent,
    OwnPage,
    PickContact,
    PickTime,
    Renewed,
    Returned,
    Room,
)
from kiosk.services.call_answers import AskTime, CallPage, CallTurn, StandbyAsked
from kiosk.services.finding_answers import FindBook, FoundTitle
from kiosk.services.hold_answers import HoldPlaced
from kiosk.services.lending import Reader
from kiosk.services.no_card_answers import (
    PickAnimal,
    PickClass,
    PickCloth,
    PickGrade,
    PickPictures,
    WaitForTeacher,
)
from kiosk.services.passbook import Passbook
from kiosk.services.talk_answers import AskTeacher, PickAdult
from kiosk.web import context, errors, htmx, last_return
from kiosk.web.child_sessions import ChildSession

_FRAGMENTS: Final = {
    AlreadyYours: "kiosk/_already_yours.html",
    Arrived: "kiosk/_greeting.html",
    AskTeacher: "kiosk/_teacher.html",
    AskTime: "kiosk/_ask_time.html",
    Booked: "kiosk/_booked.html",
    BookWaits: "kiosk/_book_waits.html",
    CallPage: "kiosk/_call.html",
    CallTurn: "kiosk/_call_turn.html",
    FindBook: "kiosk/_find.html",
    FoundTitle: "kiosk/_found_title.html",
    HoldPlaced: "kiosk/_hold_placed.html",
    KindRefusal: "kiosk/_refusal.html",
    LeaveAsked: "kiosk/_leave.html",
    Left: "kiosk/_goodbye.html",
    LendStart: "kiosk/_lend_start.html",
    Lent: "kiosk/_lent.html",
    OwnPage: "kiosk/_own.html",
    Passbook: "kiosk/_passbook.html",
    PickAdult: "kiosk/_pick_adult.html",
    PickAnimal: "kiosk/_pick_animal.html",
    PickClass: "kiosk/_pick_class.html",
    PickCloth: "kiosk/_pick_animal.html",
    PickContact: "kiosk/_who.html",
    PickGrade: "kiosk/_pick_class.html",
    PickPictures: "kiosk/_pick_pictures.html",
    PickTime: "kiosk/_when.html",
    Renewed: "kiosk/_renewed.html",
    Returned: "kiosk/_returned.html",
    StandbyAsked: "kiosk/_standby.html",
    WaitForTeacher: "kiosk/_wait_teacher.html",
}


def show(answer: object) -> Response:
    """Return the child screen that draws `answer`."""
    return htmx.screen(_fragment(answer), answer)


def plain(fragment: str) -> Response:
    """Return a child screen that shows nothing of anybody."""
    return htmx.screen(fragment, None)


def leave_page(child: ChildSession) -> Response:
    call = own_calls.call_today(child_id=child.child_id, here=context.here())
    return show(LeaveAsked(child=child.face, call=call))


def refuse(error: RefusedError, child: ChildSession) -> Response:
    """Return the kind page for a rule that says no to the child at the screen."""
    here = context.here()
    page = own_page.in_hand(child_id=child.child_id, grade=child.face.grade, here=here)
    refusal = KindRefusal(
        child=child.face, reason=error.reason, values=error.values, loans=page, today=here.today
    )
    return htmx.screen(_fragment(refusal), refusal, status=errors.status_of(error))


def turn_away(error: KioskError) -> Response:
    """Return the kind page for whoever stands there and has no page that could stay."""
    here = context.here()
    refusal = KindRefusal(
        child=None,
        reason=error.reason,
        values={"today": here.today, **error.values},
        loans=(),
        today=here.today,
    )
    return htmx.screen(_fragment(refusal), refusal, status=errors.status_of(error))


def reader(child: ChildSession) -> Reader:
    """Return the child at the screen as the book house knows it."""
    return Reader(child_id=child.child_id, face=child.face, lent=frozenset(child.lent))


def remember_loan(child: ChildSession | None, answer: object) -> None:
    """Remember what was lent while this child's page is open: again means "already yours".

    And what was brought back last: only that may be undone here.
    """
    if child is not None and isinstance(answer, Lent):
        child.lent.add(answer.loan.loan_id)
    if isinstance(answer, Returned):
        last_return.keep(answer.loan_id)


def mark_of(room: Room) -> str:
    """Return a mark that changes when the idle screen would look different."""
    shown = (room.closes_min, room.next_opening, room.headcount, room.duty_title, room.calls)
    more = (room.train, room.new_books)
    return hashlib.sha256(repr((shown, more)).encode()).hexdigest()[:16]


def _fragment(answer: object) -> str:
    if isinstance(answer, Room):
        return "kiosk/_idle_open.html" if answer.is_open else "kiosk/_idle_closed.html"
    return _FRAGMENTS[type(answer)]
