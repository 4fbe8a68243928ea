"""Whether a server lets us in, without a request."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from adapters.outbound.http.kind import HttpKind
from router.errors import Unreachable
from tests.adapters.outbound.http.certificates import certificate, demanding
from tests.adapters.outbound.http.servers import Server, answering, free_port, serving, shaking_hands


async def visit(url: str, seconds: float = 5.0, **options: Any) -> str:
    return await asyncio.to_thread(HttpKind().visit, "erp", {"url": url, **options}, seconds)


async def refusal(url: str, seconds: float = 5.0, **options: Any) -> str:
    with pytest.raises(Unreachable) as caught:
        await visit(url, seconds, **options)
    return caught.value.reason


def bare(server: Server) -> str:
    return server.url.partition("://")[2]


async def test_no_request_is_sent() -> None:
    async with serving(answering("200 OK")) as server:
        assert await visit(f"http://till:s3cret@{bare(server)}/orders?key=s3cret") == bare(server)
        assert server.requests == []


async def test_a_server_that_is_not_there() -> None:
    port = free_port()
    assert await refusal(f"http://127.0.0.1:{port}") == f"could not connect to 127.0.0.1:{port}: connection refused"
    assert (await refusal("https://nowhere.invalid")).startswith("could not find nowhere.invalid:443: ")
    assert await refusal(f"http://{'x' * 70}.example") == f"could not find {'x' * 70}.example:80: no host has such a name"


async def test_a_server_that_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        assert await refusal(f"https://{place}", 0.2) == f"{place} gave no answer within 0.2 s"
        assert await visit(f"http://{place}") == place


async def test_each_side_takes_the_certificate_of_the_other(tmp_path: Path) -> None:
    for name in ("server", "stranger"):
        (tmp_path / name).mkdir()
    cert, key = certificate(tmp_path / "server", "127.0.0.1")
    stranger, its_key = certificate(tmp_path / "stranger", "127.0.0.1")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        async with shaking_hands(demanding(cert, key, version)) as server:
            good = {"ca": str(cert), "cert": str(cert), "key": str(key)}
            assert await visit(server.url, tls=good) == bare(server)
            assert "it wants a certificate of this side" in await refusal(server.url, tls={"ca": str(cert)})
            bad = good | {"cert": str(stranger), "key": str(its_key)}
            assert "of the certificate that tls.cert names" in await refusal(server.url, tls=bad)
            assert "has a wrong certificate: self-signed certificate" in await refusal(server.url)
    missing = await refusal("https://127.0.0.1:9", tls={"ca": str(tmp_path / "no.pem")})
    assert missing == f"tls: ca {tmp_path}/no.pem: no such file or directory"


async def test_a_server_without_tls() -> None:
    async with serving(answering("200 OK")) as server:
        found = await refusal(f"https://{bare(server)}", 0.5)
    assert found.startswith(bare(server))
