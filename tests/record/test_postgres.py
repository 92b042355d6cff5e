"""The PostgreSQL target: what only a server can do wrong."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from kiosk.errors import InvalidInputError, UnavailableError
from kiosk.record.postgres import PostgresTarget
from kiosk.record.target import HelloReply, RecordProblem
from tests.record.batches import after, batch, gone, greeting, key, visit

if TYPE_CHECKING:
    from tests.postgres import Cluster

pytestmark = pytest.mark.postgres


@pytest.fixture
def address(private_cluster: "Cluster") -> Iterator[str]:
    with private_cluster.database() as name:
        yield private_cluster.dsn(name)


@pytest.fixture
def target(address: str) -> Iterator[PostgresTarget]:
    found = PostgresTarget(address)
    yield found
    found.close()


def _all(address: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address) as connection:
        return connection.execute(query.encode()).fetchall()


def test_rows_have_types_that_a_school_can_ask_about(target: PostgresTarget, address: str) -> None:
    hello = greeting()
    target.hello(hello)
    target.put(batch(hello, [visit(1, key(1))]))

    found = _all(
        address,
        "SELECT count(*) FROM record_visit WHERE signed_in_at < now() + interval '99 years'"
        " AND local_day = date '2026-11-22' AND grade + 1 = 4",
    )

    assert found == [(1,)]


def test_a_row_that_is_gone_keeps_its_key_and_nothing_else(
    target: PostgresTarget, address: str
) -> None:
    hello, row = greeting(), key(1)
    target.hello(hello)
    first = batch(hello, [visit(1, row)])
    target.put(first)

    target.put(batch(after(hello, first), [gone(2, row)]))

    found = _all(address, "SELECT op, child_id, local_day, signed_in_at, state FROM record_visit")
    assert found == [("D", None, None, None, None)]


def test_a_value_that_is_none_of_its_kind_is_refused_and_nothing_is_stored(
    target: PostgresTarget, address: str
) -> None:
    hello = greeting()
    target.hello(hello)
    bad = (*visit(2, key(2))[:-1], "three")

    with pytest.raises(InvalidInputError) as error:
        target.put(batch(hello, [visit(1, key(1)), bad]))

    assert error.value.reason is RecordProblem.BAD_ROWS
    assert target.hello(hello) == HelloReply(epoch=1, last_seq=0, chain="")
    assert _all(address, "SELECT to_regclass('record_visit')") == [(None,)]


def test_the_target_goes_on_after_a_refusal(target: PostgresTarget) -> None:
    hello = greeting()
    target.hello(hello)
    with pytest.raises(InvalidInputError):
        target.put(batch(hello, [(*visit(1, key(1))[:-1], "three")]))
    good = batch(hello, [visit(1, key(1))])

    assert target.put(good) == good.receipt()


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(UnavailableError) as error:
        PostgresTarget("host=/nowhere dbname=x connect_timeout=1").hello(greeting())

    assert error.value.reason is RecordProblem.UNREACHABLE


def test_a_connection_that_breaks_stores_nothing_and_the_next_try_does(
    target: PostgresTarget, address: str
) -> None:
    hello = greeting()
    target.hello(hello)
    _all(
        address,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE application_name = 'nuanwu'",
    )
    sent = batch(hello, [visit(1, key(1))])

    with pytest.raises(UnavailableError) as error:
        target.put(sent)

    assert error.value.reason is RecordProblem.UNREACHABLE
    assert target.put(sent) == sent.receipt()


def test_a_role_that_may_only_read_is_named(target: PostgresTarget, address: str) -> None:
    target.hello(greeting())
    with psycopg.connect(address) as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN")
    reader = PostgresTarget(address.replace("user=tests", "user=reader"))

    with pytest.raises(UnavailableError) as error:
        reader.hello(greeting())

    reader.close()
    assert error.value.reason is RecordProblem.READ_ONLY


def test_rooms_that_come_for_the_first_time_at_once_are_all_received(address: str) -> None:
    def come(number: int) -> int:
        target, hello = PostgresTarget(address), greeting()
        target.hello(hello)
        receipt = target.put(batch(hello, [visit(1, key(number)), visit(2, key(number))]))
        target.close()
        return receipt.rows

    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(come, range(16)))

    assert rows == [2] * 16
    assert _all(address, "SELECT count(*) FROM record_visit") == [(32,)]


@pytest.mark.parametrize(
    "minutes",
    [(20, 30), (1, 5), (10, 30), (1, 10)],
    ids=["beyond what is known", "before it", "beyond it and known", "before it and known"],
)
def test_rows_get_in_whatever_the_record_knows_already(
    target: PostgresTarget, address: str, minutes: tuple[int, ...]
) -> None:
    keys = {minute: key(minute) for minute in (1, 5, 10, 20, 30)}
    hello = greeting()
    target.hello(hello)
    first = batch(hello, [visit(1, keys[10])])
    target.put(first)
    rows = [visit(2 + at, keys[minute], state="left") for at, minute in enumerate(minutes)]

    target.put(batch(after(hello, first), rows))

    found = _all(address, "SELECT replace(id::text, '-', ''), epoch, seq, state FROM record_visit")
    wanted = {keys[10]: (1, 1, "open")} | {str(row[2]): (1, row[0], "left") for row in rows}
    assert {key: tuple(rest) for key, *rest in found} == wanted
    assert len(found) == len(wanted)
