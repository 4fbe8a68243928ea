"""The stream source against a real Valkey: everything once, whatever happens to the server and to the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import structlog

from adapters.inbound.redis_stream.entries import Entry
from router.errors import LedgerBusy
from tests.adapters.inbound.redis_stream.reading import STREAM, Reading, bodies, count, memory, until
from tests.adapters.valkey import Valkey


def add(valkey: Valkey, first: int, last: int) -> list[bytes]:
    """Entries with these numbers as bodies."""
    pipe = valkey.client.pipeline(transaction=False)
    made = [b"%d" % n for n in range(first, last)]
    for body in made:
        pipe.xadd(STREAM, {"body": body, "id": b"m" + body})
    pipe.execute()
    return made


def pending(valkey: Valkey) -> int:
    return int(valkey.client.xpending(STREAM, "crossdock")["pending"])


def actions(logs: Sequence[Any]) -> list[str]:
    return [one["action"] for one in logs if "action" in one]


async def test_ten_thousand_entries_are_accepted_once_and_in_order(valkey: Valkey, tmp_path: Path) -> None:
    made = add(valkey, 0, 10_000)
    ledger = memory(tmp_path)
    async with Reading(valkey.url, ledger).running():
        await until(lambda: count(ledger) >= 10_000)
        await until(lambda: pending(valkey) == 0)
        more = add(valkey, 10_000, 10_100)
        await until(lambda: count(ledger) >= 10_100)
    assert bodies(ledger) == made + more
    assert ledger.db.read("SELECT count(*) FROM message") == [(10_100,)]


async def test_a_stream_that_is_not_there_is_waited_for_and_not_made(valkey: Valkey, tmp_path: Path) -> None:
    ledger = memory(tmp_path)
    with structlog.testing.capture_logs() as logs:
        async with Reading(valkey.url, ledger).running():
            await until(lambda: "stream_missing" in actions(logs))
            assert valkey.client.exists(STREAM) == 0
            add(valkey, 0, 3)
            await until(lambda: count(ledger) == 3)
    assert actions(logs) == ["stream_missing", "stream_group_made", "stream_back"]


async def test_while_the_ledger_refuses_nothing_is_acknowledged(valkey: Valkey, tmp_path: Path) -> None:
    made = add(valkey, 0, 40)
    ledger, refused = memory(tmp_path), 0

    def refuse(entries: Sequence[Entry]) -> None:
        nonlocal refused
        refused += 1
        if refused <= 3:
            assert pending(valkey) == len(entries)
            raise LedgerBusy

    reading = Reading(valkey.url, ledger)
    reading.before = refuse
    with structlog.testing.capture_logs() as logs:
        async with reading.running():
            await until(lambda: refused == 3)
            assert count(ledger) == 0
            await until(lambda: pending(valkey) == 0 and count(ledger) == 40)
    assert bodies(ledger) == made
    assert actions(logs) == ["stream_group_made", "stream_waits_for_ledger", "stream_back"]
    assert refused < 10


async def test_after_a_restart_of_the_server_it_goes_on(tmp_path: Path) -> None:
    ledger = memory(tmp_path)
    with Valkey(tmp_path / "valkey") as valkey, structlog.testing.capture_logs() as logs:
        made = add(valkey, 0, 100)
        async with Reading(valkey.url, ledger).running():
            await until(lambda: count(ledger) == 100)
            valkey.kill()
            await until(lambda: "stream_unreachable" in actions(logs))
            valkey.start()
            made += add(valkey, 100, 200)
            await until(lambda: count(ledger) == 200)
    assert bodies(ledger) == made


async def test_a_frozen_server_is_given_up_and_read_again(tmp_path: Path) -> None:
    ledger = memory(tmp_path)
    with Valkey(tmp_path / "valkey") as valkey, structlog.testing.capture_logs() as logs:
        made = add(valkey, 0, 10)
        async with Reading(valkey.url, ledger, timeout=0.3).running():
            await until(lambda: count(ledger) == 10)
            valkey.freeze()
            await until(lambda: "stream_unreachable" in actions(logs))
            valkey.thaw()
            made += add(valkey, 10, 20)
            await until(lambda: count(ledger) == 20)
    assert bodies(ledger) == made


async def test_it_stops_soon_while_the_server_is_frozen(valkey: Valkey, tmp_path: Path) -> None:
    add(valkey, 0, 1)
    ledger = memory(tmp_path)
    try:
        async with Reading(valkey.url, ledger, timeout=60).running():
            await until(lambda: count(ledger) == 1)
            valkey.freeze()
    finally:
        valkey.thaw()


async def test_a_batch_that_was_begun_is_stored_and_acknowledged_before_it_stops(valkey: Valkey, tmp_path: Path) -> None:
    add(valkey, 0, 5)
    ledger = memory(tmp_path)
    reading = Reading(valkey.url, ledger)
    begun: list[int] = []
    reading.before = lambda entries: begun.append(len(entries))
    async with reading.running():
        await until(lambda: begun)
    assert (count(ledger), pending(valkey)) == (5, 0)


async def test_the_entries_of_a_dead_reader_are_taken_over(valkey: Valkey, tmp_path: Path) -> None:
    made = add(valkey, 0, 1200)
    valkey.client.xgroup_create(STREAM, "crossdock", "0")
    valkey.client.xreadgroup("crossdock", "node-b:r", {STREAM: ">"}, count=1000)
    ledger = memory(tmp_path)
    with structlog.testing.capture_logs() as logs:
        async with Reading(valkey.url, ledger, idle=0.2, claim_every=0.1).running():
            await until(lambda: count(ledger) == 1200)
            await until(lambda: pending(valkey) == 0)
    assert sorted(bodies(ledger)) == sorted(made)
    assert "stream_taken_over" in actions(logs)


async def test_a_living_reader_is_left_its_entries(valkey: Valkey, tmp_path: Path) -> None:
    add(valkey, 0, 20)
    valkey.client.xgroup_create(STREAM, "crossdock", "0")
    valkey.client.xreadgroup("crossdock", "node-b:r", {STREAM: ">"}, count=10)
    ledger = memory(tmp_path)
    async with Reading(valkey.url, ledger, idle=60, claim_every=0.05).running() as reading:
        await until(lambda: count(ledger) == 10 and pending(valkey) == 10)
        looked = reading.group.claims
        await until(lambda: reading.group.claims > looked + 3)
        assert (count(ledger), pending(valkey)) == (10, 10)


@pytest.mark.parametrize("flush", ["flushall", "delete"])
async def test_a_stream_that_was_removed_is_read_from_its_start_when_it_is_back(
    valkey: Valkey, tmp_path: Path, flush: str
) -> None:
    ledger = memory(tmp_path)
    valkey.client.xadd(STREAM, {"body": b"old"}, id="1-1")
    valkey.client.xadd(STREAM, {"body": b"same"}, id="1-2")
    async with Reading(valkey.url, ledger).running():
        await until(lambda: count(ledger) == 2)
        getattr(valkey.client, flush)(*([] if flush == "flushall" else [STREAM]))
        pipe = valkey.client.pipeline()
        for id, body in (("1-1", b"new"), ("1-2", b"same"), ("1-3", b"more")):
            pipe.xadd(STREAM, {"body": body}, id=id)
        pipe.execute()
        await until(lambda: count(ledger) == 4)
        await until(lambda: pending(valkey) == 0)
    # What has the same id and the same bytes is the same entry.
    assert bodies(ledger) == [b"old", b"same", b"new", b"more"]
    assert ledger.db.read("SELECT count(*) FROM message") == [(5,)]


async def test_entries_that_were_trimmed_before_they_were_taken_are_told(valkey: Valkey, tmp_path: Path) -> None:
    add(valkey, 0, 10)
    valkey.client.xgroup_create(STREAM, "crossdock", "0")
    valkey.client.xreadgroup("crossdock", "node-a:r", {STREAM: ">"}, count=10)
    valkey.client.xtrim(STREAM, maxlen=4, approximate=False)
    ledger = memory(tmp_path)
    with structlog.testing.capture_logs() as logs:
        async with Reading(valkey.url, ledger).running():
            await until(lambda: count(ledger) == 4 and pending(valkey) == 0)
    (told,) = [one for one in logs if one.get("action") == "stream_entries_gone"]
    assert (told["entries"], told["log_level"]) == (6, "warning")


async def test_after_a_failover_it_reads_from_the_new_master(tmp_path: Path) -> None:
    ledger = memory(tmp_path)
    with Valkey(tmp_path / "a") as old, Valkey(tmp_path / "b") as new, structlog.testing.capture_logs() as logs:
        made = add(old, 0, 10)
        async with Reading(old.url, ledger).running():
            await until(lambda: count(ledger) == 10)
            new.client.replicaof("127.0.0.1", str(old.port))
            await until(lambda: new.client.exists(STREAM))
            old.client.replicaof("127.0.0.1", str(new.port))
            await until(lambda: any("READONLY" in one["event"] for one in logs))
            new.client.replicaof("NO", "ONE")
            made += add(new, 10, 20)
            old.kill()
            new.client.config_set("port", old.port)
            await until(lambda: count(ledger) == 20)
            new.client.config_set("port", new.port)
    assert bodies(ledger) == made


async def test_a_key_that_is_no_stream_is_said_once(valkey: Valkey, tmp_path: Path) -> None:
    valkey.client.set(STREAM, "a text")
    ledger = memory(tmp_path)
    with structlog.testing.capture_logs() as logs:
        async with Reading(valkey.url, ledger).running():
            await until(lambda: actions(logs))
            valkey.client.delete(STREAM)
            add(valkey, 0, 2)
            await until(lambda: count(ledger) == 2)
    assert "WRONGTYPE" in logs[0]["event"]
    assert actions(logs).count("stream_unreachable") == 1


async def test_while_its_route_is_paused_entries_stay_in_the_stream(valkey: Valkey, tmp_path: Path) -> None:
    made = add(valkey, 0, 5)
    ledger, paused = memory(tmp_path), False
    async with Reading(valkey.url, ledger, paused=lambda: paused).running():
        await until(lambda: count(ledger) == 5)
        paused = True
        await until(lambda: all(c["cmd"] != "xreadgroup" for c in valkey.client.client_list(_type="normal")))
        made += add(valkey, 5, 10)
        assert (count(ledger), pending(valkey)) == (5, 0)
        paused = False
        await until(lambda: count(ledger) == 10)
    assert bodies(ledger) == made
