"""Over a limit nothing is taken in, everybody is told why, and it goes on by itself."""

from __future__ import annotations

import fcntl
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from examples.demo.crossdock import Crossdock
from tests.acceptance.calling import call, parsed, post, request

Wait = Callable[[Callable[[], object]], None]

HELD = 3.5
"""Seconds for which another process holds the ledger: longer than the limit and the second between two looks, shorter than
a writer waits."""
ROUTES = """
    version: 1
    limits: {open: 60, delay: 2s}
    connections:
      erp:   {type: http, url: "${env:ERP_URL}"}
      inbox: {type: folder, path: inbox}
    routes:
      orders:
        from: {http: /orders, clients: anyone}
        to: [{id: out, limit: 10, send: {http: erp, path: /orders}}]
      sales:
        from: {http: /sales, clients: anyone}
        to: [{id: out, send: {http: erp, path: /sales}}]
      files:
        from: {folder: inbox, files: "*.json", ready: {unchanged_for: 100ms}, done: done}
        to: [{id: out, send: {http: erp, path: /files}}]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("limits")
    (folder / "routes.yaml").write_text(dedent(ROUTES), "utf-8")
    return folder


@contextmanager
def paused(crossdock: Crossdock, *targets: str) -> Iterator[None]:
    crossdock.run("targets", "pause", *targets, "--yes")
    yield
    crossdock.run("targets", "resume", *targets, "--yes")


def sent(crossdock: Crossdock, path: str) -> tuple[int, dict[str, str], Any]:
    return parsed(call(crossdock, post(b"{}", head=request(path))))


def filled(crossdock: Crossdock, path: str, reason: str, wait: Wait) -> tuple[dict[str, str], Any]:
    """Sends beyond a limit: the headers of the next answer, and what it says."""
    number = 12 if path == "/orders" else 62
    assert {sent(crossdock, path)[0] for _ in range(number)} <= {202, 503}
    wait(lambda: metric(crossdock, reason))
    status, headers, problem = sent(crossdock, path)
    assert (status, problem["status"], problem["title"]) == (503, 503, "Service Unavailable")
    return headers, problem


def ready(crossdock: Crossdock) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(f"{crossdock.admin}/readyz", timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def metric(crossdock: Crossdock, reason: str) -> bool:
    with urllib.request.urlopen(f"{crossdock.admin}/metrics", timeout=10) as answer:
        return f'crossdock_intake_closed{{reason="{reason}"}} 1.0' in answer.read().decode()


def closed(crossdock: Crossdock) -> dict[str, str]:
    found: dict[str, str] = json.loads(crossdock.run("status", "-o", "json")).get("closed", {})
    return found


def logged(crossdock: Crossdock, text: str) -> int:
    return crossdock.log.read_text("utf-8").count(text)


def test_a_target_over_its_limit_closes_its_route_alone(crossdock: Crossdock, wait: Wait) -> None:
    assert closed(crossdock) == {}
    with paused(crossdock, "orders.out"):
        headers, problem = filled(crossdock, "/orders", "orders.out", wait)
        assert headers["retry-after"] == "5"
        assert "deliveries to orders.out are open, at most 10 may be" in problem["detail"]
        assert sent(crossdock, "/sales")[0] == 202, "the other route goes on"
        assert ready(crossdock) == (200, {"ledger": True, "config": True, "intake": True})
        assert "deliveries to orders.out are open, at most 10 may be" in closed(crossdock)["orders.out"]
        assert "orders.out=" in crossdock.run("status")
        assert not metric(crossdock, "open")
    wait(lambda: sent(crossdock, "/orders")[0] == 202)
    assert closed(crossdock) == {}
    assert not metric(crossdock, "orders.out")
    assert logged(crossdock, "route orders is closed, nothing is taken in:") == 1
    assert logged(crossdock, "route orders is open again") == 1


def test_over_the_limit_in_all_nothing_is_taken_in_and_it_goes_on_by_itself(
    crossdock: Crossdock, project: Path, wait: Wait
) -> None:
    with paused(crossdock, "sales.out"):
        headers, problem = filled(crossdock, "/sales", "open", wait)
        assert headers["retry-after"] == "5"
        assert "deliveries are open, at most 60 may be" in problem["detail"]
        assert sent(crossdock, "/orders")[0] == 503
        assert ready(crossdock) == (503, {"ledger": True, "config": True, "intake": False})
        (project / "inbox" / "late.json").write_text("{}")
        crossdock.run("send", "orders", str(project / "inbox" / "late.json"), good=(5,))
        findings = json.loads(crossdock.run("status", "--check", "-o", "json", good=(1,)))["findings"]
        assert [one["id"] for one in findings if one["id"] == "intake"] == ["intake"]
        assert (project / "inbox" / "late.json").exists()
    wait(lambda: (project / "inbox" / "done" / "late.json").exists())
    assert sent(crossdock, "/orders")[0] == 202
    crossdock.run("status", "--wait-idle", "30s")
    counts = json.loads(crossdock.run("status", "-o", "json"))
    assert (counts["open"], counts["dead"], counts["accepted"]) == (0, 0, counts["delivered"])
    assert "closed" not in counts
    crossdock.run("ledger", "verify")
    assert logged(crossdock, "action=intake_closed limit=open") == 1
    assert logged(crossdock, "action=intake_opened limit=open") == 1


def test_a_ledger_that_is_slow_to_write_closes_intake_until_it_is_not(crossdock: Crossdock, wait: Wait) -> None:
    """Another process holds it again and again."""
    with (Path(crossdock.env["CROSSDOCK_VAR"]) / "ledger.lock").open("rb+") as lock:
        for _ in range(10):
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.pwrite(lock.fileno(), b" " * 20, 0)
            time.sleep(HELD)
            fcntl.flock(lock, fcntl.LOCK_UN)
            wait(lambda: os.pread(lock.fileno(), 20, 0).strip())  # one is let in, and says who it is
            if logged(crossdock, "a write into the ledger takes"):
                break
    assert logged(crossdock, "action=intake_closed limit=delay") == 1
    wait(lambda: sent(crossdock, "/orders")[0] == 202)
    assert logged(crossdock, "action=intake_opened limit=delay") == 1
