"""A stranger's bad requests against a running Crossdock: one clear answer each, the process lives, nothing is lost."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from examples.demo.crossdock import Crossdock
from tests.acceptance import calling
from tests.acceptance.calling import call, parsed, request, stored
from tests.adapters.waiting import until

Wait = Callable[[Callable[[], object]], None]

ROUTES = """
    version: 1
    connections:
      shelf: {type: folder, path: shelf}
    clients:
      till:    {token: "t-i-l-l"}
      slow:    {token: "s-l-o-w", rate: 60/min}
    routes:
      sales:
        from: {http: "/sales/{store}", clients: [till, slow]}
        format: json
        steps:
          - validate: sales.Sale
        to:
          - {id: shelf, send: {folder: shelf, name: "{{ message.id }}.json"}}
      asks:
        from: {http: /asks, clients: anyone, reply: result, timeout: 10s}
        format: json
        to:
          - {id: shelf, when: body.kind == 'known', send: {folder: shelf, name: "{{ message.id }}.json"}}
          - otherwise: {dead: "no rule for this kind"}
"""
SCHEMA = """
    from marshmallow import Schema, fields


    class Sale(Schema):
        sku = fields.Str(required=True)
        qty = fields.Int(required=True, strict=True)
"""
GOOD = b'{"sku":"A-1","qty":1}'
TILL = b"Authorization: Bearer t-i-l-l\r\n"
HEAD = request("/sales/1", "t-i-l-l")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("callers")
    (folder / "transforms" / "schemas").mkdir(parents=True)
    (folder / "routes.yaml").write_text(dedent(ROUTES), "utf-8")
    (folder / "transforms" / "schemas" / "sales.py").write_text(dedent(SCHEMA), "utf-8")
    return folder


def post(body: bytes, lines: bytes = b"", head: bytes = HEAD) -> bytes:
    return calling.post(body, lines, head=head)


@pytest.fixture(autouse=True)
def _lives(crossdock: Crossdock) -> Iterator[None]:
    """Whatever happened, the next good request is taken."""
    yield
    assert parsed(call(crossdock, post(GOOD)))[0] == 202


PATHS = [b"/sales/a%00b", b"/sales/%ff", b"/sales/%ed%a0%80", b"/sales/%c0%af", b"/sales/", b"/sales/1/2", b"*"]


@pytest.mark.parametrize(
    ("sent", "status", "detail"),
    [
        (post(b'{"sku":\n "A-1",}'), 400, "line 2, column 8"),
        (post(b'{"sku":"A-1","sku":"A-2"}'), 400, "sku"),
        (post(b"\xff\xfe{}"), 400, "byte"),
        (post(b""), 400, "the message is empty"),
        (post(b'{"sku":1}'), 422, "2 fields are wrong"),
        (post(b'{"kind":"odd"}', head=HEAD.replace(b"/sales/1", b"/asks")), 422, "no rule for this kind"),
        (post(b"sku;qty", b"Content-Type: text/csv\r\n"), 415, "This route takes json"),
        (post(b"\x1f\x8b", b"Content-Encoding: gzip\r\n"), 415, "Content-Encoding gzip is not read here"),
        (post(b"x", b"Content-Encoding: deflate, br\r\n"), 415, "deflate, br is not read here"),
        (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 415, "gzip, chunked is not read here"),
        *((post(GOOD, head=HEAD.replace(b"/sales/1", path)), 404, "No route takes") for path in PATHS),
        (post(GOOD, head=HEAD.replace(b"/1 ", b"/\xc3\xbc ")), 400, "is not HTTP/1.1"),
        (post(GOOD, head=HEAD.replace(b"/1 ", b"/\x00 ")), 400, "is not HTTP/1.1"),
        (post(GOOD, b"Idempotency-Key: a\r\nIdempotency-Key: a\r\n"), 400, "Idempotency-Key is there more than once"),
        (post(GOOD, b"Idempotency-Key:\r\n"), 400, "Idempotency-Key is empty"),
        (post(GOOD, b"Idempotency-Key: " + b"k" * 10_240 + b"\r\n"), 400, "may have 1024 characters; this one has 10240"),
        (post(GOOD, b"X: " + b"x" * 102_400 + b"\r\n"), 431, "64 KiB"),
        (post(GOOD, head=HEAD.replace(TILL, b"")), 401, "This path needs a token"),
        (post(GOOD, head=HEAD.replace(b"t-i-l-l", b"tillt")), 401, "The token is not known"),
        (HEAD + b"Content-Length: 100000000\r\nExpect: 100-continue\r\n\r\n", 413, "16777216 bytes"),
        (HEAD.replace(b"POST", b"PUT") + b"\r\n", 405, "takes POST, not PUT"),
        (HEAD.replace(b"POST", b"OPTIONS") + b"\r\n", 405, "takes POST, not OPTIONS"),
        (b"BREW /sales/1 HTTP/1.1\r\n\r\n", 400, "is not HTTP/1.1"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n15\r\n" + GOOD + b"\r\nZZ\r\n", 400, "a chunk of it is wrong"),
        (HEAD + b"Content-Length: 7\r\n\r\n" + GOOD, 400, "line 1, column"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "is not HTTP/1.1"),
    ],
)
def test_one_clear_answer(crossdock: Crossdock, sent: bytes, status: int, detail: str) -> None:
    found, headers, content = parsed(call(crossdock, sent))
    assert (found, content["status"]) == (status, status), content
    assert headers["content-type"] == "application/problem+json"
    assert detail in content["detail"]
    assert "Traceback" not in str(content)
    assert ("errors" in content) == (status == 422 and "fields" in detail)
    assert headers.get("allow") == ("POST" if status == 405 else None)


def test_a_head_is_answered_without_a_body(crossdock: Crossdock) -> None:
    status, headers, content = parsed(call(crossdock, HEAD.replace(b"POST", b"HEAD") + b"\r\n"))
    assert (status, headers["allow"], content) == (405, "POST", None)


@pytest.mark.parametrize(
    "sent",
    [
        post(GOOD, head=HEAD.replace(b"HTTP/1.1", b"HTTP/1.0")),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n15;x=y\r\n" + GOOD + b"\r\n0\r\nX-Trailer: 1\r\n\r\n",
        HEAD.replace(b"close", b"Upgrade") + b"Upgrade: h2c\r\nContent-Length: 21\r\n\r\n" + GOOD + post(GOOD),
        post(GOOD, head=HEAD.replace(b"Connection: close\r\n", b"")) * 3 + post(GOOD),
        b"\r\n\r\n" + post(GOOD),
        post(GOOD, b"Expect: 100-continue\r\n"),
    ],
    ids=["1.0", "chunked", "upgrade", "pipelined", "empty lines", "expect"],
)
def test_what_is_odd_and_right_is_taken(crossdock: Crossdock, sent: bytes) -> None:
    before, requests = stored(crossdock), sent.count(GOOD)
    answer = call(crossdock, sent, half=True)
    assert answer.count(b"HTTP/1.1 202 ") == requests
    ids = re.findall(rb'\{"id":"([0-9a-f-]{36})"\}', answer)
    assert len(set(ids)) == requests
    assert stored(crossdock) == before + requests


def test_pipelined_ones_are_answered_in_their_order(crossdock: Crossdock) -> None:
    kept = HEAD.replace(b"Connection: close\r\n", b"")
    answer = call(crossdock, post(GOOD, head=kept) + post(b"{", head=kept) + post(GOOD))
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"202", b"400", b"202"]


def test_half_a_body_is_nothing(crossdock: Crossdock) -> None:
    before = stored(crossdock)
    assert call(crossdock, HEAD + b"Content-Length: 500\r\n\r\n" + GOOD, half=True) == b""
    assert call(crossdock, HEAD + b"Transfer-Encoding: chunked\r\n\r\n15\r\n" + GOOD, half=True) == b""
    assert call(crossdock, HEAD + b"Content-Length: 300000\r\n\r\n" + b"x" * 200_000, half=True) == b""
    assert stored(crossdock) == before
    blobs = Path(crossdock.env["CROSSDOCK_VAR"]) / "blobs"
    until(lambda: not [path for path in blobs.rglob("*") if path.is_file() and path.stat().st_size == 200_000])


def test_a_hundred_megabytes_of_one_text_are_413_and_little_memory(crossdock: Crossdock) -> None:
    web = next(pid for pid in pids() if b"run\0web" in line_of(pid) and crossdock_of(pid, crossdock))
    before = memory(web)
    body = b'"' + b"x" * 100_000_000 + b'"'
    for sent in (post(body), HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"):
        assert parsed(call(crossdock, sent))[0] == 413
    assert memory(web) - before < 64 * 1024


def pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def line_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def crossdock_of(pid: int, crossdock: Crossdock) -> bool:
    assert crossdock.process is not None
    try:
        return f"PPid:\t{crossdock.process.pid}\n" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def memory(pid: int) -> int:
    """The most that it ever held, in KiB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1])


def test_a_client_over_its_rate_is_told_when_to_come_again(crossdock: Crossdock) -> None:
    """60/min is one a second. Refused ones are not there afterwards."""
    sent = post(GOOD, head=HEAD.replace(b"t-i-l-l", b"s-l-o-w"))
    before = stored(crossdock)
    answers = [parsed(call(crossdock, sent)) for _ in range(5)]
    assert [status for status, _, _ in answers] == [202, 429, 429, 429, 429]
    assert {headers["retry-after"] for _, headers, _ in answers[1:]} == {"1"}
    assert stored(crossdock) == before + 1


HOLD = """
import resource, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (10_500, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
host, port = sys.argv[1].split(":")
held = [socket.create_connection((host, int(port)), 30) for _ in range(10_000)]
print("held", flush=True)
sys.stdin.read()
"""


def test_ten_thousand_idle_connections_keep_nobody_out(crossdock: Crossdock) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < 10_500:
        pytest.skip(f"10,500 open files are needed, {hard} may be had here")
    words = [sys.executable, "-c", HOLD, crossdock.url.removeprefix("http://")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == b"held\n"
        for _ in range(20):
            assert parsed(call(crossdock, post(GOOD)))[0] == 202
        holding.communicate()
    assert holding.returncode == 0


def test_at_the_end_all_is_accounted_for(crossdock: Crossdock, project: Path, wait: Wait) -> None:
    crossdock.run("status", "--wait-idle", "30s")
    crossdock.run("ledger", "verify")
    delivered = {one["id"] for one in crossdock.rows("messages", "find", "--state", "delivered")}
    assert delivered == {path.stem for path in (project / "shelf").glob("*.json")}
    assert b"Traceback" not in crossdock.log.read_bytes()
