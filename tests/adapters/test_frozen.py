"""A process that was stopped while it held the ledger's lock is killed; nothing else is."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.frozen import PATIENCE, FrozenOwner
from tests.stopping import stop_whole

HOLDER = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(fd, fcntl.LOCK_EX)
os.pwrite(fd, b"%-20d" % os.getpid(), 0)
print("held", flush=True)
input()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "ledger.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    yield child
    child.kill()
    child.communicate()


def test_a_frozen_owner_is_killed_after_some_looks(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    watch = FrozenOwner(tmp_path / "ledger.lock", lambda pid: True)
    stop_whole(holder.pid)
    assert [watch.look() for _ in range(PATIENCE)] == [0] * (PATIENCE - 1) + [holder.pid]
    assert holder.wait() == -signal.SIGKILL
    assert watch.look() == 0


def test_a_busy_owner_is_left_alone(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    watch = FrozenOwner(tmp_path / "ledger.lock", lambda pid: True)
    assert not any(watch.look() for _ in range(2 * PATIENCE))


def test_a_frozen_stranger_is_left_alone(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    watch = FrozenOwner(tmp_path / "ledger.lock", lambda pid: False)
    stop_whole(holder.pid)
    assert not any(watch.look() for _ in range(2 * PATIENCE))


def test_a_frozen_process_that_holds_nothing_is_left_alone(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    lock = tmp_path / "other.lock"
    lock.write_bytes(b"%-20d" % holder.pid)
    watch = FrozenOwner(lock, lambda pid: True)
    stop_whole(holder.pid)
    assert not any(watch.look() for _ in range(2 * PATIENCE))
    with open(lock) as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_no_lock_file_is_no_trouble(tmp_path: Path) -> None:
    assert FrozenOwner(tmp_path / "none", lambda pid: True).look() == 0
