from __future__ import annotations

import os
import shutil
import signal
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import wiring
from adapters.commands.health import Limits, processes, troubles
from adapters.ledger.sqlite.connection import SystemClock
from adapters.ledger.sqlite.ledger import SqliteLedger
from adapters.node import holding
from tests.adapters.commands.living import answer, make_project, typed
from tests.adapters.commands.typing_room import ORDER, Room
from tests.adapters.waiting import until

Usage = namedtuple("Usage", "total used free")


class Later(SystemClock):
    """A clock that is ahead."""

    ahead = 0

    def now(self) -> int:
        return super().now() + self.ahead * 1000


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Later]]:
    """Every ledger that is opened from now on has this clock."""
    monkeypatch.setattr("adapters.ledger.sqlite.connection.SystemClock", Later)
    yield Later
    Later.ahead = 0


def found(room: Room, limits: Limits | None = None) -> dict[str, str]:
    app = wiring.open_project(room.settings)
    try:
        counts = app.ledger.status_counts(None)
        return {t.what: str(t) for t in troubles(app, counts, limits or Limits()) if t.what != "processes"}
    finally:
        app.close()


def test_work_that_nobody_takes_is_overdue_after_a_while(room: Room, later: type[Later]) -> None:
    room.send("web-orders", ORDER % "1")
    assert found(room) == {}
    later.ahead = 61
    assert found(room)["overdue"].startswith("work of web-orders.erp has been due since ")
    assert found(room, Limits(wait=120)) == {}


def test_work_that_a_breaker_or_a_pause_defers_is_not_overdue(room: Room, later: type[Later]) -> None:
    room.send("web-orders", ORDER % "1")
    room.say("targets", "pause", "erp", "--yes")
    later.ahead = 61
    assert set(found(room)) == {"held"}


def test_an_open_breaker(room: Room) -> None:
    place = room.folder / "out/orders"
    place.parent.mkdir(exist_ok=True)
    place.write_text("a file where a folder should be")
    for n in range(7):
        room.send("web-orders", ORDER % str(n))
    room.work()
    assert found(room)["breaker"] == "the breaker of orders is open: crossdock targets list"


def test_a_pause_that_was_forgotten(room: Room, later: type[Later]) -> None:
    room.say("routes", "pause", "till-sales", "--reason", "stocktaking", "--yes")
    assert found(room) == {}
    later.ahead = 86_401
    said = found(room)["paused"]
    assert said.startswith("till-sales is paused since ")
    assert said.endswith("(stocktaking): crossdock routes resume till-sales")
    assert found(room, Limits(paused=200_000)) == {}


def test_a_disk_that_is_nearly_full(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1, 1, 700 << 20))
    assert found(room)["disk"].startswith("700 MiB are free in ")


def test_a_ledger_that_cannot_be_written(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.json("status")
    monkeypatch.setattr(SqliteLedger, "writable", lambda self: False)
    assert found(room) == {"ledger": "the ledger cannot be written: crossdock doctor"}


SICK = """
connections: {far: {type: redis, url: "redis://127.0.0.1:9/0", timeout: 1s}}
routes:
  events: {from: {redis: far, stream: s}, to: [{id: out, send: {redis: far, stream: t}}]}
"""


def test_a_source_that_cannot_be_read_is_told_and_counted(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    routes = project / "routes.yaml"
    routes.write_text("version: 1\n" + SICK)
    with typed(project, "up"):
        until(lambda: "route events can take nothing in since" in answer(project, "status --check")[1], 60)
        assert "127.0.0.1:9" in answer(project, "status --check")[1]


def test_a_whole_crossdock_is_well_and_a_part_that_stands_still_is_not(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    with typed(project, "up") as command:
        until(command.ready, 60)
        assert answer(project, "status --check")[0] == 0
        web = command.pid("web")
        os.kill(web, signal.SIGSTOP)
        try:
            code, said = answer(project, "status --check")
        finally:
            os.kill(web, signal.SIGCONT)
        assert code == 1
        assert "web does not answer within 2 s" in said
    until(lambda: "no process of Crossdock runs here" in answer(project, "status --check")[1], 60)


def test_a_part_that_is_missing_is_named(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    with typed(project, "run inbound") as command:
        until(command.ready, 60)
        code, said = answer(project, "status --check")
    assert code == 1
    assert "worker does not run: crossdock run worker, or crossdock up" in said
    assert "web does not run" not in said, "no route comes by HTTP"
    assert "the embedded broker does not answer" in said


def test_a_host_of_several_is_asked_for_what_ran_on_it(tmp_path: Path) -> None:
    with holding(tmp_path, "worker"):
        assert [t.text for t in processes(tmp_path, None)] == ["web does not run", "inbound does not run"]
        assert list(processes(tmp_path, None, shared=True)) == []
        with holding(tmp_path, "inbound"):
            assert list(processes(tmp_path, None, shared=True)) == []
        assert [t.text for t in processes(tmp_path, None, shared=True)] == ["inbound does not run"]
