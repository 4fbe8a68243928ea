"""`up --watch`: an edit is served when it is saved, and a bad one changes nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from examples.demo.crossdock import Crossdock
from tests.acceptance.calling import status
from tests.acceptance.conftest import COMMAND
from tests.adapters.waiting import until

Wait = Callable[[Callable[[], object]], None]

ROUTES = """
version: 1
connections: {out: {type: folder, path: out}}
routes:
  orders:
    from: {http: /orders, clients: anyone}
    to: [{id: out, send: {folder: out, name: "{{ message.id }}.json"}}]
"""


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Crossdock]:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "routes.yaml").write_text(ROUTES)
    running = Crossdock(tmp_path, {"CROSSDOCK_WORKERS": "1"}, tmp_path / "project", (*COMMAND,))
    with running.log.open("wb") as log:
        running.process = subprocess.Popen(
            [*COMMAND, "up", "--watch"], cwd=running.project, env=running.env, stderr=log, stdout=log
        )
    try:
        until(lambda: b"ready http" in running.log.read_bytes(), 60)
        yield running
    finally:
        running.stop()


def test_an_edit_is_served_when_it_is_saved_and_a_bad_one_changes_nothing(watched: Crossdock, wait: Wait) -> None:
    config = watched.project / "routes.yaml"
    assert status(watched, "/orders") == 202
    config.write_text(ROUTES.replace("/orders", "/sales"))
    wait(lambda: status(watched, "/sales") == 202)
    assert status(watched, "/orders") == 404
    config.write_text(ROUTES.replace("send:", "sned:"))
    wait(lambda: b"action=watch_refused" in watched.log.read_bytes())
    assert b"routes.yaml:7:" in watched.log.read_bytes()
    assert status(watched, "/sales") == 202
    config.write_text(ROUTES)
    wait(lambda: status(watched, "/orders") == 202)
    assert [row["how"] for row in watched.rows("routes", "history")] == ["deployed", "deployed", "started"]
