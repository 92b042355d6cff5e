from dataclasses import replace

import pytest

from kiosk.db import reading
from kiosk.models.lending import LendingPolicyRow
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import LendingPolicy
from kiosk.rules.policies import DEFAULTS, STAFF_POLICY
from kiosk.services import library_settings
from kiosk.services.here import Here
from tests import factories

SHORT = LendingPolicy(limit=4, days=7, renewals=0, grace_days=2, self_lending=False)


def test_a_room_has_the_defaults_until_somebody_sets_something(here: Here) -> None:
    assert library_settings.read(here.home_id) == DEFAULTS
    assert here.policy(3) == here.settings.policy(3)
    assert here.staff_policy() == STAFF_POLICY


def test_a_number_is_kept_and_the_others_stay(here: Here) -> None:
    staff_id = factories.staff(here).staff_id

    library_settings.change({"hold_days": 5}, actor_id=staff_id, here=here)

    assert library_settings.read(here.home_id) == replace(DEFAULTS, hold_days=5)


def test_a_name_that_is_no_number_is_a_mistake_of_ours(here: Here) -> None:
    staff_id = factories.staff(here).staff_id

    with pytest.raises(TypeError):
        library_settings.change({"hold_weeks": 5}, actor_id=staff_id, here=here)


def test_a_policy_is_that_of_its_grade_and_kind_alone(here: Here) -> None:
    staff_id = factories.staff(here).staff_id

    library = library_settings.set_policies(
        TitleKind.GAME, {3: SHORT}, actor_id=staff_id, here=here
    )

    after = replace(here, library=library)
    assert after.policy(3, TitleKind.GAME) == SHORT
    assert after.policy(3) == here.policy(3)
    assert after.policy(4, TitleKind.GAME) == here.policy(4)
    assert library == library_settings.read(here.home_id)


def test_a_friend_without_a_class_borrows_as_the_first_grade_and_not_as_a_teacher(
    here: Here,
) -> None:
    staff_id = factories.staff(here).staff_id
    large = replace(SHORT, limit=50)

    library = library_settings.set_policies(
        TitleKind.BOOK, {0: large, 1: SHORT}, actor_id=staff_id, here=here
    )

    assert replace(here, library=library).policy(0) == SHORT


def test_what_is_left_out_has_the_default_again(here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    library_settings.set_policies(TitleKind.BOOK, {3: SHORT}, actor_id=staff_id, here=here)

    library = library_settings.set_policies(TitleKind.BOOK, {}, actor_id=staff_id, here=here)

    assert replace(here, library=library).policy(3) == here.policy(3)
    assert reading().query(LendingPolicyRow).count() == 0
