"""The sql target against a real PostgreSQL: the contract, values, and rows that are wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from router.ports import Outcome, Parcel, Target
from tests.adapters.outbound.sql.rows import (
    ARRIVED,
    LINES,
    array,
    line,
    open_target,
    parcels,
    send_once,
    to_arrived,
)
from tests.contracts.target import Features, TargetContract
from tests.integration.servers.postgresql import PASSWORD, PostgreSQL
from tests.integration.servers.process import free_port

NOWHERE = Path("/nowhere")


@pytest.fixture
def outside(postgresql: PostgreSQL) -> Iterator[psycopg.Connection[Any]]:
    with closing(psycopg.connect(postgresql.url, autocommit=True)) as connection:
        yield connection


@pytest.fixture
def lines(outside: psycopg.Connection[Any], unique: str) -> str:
    """An empty table."""
    outside.execute(LINES.format(unique))
    return unique


def rows(outside: psycopg.Connection[Any], sql: str) -> list[tuple[Any, ...]]:
    return outside.execute(sql).fetchall()


async def send(postgresql: PostgreSQL, made: Sequence[Parcel], timeout: float = 10.0) -> list[Outcome]:
    return await send_once(postgresql.url, NOWHERE, made, timeout)


class PostgresqlOutside:
    secret = PASSWORD

    def __init__(self, target: Target, table: str, connection: psycopg.Connection[Any] | None = None) -> None:
        self.target, self._table, self._connection = target, table, connection

    def parcel(self, n: int) -> Parcel:
        return to_arrived(n, self._table, f'{{"n":{n}, "ä": "ß"}}')

    def refused(self, n: int) -> Parcel:
        return to_arrived(n, self._table, None)

    def arrived(self) -> Sequence[bytes]:
        assert self._connection is not None
        return [body.encode() for (body,) in self._connection.execute(f"SELECT body FROM {self._table}").fetchall()]


class TestPostgresqlTarget(TargetContract):
    features = Features(once=True, unreachable="connect", silent=0.4, refuses="refused")

    @pytest.fixture(autouse=True)
    def server(self, postgresql: PostgreSQL, outside: psycopg.Connection[Any], unique: str) -> None:
        self.url, self.connection, self.table = postgresql.url, outside, unique
        self.connection.execute(ARRIVED.format(unique))

    @asynccontextmanager
    async def outside(self, folder: Path) -> AsyncIterator[PostgresqlOutside]:
        target = open_target(self.url)
        yield PostgresqlOutside(target, self.table, self.connection)
        await target.close()

    @asynccontextmanager
    async def unreachable(self, folder: Path) -> AsyncIterator[PostgresqlOutside]:
        target = open_target(self.url.replace(str(urlsplit(self.url).port), str(free_port())))
        yield PostgresqlOutside(target, self.table)
        await target.close()

    @asynccontextmanager
    async def silent(self, folder: Path) -> AsyncIterator[PostgresqlOutside]:
        target = open_target(self.url, timeout=0.4)
        with self.connection.transaction():
            self.connection.execute(f"LOCK TABLE {self.table}")
            yield PostgresqlOutside(target, self.table)
        await target.close()


async def test_a_row_that_is_there_gets_the_new_values(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str
) -> None:
    upsert = {"table": lines, "conflict": ["sku"]}
    await send(postgresql, parcels(upsert, [line(1), line(2)]))
    bodies = [line(1, qty=7), line(3), {"sku": "S-2", "price": 9, "note": "n"}]
    first, _, third = await send(postgresql, parcels(upsert, bodies))
    assert first.ok
    assert third.ok
    assert rows(outside, f"SELECT * FROM {lines} ORDER BY sku") == [
        ("S-1", 7, Decimal("1.50"), None), ("S-2", 2, Decimal("9.00"), "n"), ("S-3", 3, Decimal("1.50"), None),
    ]  # fmt: skip


async def test_of_rows_of_one_key_in_a_batch_the_later_wins(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str
) -> None:
    bodies = [line(n % 7, qty=n, **({"note": f"n{n}"} if n == 495 else {})) for n in range(500)]
    outcomes = await send(postgresql, parcels({"table": lines, "conflict": ["sku"]}, bodies))
    assert {o.error for o in outcomes} == {None}
    found = rows(outside, f"SELECT sku, qty, note FROM {lines} ORDER BY sku")
    expected = {n % 7: n for n in range(500)}
    assert found == [(f"S-{k}", expected[k], "n495" if k == 495 % 7 else None) for k in range(7)]


async def test_keys_that_only_the_database_finds_equal_do_not_fail(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], unique: str
) -> None:
    outside.execute(f"CREATE TABLE {unique} (id numeric PRIMARY KEY, n int)")
    bodies = [{"id": "1", "n": 1}, {"id": "1.0", "n": 2}, {"id": "01", "n": 3}]
    assert [o.error for o in await send(postgresql, parcels({"table": unique, "conflict": ["id"]}, bodies))] == [None] * 3
    assert rows(outside, f"SELECT n FROM {unique}") == [(3,)]


async def test_a_delivery_id_that_is_there_is_left_alone_and_rows_keep_their_order(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], unique: str
) -> None:
    outside.execute(f"CREATE TABLE {unique} (serial int GENERATED ALWAYS AS IDENTITY, delivery text UNIQUE, n int)")
    into = {"table": unique, "id_column": "delivery"}
    await send(postgresql, parcels(into, [{"n": n} for n in range(1, 13)]))
    await send(postgresql, parcels(into, [{"n": 100 + n} for n in range(1, 13)]))
    assert rows(outside, f"SELECT n, delivery FROM {unique} ORDER BY serial") == [(n, f"m{n}:dwh") for n in range(1, 13)]


async def test_a_statement_gets_its_parameters(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str
) -> None:
    text = f"""INSERT INTO {lines} (sku, qty, price, note) -- :not one
               VALUES (:sku, :qty, :price::text::numeric * 2, 'is :sku; ' || :delivery_id)
               ON CONFLICT (sku) DO UPDATE SET qty = {lines}.qty + :qty;"""
    into = {"statement": text, "params": {"sku": "body.sku", "qty": "body.qty", "price": "body.price"}}
    outcomes = await send(postgresql, parcels(into, [line(1), line(2), line(1, qty=5)]))
    assert [o.error for o in outcomes] == [None] * 3, outcomes
    assert rows(outside, f"SELECT * FROM {lines} ORDER BY sku") == [
        ("S-1", 6, Decimal("3.00"), "is :sku; m1:dwh"), ("S-2", 2, Decimal("3.00"), "is :sku; m2:dwh")
    ]  # fmt: skip


WRONG: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    (line(0, qty=-1), ("check", "SQLSTATE 23514", "constraint", "qty_check")),
    ({"sku": "S-0"}, ("null value", "SQLSTATE 23502", "column price")),
    (line(0, note="taken"), ("note_key", "SQLSTATE 23505", "(note)=(taken)")),
    (line(0, qty="many"), ("qty:", '"many"', "SQLSTATE 22P02")),
    (line(0, qty=Decimal("1.5")), ("qty:", '"1.5"', "SQLSTATE 22P02")),
    (line(0, qty=2**31), ("qty:", "out of range", "SQLSTATE 22003")),
    (line(0, sku="S-123456789"), ("sku:", "too long", "SQLSTATE 22001")),
    (line(0, price=10**7), ("price:", "overflow", "SQLSTATE 22003")),
    (line(0, note="a\0b"), ("note:", "NUL", "at 2")),
    (line(0, colour="red"), ("no column 'colour' in", "sku, qty, price, note")),
    ({"qty": 1, "price": 1}, ("no sku", "conflict")),
    (line(0, sku=None), ("sku is null",)),
]


@pytest.mark.parametrize(("body", "words"), WRONG, ids=[words[0] for _, words in WRONG])
async def test_one_wrong_row_of_500_does_not_hold_up_the_others(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str, body: dict[str, Any], words: tuple[str, ...]
) -> None:
    outside.execute(f"INSERT INTO {lines} VALUES ('T', 1, 1, 'taken')")
    bodies = [line(n) for n in range(1, 501)]
    bodies[333] = body
    outcomes = await send(postgresql, parcels({"table": lines, "conflict": ["sku"]}, bodies))
    assert {n for n, o in enumerate(outcomes) if not o.ok} == {333}
    assert outcomes[333].error == "refused"
    assert all(word in outcomes[333].reason for word in words), outcomes[333].reason
    assert rows(outside, f"SELECT count(*) FROM {lines}") == [(500,)]


async def test_many_wrong_rows_of_many_kinds_are_told_apart(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str
) -> None:
    outside.execute(f"CREATE TABLE {lines}f (sku text PRIMARY KEY REFERENCES {lines} DEFERRABLE INITIALLY DEFERRED, n int)")
    outside.execute(f"INSERT INTO {lines} SELECT 'S-' || n, 1, 1 FROM generate_series(1, 400) n")
    bodies = [{"sku": f"S-{n}", "n": "x" if n % 50 == 0 else n} for n in range(1, 501)]
    outcomes = await send(postgresql, parcels({"table": f"{lines}f", "conflict": ["sku"]}, bodies))
    wrong = {n for n, o in enumerate(outcomes, 1) if not o.ok}
    assert wrong == {n for n in range(1, 501) if n % 50 == 0 or n > 400}
    assert "foreign key" in outcomes[450].reason
    assert "n: invalid input" in outcomes[49].reason
    assert rows(outside, f"SELECT count(*) FROM {lines}f") == [(392,)]


async def test_wrong_rows_among_many_of_one_key_are_told_apart(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str
) -> None:
    wrong = {0: -1, 1: "x", 249: -1, 250: "x", 498: -1, 499: -1}
    bodies = [line(n % 3, qty=wrong.get(n, n)) for n in range(500)]
    outcomes = await send(postgresql, parcels({"table": lines, "conflict": ["sku"]}, bodies))
    assert {n: o.error for n, o in enumerate(outcomes) if not o.ok} == dict.fromkeys(wrong, "refused")
    assert all(("22P02" if wrong[n] == "x" else "23514") in outcomes[n].reason for n in wrong)
    assert rows(outside, f"SELECT sku, qty FROM {lines} ORDER BY sku") == [("S-0", 495), ("S-1", 496), ("S-2", 497)]


async def test_text_of_a_message_is_never_sql(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str
) -> None:
    evil = 'x"); DROP TABLE ' + lines + "; --"
    bodies = [line(1, note="'); DELETE FROM " + lines + "; --"), {**line(2), evil: 1}]
    good, bad = await send(postgresql, parcels({"table": lines, "conflict": ["sku"]}, bodies))
    assert good.ok
    assert (bad.error, evil[:20] in bad.reason) == ("refused", True)
    assert rows(outside, f"SELECT count(*) FROM {lines}") == [(1,)]


async def test_names_are_read_as_postgresql_reads_them(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], unique: str
) -> None:
    columns = 'sku text PRIMARY KEY, "Qty" int, "100% ""x""" int'
    outside.execute(f'CREATE SCHEMA {unique}; CREATE TABLE {unique}."Odd Name" ({columns})')
    bodies = [{"SKU": "a", "Qty": 1, '100% "x"': 2}]
    (outcome,) = await send(postgresql, parcels({"table": f"{unique}.Odd Name", "conflict": ["Sku"]}, bodies))
    assert outcome.ok, outcome.reason
    assert rows(outside, f'SELECT * FROM {unique}."Odd Name"') == [("a", 1, 2)]
    (twice,) = await send(
        postgresql, parcels({"table": f"{unique}.Odd Name", "conflict": ["sku"]}, [{"sku": "a", "SKU": "b"}])
    )
    assert "two fields of the row are for the column sku" in twice.reason


async def test_a_new_column_is_found_without_a_restart(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str
) -> None:
    target = open_target(postgresql.url)
    upsert = {"table": lines, "conflict": ["sku"]}
    assert (await target.send(parcels(upsert, [line(1, colour="red")])))[0].error == "refused"
    outside.execute(f"ALTER TABLE {lines} ADD colour text")
    assert (await target.send(parcels(upsert, [line(1, colour="red")])))[0].ok
    outside.execute(f"ALTER TABLE {lines} DROP colour")
    (gone,) = await target.send(parcels(upsert, [line(1, colour="red")]))
    assert gone.error == "refused"
    assert "colour" in gone.reason
    await target.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"qty": -1}, "member 77 of the array: new row"),
        ({"qty": "many"}, "member 77 of the array: qty: invalid input"),
        ({"sku": "S-123456789"}, "member 77 of the array: sku: value too long"),
        ({"sku": None}, "member 77 of the array: sku is null"),
    ],
)
async def test_an_array_is_written_whole_or_not_at_all_and_names_its_member(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str, change: dict[str, Any], words: str
) -> None:
    upsert = {"table": lines, "conflict": ["sku"]}
    bodies = [line(n, **(change if n == 77 else {})) for n in range(200)]
    wrong, good = await send(postgresql, [array("a1", upsert, bodies), array("a2", upsert, [line(300), line(301)])])
    assert (wrong.error, good.error) == ("refused", None)
    assert wrong.reason.startswith(words), wrong.reason
    assert rows(outside, f"SELECT count(*) FROM {lines}") == [(2,)]
