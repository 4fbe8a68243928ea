"""The redis target against real servers, and against some that lie."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.outbound.redis import RedisKind
from adapters.outbound.redis.address import StreamAddress
from adapters.outbound.redis.target import RedisTarget
from adapters.redis_server import Server
from router.ports import Outcome, Parcel
from tests.adapters.valkey import Valkey, free_port
from tests.adapters.waiting import until
from tests.contracts.target import Features, TargetContract

SECRET = "s3cr3t-word"
TIMEOUT = 1.0


def parcel(n: int, stream: str = "sold-out", maxlen: int | None = None) -> Parcel:
    id = f"m{n}:on"
    return Parcel(id, id, b'{"n": %d}\x00\xff' % n, "application/json", StreamAddress(stream, maxlen))


def target(url: str, timeout: float = TIMEOUT) -> RedisTarget:
    return RedisKind().open("events", {"url": url, "timeout": timeout}, 1)


class Outside:
    """A Valkey, and a target open to it."""

    secret = SECRET

    def __init__(self, valkey: Valkey, url: str) -> None:
        self.valkey = valkey
        self.target = target(url)

    def parcel(self, n: int) -> Parcel:
        return parcel(n)

    def refused(self, n: int) -> Parcel:
        return parcel(n, "a-list")

    def arrived(self) -> Sequence[bytes]:
        return self.valkey.bodies("sold-out")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with Valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def valkey(shared: Valkey) -> Valkey:
    shared.client.flushall()
    shared.client.rpush("a-list", "x")
    return shared


class TestRedisTarget(TargetContract):
    features = Features(once=False, unreachable="connect", silent=TIMEOUT, refuses="io")

    @pytest.fixture(autouse=True)
    def _server(self, valkey: Valkey) -> None:
        self.valkey = valkey

    @asynccontextmanager
    async def _open(self, url: str) -> AsyncIterator[Outside]:
        outside = Outside(self.valkey, url)
        try:
            yield outside
        finally:
            await outside.target.close()

    def outside(self, folder: Path) -> Any:
        return self._open(self.valkey.url)

    def unreachable(self, folder: Path) -> Any:
        return self._open(f"redis://till:{SECRET}@127.0.0.1:{free_port()}/0")

    @asynccontextmanager
    async def silent(self, folder: Path) -> AsyncIterator[Outside]:
        async with self._open(self.valkey.url) as outside:
            assert [o.error for o in await outside.target.send([parcel(0)])] == [None]
            self.valkey.freeze()
            try:
                yield outside
            finally:
                self.valkey.thaw()


@asynccontextmanager
async def opened(url: str, timeout: float = TIMEOUT) -> AsyncIterator[RedisTarget]:
    one = target(url, timeout)
    try:
        yield one
    finally:
        await one.close()


async def test_an_entry_has_the_body_and_the_delivery_id(valkey: Valkey) -> None:
    async with opened(valkey.url) as one:
        edited = replace(parcel(2), idempotency_key="m2:on.r2")
        outcomes = await one.send([parcel(1), edited])
    entries = valkey.client.xrange("sold-out")
    assert [fields for _, fields in entries] == [
        {b"body": parcel(1).body, b"id": b"m1:on"}, {b"body": parcel(2).body, b"id": b"m2:on.r2"},
    ]  # fmt: skip
    assert [o.response for o in outcomes] == [id for id, _ in entries]
    assert outcomes[0].sent_to == f"redis 127.0.0.1:{valkey.port}/0 sold-out"


async def test_a_stream_is_cut_to_about_its_length(valkey: Valkey) -> None:
    async with opened(valkey.url, 20) as one:
        for start in range(0, 3000, 500):
            await one.send([parcel(n, "short", 200) for n in range(start, start + 500)])
    assert 200 <= valkey.client.xlen("short") < 600


async def test_what_is_wrong_with_one_command_is_that_parcels_outcome(valkey: Valkey) -> None:
    async with opened(valkey.url) as one:
        outcomes = await one.send([parcel(1), parcel(2, "a-list"), parcel(3)])
        assert [o.error for o in outcomes] == [None, "io", None]
        assert "WRONGTYPE Operation against a key" in outcomes[1].reason
        assert outcomes[1].answered
        valkey.client.config_set("maxmemory", 1)
        try:
            [full] = await one.send([parcel(4)])
        finally:
            valkey.client.config_set("maxmemory", 0)
    assert (full.error, "OOM command not allowed" in full.reason, full.answered) == ("io", True, False)
    assert valkey.bodies("sold-out") == [parcel(1).body, parcel(3).body]


async def test_a_wrong_password_is_no_connection(tmp_path: Path) -> None:
    with Valkey(tmp_path, "--requirepass", SECRET) as guarded:
        for user, word in ((":no@", "WRONGPASS"), ("", "NOAUTH")):
            async with opened(f"redis://{user}127.0.0.1:{guarded.port}") as one:
                outcomes = await one.send([parcel(1), parcel(2)])
            assert [(o.error, word in o.reason) for o in outcomes] == [("connect", True)] * 2
        async with opened(f"redis://:{SECRET}@127.0.0.1:{guarded.port}/3") as one:
            [good] = await one.send([parcel(1)])
        assert (good.error, SECRET in good.sent_to) == (None, False)


async def test_a_server_that_was_restarted_is_connected_again(tmp_path: Path) -> None:
    with Valkey(tmp_path) as valkey:
        async with opened(valkey.url) as one:
            assert [o.error for o in await one.send([parcel(1)])] == [None]
            valkey.kill()
            # The end of the open connection may not have been seen yet.
            assert {o.error for o in await one.send([parcel(2)])} <= {"connect", "reset"}
            assert [o.error for o in await one.send([parcel(2)])] == ["connect"]
            valkey.start()
            assert [o.error for o in await one.send([parcel(3)])] == [None]
        assert valkey.bodies("sold-out") == [parcel(1).body, parcel(3).body]


async def test_a_frozen_server_costs_no_more_than_the_timeout_and_then_works_again(valkey: Valkey) -> None:
    async with opened(valkey.url, 0.3) as one:
        valkey.freeze()
        try:
            assert [o.error for o in await one.send([parcel(1)])] == ["timeout"]
        finally:
            valkey.thaw()
        until(valkey.listens)
        assert [o.error for o in await one.send([parcel(2)])] == [None]


async def test_after_a_failover_the_name_is_looked_up_again(tmp_path: Path) -> None:
    with Valkey(tmp_path / "a") as old, Valkey(tmp_path / "b") as new:
        async with opened(old.url) as one:
            await one.send([parcel(1)])
            old.client.replicaof("127.0.0.1", str(new.port))
            [refused] = await one.send([parcel(2)])
            assert (refused.error, "READONLY" in refused.reason) == ("io", True)
            # The name moves: what listens at the old address from now on is the new master.
            old.kill()
            new.client.config_set("port", old.port)
            assert [o.error for o in await one.send([parcel(3)])] == [None]
            new.client.config_set("port", new.port)
        assert new.bodies("sold-out")[-1] == parcel(3).body


def line(text: str) -> bytes:
    return text.encode() + b"\r\n"


@pytest.mark.parametrize(
    ("answers", "errors"),
    [
        (b"$3\r\n1-1\r\n$3\r\n1-2\r\n", [None, None, "reset", "reset"]),
        (b"$3\r\n1-1\r\n" + line("-LOADING server is loading") * 2 + b"$3\r\n1-2\r\n", [None, "io", "io", None]),
        (line("-MASTERDOWN Link with MASTER is down") * 4, ["io"] * 4),
        (line("-CLUSTERDOWN The cluster is down") * 4, ["io"] * 4),
        (b"$3\r\n1-1\r\n$900\r\n1", [None, "reset", "reset", "reset"]),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", ["reset"] * 4),
        (b"", ["reset"] * 4),
    ],
)
async def test_what_was_answered_before_a_cut_counts(answers: bytes, errors: list[str | None]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            await reader.readuntil(b"LIB-")
            writer.write(b"+OK\r\n")
        await reader.readuntil(b"m4:on\r\n")
        writer.write(answers)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, opened(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}", 5) as one:
        outcomes: list[Outcome] = await one.send([parcel(n) for n in (1, 2, 3, 4)])
    assert [o.error for o in outcomes] == errors
    assert all(o.reason for o in outcomes if o.error)


async def test_a_hundred_sends_at_once_all_arrive(valkey: Valkey) -> None:
    async with opened(valkey.url, 20) as one:
        batches = [[parcel(n) for n in range(start, start + 20)] for start in range(0, 2000, 20)]
        done = await asyncio.gather(*map(one.send, batches))
    assert {o.error for outcomes in done for o in outcomes} == {None}
    assert sorted(valkey.bodies("sold-out")) == sorted(parcel(n).body for n in range(2000))


async def test_a_cancelled_send_leaves_no_answer_for_the_next_one(valkey: Valkey) -> None:
    async with opened(valkey.url, 20) as one:
        await one.send([parcel(0)])
        valkey.freeze()
        task = asyncio.create_task(one.send([parcel(1)]))
        await asyncio.sleep(0)
        task.cancel()
        valkey.thaw()
        with pytest.raises(asyncio.CancelledError):
            await task
        [outcome] = await one.send([parcel(2)])
    last = valkey.client.xrevrange("sold-out", count=1)
    assert (last[0][0], last[0][1][b"id"]) == (outcome.response, b"m2:on")


def test_a_server_takes_what_is_large_in_pieces() -> None:
    from adapters.outbound.redis.target import WRITE, pieces

    connection = Server({"url": "redis://h"})._new()
    big = [replace(parcel(n), body=b"x" * WRITE) for n in range(3)]
    assert len(list(pieces(connection, big))) == 3
    assert len(list(pieces(connection, [parcel(n) for n in range(10)]))) == 1
