"""A consumer group, command by command, against a real Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import pytest

from adapters.inbound.redis_stream.group import START, Group, NoGroup, NoStream
from adapters.redis_server import Server, ServerError
from tests.adapters.inbound.redis_stream.reading import STREAM
from tests.adapters.valkey import Valkey


@asynccontextmanager
async def group(valkey: Valkey, reader: str = "a", timeout: float = 5.0) -> AsyncIterator[Group]:
    one = Group(Server({"url": valkey.url, "timeout": timeout}), STREAM, "crossdock", reader)
    try:
        yield one
    finally:
        await one.close()


def add(valkey: Valkey, *bodies: bytes) -> list[bytes]:
    return [bytes(valkey.client.xadd(STREAM, {"body": body})) for body in bodies]


async def test_a_group_is_made_once_and_only_where_the_stream_is(valkey: Valkey) -> None:
    async with group(valkey) as one:
        with pytest.raises(NoStream, match=f"there is no stream {STREAM} at 127.0.0.1:"):
            await one.open()
        add(valkey, b"x")
        assert await one.open() is True
        assert await one.open() is False


async def test_a_read_gives_what_nobody_was_given_and_then_ones_own_again(valkey: Valkey) -> None:
    ids = add(valkey, b"a", b"b", b"c")
    async with group(valkey) as one, group(valkey, "b") as other:
        await one.open()
        await other.open()
        first, second = await one.fresh(2), await other.fresh(2)
        assert (first.ids, second.ids) == (ids[:2], ids[2:])
        assert (await one.own(START, 10)).ids == ids[:2]
        assert (await one.own(ids[0], 10)).ids == ids[1:2]
        await one.acknowledge(ids[:1])
        assert (await one.own(START, 10)).ids == ids[1:2]
        assert not await other.own(ids[2], 10)


async def test_a_read_waits_a_second_for_the_first_entry(valkey: Valkey) -> None:
    [old] = add(valkey, b"a")
    async with group(valkey) as one:
        await one.open()
        assert (await one.fresh(5)).ids == [old]
        waiting = asyncio.create_task(one.fresh(5))
        await asyncio.sleep(0)
        [new] = add(valkey, b"b")
        assert (await waiting).ids == [new]
        started = monotonic()
        assert not await one.fresh(5)
        assert 0.9 < monotonic() - started < 10


async def test_what_another_reader_holds_is_claimed_by_its_age(valkey: Valkey) -> None:
    ids = add(valkey, *(b"%d" % n for n in range(6)))
    async with group(valkey) as one, group(valkey, "b") as other:
        await other.open()
        await other.fresh(6)
        valkey.client.xdel(STREAM, ids[1])
        await one.open()
        young = await one.claim(60, START, 10)
        assert (young.entries, young.gone, young.after) == ([], [ids[1]], START)
        found = await one.claim(0, START, 4)
        assert found.after != START
        rest = await one.claim(0, found.after, 4)
        assert rest.after == START
        assert found.ids + rest.ids == ids[:1] + ids[2:]
        assert not await other.own(START, 10)


async def test_a_group_that_was_removed_is_told_apart(valkey: Valkey) -> None:
    add(valkey, b"a")
    async with group(valkey) as one:
        await one.open()
        await one.fresh(1)
        waiting = asyncio.create_task(one.fresh(1))
        await asyncio.sleep(0)
        valkey.client.delete(STREAM)
        with pytest.raises(NoGroup):
            await waiting
        with pytest.raises(NoGroup, match=f"{STREAM}: NOGROUP"):
            await one.own(START, 1)


async def test_no_answer_is_a_timeout_and_no_connection_is_said(valkey: Valkey) -> None:
    add(valkey, b"a")
    async with group(valkey, timeout=0.2) as one:
        with pytest.raises(ServerError, match="is closed"):
            await one.fresh(1)
        await one.open()
        valkey.freeze()
        try:
            with pytest.raises(ServerError, match=r"gave no answer within 0.2 s"):
                await one.acknowledge([b"1-1"])
            with pytest.raises(ServerError, match=r"gave no answer within 0.2 s"):
                await one.open()
        finally:
            valkey.thaw()
