"""What is done once an hour beside ringing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from adapters.chores import Hourly, outgoing, sweep_outgoing
from adapters.outbound.folder.naming import temp_name
from router.route import Connection, Route, Send, Source, Table, Target


def test_work_goes_on_until_nothing_is_left_then_rests_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    left = [False, True, True]
    chore = Hourly(lambda: bool(left.pop()))
    for _ in range(5):
        chore()
    assert left == []
    left.append(False)
    now += 3599
    chore()
    assert left == [False]
    now += 1
    chore()
    assert left == []


def writing(connection: str, kind: str = "folder") -> Target:
    return Target(connection, "r", Send(kind, connection, {}, lambda m: None))


def test_folders_that_targets_write_to_are_swept(tmp_path: Path) -> None:
    targets = (writing("b"), writing("a"), writing("web", "http"), writing("gone"))
    options = {"a": {"path": str(tmp_path / "a")}, "b": {"path": str(tmp_path / "b")}, "web": {}, "inbox": {"path": "/in"}}
    connections = {id: Connection(id, "folder", options=found) for id, found in options.items()}
    table = Table(1, {"r": Route("r", Source("http", {}), targets)}, connections, {})
    assert outgoing(table) == [tmp_path / "a", tmp_path / "b"]


def test_what_is_young_stays(tmp_path: Path) -> None:
    young = tmp_path / temp_name("m", 1)
    young.write_bytes(b"")
    connections = {"out": Connection("out", "folder", options={"path": str(tmp_path)})}
    table = Table(1, {"r": Route("r", Source("http", {}), (writing("out"),))}, connections, {})
    assert sweep_outgoing(table, tmp_path / "spool") is False
    assert young.exists()
