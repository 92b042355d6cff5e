"""Five children by lot: who can be drawn, what is told of them, and what the audit knows."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from kiosk.db import reading
from kiosk.models.audit import Audit, AuditAction
from kiosk.rules.call_states import CallState
from kiosk.services import drawn_children, ledger_form
from kiosk.services.drawn_children import HOW_MANY, DrawnChild, Oddity
from kiosk.services.here import Here
from kiosk.services.ledgers import Ledger
from tests import factories


def _draw(here: Here, seed: int = 1) -> tuple[DrawnChild, ...]:
    return drawn_children.draw(
        first=here.today - timedelta(days=30),
        last=here.today,
        actor_id=factories.staff(here).staff_id,
        here=here,
        lot=Random(seed),  # noqa: S311 - so that the test knows who is drawn
    )


def test_five_are_drawn_and_the_audit_knows_of_each(here: Here) -> None:
    for _ in range(9):
        factories.child(here)
    factories.child(here, left_on=here.today)

    drawn = _draw(here)

    assert len({child.child_id for child in drawn}) == HOW_MANY
    subjects = reading().scalars(
        select(Audit.subject).where(
            Audit.action == AuditAction.REVEAL, Audit.purpose == "self-check"
        )
    )
    assert set(subjects) == {f"child:{child.child_id}" for child in drawn}


def test_a_district_that_leaves_a_column_out_of_its_form_is_none_the_wiser(here: Here) -> None:
    factories.child(here)
    folder = here.settings.instance / "ledgers"
    folder.mkdir()
    (folder / "L4.toml").write_text(
        'id = "L4"\ntitle = "通话记录"\n[[column]]\nheader = "日期"\nsource = "day"\nwidth = 9\n',
        encoding="utf-8",
    )
    assert ledger_form.in_use("L4", here=here).form.title == "通话记录"

    assert len(_draw(here)) == 1


def test_in_a_small_school_all_are_drawn(here: Here) -> None:
    factories.child(here)

    assert len(_draw(here)) == 1


def test_everybody_can_be_drawn(here: Here) -> None:
    made = {factories.child(here).child_id for _ in range(7)}

    seen = {child.child_id for seed in range(20) for child in _draw(here, seed)}

    assert seen == made


def test_a_loan_on_a_day_without_a_visit_does_not_fit(here: Here) -> None:
    child = factories.child(here)
    for title in ("昆虫记", "夏洛的网"):
        item_id = factories.item(here, name=title).item_id
        lent_at = here.now if title == "昆虫记" else here.now - timedelta(days=3)
        factories.loan(here, child.child_id, item_id, lent_at=lent_at)
    factories.visit(here, child.child_id)

    (found,) = _draw(here)

    counts = {lines.ledger: lines.count for lines in found.ledgers}
    assert counts == {Ledger.VISITS: 1, Ledger.CALLS: 0, Ledger.LOANS: 2}
    day = here.today - timedelta(days=3)
    assert found.odd == ((Oddity.LOAN_WITHOUT_VISIT, day),)


@pytest.mark.parametrize(
    ("after_min", "is_odd"), [(-20, True), (5, False), (40, True)], ids=["before", "in", "after"]
)
def test_a_call_outside_the_visit_of_its_day_does_not_fit(
    after_min: int, *, is_odd: bool, here: Here
) -> None:
    child = factories.child(here)
    came = here.now
    factories.visit(
        here,
        child.child_id,
        signed_in_at=came,
        signed_out_at=came + timedelta(minutes=30),
    )
    began = came + timedelta(minutes=after_min)
    factories.booking(
        here,
        child.child_id,
        state=CallState.DONE,
        started_at=began,
        ended_at=began + timedelta(minutes=6),
    )

    (found,) = _draw(here)

    assert found.odd == (((Oddity.CALL_OUTSIDE_VISIT, here.today),) if is_odd else ())


def test_nobody_is_drawn_from_an_empty_school(here: Here) -> None:
    assert _draw(here) == ()
    assert not reading().scalar(
        select(func.count()).select_from(Audit).where(Audit.action == AuditAction.REVEAL)
    )
