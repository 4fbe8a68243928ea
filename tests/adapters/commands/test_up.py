"""`up` on a real project, as a user has it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters import host
from adapters.node import start_of
from tests.adapters.commands.living import ROUTES, answer, make_project, typed
from tests.adapters.waiting import until


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path)


def test_up_carries_a_file_survives_a_kill_of_each_role_and_drains(project: Path) -> None:
    with typed(project, "up") as up:
        until(up.ready, 60)
        (project / "in" / "a.txt").write_text("a")
        until((project / "out" / "a.txt").exists)
        for role in ("inbound", "worker"):
            os.kill(up.pid(role), signal.SIGKILL)
        (project / "in" / "b.txt").write_text("b")
        until((project / "out" / "b.txt").exists, 60)
        up.process.send_signal(signal.SIGINT)
        assert up.process.wait(20) == 0
        assert "Traceback" not in up.said()


def test_a_second_up_and_a_second_role_are_refused_and_a_killed_one_is_followed(project: Path) -> None:
    with typed(project, "up") as up:
        until(up.ready, 60)
        code, said = answer(project, "up --admin 127.0.0.1:0")
        assert (code, said) == (
            5,
            f"up runs on {project / 'var'} already (process {up.process.pid}). Stop it first, or use another --var.\n",
        )
        assert answer(project, "run web")[0] == 5
        assert answer(project, "run worker")[0] == 5
        web = up.pid("web")
        up.process.kill()
        up.process.wait()
        with typed(project, "up --log info") as next_up:
            until(next_up.ready, 60)
            assert start_of(web) is None
            next_up.process.terminate()
            assert next_up.process.wait(20) == 0


def test_a_project_with_mistakes_does_not_start(project: Path) -> None:
    (project / "routes.yaml").write_text(ROUTES.replace("folder: there", "folder: nowhere"))
    code, said = answer(project, "up")
    assert code == 2
    assert "routes.yaml:10:" in said
    assert " error[" in said
    assert not any(line.startswith("ready ") for line in said.splitlines())
    assert "starts again" not in said


def test_children_do_not_see_the_project_folder_as_code(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, *host.command("routes", "check")[1:]], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["up", "status"])
def test_a_folder_that_is_no_project(tmp_path: Path, command: str) -> None:
    done = subprocess.run([*host.command(command)], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "routes.yaml" in done.stderr
    assert "go to the project's folder, or say --config" in done.stderr
    assert list(tmp_path.iterdir()) == []
