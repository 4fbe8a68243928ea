"""The other side at its worst: every send has an outcome in time, and nothing of the answer harms who reads it."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.outbound.http.address import HttpAddress
from router.message import Envelope, Message, utc_now
from tests.adapters.outbound.http.servers import Request, Speak, answering, resetting, serving, writing
from tests.adapters.outbound.http.test_http_target import open_target, parcel, send_one

pytestmark = pytest.mark.asyncio


def flooding(head: bytes, piece: bytes) -> Speak:
    """These bytes, then the other ones as fast as they are taken, without end."""

    async def speak(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        try:
            while True:
                writer.write(piece)
                await writer.drain()
        finally:
            writer.transport.abort()  # nobody will read what is still to be sent

    return speak


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (OK + b"Content-Length: 10737418240\r\n\r\n", b"x" * 65_536),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
        (OK + b"Connection: close\r\n\r\n", b"x" * 65_536),
        (OK + b"X: ", b"x" * 65_536),
        (OK, b"".join(b"X-%d: y\r\n" % n for n in range(1000))),
        (b"", b"x" * 65_536),
        (OK + b"Content-Length: 0\r\n\r\n", b"HTTP/1.1 500 Unasked\r\nContent-Length: 0\r\n\r\n"),
    ],
    ids=["10 GiB", "chunks", "until the end", "one header", "headers", "status line", "answers to nothing"],
)
async def test_a_stream_without_end_has_its_bound(head: bytes, piece: bytes) -> None:
    tracemalloc.start()
    try:
        async with serving(flooding(head, piece)) as server:
            outcome = await send_one(server.url, timeout=20.0)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    answered = b"\r\n\r\n" in head
    assert (outcome.error, outcome.status) == ((None, 200) if answered else ("reset", None))
    assert outcome.cut is (answered and b"Unasked" not in piece)
    assert outcome.duration < 15
    assert len(server.requests) == 1
    assert most < 64 * 1024 * 1024


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("101 Switching Protocols", "101"), ("204 No Content", None), ("205 Reset Content", None),
        ("300 Multiple Choices", "300"), ("302 Found", "302"), ("307 Temporary Redirect", "307"),
        ("308 Permanent Redirect", "308"), ("400 Bad Request", "400"),
        ("403 Forbidden", "403"), ("407 Proxy Authentication Required", "407"), ("408 Request Timeout", "408"),
        ("410 Gone", "410"), ("413 Content Too Large", "413"), ("418 Teapot", "418"), ("429 Too Many Requests", "429"),
        ("451 Unavailable", "451"), ("501 Not Implemented", "501"), ("502 Bad Gateway", "502"), ("504 Gateway Timeout", "504"),
        ("599 Odd", "599"), ("999 Odder", "999"),
    ],
)  # fmt: skip
async def test_every_status_has_its_outcome(status: str, error: str | None) -> None:
    headers = {"Location": "http://127.0.0.1:1/elsewhere", "Set-Cookie": "a=b"}
    async with serving(answering(status, headers=headers)) as server:
        outcome = await send_one(server.url, timeout=2.0)
    assert (outcome.error, len(server.requests)) == (error, 1)


def as_date(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("write", [str, as_date])
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_when_to_come_again_is_read_as_seconds_and_as_a_date(status: str, write: Callable[[int], str]) -> None:
    async with serving(answering(status, headers={"Retry-After": write(90)})) as server:
        outcome = await send_one(server.url)
    assert outcome.error == status[:3]
    assert outcome.retry_after is not None
    assert 85 <= outcome.retry_after <= 90


async def test_bytes_that_are_no_text_can_be_stored() -> None:
    raw = b"HTTP/1.1 500 \xff\xfe\r\nContent-Type: text/\xff\xe4\r\nX-Odd: \xc3\xbc \xed\xa0\x80\r\n"
    raw += b"Content-Length: 4\r\n\r\n\xff\x00\x1b["
    async with serving(writing(raw)) as server:
        outcome = await send_one(server.url)
    assert outcome.error == "500"
    for text in (outcome.reason, outcome.response_type, *outcome.response_headers.values()):
        assert text == text.encode().decode()
    assert "\x1b" not in outcome.reason


async def test_a_hint_before_the_answer_is_not_the_answer() -> None:
    hints = b"HTTP/1.1 100 Continue\r\n\r\n" + b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" * 3
    async with serving(writing(hints + b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")) as server:
        assert (await send_one(server.url)).status == 201


async def test_hints_without_end_are_a_timeout() -> None:
    async with serving(flooding(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)) as server:
        outcome = await send_one(server.url, timeout=0.5)
    assert outcome.error in ("timeout", "reset")
    assert outcome.duration < 2


@pytest.mark.parametrize(
    "raw",
    [OK + b"Content-Length: -1\r\n\r\n", OK + b"Content-Length: x\r\n\r\n", OK + b"X Y\r\n\r\n", b"\x00" * 1000, b"\r\n\r\n",
     OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"<html>no",
     OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n"],
)  # fmt: skip
async def test_garbage_is_a_reset(raw: bytes) -> None:
    async with serving(writing(raw)) as server:
        outcome = await send_one(server.url, timeout=5.0)
    assert (outcome.error, len(server.requests)) == ("reset", 1)


async def test_a_bad_answer_spoils_none_that_come_after() -> None:
    """On the connection that a hostile answer used, too."""
    turns: list[Speak] = [
        answering("200 OK"), resetting(OK + b"Content-Length: 9\r\n\r\nabc"), answering("200 OK"), writing(b"garbage\r\n\r\n"),
        answering("200 OK"), flooding(OK + b"Connection: close\r\n\r\n", b"x" * 65_536), answering("200 OK"),
    ]  # fmt: skip

    async def speak(request: Request, writer: asyncio.StreamWriter) -> None:
        await turns[len(server.requests) - 1](request, writer)

    async with serving(speak) as server:
        target = open_target(server.url)
        outcomes = [(await target.send([parcel(n)]))[0].error for n in range(len(turns))]
        await target.close()
    assert outcomes == [None, "reset", None, "reset", None, None, None]


async def test_an_answer_to_an_endless_question_is_refused_in_words() -> None:
    """JSON so deep that no stack holds it, where `ok_when` looks into it."""

    def asked(message: Any, reply: Any) -> bool:
        return bool(reply["body"] == {})

    message = Message(Envelope("m1", "web-orders", "/orders", utc_now(), b"{}"), {})
    address = HttpAddress("POST", "/x", ok_when=asked, message=message)
    body = b"[" * 1_000_000
    async with serving(answering("200 OK", body, {"Content-Type": "application/json"})) as server:
        outcome = await send_one(server.url, address)
    assert outcome.error == "refused"


def expired(folder: Path) -> tuple[Path, Path]:
    """A certificate that signs itself and ended in 2021."""
    cert, key, request = folder / "cert.pem", folder / "key.pem", folder / "request.pem"
    (folder / "index.txt").write_bytes(b"")
    (folder / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=x\n[x]\ndatabase={folder}/index.txt\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n"
        f"new_certs_dir={folder}\n[p]\ncommonName=supplied\n[v]\nsubjectAltName=IP:127.0.0.1\n"
    )
    make = ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    make += ["-subj", "/CN=old"]
    sign = ["openssl", "ca", "-batch", "-selfsign", "-config", str(folder / "ca.cnf"), "-extensions", "v", "-notext"]
    sign += ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z", "-keyfile", str(key), "-in", str(request)]
    for command in ([*make, "-keyout", str(key), "-out", str(request)], [*sign, "-out", str(cert)]):
        subprocess.run(command, check=True, capture_output=True)
    return cert, key


async def test_an_expired_certificate_is_a_connect_error(tmp_path: Path) -> None:
    cert, key = expired(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    async with serving(answering("200 OK"), context) as server:
        outcome = await send_one(server.url, tls={"ca": str(cert)})
    assert (outcome.error, "certificate has expired" in outcome.reason) == ("connect", True)
    assert server.requests == []


@pytest.mark.parametrize(("first", "error"), [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "connect"), (b"", "timeout")])
async def test_a_server_without_tls_has_its_outcome(first: bytes, error: str) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        await reader.read()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        gone.set()

    gone = asyncio.Event()
    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        outcome = await send_one(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=0.5)
        await asyncio.wait_for(gone.wait(), 5)
    assert outcome.error == error
    assert outcome.reason
