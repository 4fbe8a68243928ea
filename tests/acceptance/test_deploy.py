"""Another version while messages flow: none is refused, none swallowed, each is computed by the version that took it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from textwrap import dedent

import pytest

from examples.demo.crossdock import Crossdock
from tests.acceptance.calling import status
from tests.acceptance.outside import Outside

Wait = Callable[[Callable[[], object]], None]

ROUTES = """
    version: 1
    connections:
      erp:   {type: http, url: "${env:ERP_URL}"}
      inbox: {type: folder, path: inbox}
    routes:
      orders:
        from: {http: /orders, clients: anyone}
        steps: [{set: {body.version: "'one'"}}]
        to: [{id: erp, send: {http: erp, path: /orders}}]
      files:
        from: {folder: inbox, files: "*.json", ready: at_once}
        to: [{id: erp, send: {http: erp, path: /files}}]
"""
NEW = """
  stock:
    from: {http: /stock, clients: anyone}
    to: [{id: erp, send: {http: erp, path: /stock}}]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deployed")
    (folder / "routes.yaml").write_text(dedent(ROUTES), "utf-8")
    return folder


@contextmanager
def stream(crossdock: Crossdock) -> Iterator[list[int]]:
    """Orders one after the other, as fast as they are taken: their answers."""
    answers: list[int] = []
    over = threading.Event()

    def client() -> None:
        while not over.is_set():
            answers.append(status(crossdock, "/orders", b'{"n": %d}' % len(answers)))

    thread = threading.Thread(target=client)
    thread.start()
    try:
        yield answers
    finally:
        over.set()
        thread.join()


def flow(answers: list[int], wait: Wait, more: int = 50) -> None:
    goal = len(answers) + more
    wait(lambda: len(answers) >= goal)


def test_a_version_is_deployed_and_rolled_back_under_a_stream_of_messages(
    crossdock: Crossdock, project: Path, outside: Outside, wait: Wait
) -> None:
    config = project / "routes.yaml"
    before = config.read_text()
    with stream(crossdock) as answers:
        flow(answers, wait)
        config.write_text(before.replace("'one'", "'two'") + NEW)
        crossdock.run("routes", "deploy", "--yes", "--reason", "stock as well")
        wait(lambda: status(crossdock, "/stock") == 202)
        flow(answers, wait)
        (project / "inbox" / "a.json").write_text("{}")
        wait(lambda: outside.script.at("/files"))
        crossdock.run("routes", "rollback", "--yes")
        wait(lambda: status(crossdock, "/stock") == 404)
        flow(answers, wait)
    assert set(answers) == {202}
    crossdock.run("status", "--wait-idle", "30s")
    arrived = {order.json["n"]: order.json["version"] for order in outside.script.at("/orders")}
    assert sorted(arrived) == list(range(len(answers)))
    versions = [arrived[n] for n in sorted(arrived)]
    assert [version for version, _ in groupby(versions)] == ["one", "two", "one"], "each by the version that took it"
    assert outside.script.at("/stock")
    history = crossdock.rows("routes", "history")
    assert [(row["version"], row["how"], row["of"]) for row in history] == [
        (3, "rolled back", 1), (2, "deployed", None), (1, "started", None),
    ]  # fmt: skip
    assert b"version 2 is served from now on, deployed by" in crossdock.log.read_bytes()


def test_a_bad_deploy_changes_nothing(crossdock: Crossdock, project: Path) -> None:
    config = project / "routes.yaml"
    before = config.read_text()
    config.write_text(before.replace("path: /orders", "paht: /orders"))
    crossdock.run("routes", "deploy", "--yes", good=(2,))
    assert status(crossdock, "/orders", b'{"n": 0}') == 202
    assert len(crossdock.rows("routes", "history")) == 3
    config.write_text(before)


def test_a_restart_goes_on_with_what_was_rolled_back_to(crossdock: Crossdock, wait: Wait) -> None:
    crossdock.stop()
    crossdock.up(patience=30)
    wait(lambda: status(crossdock, "/orders", b'{"n": 0}') == 202)
    assert status(crossdock, "/stock") == 404
    assert b"action=version_kept" in crossdock.log.read_bytes()
