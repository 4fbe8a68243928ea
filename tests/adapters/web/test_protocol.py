"""Heads that do not end, do not come, or are no HTTP; what stands around a body; who is still there for an answer."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import aiohttp
import pytest

from adapters.web.protocol import HEAD_BYTES
from router.ledger import Receipt
from tests.adapters.web.outside import Web, until
from tests.adapters.web.serving import TOKEN, raw, running

pytestmark = pytest.mark.asyncio

CLOSE = b"POST /files HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
KEEP = b"POST /files HTTP/1.1\r\nHost: x\r\n"
CHUNKED = CLOSE + b"Transfer-Encoding: chunked\r\n\r\n"


def is_problem(answer: bytes, status: int, part: str) -> None:
    """Exactly one answer, a whole one."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    content = json.loads(body)
    assert content["status"] == status
    assert part in content["detail"]


def whole(body: bytes, head: bytes = KEEP) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /files HTTP/1.1\r\nX: " + b"x" * (HEAD_BYTES + 10),
        whole(b"{}", CLOSE + b"X: " + b"x" * HEAD_BYTES + b"\r\n"),
        whole(b"{}", CLOSE + b"".join(b"X-%d: y\r\n" % n for n in range(9000))),
        whole(b"{}", CLOSE.replace(b"/files", b"/" + b"f" * HEAD_BYTES)),
        CHUNKED + b"1;" + b"x" * (HEAD_BYTES + 100),
        CHUNKED + b"1\r\nx\r\n0\r\nX: " + b"x" * (HEAD_BYTES + 100),
        CHUNKED + b"1\r\nx\r\n0\r\n" + b"X: y\r\n" * 20_000,
    ],
    ids=["no end", "one header", "many", "path", "chunk extension", "trailer", "trailers"],
)
async def test_what_stands_around_a_body_has_bounds(web: Web, sent: bytes) -> None:
    async with running(web) as server:
        is_problem(await raw(server.http, sent), 431, "64 KiB")
    assert web.receiver.stored == []


async def test_a_head_below_the_bound_is_taken(web: Web) -> None:
    async with running(web) as server:
        answer = await raw(server.http, whole(b"{}", CLOSE + b"X: " + b"x" * (HEAD_BYTES - 200) + b"\r\n"))
    assert answer.startswith(b"HTTP/1.1 202 ")


async def test_a_body_in_tiny_chunks_is_no_bomb(web: Web) -> None:
    async with running(web) as server:
        answer = await raw(server.http, CHUNKED + b"1\r\nx\r\n" * 60_000 + b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 202 ")
    assert web.receiver.envelopes[0].size == 60_000


async def test_many_requests_in_one_piece_are_no_bomb(web: Web) -> None:
    """Reads end in the middle of a head, behind more bytes of other requests than a head may have."""
    async with running(web) as server:
        answer = await raw(server.http, whole(b"x" * 10_000) * 60 + whole(b"end", CLOSE))
    assert answer.count(b"HTTP/1.1 202 ") == 61
    assert [e.size for e in web.receiver.envelopes] == [10_000] * 60 + [3]


async def test_trailers_are_no_headers(web: Web) -> None:
    trailers = b"0\r\nIdempotency-Key: a\r\nContent-Type: text/csv\r\nX-T: 1\r\n\r\n"
    async with running(web) as server:
        answer = await raw(server.http, CHUNKED + b"2\r\n{}\r\n" + trailers)
    assert answer.startswith(b"HTTP/1.1 202 ")
    [envelope] = web.receiver.envelopes
    assert (dict(envelope.headers), envelope.content_type) == ({}, None)


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_request_that_asks_for_another_protocol_keeps_its_body(web: Web, protocol: bytes, chunked: bool) -> None:
    asks = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: " + protocol + b"\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA\r\n"
    body = b"x" * 70_000
    first = KEEP + asks + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    async with running(web) as server:
        answer = await raw(server.http, first if chunked else whole(body, KEEP + asks), whole(b"second", CLOSE))
    assert answer.count(b"HTTP/1.1 202 ") == 2
    assert [e.read() for e in web.receiver.envelopes] == [body, b"second"]


async def test_connect_is_no_way_in(web: Web) -> None:
    async with running(web) as server:
        assert (await raw(server.http, b"CONNECT erp:443 HTTP/1.1\r\nHost: erp\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
        assert (await raw(server.http, b"CONNECT /files HTTP/1.1\r\nHost: x\r\n\r\n"))[9:12] in (b"400", b"405")


async def ended(port: int, *pieces: bytes) -> bytes:
    """All that comes back to a caller that closes its sending side and waits."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


async def test_a_caller_who_has_said_all_gets_the_answer(web: Web) -> None:
    async with running(web) as server:
        assert (await ended(server.http, whole(b"one"))).startswith(b"HTTP/1.1 202 ")
        assert (await ended(server.http, whole(b"two"), whole(b"three"))).count(b"HTTP/1.1 202 ") == 2
        assert await ended(server.http, b"") == b""
        assert await ended(server.http, KEEP + b"Content-Length: 9\r\n\r\nhalf") == b""
    assert [e.raw for e in web.receiver.envelopes] == [b"one", b"two", b"three"]


async def test_bytes_behind_a_whole_request_do_not_take_its_answer(web: Web) -> None:
    async with running(web) as server:
        answer = await raw(server.http, whole(b"whole"), b"\x00\x01 garbage\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 202 ")
    assert b"connection: close" in answer
    assert (answer.count(b"HTTP/1.1"), [e.raw for e in web.receiver.envelopes]) == (1, [b"whole"])


async def test_a_broken_request_does_not_take_the_answer_of_the_one_before(web: Web) -> None:
    """The first one is stored: who was told 400 would send it again."""
    broken = KEEP + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nZZ\r\n"
    async with running(web) as server:
        answer = await raw(server.http, whole(b"one") + whole(b"two") + broken, b"1\r\nx\r\n0\r\n\r\n")
    assert [e.raw for e in web.receiver.envelopes] == [b"one", b"two"]
    assert (answer.count(b"HTTP/1.1 202 "), answer.count(b"HTTP/1.1 ")) == (2, 2)


async def test_a_request_whose_answer_has_begun_gets_no_second_one(web: Web) -> None:
    async with running(web) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.http)
        writer.write(CHUNKED.replace(b"/files", b"/nowhere"))
        answer = await reader.readuntil(b"}")
        writer.write(b"ZZ\r\nrubbish\r\n")
        answer += await asyncio.wait_for(reader.read(), 10)
        writer.close()
    is_problem(answer, 404, "/nowhere")


@pytest.mark.parametrize(
    "body",
    [b"ZZ\r\nx\r\n", b"5\r\nxxxxxxxx\r\n0\r\n\r\n", b"-1\r\n", b"FFFFFFFFFFFFFFFFFF\r\nx", b"1\r\nx\r\nZZ\r\n", b"\r\n"],
)
async def test_chunks_that_lie_are_400(web: Web, body: bytes) -> None:
    async with running(web) as server:
        is_problem(await raw(server.http, CHUNKED, body), 400, "a line, a length or a chunk of it is wrong")
    assert web.receiver.stored == []


@pytest.mark.parametrize(
    "lines",
    [b"Content-Length: -5", b"Content-Length: 2\r\nContent-Length: 3", b"Content-Length: 2, 2", b"Content-Length: 1e1",
     b"Content-Length: 2\r\nTransfer-Encoding: chunked", b"Content-Length: 99999999999999999999999",
     b"Transfer-Encoding: gzip", b"X: a\x00b\r\nContent-Length: 2", b"X Y: a\r\nContent-Length: 2",
     b"X: a\r\n folded\r\nContent-Length: 2"],
)  # fmt: skip
async def test_lengths_and_headers_that_contradict_are_400(web: Web, lines: bytes) -> None:
    async with running(web) as server:
        is_problem(await raw(server.http, CLOSE + lines + b"\r\n\r\n{}"), 400, "is wrong")
    assert web.receiver.stored == []


async def test_a_request_that_trickles_is_408(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.web.protocol.HEAD_SECONDS", 0.5)
    async with running(web) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.http)
        answering = asyncio.ensure_future(reader.read())
        until = time.monotonic() + 0.4  # a byte after the answer would reset the connection, and take the answer with it
        for byte in KEEP + b"X: " + b"y" * 1000:
            if time.monotonic() > until:
                break
            writer.write(bytes([byte]))
            await asyncio.wait((answering,), timeout=0.01)
        is_problem(await asyncio.wait_for(answering, 5), 408, "did not come within")
        writer.close()


async def test_empty_lines_keep_no_connection(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.web.protocol.HEAD_SECONDS", 0.5)
    async with running(web) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.http)
        writer.write(whole(b"{}"))
        assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 202 ")
        writer.write(b"\r\n\r\n")
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_a_waiting_caller_is_not_hurried(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound on a head holds for heads alone."""
    monkeypatch.setattr("adapters.web.protocol.HEAD_SECONDS", 0.3)
    stored, store = asyncio.Event(), web.receiver.store
    loop = asyncio.get_running_loop()

    def slow(arrivals: Any) -> list[Receipt]:
        asyncio.run_coroutine_threadsafe(asyncio.wait_for(stored.wait(), 5), loop).result(5)
        return store(arrivals)

    monkeypatch.setattr(web.api._committer, "_store", slow)
    async with running(web) as server:
        answering = asyncio.ensure_future(raw(server.http, whole(b"{}", CLOSE)))
        await until(lambda: web.receiver.envelopes)
        assert not (await asyncio.wait((answering,), timeout=0.6))[0]
        stored.set()
        assert (await answering).startswith(b"HTTP/1.1 202 ")


async def test_a_head_that_does_not_come_is_given_up(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.web.protocol.HEAD_SECONDS", 0.05)
    async with running(web) as server:
        assert await raw(server.http, b"") == b""
        is_problem(await raw(server.http, b"POST /files HTTP/1.1\r\nHost:"), 408, "did not come within")


@pytest.mark.parametrize("sent", [b"GARBAGE\r\n\r\n", b"POST \xff\xff HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01"])
async def test_what_is_not_http_harms_nobody(web: Web, sent: bytes) -> None:
    async with running(web) as server, aiohttp.ClientSession() as session:
        is_problem(await raw(server.http, sent), 400, "is not HTTP/1.1")
        async with session.post(f"{server.url}/stores/1/sales", data=b"{}", headers=TOKEN) as answer:
            assert answer.status == 202
