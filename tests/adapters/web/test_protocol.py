"""Heads that do not end, do not come, or are no HTTP."""

from __future__ import annotations

import aiohttp
import pytest

from adapters.web.protocol import HEAD_BYTES
from tests.adapters.web.outside import Web
from tests.adapters.web.serving import TOKEN, raw, running

pytestmark = pytest.mark.asyncio


async def test_a_head_without_end_is_431(web: Web) -> None:
    async with running(web) as server:
        answer = await raw(server.http, b"POST /files HTTP/1.1\r\nX: " + b"x" * (HEAD_BYTES + 10))
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_a_head_that_does_not_come_is_given_up(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.web.protocol.HEAD_SECONDS", 0.05)
    async with running(web) as server:
        assert await raw(server.http, b"") == b""
        assert await raw(server.http, b"POST /files HTTP/1.1\r\nHost:") == b""


@pytest.mark.parametrize("sent", [b"GARBAGE\r\n\r\n", b"POST \xff\xff HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01"])
async def test_what_is_not_http_harms_nobody(web: Web, sent: bytes) -> None:
    async with running(web) as server, aiohttp.ClientSession() as session:
        assert (await raw(server.http, sent)).startswith(b"HTTP/1.1 400 ")
        async with session.post(f"{server.url}/stores/1/sales", data=b"{}", headers=TOKEN) as answer:
            assert answer.status == 202
