"""kill -9 at every step: each file is taken once, and in the end lies in `archive`."""

from __future__ import annotations

import os
import signal

import pytest

from tests.adapters.inbound.folder.conftest import MakeHouse
from tests.adapters.inbound.folder.house import House, archive, marker

FILES = {f"{n}.csv": b"h\n%d\n" % n for n in range(4)} | {"large.csv": b"x" * 70_000}


def killed_after(house: House, steps: int) -> bool:
    """One look in a process that kills itself after so many steps; whether it was killed."""
    pid = os.fork()
    if pid == 0:
        try:
            house.start()
            house.checkpoint = Countdown(steps)
            house.source.round()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


class Countdown:
    def __init__(self, steps: int) -> None:
        self.left = steps

    def __call__(self, step: str) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


@pytest.mark.parametrize("duplicates", ["skip", "take"])
@pytest.mark.parametrize("done", ["archive", "delete"])
@pytest.mark.parametrize("step", range(10))
def test_a_killed_source_takes_each_file_once(
    make_house: MakeHouse, duplicates: str, done: str, step: int
) -> None:
    house = make_house(duplicates=duplicates, ready={"marker": marker}, done="delete" if done == "delete" else archive)
    for name, body in FILES.items():
        house.drop(name, body)
        house.drop(f"{name}.ok", b"")
    assert killed_after(house, step)
    assert not killed_after(house, 1000)
    house.start()
    assert sorted(house.ledger.bodies()) == sorted(FILES.values())
    kept = {} if done == "delete" else FILES | {f"{name}.ok": b"" for name in FILES}
    assert house.tree() == {f"archive/{name}": body for name, body in kept.items()}
    assert not (house.inbox / ".crossdock-taken").exists()


def test_the_steps_above_are_all_there_are(make_house: MakeHouse) -> None:
    """copied, stored, fetched for each file, placed, synced, told."""
    house = make_house()
    for name, body in FILES.items():
        house.drop(name, body)
    seen: list[str] = []
    house.checkpoint = seen.append
    house.look()
    assert seen == ["copied", "stored"] + ["fetched"] * 5 + ["placed", "synced", "told"]


def test_it_may_be_killed_again_and_again(make_house: MakeHouse) -> None:
    house = make_house(duplicates="take")
    for name, body in FILES.items():
        house.drop(name, body)
    kills = 0
    for step in (0, 1, 2, 3, 1, 4, 0, 2, 5, 1, 3):
        kills += killed_after(house, step)
    killed_after(house, 1000)
    house.start()
    assert kills >= 4
    assert sorted(house.ledger.bodies()) == sorted(FILES.values())
    assert house.tree() == {f"archive/{name}": body for name, body in FILES.items()}
