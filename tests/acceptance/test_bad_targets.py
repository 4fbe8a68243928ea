"""Targets that misbehave, end to end: what may pass is tried again under the same key until it is taken, what may not is a
dead letter with its reason; nothing is lost, and the process lives."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from examples.demo.crossdock import Crossdock
from tests.acceptance.conftest import COMMAND
from tests.acceptance.misbehaving import Behaviour, Misbehaving, bound, dripping, flooding, hanging, resetting, saying, status

Wait = Callable[[Callable[[], object]], None]

ROUTES = """
    version: 1
    connections:
      erp:   {type: http, url: "${env:ERP_URL}", timeout: 1s, breaker: {open_after: 1000}}
      night: {type: http, url: "${env:NIGHT_URL}", timeout: 1s, breaker: {open_after: 1000}}
      shelf: {type: folder, path: shelf}
    defaults:
      retry: {first: 100ms, factor: 1, jitter: 0%, for: 1m}
    routes:
      erp:
        from: {http: "/erp/{how}", clients: anyone}
        format: json
        to: [{id: out, send: {http: erp, path: "/{{ message.params.how }}"}}]
      asked:
        from: {http: "/asked/{how}", clients: anyone}
        format: json
        to: [{id: out, send: {http: erp, path: "/{{ message.params.how }}", ok_when: "reply.body.taken"}}]
      night:
        from: {http: /night, clients: anyone}
        to: [{id: out, send: {http: night, path: /night}}]
      shelf:
        from: {http: /shelf, clients: anyone}
        to: [{id: out, send: {folder: shelf, name: "{{ message.id }}.json"}, retry: {first: 4s}}]
"""
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In which a file stands in the place of the folder."""
    folder = tmp_path_factory.mktemp("targets")
    (folder / "routes.yaml").write_text(dedent(ROUTES), "utf-8")
    (folder / "shelf").write_bytes(b"in the way")
    return folder


@pytest.fixture(scope="module")
def erp() -> Iterator[Misbehaving]:
    server = Misbehaving()
    yield server
    server.close()


@pytest.fixture(scope="module")
def night() -> Iterator[socket.socket]:
    """Where nobody listens yet."""
    with bound() as place:
        yield place


@pytest.fixture(scope="module")
def crossdock(
    project: Path, erp: Misbehaving, night: socket.socket, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crossdock]:
    environment = {"ERP_URL": erp.url, "NIGHT_URL": f"http://127.0.0.1:{night.getsockname()[1]}", "CROSSDOCK_WORKERS": "1"}
    running = Crossdock(tmp_path_factory.mktemp("run"), environment, project, COMMAND)
    try:
        running.up(patience=30)
        yield running
    finally:
        running.stop()


def send(crossdock: Crossdock, path: str, body: object = None) -> str:
    code, answer = crossdock.call("POST", path, body or {"n": 1})
    assert code == 202
    return str(answer["id"])


def target(crossdock: Crossdock, id: str) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(crossdock.run("messages", "show", id, "-o", "json"))
    return dict(shown["targets"][0])


PASSING: dict[str, Behaviour] = {
    "hangs": hanging,
    "cut-before": resetting(),
    "cut-midway": resetting(OK + b"Content-Length: 100\r\n\r\nhalf"),
    "closed": saying(b""),
    "half-a-body": saying(OK + b"Content-Length: 100\r\n\r\nhalf"),
    "garbage": saying(b"\x00\x01\x02 garbage \xff\r\n\r\n" * 100),
    "bad-chunk": saying(OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n"),
    "bad-gzip": saying(OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"),
    "endless-head": flooding(OK + b"X: "),
    "slow": dripping(OK + b"Content-Length: 1000\r\n\r\n", 0.3),
    "408": status("408 Request Timeout"),
    "429": status("429 Too Many Requests"),
    "500": status("500 Internal Server Error", "Content-Type: text/plain; charset=idna\r\n", b"\xff\x00\x1b[2J"),
    "501": status("501 Not Implemented"),
    "502": status("502 Bad Gateway", "Content-Type: text/\xff\r\n"),
    "503": status("503 Service Unavailable"),
    "504": status("504 Gateway Timeout"),
}


def test_what_may_pass_is_tried_again_until_it_is_taken(crossdock: Crossdock, erp: Misbehaving, wait: Wait) -> None:
    """All at one time: one that hangs holds up none of the others."""
    erp.scripts |= {f"/{how}": [behave, behave] for how, behave in PASSING.items()}
    ids = {how: send(crossdock, f"/erp/{how}", {"how": how}) for how in PASSING}
    wait(lambda: all(len(erp.asked[f"/{how}"]) >= 3 for how in PASSING))
    crossdock.run("status", "--wait-idle", "20s")
    for how, id in ids.items():
        asked = erp.asked[f"/{how}"]
        assert [(one.key, json.loads(one.body)) for one in asked] == [(f"{id}:out", {"how": how})] * 3, how
    states = {one["id"]: one["state"] for one in crossdock.rows("messages", "find", "--route", "erp")}
    assert {how: states[id] for how, id in ids.items()} == dict.fromkeys(PASSING, "delivered")


def test_an_answer_without_an_end_is_not_read_to_it_and_its_status_counts(crossdock: Crossdock, erp: Misbehaving) -> None:
    erp.scripts["/endless"] = [flooding(OK + b"Content-Length: 10737418240\r\n\r\n")]
    id = send(crossdock, "/erp/endless")
    crossdock.run("status", "--wait-idle", "20s")
    assert target(crossdock, id)["state"] == "delivered"
    assert len(erp.asked["/endless"]) == 1


FINAL = {
    "301": status("301 Moved Permanently", "Location: http://127.0.0.1:1/elsewhere\r\n"),
    "401": status("401 Unauthorized", 'WWW-Authenticate: Bearer realm="erp"\r\n'),
    "404": status("404 Not Found"),
    "409": status("409 Conflict", "", b"order 7 is closed"),
    "413": status("413 Content Too Large"),
    "422": status("422 Unprocessable Entity", "Content-Type: application/json\r\n", b'{"qty": "must be positive"}'),
}


def test_what_may_not_is_dead_at_once_with_its_reason(crossdock: Crossdock, erp: Misbehaving) -> None:
    erp.scripts |= {f"/{how}": [behave] for how, behave in FINAL.items()}
    ids = {send(crossdock, f"/erp/{how}"): how for how in FINAL}
    crossdock.run("status", "--wait-idle", "20s")
    dead = {ids[one["message"]]: one for one in crossdock.rows("dlq", "list") if one["message"] in ids}
    assert {how: (one["stage"], one["error"], one["attempts"]) for how, one in dead.items()} == {
        how: ("send", how, 1) for how in FINAL
    }
    assert dead["409"]["reason"] == "HTTP 409 Conflict: order 7 is closed"
    assert dead["422"]["reason"] == 'HTTP 422 Unprocessable Entity: {"qty": "must be positive"}'
    assert {how: len(erp.asked[f"/{how}"]) for how in FINAL} == dict.fromkeys(FINAL, 1)
    crossdock.run("dlq", "requeue", "--all", "--yes", "--wait")
    assert {how: len({one.key for one in erp.asked[f"/{how}"]}) for how in FINAL} == dict.fromkeys(FINAL, 1)
    assert crossdock.rows("dlq", "list", "--route", "erp") == []


@pytest.mark.parametrize("code", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize("dated", [False, True])
def test_a_target_says_when_to_come_again(
    crossdock: Crossdock, erp: Misbehaving, wait: Wait, code: str, dated: bool
) -> None:
    """The policy alone would come again after 100 ms. A date is in whole seconds: of three, two are sure."""

    def later(calling: Any, over: Any) -> None:
        moment = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True) if dated else "2"
        status(code, f"Retry-After: {moment}\r\n")(calling, over)

    path = f"/later-{code[:3]}-{dated}"
    erp.scripts[path] = [later]
    send(crossdock, f"/erp{path}")
    wait(lambda: len(erp.asked[path]) == 2)
    first, second = erp.asked[path]
    assert 1.9 < second.at - first.at < 15


def test_an_answer_that_nothing_can_hold_is_refused_in_words(crossdock: Crossdock, erp: Misbehaving) -> None:
    """Where `ok_when` looks into it."""
    answers = {"deep": b"[" * 1_000_000, "huge": b'{"taken": 1e99999999999999999999}', "no": b'{"taken": false}'}
    for how, body in answers.items():
        erp.scripts[f"/{how}"] = [status("200 OK", "Content-Type: application/json\r\n", body)]
    ids = {send(crossdock, f"/asked/{how}"): how for how in answers}
    crossdock.run("status", "--wait-idle", "20s")
    dead = {ids[one["message"]]: one for one in crossdock.rows("dlq", "list", "--route", "asked")}
    assert {how: one["error"] for how, one in dead.items()} == dict.fromkeys(answers, "refused")
    assert dead["no"]["reason"].startswith("ok_when is false: HTTP 200 OK")
    assert all(one["reason"].startswith("ok_when") and len(one["reason"]) < 1000 for one in dead.values())


def test_a_target_that_is_not_there_yet_is_waited_for(crossdock: Crossdock, night: socket.socket, wait: Wait) -> None:
    id = send(crossdock, "/night")
    wait(lambda: target(crossdock, id)["error"] == "connect")
    late = Misbehaving(night)
    try:
        wait(lambda: late.asked["/night"])
        crossdock.run("status", "--wait-idle", "20s")
        assert target(crossdock, id)["state"] == "delivered"
    finally:
        late.close()


def test_a_file_in_the_place_of_the_folder_is_waited_out(crossdock: Crossdock, project: Path, wait: Wait) -> None:
    id = send(crossdock, "/shelf")
    wait(lambda: target(crossdock, id)["error"] == "io")
    (project / "shelf").unlink()
    wait((project / "shelf" / f"{id}.json").exists)
    crossdock.run("status", "--wait-idle", "20s")
    assert target(crossdock, id)["state"] == "delivered"


def test_at_the_end_all_is_accounted_for(crossdock: Crossdock) -> None:
    crossdock.run("status", "--wait-idle", "30s")
    crossdock.run("ledger", "verify")
    log = crossdock.log.read_bytes()
    assert b"Traceback" not in log
    assert b"\x1b[2J" not in log
