"""Every child screen with invented children, as files that a browser can open without a server.

    python -m tests.web.gallery FOLDER [--language zh|en] [--po FILE]

The template tests draw the same screens.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from kiosk.rules.badges import Animal, Badge, Cloth
from kiosk.rules.book_classes import BookIcon, ShelfPlace
from kiosk.rules.call_news import CallNews
from kiosk.rules.catalogue import ShelfColour
from kiosk.rules.class_tree import Tree
from kiosk.rules.codes import CodeProblem
from kiosk.rules.day_parts import DayPart
from kiosk.rules.holds import HoldRefusal
from kiosk.rules.lending import LendingRefusal
from kiosk.rules.pictures import Picture
from kiosk.rules.relations import Relation
from kiosk.rules.talk_pictures import TalkPicture
from kiosk.rules.talks import TalkStanding
from kiosk.rules.visits import VisitRefusal
from kiosk.services import (
    answers,
    call_answers,
    finding_answers,
    no_card_answers,
    own_call,
    passbook,
)
from kiosk.services.devices import DeviceSettings
from kiosk.services.hold_answers import HoldPlaced
from kiosk.services.talk_answers import AdultTile, AskTeacher, PickAdult
from kiosk.web import filters, heard, pinyin
from tests.rooms import Templates

KIOSK = Path(__file__).resolve().parents[2] / "kiosk"
CATALOGUE = KIOSK / "translations" / "zh_CN" / "LC_MESSAGES" / "messages.po"

TODAY = date(2026, 11, 25)
FRIDAY, NEXT_FRIDAY = TODAY + timedelta(days=2), TODAY + timedelta(days=9)
IN_TWO_WEEKS = TODAY + timedelta(days=14)
NOW = datetime(2026, 11, 25, 16, 42)  # noqa: DTZ001  # the wall clock, as the idle screen has it
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))

DEER = Badge(animal=Animal.DEER, cloth=Cloth.LAKE)
CHILD = answers.ChildFace(given_name="子涵", grade=3, badge=DEER)
LONG_NAME = replace(CHILD, given_name="阿依古丽·买买提")
NEW_FRIEND = replace(CHILD, given_name="", grade=0)
TRAIN = tuple(
    Badge(animal=animal, cloth=tuple(Cloth)[(2 * place) % 6])
    for place, animal in enumerate(animal for animal in Animal if animal != Animal.DEER)
)[:22]
LAMP = answers.Book(title="山里的灯", cover=0)
RIVER = answers.Book(title="小河的信", cover=1)
KITE = answers.Book(title="风筝会飞", cover=2)
LONG = answers.Book(title="没头脑和不高兴的一个大大的故事", cover=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One state of a screen; `values` are what its template receives."""

    template: str
    values: dict[str, object] = field(default_factory=dict)


def loan(book: answers.Book, due_on: date) -> answers.OwnLoan:
    return answers.OwnLoan(loan_id=ONE, book=book, due_on=due_on, is_late=due_on < TODAY)


def call(relation: Relation = Relation.MOTHER, on: date = TODAY) -> own_call.OwnCall:
    return own_call.OwnCall(
        booking_id=TWO,
        relation=relation,
        on=on,
        start_min=1040,
        mode=own_call.CallMode.PHONE,
        line="1",
    )


def refusal(
    reason: StrEnum,
    *loans: answers.OwnLoan,
    child: answers.ChildFace | None = CHILD,
    **values: object,
) -> answers.KindRefusal:
    return answers.KindRefusal(child=child, reason=reason, values=values, loans=loans, today=TODAY)


ROOM = answers.Room(
    now=NOW,
    closes_min=1080,
    next_opening=None,
    headcount=23,
    duty_title="王老师",
    calls=(
        own_call.BoardCall(badge=TRAIN[19], start_min=1020, is_current=True),
        own_call.BoardCall(badge=DEER, start_min=1040, is_current=False),
        own_call.BoardCall(badge=TRAIN[11], start_min=1060, is_current=False),
        own_call.BoardCall(badge=TRAIN[1], start_min=1070, is_current=False),
    ),
    train=TRAIN,
    new_books=(LAMP, KITE),
)
RESTING = replace(
    ROOM,
    now=datetime(2026, 11, 25, 12, 50),  # noqa: DTZ001
    closes_min=None,
    next_opening=answers.NextOpening(on=TODAY, from_min=990),
    headcount=0,
    duty_title=None,
    calls=(),
    train=(),
    new_books=(),
)
GREETED = answers.Arrived(
    child=CHILD,
    greeting=answers.Greeting.AFTERNOON,
    today=TODAY,
    call=call(),
    loan=None,
    train=(*TRAIN, DEER),
)
OWN = answers.OwnPage(
    child=CHILD,
    saying=answers.OwnPageSaying.CHOOSE,
    today=TODAY,
    loans=(loan(LAMP, FRIDAY), loan(RIVER, NEXT_FRIDAY)),
    call=call(),
    may_borrow=1,
    news=CallNews.KEPT,
)
LENT = answers.Lent(child=CHILD, loan=loan(RIVER, IN_TWO_WEEKS), today=TODAY, held=1, more=1)
YOURS = answers.AlreadyYours(
    child=CHILD, loan=loan(RIVER, NEXT_FRIDAY), today=TODAY, may_renew=True
)
RETURNED = answers.Returned(
    child=CHILD,
    loan_id=ONE,
    item_id=TWO,
    book=RIVER,
    place=ShelfPlace(colour=ShelfColour.LAKE, letter="K", icon=BookIcon.WORLD),
    was_own=True,
    may_renew=True,
    may_borrow_it=False,
    tree=Tree(leaves=17, fruits=2),
)
TILES = tuple(
    answers.ContactTile(contact_id=UUID(int=number), relation=relation)
    for number, relation in enumerate(Relation, start=10)
)
SLOTS = tuple(
    answers.SlotTile(slot_id=UUID(int=number), on=on, start_min=start)
    for number, on, start in (
        (20, TODAY, 1040),
        (21, TODAY + timedelta(days=1), 1060),
        (22, FRIDAY, 1010),
    )
)
GONE = answers.Left(child=CHILD, is_evening=False, tip=answers.SafetyTip.ROAD)


_AT_THE_DOOR = (
    CodeProblem.UNKNOWN_CARD,
    CodeProblem.OLD_CARD,
    CodeProblem.UNKNOWN_ITEM,
    CodeProblem.SEVERAL_COPIES,
)


def _states() -> Iterator[tuple[str, str, object]]:
    yield "01-idle-open", "kiosk/_idle_open.html", ROOM
    yield (
        "01b-idle-quiet",
        "kiosk/_idle_open.html",
        replace(ROOM, headcount=3, train=TRAIN[:3], calls=(), duty_title=None),
    )
    yield "01c-idle-no-new-books", "kiosk/_idle_open.html", replace(ROOM, new_books=())
    yield "01d-idle-no-calls-shown", "kiosk/_idle_open.html", replace(ROOM, calls=None)
    yield (
        "01e-idle-nothing-to-show",
        "kiosk/_idle_open.html",
        replace(ROOM, calls=None, new_books=()),
    )
    yield "02-idle-closed", "kiosk/_idle_closed.html", RESTING
    yield (
        "02b-idle-monday",
        "kiosk/_idle_closed.html",
        replace(
            RESTING, next_opening=answers.NextOpening(on=TODAY + timedelta(days=5), from_min=990)
        ),
    )
    yield "02c-idle-holiday", "kiosk/_idle_closed.html", replace(RESTING, next_opening=None)
    for number, greeting in enumerate(answers.Greeting):
        yield (
            f"03{'abcd'[number]}-greeting-{greeting}",
            "kiosk/_greeting.html",
            replace(
                GREETED,
                greeting=greeting,
                call=GREETED.call if number % 2 == 0 else None,
                loan=loan(RIVER, (FRIDAY, TODAY, TODAY, TODAY - timedelta(days=3))[number]),
            ),
        )
    for number, saying in enumerate(answers.OwnPageSaying):
        yield (
            f"04{'abcdefgh'[number]}-own-{saying}",
            "kiosk/_own.html",
            replace(
                OWN,
                saying=saying,
                call=None if number in (1, 3) else OWN.call,
                news=CallNews.NONE if number in (1, 3) else CallNews.KEPT,
                loans=(loan(LAMP, TODAY), loan(LONG, NEXT_FRIDAY), loan(KITE, IN_TWO_WEEKS))[
                    : 3 - number
                ]
                if number in (1, 2, 3)
                else OWN.loans,
            ),
        )
    yield (
        "16-own-three-books",
        "kiosk/_own.html",
        replace(OWN, loans=tuple(loan(book, IN_TWO_WEEKS) for book in (LAMP, LONG, KITE))),
    )
    yield from _waiting()
    yield "05-lend-start", "kiosk/_lend_start.html", answers.LendStart(child=CHILD)
    yield "05b-lent", "kiosk/_lent.html", LENT
    yield "05l-lent-again", "kiosk/_lent.html", replace(LENT, has_read=True)
    yield (
        "05m-passbook",
        "kiosk/_passbook.html",
        passbook.Passbook(child=CHILD, books=(LAMP, LONG, KITE), next_page=None),
    )
    yield (
        "05n-passbook-more",
        "kiosk/_passbook.html",
        passbook.Passbook(child=CHILD, books=(LAMP, LONG, KITE, RIVER) * 2, next_page=1),
    )
    yield (
        "05o-passbook-empty",
        "kiosk/_passbook.html",
        passbook.Passbook(child=CHILD, books=(), next_page=None),
    )
    yield (
        "05c-lent-two-weeks",
        "kiosk/_lent.html",
        replace(LENT, loan=loan(LONG, NEXT_FRIDAY), held=3, more=0),
    )
    yield (
        "05d-lent-holiday",
        "kiosk/_lent.html",
        replace(LENT, loan=loan(KITE, TODAY + timedelta(days=50))),
    )
    yield "05e-already-yours", "kiosk/_already_yours.html", YOURS
    yield "05f-already-yours-no-more", "kiosk/_already_yours.html", replace(YOURS, may_renew=False)
    yield (
        "05g-renewed",
        "kiosk/_renewed.html",
        answers.Renewed(child=CHILD, loan=loan(RIVER, TODAY + timedelta(days=23)), today=TODAY),
    )
    yield "05h-returned", "kiosk/_returned.html", RETURNED
    yield (
        "05h2-returned-first-leaf",
        "kiosk/_returned.html",
        replace(RETURNED, may_renew=False, tree=Tree(leaves=1, fruits=0)),
    )
    yield (
        "05i-returned-others",
        "kiosk/_returned.html",
        replace(RETURNED, was_own=False, may_renew=False, may_borrow_it=True, tree=None),
    )
    yield (
        "05j-returned-alone",
        "kiosk/_returned.html",
        replace(RETURNED, child=None, was_own=False, may_renew=False, tree=None),
    )
    yield "05k-book-waits", "kiosk/_book_waits.html", answers.BookWaits(book=KITE)
    for number in range(0, len(TILES), 3):
        yield (
            f"06{'abcd'[number // 3]}-who",
            "kiosk/_who.html",
            answers.PickContact(child=CHILD, contacts=TILES[number : number + 3]),
        )
    yield "06e-who-nobody", "kiosk/_who.html", answers.PickContact(child=CHILD, contacts=())
    yield (
        "07-when",
        "kiosk/_when.html",
        answers.PickTime(child=CHILD, contact=TILES[1], today=TODAY, slots=SLOTS),
    )
    for number, relation in enumerate(Relation):
        yield (
            f"08-booked-{relation}",
            "kiosk/_booked.html",
            answers.Booked(child=CHILD, call=call(relation, SLOTS[number % 3].on), today=TODAY),
        )
    yield (
        "08m-booked-to-tell",
        "kiosk/_booked.html",
        answers.Booked(child=CHILD, call=call(), today=TODAY, books=(LAMP, LONG, KITE)),
    )
    yield (
        "09-refusal",
        "kiosk/_refusal.html",
        refusal(LendingRefusal.TOO_MANY_LOANS, loan(LAMP, FRIDAY), loan(KITE, NEXT_FRIDAY), held=2),
    )
    yield "09b-refusal-book", "kiosk/_refusal.html", refusal(LendingRefusal.IN_ROOM_ONLY)
    yield (
        "09c-refusal-closed",
        "kiosk/_refusal.html",
        refusal(
            VisitRefusal.ROOM_CLOSED,
            child=None,
            next=answers.NextOpening(on=FRIDAY, from_min=990),
            today=TODAY,
        ),
    )
    for letter, reason in zip("defg", _AT_THE_DOOR, strict=True):
        yield f"09{letter}-refusal-{reason}", "kiosk/_refusal.html", refusal(reason, child=None)
    yield "11-leave", "kiosk/_leave.html", answers.LeaveAsked(child=CHILD, call=None)
    yield "11b-leave-call", "kiosk/_leave.html", answers.LeaveAsked(child=CHILD, call=call())
    for tip in answers.SafetyTip:
        yield (
            f"11-goodbye-{tip}",
            "kiosk/_goodbye.html",
            replace(GONE, tip=tip, is_evening=tip == answers.SafetyTip.DARK),
        )
    yield (
        "17-greeting-long-name",
        "kiosk/_greeting.html",
        replace(GREETED, child=LONG_NAME),
    )
    yield "17b-greeting-new-friend", "kiosk/_greeting.html", replace(GREETED, child=NEW_FRIEND)
    yield "18-own-long-name", "kiosk/_own.html", replace(OWN, child=LONG_NAME)
    yield "19-goodbye-long-name", "kiosk/_goodbye.html", replace(GONE, child=LONG_NAME)
    yield "18b-own-new-friend", "kiosk/_own.html", replace(OWN, child=NEW_FRIEND)
    yield "19b-goodbye-new-friend", "kiosk/_goodbye.html", replace(GONE, child=NEW_FRIEND)
    yield from _looking_for_a_book()
    yield from _own_call()
    yield from _without_a_card()
    yield from _somebody_to_talk_to()


def _somebody_to_talk_to() -> Iterator[tuple[str, str, object]]:
    yield "14-teacher", "kiosk/_teacher.html", None
    near = AskTeacher(child=CHILD, talk=TalkStanding.MAY_ASK)
    yield "14b-teacher-may-ask", "kiosk/_teacher.html", near
    yield "14c-teacher-asked", "kiosk/_teacher.html", replace(near, talk=TalkStanding.ASKED)
    names = ("王老师", "李老师", "欧阳老师", "陈老师", "赵老师", "阿依古丽老师")
    adults = tuple(
        AdultTile(staff_id=UUID(int=number), display_name=name, cloth=cloth)
        for number, (name, cloth) in enumerate(zip(names, Cloth, strict=True))
    )
    for many in (1, 4, 6):
        one_of_them = PickAdult(child=CHILD, adults=adults[:many])
        yield f"14d-pick-adult-{many}", "kiosk/_pick_adult.html", one_of_them


def _looking_for_a_book() -> Iterator[tuple[str, str, object]]:
    found = tuple(
        finding_answers.FoundBook(title_id=UUID(int=number), book=book)
        for number, book in enumerate((LAMP, RIVER, KITE, LONG) * 2)
    )
    pad = finding_answers.FindBook(child=CHILD, keys="", books=found, next_page=None)
    yield "22-find", "kiosk/_find.html", pad
    yield (
        "22b-find-more",
        "kiosk/_find.html",
        replace(pad, keys="86624989", books=found[:7], next_page=1),
    )
    yield "22c-find-one", "kiosk/_find.html", replace(pad, keys="94", books=found[:1])
    yield "22d-find-nothing", "kiosk/_find.html", replace(pad, keys="9999", books=())
    stands = finding_answers.FoundTitle(
        child=CHILD,
        keys="94",
        found=finding_answers.FoundBook(title_id=ONE, book=LONG),
        place=ShelfPlace(colour=ShelfColour.PERSIMMON, letter="I", icon=BookIcon.STORY),
        is_in=True,
        next_volume=found[0],
        similar=found[1:3],
    )
    yield "23-found", "kiosk/_found_title.html", stands
    yield (
        "23b-found-no-sign",
        "kiosk/_found_title.html",
        replace(stands, place=None, next_volume=None, similar=found[:1]),
    )
    yield (
        "23c-found-out",
        "kiosk/_found_title.html",
        replace(stands, found=found[1], is_in=False, next_volume=None, similar=()),
    )


def _own_call() -> Iterator[tuple[str, str, object]]:
    moved = replace(
        call(Relation.FATHER, NEXT_FRIDAY),
        before=own_call.CallTime(on=FRIDAY, start_min=1010),
        mode=own_call.CallMode.VIDEO,
    )
    about = {
        CallNews.KEPT: call(Relation.GRANDMOTHER, FRIDAY),
        CallNews.MOVED: moved,
        CallNews.AGAIN: replace(moved, on=TODAY + timedelta(days=1)),
        CallNews.ASKED: None,
        CallNews.NONE: None,
    }
    for number, news in enumerate(CallNews):
        told = about.get(news, call())
        yield (
            f"24{'abcdefghijklm'[number]}-own-call-{news}",
            "kiosk/_own.html",
            replace(OWN, news=news, call=told),
        )
        if news.is_now or news is CallNews.NONE:
            continue
        page = call_answers.CallPage(child=CHILD, news=news, call=told, today=TODAY, may_book=True)
        yield (
            f"25{'abcdefghijklm'[number]}-call-{news}",
            "kiosk/_call.html",
            replace(
                page,
                may_book=not news.is_ahead and news is not CallNews.ASKED,
                known_on=FRIDAY if news is CallNews.ASKED else None,
                undo_wish=ONE if news is CallNews.ASKED else None,
            ),
        )
    waits = call_answers.CallPage(child=CHILD, news=CallNews.ASKED, call=None, today=TODAY)
    yield "25n-call-asked-before", "kiosk/_call.html", waits
    ready = answers.OwnHold(hold_id=ONE, book=KITE, place=1, is_ready=True)
    yield (
        "24n-own-call-and-hold",
        "kiosk/_own.html",
        replace(OWN, news=CallNews.MOVED, call=moved, holds=(ready,)),
    )
    yield (
        "24p-own-again-and-hold",
        "kiosk/_own.html",
        replace(OWN, news=CallNews.AGAIN, call=moved, holds=(ready, ready)),
    )
    yield (
        "24o-own-turn-and-hold",
        "kiosk/_own.html",
        replace(OWN, news=CallNews.TURN, holds=(ready,)),
    )
    asks = call_answers.AskTime(child=CHILD, contact=TILES[1], parts=tuple(DayPart))
    free = call_answers.StandbyAsked(
        child=CHILD,
        slot_id=ONE,
        relation=Relation.MOTHER,
        line="1",
        mode=own_call.CallMode.PHONE,
    )
    yield "07e-free-now", "kiosk/_standby.html", free
    yield "07b-ask-time", "kiosk/_ask_time.html", asks
    yield "07c-ask-any-time", "kiosk/_ask_time.html", replace(asks, parts=())
    yield (
        "07d-when-or-ask",
        "kiosk/_when.html",
        answers.PickTime(child=CHILD, contact=TILES[1], today=TODAY, slots=SLOTS[:2], may_ask=True),
    )
    yield from _call_turn()


def _call_turn() -> Iterator[tuple[str, str, object]]:
    pictures = tuple(TalkPicture)
    now = call_answers.CallTurn(
        child=CHILD, call=call(), is_soon=False, has_come=False, pictures=pictures[:3]
    )
    yield "26-call-turn", "kiosk/_call_turn.html", now
    for number, (is_soon, has_come) in enumerate(((True, False), (True, True), (False, True)), 1):
        told = replace(
            call(Relation.AUNT), mode=own_call.CallMode.VIDEO, line="阅览室" if number == 2 else "2"
        )
        yield (
            f"26{'abcd'[number]}-call-turn",
            "kiosk/_call_turn.html",
            replace(
                now,
                call=told if number != 3 else now.call,
                is_soon=is_soon,
                has_come=has_come,
                pictures=pictures[3 * number : 3 * number + 3],
            ),
        )
    soon = replace(ROOM.calls[1], is_due=True, line="1") if ROOM.calls else None
    assert soon is not None
    yield "01f-idle-soon", "kiosk/_idle_open.html", replace(ROOM, calls=(soon,))
    late = replace(soon, is_late=True)
    both = (late, replace(late, badge=TRAIN[3], line="2", mode=own_call.CallMode.VIDEO))
    yield "01g-idle-turn", "kiosk/_idle_open.html", replace(ROOM, calls=both)


def _waiting() -> Iterator[tuple[str, str, object]]:
    ready = answers.OwnHold(hold_id=ONE, book=KITE, place=1, is_ready=True)
    second = answers.OwnHold(hold_id=TWO, book=LONG, place=2, is_ready=False)
    three = tuple(loan(book, IN_TWO_WEEKS) for book in (LAMP, LONG, KITE))
    yield "20-greeting-ready", "kiosk/_greeting.html", replace(GREETED, call=None, ready=KITE)
    yield "20b-own-waiting", "kiosk/_own.html", replace(OWN, holds=(ready, second))
    yield (
        "20c-own-waiting-no-call",
        "kiosk/_own.html",
        replace(OWN, holds=(second, second), loans=three, call=None, news=CallNews.NONE),
    )
    yield (
        "20d-own-waits-in-two-weeks",
        "kiosk/_own.html",
        replace(OWN, holds=(ready,), loans=(), call=call(on=IN_TWO_WEEKS)),
    )
    placed = HoldPlaced(child=CHILD, hold=second, is_here=False, shelf=None)
    stands = ShelfPlace(colour=ShelfColour.LAKE, letter="K", icon=BookIcon.WORLD)
    yield "20e-hold", "kiosk/_hold_placed.html", placed
    yield (
        "20f-hold-on-shelf",
        "kiosk/_hold_placed.html",
        replace(placed, is_here=True, shelf=stands),
    )
    yield "20g-hold-ready", "kiosk/_hold_placed.html", replace(placed, hold=ready)
    yield (
        "20h-returned-waited-for",
        "kiosk/_returned.html",
        replace(RETURNED, may_renew=False, waited_for=True),
    )
    yield (
        "20i-returned-alone-waited-for",
        "kiosk/_returned.html",
        replace(RETURNED, child=None, was_own=False, may_renew=False, tree=None, waited_for=True),
    )
    yield "20j-refusal-reserved", "kiosk/_refusal.html", refusal(HoldRefusal.RESERVED, title_id=ONE)


def _without_a_card() -> Iterator[tuple[str, str, object]]:
    classes = tuple(
        no_card_answers.ClassTile(
            class_id=UUID(int=number), grade=1 + number // 6, number=number % 6 + 1
        )
        for number in range(36)
    )
    yield (
        "13-no-card",
        "kiosk/_pick_class.html",
        no_card_answers.PickClass(
            grade=None, classes=tuple(one for one in classes if one.number == 1)
        ),
    )
    for grades in (3, 6, 9):
        yield (
            f"13-no-card-{grades}-grades",
            "kiosk/_pick_class.html",
            no_card_answers.PickGrade(grades=tuple(range(1, grades + 1))),
        )
    for count in (2, 9, 12, 18):
        yield (
            f"13-no-card-{count}-classes",
            "kiosk/_pick_class.html",
            no_card_answers.PickClass(
                grade=3, classes=tuple(replace(one, grade=3) for one in classes[:count])
            ),
        )
    animals = tuple(Animal)
    for count in (4, 11, 17, 18):
        yield (
            f"13-no-card-{count}-animals",
            "kiosk/_pick_animal.html",
            no_card_answers.PickAnimal(
                class_id=ONE,
                grade=3,
                next_page=1 if count == 17 else None,
                animals=tuple(
                    (one, None if place % 5 == 1 else tuple(Cloth)[place % 6])
                    for place, one in enumerate(animals[:count])
                ),
            ),
        )
    yield (
        "13-no-card-cloth",
        "kiosk/_pick_animal.html",
        no_card_answers.PickCloth(
            class_id=ONE, badges=tuple(replace(DEER, cloth=cloth) for cloth in Cloth)
        ),
    )
    pictures = no_card_answers.PickPictures(class_id=ONE, badge=DEER)
    yield "13-no-card-pictures", "kiosk/_pick_pictures.html", pictures
    yield (
        "13-no-card-two-pictures",
        "kiosk/_pick_pictures.html",
        replace(pictures, picked=(Picture.KITE, Picture.SUN)),
    )
    yield (
        "13-no-card-again",
        "kiosk/_pick_pictures.html",
        replace(pictures, is_again=True),
    )
    yield (
        "13-no-card-wait",
        "kiosk/_wait_teacher.html",
        no_card_answers.WaitForTeacher(badge=DEER),
    )


def screens() -> dict[str, Screen]:
    """Return every screen by the name its picture has."""
    return {
        name: Screen(template=template, values={"answer": answer})
        for name, template, answer in _states()
    }


_COMPILED: Final = Templates()  # for all of them; an application makes other things of one


def environment(
    translate: Callable[[str], str] = str,
    *,
    language: str = "en",
    px_per_metre: int | None = None,
    has_pinyin: bool = False,
) -> Environment:
    """Return templates as the application has them, with a world of their own around them."""

    def said(text: str) -> str:
        return pinyin.over_sentence(translate(text)) if has_pinyin else translate(text)

    def called(child: answers.ChildFace) -> Markup | str:
        name = child.given_name
        return pinyin.over_given_name(name, child.given_name_pinyin) if has_pinyin else name

    def titled(name: str) -> Markup | str:
        return pinyin.over_display_name(name) if has_pinyin else name

    made = Environment(
        loader=FileSystemLoader(KIOSK / "templates"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=_COMPILED,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        said, lambda one, many, n: translate(one if n == 1 else many), newstyle=True
    )
    made.globals.update(
        csrf_token=lambda: "a" * 43,
        device=DeviceSettings,
        scanner=lambda: None,
        idle_mark=lambda _room: "0" * 16,
        is_demo=lambda: False,
        is_spoken=lambda: True,
        language=lambda: language,
        new_request_id=lambda: str(THREE),
        px_per_metre=lambda: px_per_metre,
        static_url="/static/{}".format,
        utc_offset_min=lambda: 480,
    )
    filters.install(made)
    heard.install(made)
    made.filters.update(called=called, titled=titled)
    return made


@cache
def chinese(path: Path = CATALOGUE) -> dict[str, str]:
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.string}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--po", type=Path, default=CATALOGUE)
    parser.add_argument("--pinyin", action="store_true")
    chosen = parser.parse_args()
    words = chinese(chosen.po) if chosen.language == "zh" else {}
    made = environment(
        lambda text: words.get(text, text), language=chosen.language, has_pinyin=chosen.pinyin
    )
    made.globals["static_url"] = lambda name: (KIOSK / "static" / name).as_uri()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for name, screen in screens().items():
        page = made.get_template("kiosk/screen.html").render(
            fragment=screen.template, **screen.values
        )
        (chosen.folder / f"{name}.html").write_text(page, encoding="utf-8")
    lost = made.get_template("kiosk/screen.html").render(
        fragment="errors/_notice.html", reason=CodeProblem.UNKNOWN_CARD, values={}
    )
    (chosen.folder / "15-lost.html").write_text(lost, encoding="utf-8")
    for name, body in (("20-just-a-moment", "data-waiting"), ("21-machine-tired", "data-tired")):
        page = made.get_template("kiosk/screen.html").render(fragment="kiosk/_own.html", answer=OWN)
        tired = made.get_template("kiosk/_tired.html").render() if body == "data-tired" else ""
        page = page.replace("<body", f"<body {body}").replace("</body>", f"{tired}</body>")
        (chosen.folder / f"{name}.html").write_text(page, encoding="utf-8")
    for name, reason in (("10-still", None), ("12-notice", CodeProblem.MISREAD)):
        page = made.get_template("kiosk/screen.html").render(
            fragment="kiosk/_own.html" if reason is None else "kiosk/_idle_open.html",
            answer=OWN if reason is None else ROOM,
        )
        if reason is None:
            still = made.get_template("kiosk/_still.html").render()
            page = page.replace("</body>", f"{still}</body>")
        else:
            notice = made.get_template("errors/_notice.html").render(reason=reason, values={})
            page = page.replace(" hidden></div>", f">{notice}</div>")
        (chosen.folder / f"{name}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
