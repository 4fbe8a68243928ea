"""The http target against real servers."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.outbound.http import HttpKind
from adapters.outbound.http.address import HttpAddress
from adapters.outbound.http.target import HttpTarget
from router.ports import Outcome, Parcel, Target
from tests.adapters.outbound.http.certificates import certificate, demanding
from tests.adapters.outbound.http.servers import (
    Request,
    Server,
    answering,
    dripping,
    free_port,
    hanging,
    resetting,
    serving,
    shaking_hands,
    writing,
)
from tests.contracts.target import Features, TargetContract

SECRET = "s3cr3t-token"
ADDRESS = HttpAddress("POST", "/salesorders")


def parcel(n: int = 1, address: HttpAddress = ADDRESS) -> Parcel:
    return Parcel(f"m{n}:erp", f"m{n}:erp", f'{{"n":{n}}}'.encode(), "application/json", address)


def open_target(url: str, **options: Any) -> HttpTarget:
    return HttpKind().open("erp", {"url": url, "timeout": 5.0, "in_flight": 8, **options}, 1)


async def send_one(url: str, address: HttpAddress = ADDRESS, **options: Any) -> Outcome:
    target = open_target(url, **options)
    try:
        return (await target.send([parcel(1, address)]))[0]
    finally:
        await target.close()


class HttpOutside:
    secret = SECRET

    def __init__(self, target: Target, server: Server | None) -> None:
        self.target = target
        self._server = server

    def parcel(self, n: int) -> Parcel:
        return parcel(n)

    def refused(self, n: int) -> Parcel:
        return replace(parcel(n), address=HttpAddress("POST", "/refused"))

    def arrived(self) -> Sequence[bytes]:
        return [r.body for r in self._server.requests] if self._server else []


async def speak(request: Request, writer: asyncio.StreamWriter) -> None:
    await answering("422 Unprocessable Entity" if "/refused" in request.line else "201 Created")(request, writer)


class TestHttpTarget(TargetContract):
    features = Features(once=False, unreachable="connect", silent=0.2, refuses="422")

    @asynccontextmanager
    async def outside(self, folder: Path) -> AsyncIterator[HttpOutside]:
        async with serving(speak) as server:
            target = open_target(server.url, auth={"bearer": SECRET})
            yield HttpOutside(target, server)
            await target.close()

    @asynccontextmanager
    async def unreachable(self, folder: Path) -> AsyncIterator[HttpOutside]:
        target = open_target(f"http://user:{SECRET}@127.0.0.1:{free_port()}")
        yield HttpOutside(target, None)
        await target.close()

    @asynccontextmanager
    async def silent(self, folder: Path) -> AsyncIterator[HttpOutside]:
        async with serving(hanging) as server:
            target = open_target(server.url, timeout=0.2, auth={"header": {"name": "X-Key", "value": SECRET}})
            yield HttpOutside(target, server)
            await target.close()


pytestmark = pytest.mark.asyncio


async def test_a_request_says_what_the_route_says() -> None:
    address = HttpAddress("PUT", "/orders/a%2Fb", "q=1%262", (("X-Store", "0042"), ("Authorization", "stolen")))
    async with serving(answering("200 OK", b'{"id":7}', {"Content-Type": "application/json"})) as server:
        outcome = await send_one(server.url + "/api/", address, auth={"bearer": SECRET}, headers={"X-Shop": "web"})
    request = server.requests[0]
    assert request.line == "PUT /api/orders/a%2Fb?q=1%262 HTTP/1.1"
    assert request.headers["idempotency-key"] == "m1:erp"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert (request.headers["x-store"], request.headers["x-shop"]) == ("0042", "web")
    assert outcome.ok
    assert outcome.status == 200
    assert (outcome.response, outcome.response_type) == (b'{"id":7}', "application/json")
    assert outcome.sent_to == f"PUT {server.url}/api/orders/a%2Fb"


async def test_a_get_has_no_body_and_none_of_a_key_where_none_is_wanted() -> None:
    async with serving(answering("200 OK")) as server:
        await send_one(server.url, HttpAddress("GET", "/x", idempotency=None))
    assert server.requests[0].body == b""
    assert not {"idempotency-key", "content-type"} & server.requests[0].headers.keys()


async def test_user_and_password_of_the_address_are_sent_and_not_shown() -> None:
    async with serving(answering("200 OK")) as server:
        outcome = await send_one(server.url.replace("//", "//us%40er:p%3Aw@") + "/a?key=k1")
    assert server.requests[0].headers["authorization"] == "Basic dXNAZXI6cDp3"
    assert server.requests[0].line == "POST /a/salesorders?key=k1 HTTP/1.1"
    assert outcome.sent_to == f"POST {server.url}/a/salesorders"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("301 Moved Permanently", "301"),
        ("304 Not Modified", "304"),
        ("401 Unauthorized", "401"),
        ("404 Not Found", "404"),
        ("409 Conflict", "409"),
        ("422 Unprocessable Entity", "422"),
        ("500 Internal Server Error", "500"),
        ("503 Service Unavailable", "503"),
        ("299 Odd", None),
    ],
)
async def test_a_status_that_is_not_ok_is_the_error(status: str, error: str | None) -> None:
    async with serving(answering(status, headers={"Location": "/elsewhere"})) as server:
        outcome = await send_one(server.url)
    assert (outcome.error, outcome.status) == (error, int(status[:3]))
    assert len(server.requests) == 1


async def test_the_reason_shows_the_start_of_the_answer() -> None:
    body = b"stock\n  system " + b"x" * 500
    async with serving(answering("503 Service Unavailable", body, {"Retry-After": "120"})) as server:
        outcome = await send_one(server.url)
    assert outcome.reason == "HTTP 503 Service Unavailable: stock system " + "x" * (200 - 13) + "…"
    assert outcome.response == body
    assert outcome.retry_after == 120.0


@pytest.mark.parametrize(
    "spoken",
    [
        resetting(),
        resetting(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
        writing(b""),
        writing(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf a body"),
        writing(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nnot hex\r\n"),
        writing(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"),
        writing(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        writing(b"HTTP/1.1 abc\r\n\r\n"),
    ],
    ids=["reset", "reset midway", "closed", "half", "bad chunk", "bad gzip", "not http", "bad status"],
)
async def test_a_cut_or_garbled_answer_is_a_reset(spoken: Any) -> None:
    async with serving(spoken) as server:
        outcome = await send_one(server.url, HttpAddress("PUT", "/x"))
    assert (outcome.error, outcome.status) == ("reset", None)
    assert outcome.reason
    assert len(server.requests) == 1


async def test_the_timeout_bounds_an_answer_that_drips() -> None:
    async with serving(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", 0.02)) as server:
        outcome = await send_one(server.url, timeout=0.3)
    assert outcome.error == "timeout"
    assert 0.25 < outcome.duration < 1.0


async def test_an_answer_is_read_up_to_16_mib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.outbound.http.target.MOST_ANSWER", 100_000)
    bomb = gzip.compress(b"0" * 5_000_000)
    async with serving(answering("200 OK", bomb, {"Content-Encoding": "gzip"})) as server:
        outcome = await send_one(server.url)
    assert len(bomb) < 100_000
    assert (outcome.error, outcome.status, outcome.cut) == (None, 200, True)
    assert outcome.response == b"0" * 100_000
    assert outcome.reason == "the answer is longer than 16 MiB"


async def test_an_answer_that_just_fits_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.outbound.http.target.MOST_ANSWER", 100_000)
    async with serving(answering("200 OK", b"0" * 100_000)) as server:
        outcome = await send_one(server.url)
    assert (outcome.error, outcome.reason, outcome.cut, len(outcome.response)) == (None, "", False, 100_000)


async def test_a_connection_that_was_closed_meanwhile_is_a_reset_or_a_new_one() -> None:
    async def once(request: Request, writer: asyncio.StreamWriter) -> None:
        await answering("200 OK")(request, writer)
        writer.close()

    async with serving(once) as server:
        target = open_target(server.url)
        errors = [(await target.send([parcel(n)]))[0].error for n in range(5)]
        await target.close()
    assert set(errors) <= {None, "reset"}
    assert errors[0] is None


async def test_a_host_without_address_is_a_connect_error() -> None:
    outcome = await send_one("http://nowhere.invalid")
    assert outcome.error == "connect"
    assert "nowhere.invalid" in outcome.reason


@pytest.mark.parametrize(("host", "trusted", "error"), [
    ("127.0.0.1", True, None), ("127.0.0.1", False, "connect"), ("127.0.0.9", True, "connect"),
])
async def test_certificates_are_verified(tmp_path: Path, host: str, trusted: bool, error: str | None) -> None:
    cert, key = certificate(tmp_path, host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    async with serving(answering("200 OK"), context) as server:
        outcome = await send_one(server.url, tls={"ca": str(cert)} if trusted else None)
    assert outcome.error == error
    assert ("certificate" in outcome.reason) is (error is not None)


async def test_a_certificate_file_that_cannot_be_used_is_an_outcome(tmp_path: Path) -> None:
    (tmp_path / "junk.pem").write_text("junk")
    for name, why in (("no.pem", "no such file or directory"), ("junk.pem", "it holds no certificate in PEM, or a broken one")):
        outcome = await send_one("https://127.0.0.1:9", tls={"ca": str(tmp_path / name)})
        assert outcome.error == "connect"
        assert outcome.reason == f"tls: ca {tmp_path}/{name}: {why}"


@pytest.mark.parametrize(("version", "said"), [
    (ssl.TLSVersion.TLSv1_3, "'certificate required': it wants"),
    (ssl.TLSVersion.TLSv1_2, "'handshake failure': perhaps it wants"),
])
async def test_a_server_that_wants_a_certificate_says_so(tmp_path: Path, version: ssl.TLSVersion, said: str) -> None:
    cert, key = certificate(tmp_path, "127.0.0.1")
    async with shaking_hands(demanding(cert, key, version)) as server:
        for method in ("POST", "GET"):
            outcome = await send_one(server.url, HttpAddress(method, "/x"), tls={"ca": str(cert)})
            assert outcome.error == "connect"
            advice = "a certificate of this side, add tls: {cert, key} to the connection"
            assert outcome.reason == f"tls: the server said {said} {advice}"
        assert server.requests == []
        outcome = await send_one(server.url, tls={"ca": str(cert), "cert": str(cert), "key": str(key)})
        assert (outcome.error, len(server.requests)) == (None, 1)


async def test_a_server_that_does_not_take_the_certificate_says_so(tmp_path: Path) -> None:
    for name in ("server", "stranger"):
        (tmp_path / name).mkdir()
    cert, key = certificate(tmp_path / "server", "127.0.0.1")
    stranger, its_key = certificate(tmp_path / "stranger", "127.0.0.1")
    async with shaking_hands(demanding(cert, key, ssl.TLSVersion.TLSv1_3)) as server:
        outcome = await send_one(server.url, tls={"ca": str(cert), "cert": str(stranger), "key": str(its_key)})
    assert outcome.error == "connect"
    assert outcome.reason.startswith("tls: the server said '")
    assert outcome.reason.endswith("of the certificate that tls.cert names")
