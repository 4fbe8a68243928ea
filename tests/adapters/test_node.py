"""The node's name, its locks, and whether an owner lives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters import node


def test_a_var_has_one_name_that_stays(tmp_path: Path) -> None:
    name = node.node_name(tmp_path / "var")
    assert len(name) == 36
    assert node.node_name(tmp_path / "var") == name
    assert node.node_name(tmp_path / "other") != name
    assert sorted(p.name for p in (tmp_path / "var").iterdir()) == ["node"]


def test_an_empty_name_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "node").write_text("")
    assert len(node.node_name(tmp_path)) == 36


def test_a_living_holder_refuses_the_second_at_once(tmp_path: Path) -> None:
    with node.holding(tmp_path, "web"), pytest.raises(node.Taken) as caught:
        node.hold_role(tmp_path, "web", patience=60)
    assert caught.value.reason == (
        f"web runs on {tmp_path} already (process {os.getpid()}). Stop it first, or use another --var."
    )
    node.hold_role(tmp_path, "web").release()


def test_other_roles_do_not_collide(tmp_path: Path) -> None:
    with node.holding(tmp_path, "web"), node.holding(tmp_path, "worker"):
        assert node.try_lock(node.role_lock(tmp_path, "web")) is None


def test_what_inherited_the_lock_of_a_dead_holder_is_waited_for(tmp_path: Path) -> None:
    lock = node.hold_role(tmp_path, "broker")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[lock.fd]) as heir:
        lock.release()
        node.role_lock(tmp_path, "broker").write_text("4194304\n")  # a pid above every limit: its holder is gone
        with pytest.raises(node.Taken):
            node.hold_role(tmp_path, "broker", patience=0.05)
        heir.kill()
        node.hold_role(tmp_path, "broker", patience=10).release()


def test_an_owner_lives_as_long_as_its_process(tmp_path: Path) -> None:
    alive = node.liveness("n1")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        mine = node.owner("n1", child.pid)
        assert mine.startswith(f"n1/{child.pid}/")
        assert alive(mine) is True
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert alive(mine) is False, "a corpse that nobody reaped is dead"
    assert alive(mine) is False


def test_a_pid_that_was_given_again_is_another_owner() -> None:
    assert node.liveness("n1")(f"n1/{os.getpid()}/1") is False


def test_nothing_is_known_of_another_node() -> None:
    assert node.liveness("n1")(node.owner("n2")) is None


def test_the_owner_of_this_process_lives() -> None:
    assert node.liveness("n1")(node.owner("n1")) is True


def test_a_lock_is_held_as_long_as_its_holder_lives_and_looking_is_not_in_the_way(tmp_path: Path) -> None:
    path = node.role_lock(tmp_path, "web")
    assert not node.is_held(path)
    lock = node.hold_role(tmp_path, "web")
    assert node.is_held(path)
    lock.release()
    assert not node.is_held(path)
    node.hold_role(tmp_path, "web", patience=0).release()
