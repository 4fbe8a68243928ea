"""The clock that the proofs set: what a process sees of it, and what goes on as it did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.wall_clock import WallClock, compiler
from tests.integration.conftest import unavailable

LOOK = """
import datetime, json, sys, threading, time, billiard, sqlite3
for line in sys.stdin:
    began = time.monotonic()
    lock, semaphore = threading.Lock(), billiard.BoundedSemaphore(1)
    lock.acquire(); semaphore.acquire()
    waits = [lock.acquire(timeout=0.02), semaphore.acquire(timeout=0.02), threading.Event().wait(0.02)]
    time.sleep(0.02)
    print(json.dumps({"waits": waits, "lasted": time.monotonic() - began, "steady": time.monotonic(), "clocks": [
        time.time(), time.time_ns() / 1e9, datetime.datetime.now().timestamp(), time.clock_gettime(time.CLOCK_REALTIME),
        datetime.datetime.now(datetime.timezone.utc).timestamp(),
        float(sqlite3.connect(":memory:").execute("select unixepoch()").fetchone()[0]),
    ]}), flush=True)
"""


def test_a_clock_is_set_for_a_running_process_and_its_waits_take_as_long_as_ever(tmp_path: Path) -> None:
    if compiler() is None:
        unavailable("gcc is not installed")
    clock = WallClock(tmp_path / "clock")
    with subprocess.Popen(
        [sys.executable, "-c", LOOK], env={**os.environ, **clock.environment}, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        for off in (0, 3600, -7200, 17, -1, 86400 * 400, 0):
            clock.set(off)
            began = time.time()
            process.stdin.write("\n")
            process.stdin.flush()
            seen = json.loads(process.stdout.readline())
            ended = time.time()
            assert seen["waits"] == [False, False, False]
            assert 0.08 <= seen["lasted"] <= ended - began
            assert time.monotonic() - (ended - began) - 1 <= seen["steady"] <= time.monotonic()
            for moment in seen["clocks"]:
                assert began - 1 <= moment - off <= ended  # SQLite's are whole seconds
    assert process.returncode == 0
