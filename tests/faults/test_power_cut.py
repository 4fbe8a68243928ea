"""The power goes while Crossdock takes requests and files on SQLite: a run is recorded, and played up to many moments on
a disk that forgets what was not synced (tests/faults/power/disk.py says what it may forget).

CROSSDOCK_FAULTS=long records more and cuts at many more moments; CROSSDOCK_SEED names other moments.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.power.disk import Disk
from tests.faults.power.judge import choose, judge
from tests.faults.power.replay import Replay, contents
from tests.faults.power.shop import Recording, record, strace
from tests.integration.conftest import unavailable

LONG = os.environ.get("CROSSDOCK_FAULTS") == "long"
SEED = int(os.environ.get("CROSSDOCK_SEED", "7"))
REQUESTS, FILES, ROWS, CUTS = (1500, 40, 20_000, 1000) if LONG else (200, 6, 3000, 50)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    if strace() is None:
        unavailable("strace is not installed")
    return asyncio.run(record(tmp_path_factory.mktemp("power") / "shop", REQUESTS, FILES, ROWS))


@pytest.fixture(scope="module")
def moments(taken: Recording) -> set[int]:
    return choose(taken, CUTS, SEED)


def disk(taken: Recording, room: Path) -> Disk:
    """As it was before the first start; the day files lie there already."""
    root = room / "before"
    (root / "in").mkdir(parents=True)
    (root / "out").mkdir()
    made = Disk(root)
    made.root = type(made.root)(taken.folder)
    for name, content in taken.files.items():
        made.put(str(taken.folder / "in" / name), content)
    return made


def test_the_recording_is_whole(taken: Recording, tmp_path: Path) -> None:
    """Played to its end it gives the files that are there, byte for byte."""
    played = disk(taken, tmp_path)
    replay = Replay(played, taken.watched, str(taken.folder / "in"))
    for call in taken.calls():
        replay.play(call)
    there = {str(p.relative_to(taken.folder)): p.read_bytes() for p in taken.folder.rglob("*") if is_watched(taken, p)}
    assert dict(contents(played.top)) == there  # type: ignore[arg-type]
    assert replay.told.accepted == set(taken.bodies)
    assert replay.told.moved == set(taken.files)


def is_watched(taken: Recording, path: Path) -> bool:
    return path.is_file() and taken.watched(str(path)) and path.name != "routes.yaml"


def test_what_was_told_is_there_after_a_power_cut(taken: Recording, moments: set[int], tmp_path: Path) -> None:
    print(f"seed {SEED}: {CUTS} cuts in {len(taken.bodies)} requests and {len(taken.files)} files")
    tally = judge(taken, disk(taken, tmp_path), moments, SEED, tmp_path)
    print(f"{tally.cuts} cuts; looked for {tally.accepted} times 202, {tally.moved} moved, {tally.delivered} delivered")
    assert tally.lost == []
    assert min(tally.accepted, tally.moved, tally.delivered) > 0


WITHOUT: dict[str, Callable[[str], bool]] = {
    "of the log": lambda path: path.endswith("-wal"),
    "of the blobs": lambda path: "/blobs/" in path,
    "of the target's folder": lambda path: path.endswith("/out"),
}


@pytest.mark.parametrize("which", WITHOUT)
def test_without_a_sync_it_would_be_lost(which: str, taken: Recording, moments: set[int], tmp_path: Path) -> None:
    forgotten = WITHOUT[which]
    tally = judge(taken, disk(taken, tmp_path), moments, SEED, tmp_path, lambda path: not forgotten(path))
    assert tally.lost
