"""Both applications over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import uvloop

from adapters.web.results import Result
from adapters.web.server import AddressError, listen
from tests.adapters.web.outside import Web, until
from tests.adapters.web.serving import TOKEN, raw, running

pytestmark = pytest.mark.asyncio

async def test_a_message_is_accepted_over_a_socket(web: Web) -> None:
    async with running(web) as server, aiohttp.ClientSession() as session:
        for body in (b'{"n":1}', b"x" * 100_000):
            async with session.post(f"{server.url}/stores/42/sales", data=body, headers=TOKEN) as answer:
                assert (answer.status, await answer.json()) == (202, {"id": web.receiver.envelopes[-1].id})
                assert "server" not in answer.headers
            assert web.receiver.envelopes[-1].read() == body
        async with session.get(f"http://127.0.0.1:{server.admin}/healthz") as answer:
            assert await answer.text() == "alive"
        async with session.get(f"http://127.0.0.1:{server.admin}/metrics") as answer:
            assert 'crossdock_http_requests_total{route="stores",status="202"} 2.0' in await answer.text()


async def test_a_chunked_body_arrives_whole(web: Web) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"0123456789" * 1000

    async with running(web) as server, aiohttp.ClientSession() as session:
        answer = await session.post(f"{server.url}/stores/42/sales", data=pieces(), headers=TOKEN)
        assert answer.status == 202
    assert web.receiver.envelopes[0].read() == b"0123456789" * 40_000


async def test_a_client_that_sends_all_before_it_reads_still_sees_413(web: Web) -> None:
    body = b"x" * 3_000_000
    head = b"POST /files HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    chunked = b"POST /files HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body)
    async with running(web) as server:
        assert (await raw(server.http, head, body)).startswith(b"HTTP/1.1 413 ")
        assert (await raw(server.http, chunked, body + b"\r\n0\r\n\r\n")).startswith(b"HTTP/1.1 413 ")
    assert web.receiver.envelopes == []


async def test_413_comes_before_the_body_is_asked_for(web: Web) -> None:
    head = b"POST /files HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10000000000\r\n\r\n"
    async with running(web) as server:
        answer = await raw(server.http, head)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["status"] == 413


async def test_a_caller_who_goes_away_while_it_waits_ends_the_polling(web: Web) -> None:
    async with running(web) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.http)
        writer.write(b"POST /ask HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer shop-token\r\n")
        writer.write(b"Content-Length: 2\r\n\r\n{}")
        await until(lambda: web.results.asked)
        writer.close()
        await until(lambda: web.metrics.requests("ask", 499))
    assert len(web.receiver.stored) == 1


async def test_requests_end_before_the_server_does(web: Web) -> None:
    async with running(web) as server, aiohttp.ClientSession() as session:
        asking = asyncio.create_task(session.post(f"{server.url}/ask", data=b"{}", headers=TOKEN))
        await until(lambda: web.results.asked)
        server.stop.set()
        web.results.answers = [Result("delivered", 201, "text/plain", b"done")]
        answer = await asking
        assert (answer.status, await answer.text()) == (201, "done")
        await asyncio.wait_for(server.task or asyncio.sleep(0), 15)
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.post(f"{server.url}/ask", data=b"{}", headers=TOKEN)


@pytest.mark.parametrize("address", ["8080", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:99999", "nowhere.invalid:80"])
async def test_an_address_that_cannot_be_used_is_named(address: str) -> None:
    with pytest.raises(AddressError, match="--http"):
        listen(address, "--http")


async def test_a_taken_address_is_named() -> None:
    with listen("127.0.0.1:0", "--http") as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressError, match=f"--admin 127.0.0.1:{port} cannot be used: Address already in use"):
            listen(f"127.0.0.1:{port}", "--admin")


async def test_the_loop_is_a_fast_one() -> None:
    assert isinstance(asyncio.get_running_loop(), uvloop.Loop)
