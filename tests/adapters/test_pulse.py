"""The pulse of a process, and who looks for it."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest

from adapters import pulse
from adapters.pulse import Pulse, Watch, beating, pulse_of, tell_systemd


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "PATIENCE", 3)


def test_a_process_stands_still_after_so_many_looks_without_a_beat() -> None:
    heart = Pulse()
    watch = Watch(heart)
    assert not any(watch.stands_still() for _ in range(10)), "it has not begun to beat"
    heart.beat()
    assert [watch.stands_still() for _ in range(4)] == [False, False, False, True]
    heart.beat()
    assert not watch.stands_still()


def test_another_process_is_judged_when_it_has_begun() -> None:
    heart = Pulse()
    watch = Watch(heart)
    heart.beat()
    assert [watch.stands_still() for _ in range(4)][-1]
    watch.begin()
    assert not any(watch.stands_still() for _ in range(10))


def test_a_fork_beats_for_its_parent() -> None:
    heart = pulse_of("test")
    pid = os.fork()
    if not pid:
        pulse_of("test").beat()
        os._exit(0)
    os.waitpid(pid, 0)
    assert heart.count == 1


def test_a_loop_beats_while_it_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "EVERY", 0)
    heart = Pulse()

    async def turn() -> None:
        beats = asyncio.create_task(beating(heart))
        while heart.count < 3:
            await asyncio.sleep(0)
        beats.cancel()

    asyncio.run(asyncio.wait_for(turn(), 10))


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told_of_the_process_that_it_watches(
    abstract: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"@crossdock-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name[1:] if abstract else name)
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
        tell_systemd()
        assert systemd.recv(100) == b"WATCHDOG=1"
        monkeypatch.setenv("WATCHDOG_PID", str(os.getppid()))
        tell_systemd()
        with pytest.raises(BlockingIOError):
            systemd.recv(100)


def test_nobody_who_listens_is_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    tell_systemd()
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    tell_systemd()
