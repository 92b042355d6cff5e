"""Children's cards: given out, given out anew, printed again."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kiosk.db import reading
from kiosk.errors import NotFoundError
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.people import Card
from kiosk.rules import codes
from kiosk.rules.codes import CodeKind, CodeProblem
from kiosk.rules.people import PeopleProblem
from kiosk.services import cards, visits
from kiosk.services.here import Here
from tests import factories


def trail() -> list[tuple[AuditAction, str, str]]:
    rows = reading().scalars(select(Audit).order_by(Audit.n))
    return [(row.action, row.subject, row.fields) for row in rows]


def test_a_new_card_ends_the_old_one(here: Here) -> None:
    child, actor = factories.child(here), factories.staff(here).staff_id

    code = cards.issue(child.child_id, actor_id=actor, here=here)

    assert visits.holder(code=code, here=here) == child.child_id
    with pytest.raises(NotFoundError) as error:
        visits.holder(code=child.card_code, here=here)
    assert error.value.reason is CodeProblem.OLD_CARD
    assert trail() == [(AuditAction.CARD, f"child:{child.child_id}", "card x 1")]


def test_one_request_gives_out_one_card(here: Here) -> None:
    child, request_id = factories.child(here), uuid4()

    first = cards.issue(child.child_id, request_id=request_id, actor_id=None, here=here)
    second = cards.issue(child.child_id, request_id=request_id, actor_id=None, here=here)

    assert first == second
    assert visits.holder(code=second, here=here) == child.child_id
    assert factories.how_many(Card) == 2


def test_a_card_is_printed_again_with_the_same_code(here: Here) -> None:
    child = factories.child(here)

    [card] = cards.sheet([child.child_id], actor_id=None, here=here)

    assert card.code == child.card_code
    assert trail() == [(AuditAction.PRINT, f"child:{child.child_id}", "card x 1")]


def test_the_code_does_not_stand_in_the_database(here: Here) -> None:
    child = factories.child(here)
    code = cards.issue(child.child_id, actor_id=None, here=here)

    data = (here.settings.instance / "kiosk.db").read_bytes()

    assert codes.parse(code) == codes.OurCode(kind=CodeKind.CHILD, text=code)
    assert code.encode() not in data
    assert child.card_code.encode() not in data


def test_a_class_is_printed_in_order_without_who_has_left_or_has_no_card(here: Here) -> None:
    second = factories.child(here, given_name="乙", initials="y")
    first = factories.child(here, given_name="甲", initials="j")
    factories.child(here, given_name="走", initials="z", left_on=here.today)
    lost = factories.child(here, given_name="丢", initials="d")
    revoke(lost.child_id, here)
    elsewhere = factories.child(here, grade=4, initials="a")

    printed = cards.class_sheet(first.class_id, actor_id=None, here=here)
    chosen = cards.sheet([elsewhere.child_id, second.child_id, uuid4()], actor_id=None, here=here)

    assert [card.given_name for card in printed] == ["甲", "乙"]
    assert [card.code for card in printed] == [first.card_code, second.card_code]
    assert [(card.grade, card.class_number) for card in chosen] == [(3, 1), (4, 1)]
    assert printed[0].badge == first.face.badge
    assert first.card_code not in repr(printed)
    assert trail() == [
        (AuditAction.PRINT, f"class:{first.class_id}", "card x 2"),
        (AuditAction.PRINT, "children", "card x 2"),
    ]


def test_who_has_left_or_never_was_gets_no_card(here: Here) -> None:
    left = factories.child(here, left_on=here.today)

    for child_id in (left.child_id, uuid4()):
        with pytest.raises(NotFoundError) as error:
            cards.issue(child_id, actor_id=None, here=here)
        assert error.value.reason is PeopleProblem.UNKNOWN_CHILD


def test_a_card_that_is_lost_is_not_printed_again(here: Here) -> None:
    child = factories.child(here)
    revoke(child.child_id, here)

    assert cards.sheet([child.child_id, uuid4()], actor_id=None, here=here) == ()


def revoke(child_id: UUID, here: Here) -> None:
    from sqlalchemy import update

    from kiosk.db import transaction

    with transaction() as session:
        session.execute(update(Card).where(Card.child_id == child_id).values(revoked_at=here.now))
