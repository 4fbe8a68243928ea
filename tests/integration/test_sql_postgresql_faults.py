"""What the sql target says when PostgreSQL is away, slow, cut off, in the way or not ready; and that it comes back."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from router.ports import UNSENT, Outcome, Parcel
from tests.adapters.outbound.sql.rows import LINES, line, open_target, parcels, send_once
from tests.adapters.waiting import until
from tests.integration.servers.postgresql import PASSWORD, PostgreSQL

NOWHERE = Path("/nowhere")
SLEEP = {"statement": "SELECT pg_sleep(:for::float)", "params": {"for": "body.for"}}


@pytest.fixture
def outside(postgresql: PostgreSQL) -> Iterator[psycopg.Connection[Any]]:
    with closing(psycopg.connect(postgresql.url, autocommit=True)) as connection:
        yield connection


@pytest.fixture
def lines(outside: psycopg.Connection[Any], unique: str) -> str:
    """An empty table."""
    outside.execute(LINES.format(unique))
    return unique


def into(table: str, *bodies: dict[str, Any]) -> list[Parcel]:
    return parcels({"table": table, "conflict": ["sku"]}, bodies or [line(1), line(2)])


async def send(url: str, made: Sequence[Parcel], timeout: float = 10.0) -> list[Outcome]:
    return await send_once(url, NOWHERE, made, timeout)


def waits(postgresql: PostgreSQL) -> list[int]:
    """Pids of what the target runs and waits for, as a stranger sees them."""
    found = postgresql.sql(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'crossdock' AND state = 'active' AND wait_event IS NOT NULL"
    )
    return [int(pid) for pid in found.split()]


async def until_it_waits(postgresql: PostgreSQL) -> int:
    deadline = time.monotonic() + 20
    while not (found := await asyncio.to_thread(waits, postgresql)):
        assert time.monotonic() < deadline
    return found[0]


async def test_a_wrong_password_and_a_wrong_database_are_connect(postgresql: PostgreSQL) -> None:
    for url, word in (
        (postgresql.url.replace(quote(PASSWORD, safe=""), "wr0ng"), "password authentication failed"),
        (postgresql.url + "x", "does not exist"),
        (postgresql.url.replace(quote(PASSWORD, safe=""), "wr0ng%zz"), "cannot be read"),
        (postgresql.url.replace("127.0.0.1", "no.such.host.invalid"), "no.such.host.invalid"),
    ):
        (outcome,) = await send(url, into("t", line(1)))
        assert (outcome.error, word in outcome.reason) == ("connect", True), outcome.reason
        assert not any(secret in outcome.reason + outcome.sent_to for secret in (PASSWORD, quote(PASSWORD, safe=""), "wr0ng"))
        assert "crossdock@" not in outcome.sent_to


async def test_a_backend_that_is_ended_in_the_middle_is_a_reset(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str
) -> None:
    target = open_target(postgresql.url)
    with outside.transaction():
        outside.execute(f"LOCK TABLE {lines}")
        task = asyncio.create_task(target.send(into(lines)))
        outside.execute("SELECT pg_terminate_backend(%s)", (await until_it_waits(postgresql),))
        outcomes = await task
    assert [o.error for o in outcomes] == ["reset", "reset"]
    assert "57P01" in outcomes[0].reason
    assert [o.error for o in await target.send(into(lines))] == [None, None]
    await target.close()


async def test_a_backend_that_is_killed_is_a_reset_and_the_server_is_found_again(postgresql: PostgreSQL, unique: str) -> None:
    target = open_target(postgresql.url)
    with closing(psycopg.connect(postgresql.url, autocommit=True)) as outside:
        outside.execute(LINES.format(unique))
        with outside.cursor() as cursor:
            cursor.execute(f"BEGIN; LOCK TABLE {unique}")
            task = asyncio.create_task(target.send(into(unique)))
            os.kill(await until_it_waits(postgresql), signal.SIGKILL)
        assert [o.error for o in await task] == ["reset", "reset"]
    until(postgresql.answers)
    assert [o.error for o in await target.send(into(unique))] == [None, None]
    await target.close()


async def test_a_connection_that_is_cut_in_commit_is_a_reset(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str
) -> None:
    outside.execute(
        f"CREATE FUNCTION {lines}_cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
        f" CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON {lines} DEFERRABLE INITIALLY DEFERRED"
        f" FOR EACH ROW EXECUTE FUNCTION {lines}_cut()"
    )
    assert [o.error for o in await send(postgresql.url, into(lines))] == ["reset", "reset"]
    outside.execute(f"DROP TRIGGER cut ON {lines}")
    assert [o.error for o in await send(postgresql.url, into(lines))] == [None, None]


async def test_an_idle_connection_that_was_cut_costs_no_attempt(postgresql: PostgreSQL, unique: str) -> None:
    postgresql.sql(LINES.format(unique), "crossdock")
    target = open_target(postgresql.url)
    assert (await target.send(into(unique)))[0].ok
    postgresql.stop()
    (down, _) = await target.send(into(unique))
    assert down.error == "connect"
    postgresql.start()
    assert (await target.send(into(unique)))[0].ok
    postgresql.stop()
    postgresql.start()
    assert (await target.send(into(unique)))[0].ok
    await target.close()


async def test_a_frozen_server_costs_no_more_than_the_timeout(postgresql: PostgreSQL, unique: str) -> None:
    postgresql.sql(LINES.format(unique), "crossdock")
    open_, fresh = open_target(postgresql.url, timeout=0.5), open_target(postgresql.url, timeout=0.5)
    assert (await open_.send(into(unique)))[0].ok
    postgresql.pause()
    for target in (open_, fresh):
        begun = time.monotonic()
        outcomes = await target.send(into(unique, line(3), line(4)))
        assert [o.error for o in outcomes] == ["timeout", "timeout"]
        assert time.monotonic() - begun < 5
    postgresql.resume()
    for target in (open_, fresh):
        assert [o.error for o in await target.send(into(unique, line(3), line(4)))] == [None, None]
        await target.close()
    assert postgresql.sql(f"SELECT count(*) FROM {unique}", "crossdock") == "4"


async def test_a_lock_of_another_is_waited_for_no_longer_than_the_timeout_and_then_nothing_runs_any_more(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str
) -> None:
    outside.execute(f"INSERT INTO {lines} VALUES ('S-1', 1, 1)")
    with outside.transaction():
        outside.execute(f"UPDATE {lines} SET qty = 9")
        (outcome,) = await send(postgresql.url, into(lines, line(1)), timeout=0.3)
        assert outcome.error == "timeout"
        assert "57014" in outcome.reason
        assert not waits(postgresql)


SLOW = """CREATE FUNCTION {0}_slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.05); RETURN new; END';
CREATE {1} ON {0} {2} FOR EACH ROW EXECUTE FUNCTION {0}_slow()"""
WHEN = {
    "at once": ("TRIGGER slow BEFORE INSERT", ""),
    "at the commit": ("CONSTRAINT TRIGGER slow AFTER INSERT", "DEFERRABLE INITIALLY DEFERRED"),
}


@pytest.mark.parametrize("by", ["table", "statement"])
@pytest.mark.parametrize("when", WHEN)
async def test_rows_that_take_long_together_and_are_quick_alone_all_arrive(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str, by: str, when: str
) -> None:
    outside.execute(SLOW.format(lines, *WHEN[when]))
    params = {name: f"body.{name}" for name in ("sku", "qty")}
    statement = {"statement": f"INSERT INTO {lines} (sku, qty, price) VALUES (:sku, :qty, 1)", "params": params}
    bodies = [line(n) for n in range(60)]
    left = into(lines, *bodies) if by == "table" else parcels(statement, bodies)
    target = open_target(postgresql.url, timeout=1.0)
    while left:
        outcomes = await target.send(left)
        assert {o.error for o in outcomes} <= {None, UNSENT}
        left = [one for one, outcome in zip(left, outcomes, strict=True) if not outcome.ok]
    await target.close()
    assert outside.execute(f"SELECT count(*) FROM {lines}").fetchone() == (60,)


async def test_a_statement_that_takes_too_long_is_a_timeout(postgresql: PostgreSQL, outside: psycopg.Connection[Any]) -> None:
    (outcome,) = await send(postgresql.url, parcels(SLEEP, [{"for": 60}]), timeout=0.3)
    assert outcome.error == "timeout"
    assert not waits(postgresql)


async def test_the_limit_of_the_servers_owner_is_not_exceeded(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], unique: str
) -> None:
    outside.execute(f"CREATE ROLE {unique} LOGIN PASSWORD 'p'; ALTER ROLE {unique} SET statement_timeout = '100ms'")
    url = f"postgresql://{unique}:p@127.0.0.1:{postgresql.port}/crossdock"
    begun = time.monotonic()
    (outcome,) = await send(url, parcels(SLEEP, [{"for": 60}]), timeout=30)
    assert (outcome.error, time.monotonic() - begun < 10) == ("timeout", True)


async def test_a_deadlock_is_tried_again_at_once(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str
) -> None:
    outside.execute(f"INSERT INTO {lines} VALUES ('S-1', 1, 1), ('S-2', 1, 1); SET deadlock_timeout = '20s'")
    before = postgresql.sql("SELECT deadlocks FROM pg_stat_database WHERE datname = 'crossdock'")
    with outside.transaction():
        outside.execute(f"UPDATE {lines} SET qty = 5 WHERE sku = 'S-2'")
        task = asyncio.create_task(send(postgresql.url, into(lines)))
        await until_it_waits(postgresql)
        await asyncio.to_thread(outside.execute, f"UPDATE {lines} SET qty = 5 WHERE sku = 'S-1'")
    assert [o.error for o in await task] == [None, None]
    assert outside.execute(f"SELECT sku, qty FROM {lines} ORDER BY sku").fetchall() == [("S-1", 1), ("S-2", 2)]
    outside.execute("RESET deadlock_timeout")
    until(lambda: postgresql.sql("SELECT deadlocks FROM pg_stat_database WHERE datname = 'crossdock'") > before)


async def test_one_that_is_always_in_the_way_is_io(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str
) -> None:
    outside.execute(
        f"CREATE SEQUENCE {lines}_tries; CREATE FUNCTION {lines}_no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" PERFORM nextval('{lines}_tries'); RAISE 'busy' USING ERRCODE = 'serialization_failure'; END $$;"
        f" CREATE TRIGGER no BEFORE INSERT ON {lines} EXECUTE FUNCTION {lines}_no()"
    )
    outcomes = await send(postgresql.url, into(lines))
    assert [o.error for o in outcomes] == ["io", "io"]
    assert "40001" in outcomes[0].reason
    assert outside.execute(f"SELECT last_value FROM {lines}_tries").fetchone() == (3,)


async def test_what_the_owner_of_the_database_can_put_right_is_io(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], lines: str, unique: str
) -> None:
    outside.execute(f"CREATE ROLE {unique}r LOGIN PASSWORD 'p'; CREATE TABLE {unique}n (sku text, qty int, price numeric)")
    url = f"postgresql://{unique}r:p@127.0.0.1:{postgresql.port}/crossdock"
    for server, made, word in (
        (postgresql.url, into("no_such_table"), "there is no table no_such_table"),
        (postgresql.url, into(f"{unique}n"), "a unique index"),
        (postgresql.url + "?options=-cdefault_transaction_read_only%3Don", into(lines), "read-only"),
        (url, into(lines), "permission denied"),
        (postgresql.url, parcels({"statement": "DELETE FROM no_such_table"}, [{}]), "42P01"),
    ):
        outcome = (await send(server, made))[0]
        assert (outcome.error, word in outcome.reason) == ("io", True), outcome.reason
    outside.execute(f"ALTER TABLE {unique}n ADD PRIMARY KEY (sku)")
    assert (await send(postgresql.url, into(f"{unique}n", {"sku": "x", "qty": 1, "price": 1})))[0].ok


async def test_a_statement_that_cannot_be_read_is_refused(postgresql: PostgreSQL) -> None:
    (outcome,) = await send(postgresql.url, parcels({"statement": "INSERT INTOO t VALUES (1)"}, [{}]))
    assert outcome.error == "refused"
    assert "42601" in outcome.reason
