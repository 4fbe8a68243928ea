"""Both applications over real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
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


async def test_callers_who_only_hold_connections_keep_nobody_out(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.web.server.room_for_connections", lambda: 3)
    half = b"POST /files HTTP/1.1\r\nHost: x\r\n"
    async with running(web) as server:
        held = [await asyncio.open_connection("127.0.0.1", server.http) for _ in range(10)]
        for _, writer in held[7:]:
            writer.write(half)
        answer = await raw(server.http, half + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
        assert answer.startswith(b"HTTP/1.1 202 ")
        for reader, writer in held[:7]:
            assert await closed(reader)
            writer.close()
        for _, writer in held[7:]:
            writer.close()


async def test_where_all_connections_are_at_work_the_next_one_is_503(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.web.server.room_for_connections", lambda: 1)
    async with running(web) as server:
        asking = asyncio.create_task(raw(server.http, b"POST /ask HTTP/1.1\r\nAuthorization: Bearer shop-token\r\n"
                                                      b"Connection: close\r\nContent-Length: 2\r\n\r\n", b"{}"))
        await until(lambda: web.results.asked)
        answer = await raw(server.http, b"")
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1" in answer
        web.results.answers = [Result("delivered", 201, "text/plain", b"done")]
        assert (await asking).startswith(b"HTTP/1.1 201 ")


async def closed(reader: asyncio.StreamReader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(), 5) == b""
    except ConnectionResetError:
        return True


async def test_an_answer_that_nobody_reads_is_given_up(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.web.server.UNHEARD_MS", 300)
    web.results.answers = [Result("delivered", 200, "text/plain", b"x" * 16_000_000)]
    async with running(web) as server:
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(deaf, ("127.0.0.1", server.http))
            await loop.sock_sendall(deaf, b"POST /ask HTTP/1.1\r\nAuthorization: Bearer shop-token\r\n"
                                          b"Content-Length: 2\r\n\r\n{}")
            await until(lambda: web.metrics.requests("ask", 200))
            server.stop.set()
            await asyncio.wait_for(server.task or asyncio.sleep(0), 9)


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
