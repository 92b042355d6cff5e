"""Which row is which child: nobody is created and nobody is merged on a guess."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.roster import Doubt, Known, Listed, Matching, match, too_many_missing


def known(
    n: int,
    name: str = "陈小满",
    *,
    place: tuple[int, int] = (3, 1),
    no: str | None = None,
    phones: str = "",
) -> Known:
    return Known(
        child_id=UUID(int=n),
        name=name,
        grade=place[0],
        number=place[1],
        local_no=no,
        phones=frozenset(phone.encode() for phone in phones),
    )


def listed(
    row: int,
    name: str = "陈小满",
    *,
    place: tuple[int, int] = (3, 1),
    no: str | None = None,
    phones: str = "",
) -> Listed:
    return Listed(
        row=row,
        name=name,
        grade=place[0],
        number=place[1],
        local_no=no,
        phones=frozenset(phone.encode() for phone in phones),
    )


def same(matching: Matching) -> dict[int, int]:
    return {row: child_id.int for row, child_id in matching.same.items()}


@pytest.mark.parametrize(
    ("child", "row"),
    [
        (known(1, no="12"), listed(0, no="12")),
        (known(1, no="12"), listed(0, no="12", place=(3, 2))),
        (known(1, no="12"), listed(0, no="12", place=(4, 1))),
        (known(1, no="12", phones="a"), listed(0, no="15", phones="ab")),
        (known(1), listed(0)),
        (known(1), listed(0, no="12")),
        (known(1, no="12"), listed(0)),
        (known(1, phones="a"), listed(0, phones="b")),
        (known(1, phones="a"), listed(0, phones="a", place=(3, 2))),
    ],
    ids=[
        "all the same",
        "another class, same number",
        "a grade up, same number",
        "another number, same telephone",
        "name and class",
        "a number is added",
        "the number is left out",
        "other telephones",
        "another class, same telephone",
    ],
)
def test_a_row_finds_its_child(child: Known, row: Listed) -> None:
    matching = match([child], [row])

    assert same(matching) == {0: 1}
    assert (matching.new, matching.held, matching.missing) == ((), {}, ())


@pytest.mark.parametrize(
    ("child", "row", "doubt"),
    [
        (known(1), listed(0, place=(3, 2)), Doubt.MAYBE_MOVED),
        (known(1, no="12"), listed(0, no="15"), Doubt.OTHER_NUMBER),
        (known(1, no="12", phones="a"), listed(0, no="15"), Doubt.OTHER_NUMBER),
    ],
    ids=["another class", "another number", "another number, no telephone"],
)
def test_a_row_that_may_be_somebody_is_held(child: Known, row: Listed, doubt: Doubt) -> None:
    matching = match([child], [row])

    assert matching.held == {0: doubt}
    assert (matching.same, matching.new, matching.missing) == ({}, (), ())


@pytest.mark.parametrize(
    "row",
    [
        listed(0, "陈大满"),
        listed(0, place=(5, 1)),
        listed(0, place=(5, 1), no="12"),
        listed(0, place=(5, 1), phones="a"),
        listed(0, no="15", phones="b"),
    ],
    ids=["name", "grades apart", "and a number", "and a telephone", "number and telephone"],
)
def test_a_row_that_can_be_nobody_here_is_new(row: Listed) -> None:
    matching = match([known(1, no="12", phones="a")], [row])

    assert matching.new == (0,)
    assert matching.held == {}


def test_two_of_one_name_are_told_apart_by_their_numbers() -> None:
    matching = match([known(1, no="1"), known(2, no="2")], [listed(0, no="2"), listed(1, no="1")])

    assert same(matching) == {0: 2, 1: 1}


def test_two_of_one_name_are_told_apart_by_their_telephones() -> None:
    matching = match([known(1, phones="a"), known(2, phones="b")], [listed(0, phones="b")])

    assert same(matching) == {0: 2}
    assert matching.missing == (UUID(int=1),)


def test_two_of_one_name_with_nothing_else_are_held() -> None:
    matching = match([known(1), known(2)], [listed(0), listed(1)])

    assert matching.held == {0: Doubt.SAME_NAME, 1: Doubt.SAME_NAME}
    assert matching.missing == ()


def test_one_child_and_two_rows_of_its_name_are_held() -> None:
    matching = match([known(1)], [listed(0), listed(1)])

    assert matching.held == {0: Doubt.SAME_NAME, 1: Doubt.SAME_NAME}


def test_two_new_ones_of_one_name_need_a_number_each() -> None:
    without = match([], [listed(0), listed(1, no="2")])
    alike = match([], [listed(0, no="2"), listed(1, no="2", phones="a")])
    apart = match([], [listed(0, no="1"), listed(1, no="2")])

    assert without.held == {0: Doubt.SAME_NAME, 1: Doubt.SAME_NAME}
    assert alike.held == {0: Doubt.SAME_NAME, 1: Doubt.SAME_NAME}
    assert apart.new == (0, 1)


def test_only_the_classes_of_the_file_can_have_missing_children() -> None:
    children = [known(1, "甲一"), known(2, "乙二"), known(3, "丙三", place=(4, 1))]

    matching = match(children, [listed(0, "甲一")])

    assert matching.missing == (UUID(int=2),)


@pytest.mark.parametrize(
    ("missing", "in_scope", "too_many"),
    [
        (0, 0, False),
        (1, 2, False),
        (2, 39, True),
        (2, 40, False),
        (5, 100, False),
        (5, 99, True),
        (6, 1000, True),
    ],
)
def test_a_file_without_many_children_is_doubtful(
    missing: int, in_scope: int, *, too_many: bool
) -> None:
    assert too_many_missing(missing, in_scope=in_scope) is too_many


people = st.tuples(
    st.sampled_from(["陈小满", "王一", "李二"]),
    st.tuples(st.integers(1, 3), st.integers(1, 2)),
    st.sampled_from([None, "1", "2"]),
    st.sampled_from(["", "a", "b", "ab"]),
)


@given(st.lists(people, max_size=8), st.lists(people, max_size=8))
def test_every_row_and_every_child_is_used_once(
    children: list[tuple[str, tuple[int, int], str | None, str]],
    rows: list[tuple[str, tuple[int, int], str | None, str]],
) -> None:
    matching = match(
        [known(n, a, place=b, no=c, phones=d) for n, (a, b, c, d) in enumerate(children)],
        [listed(n, a, place=b, no=c, phones=d) for n, (a, b, c, d) in enumerate(rows)],
    )

    assert sorted([*matching.same, *matching.new, *matching.held]) == list(range(len(rows)))
    assert len(set(matching.same.values())) == len(matching.same)
    assert not set(matching.missing) & set(matching.same.values())
    for row, child_id in matching.same.items():
        assert rows[row][0] == children[child_id.int][0]


@given(st.lists(people, max_size=10))
def test_a_roster_that_is_written_out_comes_back_without_a_doubt_about_anybody_unlike(
    children: list[tuple[str, tuple[int, int], str | None, str]],
) -> None:
    unlike = list(
        {(name, place): (name, place, no, ph) for name, place, no, ph in children}.values()
    )

    matching = match(
        [known(n, a, place=b, no=c, phones=d) for n, (a, b, c, d) in enumerate(unlike)],
        [listed(n, a, place=b, no=c, phones=d) for n, (a, b, c, d) in enumerate(unlike)],
    )

    assert matching.new == ()
    assert matching.missing == ()
    assert all(row == child_id for row, child_id in same(matching).items())
