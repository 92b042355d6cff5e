"""What every target promises, asked of each of them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kiosk.errors import UnavailableError
from kiosk.record.folder import FolderTarget
from kiosk.record.postgres import PostgresTarget
from kiosk.record.target import Batch, HelloReply, Part, RecordProblem, RecordRow, Span, Target
from kiosk.rules.digest import EMPTY, SetDigest, set_digest
from tests.record.batches import (
    LOAN,
    VISIT,
    after,
    batch,
    gone,
    greeting,
    key,
    of_reply,
    visit,
)

if TYPE_CHECKING:
    from tests.postgres import Cluster

EVERYTHING = Span(name="all", low="0" * 32, high="f" * 32)


@pytest.fixture(params=["folder", pytest.param("postgres", marks=pytest.mark.postgres)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    if request.param == "folder":
        yield FolderTarget(tmp_path)
        return
    cluster: Cluster = request.getfixturevalue("private_cluster")
    with cluster.database() as name:
        found = PostgresTarget(cluster.dsn(name))
        yield found
        found.close()


def _held(target: Target, sent: Batch, span: Span = EVERYTHING) -> SetDigest:
    found = target.digests(VISIT, room_id=sent.room_id, epoch=sent.epoch, spans=[span])
    return found[span.name]


def _digest_of(*parts: Part) -> SetDigest:
    rows = [RecordRow.parse(line) for part in parts for line in part.lines()]
    return set_digest(row.content for row in rows)


def test_a_new_room_is_greeted_with_nothing(target: Target) -> None:
    reply = target.hello(greeting())

    assert (reply.last_seq, reply.chain) == (0, "")


def test_a_receipt_repeats_what_was_sent(target: Target) -> None:
    hello = greeting()
    target.hello(hello)
    sent = batch(
        hello, {"visit": [visit(1, key(1)), visit(3, key(2))], "loan": [gone(2, key(3), LOAN)]}
    )

    receipt = target.put(sent)

    assert receipt == sent.receipt()
    assert receipt.rows == 3
    assert target.hello(hello) == HelloReply(epoch=1, last_seq=3, chain=sent.chain)


def test_the_same_batch_again_has_the_same_receipt_and_no_effect(target: Target) -> None:
    hello = greeting()
    target.hello(hello)
    sent = batch(hello, [visit(1, key(1)), visit(2, key(2))])
    first, held = target.put(sent), _held(target, sent)

    second = target.put(sent)

    assert second == first
    assert _held(target, sent) == held == _digest_of(*sent.parts)


def test_a_later_batch_changes_a_row_and_adds_none(target: Target) -> None:
    hello, row = greeting(), key(1)
    target.hello(hello)
    first = batch(hello, [visit(1, row), visit(2, key(2))])
    target.put(first)
    later = batch(after(hello, first), [visit(3, row, state="left")])

    target.put(later)

    kept = replace(first.parts[0], blocks=tuple(first.parts[0].blocks[0].splitlines(True)[1:]))
    assert _held(target, later) == _digest_of(kept, *later.parts)


def test_a_row_that_is_gone_leaves_the_digest_and_may_come_back(target: Target) -> None:
    hello, row = greeting(), key(1)
    target.hello(hello)
    first = batch(hello, [visit(1, row)])
    target.put(first)
    second = batch(after(hello, first), [gone(2, row)])
    target.put(second)
    assert _held(target, second) == EMPTY
    third = batch(after(hello, second), [visit(3, row)])

    target.put(third)

    assert _held(target, third) == _digest_of(*third.parts)


def test_a_batch_that_does_not_follow_is_refused(target: Target) -> None:
    hello = greeting()
    target.hello(hello)
    first = batch(hello, [visit(1, key(1))])
    target.put(first)
    for wrong in (hello, replace(after(hello, first), chain="0" * 64)):
        with pytest.raises(UnavailableError) as error:
            target.put(batch(wrong, [visit(2, key(2))]))

        assert error.value.reason is RecordProblem.OUT_OF_STEP
    assert _held(target, first) == _digest_of(*first.parts)


def test_a_new_epoch_begins_from_nothing_and_wins_over_the_old_one(target: Target) -> None:
    hello, row = greeting(), key(1)
    target.hello(hello)
    first = batch(hello, [visit(7, row, state="left"), visit(8, key(2))])
    target.put(first)

    reply = target.renew(hello, claim="one")
    again = batch(of_reply(hello, reply), [visit(1, row)])
    target.put(again)

    assert reply == HelloReply(epoch=2, last_seq=0, chain="")
    assert _held(target, again) == _digest_of(*again.parts)
    assert target.only_here([VISIT, LOAN], room_id=hello.room_id, epoch=2) == 1


def test_the_same_claim_gets_the_same_epoch_and_another_the_next(target: Target) -> None:
    hello = greeting()
    target.hello(hello)

    epochs = [target.renew(hello, claim=claim).epoch for claim in ("one", "one", "two")]

    assert epochs == [2, 2, 3]


def test_the_machine_of_an_old_epoch_is_refused(target: Target) -> None:
    hello = greeting()
    target.hello(hello)
    target.renew(hello, claim="one")

    with pytest.raises(UnavailableError) as error:
        target.put(batch(hello, [visit(1, key(1))]))

    assert error.value.reason is RecordProblem.OTHER_MACHINE


def test_rooms_share_a_target_and_no_rows(target: Target) -> None:
    one, two, row = greeting(), greeting(), key(1)
    for hello in (one, two):
        target.hello(hello)
    first, second = batch(one, [visit(1, row)]), batch(two, [visit(1, row, state="left")])
    target.put(first)

    target.put(second)

    assert _held(target, first) == _digest_of(*first.parts)
    assert _held(target, second) == _digest_of(*second.parts)


def test_digests_are_told_apart_by_range_of_keys(target: Target) -> None:
    hello = greeting()
    target.hello(hello)
    keys = sorted(key(minute) for minute in range(4))
    sent = batch(hello, [visit(seq, row) for seq, row in enumerate(keys, start=1)])
    target.put(sent)
    spans = [
        Span(name="early", low=keys[0], high=keys[1]),
        Span(name="none", low="0" * 32, high=keys[0]),
        Span(name="late", low=keys[1], high="f" * 32),
    ]

    found = target.digests(VISIT, room_id=sent.room_id, epoch=1, spans=spans)

    lines = list(sent.parts[0].lines())
    contents = [RecordRow.parse(line).content for line in lines]
    assert found == {
        "early": set_digest(contents[:1]),
        "none": EMPTY,
        "late": set_digest(contents[1:]),
    }


def test_a_shape_that_has_grown_a_column_is_taken(target: Target) -> None:
    hello = greeting()
    target.hello(hello)
    narrow = replace(VISIT, columns=VISIT.columns[:-1])
    row = key(1)
    line = "\t".join(str(field) for field in visit(1, row)[:-1])
    first = Batch.of(hello, [Part(shape=narrow, rows=1, blocks=(f"{line}\n".encode(),))], to_seq=1)
    target.put(first)

    later = batch(after(hello, first), [visit(2, key(2))])
    target.put(later)

    wide = set_digest(
        [
            f"{line.split(chr(9), 2)[2]}\t",
            RecordRow.parse(next(later.parts[0].lines())).content,
        ]
    )
    assert _held(target, later) == wide
