"""How much `routes plan` slows intake: `python -m bench.beside`, or with --rounds 5 --count 20000.

Orders come by 64 connections, as fast as they are taken, alone and beside plans that run one after the other, each of the last
10,000 orders with an edited map; rounds alternate. The load generator and the sink run on the same cores.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.run import FOLDERS, PROJECT
from bench.works import Sink, post
from examples.demo.crossdock import Crossdock

PLANNED = 10_000
EDIT = ("currency: body.currency", "currency: body.currency | lower")


class Plans:
    """Runs plans until it is left; `seconds` each took."""

    def __init__(self, crossdock: Crossdock, edited: Path) -> None:
        self.crossdock, self.edited = crossdock, edited
        self.seconds: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._plan)

    def __enter__(self) -> Plans:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _plan(self) -> None:
        words = [*self.crossdock.command, "routes", "plan", "--messages", str(PLANNED)]
        while not self._over.is_set():
            began = time.monotonic()
            with subprocess.Popen(words, cwd=self.edited, env=self.crossdock.env, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as plan:  # fmt: skip
                while plan.poll() is None and not self._over.wait(0.01):
                    continue
                if plan.poll() is None:
                    plan.kill()
                    continue
            if plan.returncode != 4:
                raise SystemExit(f"the plan ended with {plan.returncode}, not with 4")
            self.seconds.append(time.monotonic() - began)


def main() -> int:
    words = argparse.ArgumentParser(prog="bench.beside", description="Measures intake beside `routes plan`.")
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--count", type=int, default=20_000, help="orders of a round")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        for one in FOLDERS:
            (folder / one).mkdir()
        edited = Path(shutil.copytree(PROJECT, folder / "edited"))
        path = edited / "transforms" / "maps" / "web_order_to_sales_order.yaml"
        path.write_text(path.read_text("utf-8").replace(*EDIT), "utf-8")
        sink = Sink(folder)
        crossdock = Crossdock(folder, {"SINK_URL": sink.url, "WORK_DIR": name}, PROJECT)
        try:
            crossdock.up()
            alone, beside, plans = play(crossdock, edited, asked.rounds, asked.count)
        finally:
            crossdock.stop()
            sink.close()
    slower = 1 - statistics.median(beside) / statistics.median(alone)
    print(f"intake alone {statistics.median(alone):,.0f}/s, beside plans {statistics.median(beside):,.0f}/s: "
          f"{slower:.1%} slower (at most 5 %); {asked.rounds} rounds of {asked.count:,}; {len(plans)} plans ended, "
          f"median {statistics.median(plans or [0]):.1f} s")  # fmt: skip
    print(f"alone {[round(one) for one in alone]}, beside {[round(one) for one in beside]}; "
          f"{platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")  # fmt: skip
    return 0


def play(crossdock: Crossdock, edited: Path, rounds: int, count: int) -> tuple[list[float], list[float], list[float]]:
    """Orders taken a second in rounds alone and beside plans, and seconds of each plan."""
    taken(crossdock, PLANNED)
    alone, beside, plans = [], [], []
    for _ in range(rounds):
        alone.append(taken(crossdock, count))
        with Plans(crossdock, edited) as running:
            time.sleep(1)  # past its start, which is no computing of messages
            beside.append(taken(crossdock, count))
        plans += running.seconds
    return alone, beside, plans


def taken(crossdock: Crossdock, count: int) -> float:
    """Requests answered a second; then all is delivered."""
    begun, statuses = post(crossdock, count, 64, 0)
    seconds = (max(begun.values()) - min(begun.values())) / 1e9
    if statuses["202"] != count:
        raise SystemExit(f"not all were accepted: {dict(statuses)}")
    crossdock.run("status", "--wait-idle", "120s")
    return count / seconds


if __name__ == "__main__":
    sys.exit(main())
