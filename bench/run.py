"""The benchmark: `make bench`, or `python -m bench.run W1 W2 --scale 0.1`.

Each work runs alone on a fresh ledger with the usual settings: every accepted message is synced to the disk. The load
generator and the sink run on the same machine. All outputs are compared with what they must be.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from bench import memory
from bench.works import Result, Sink, l1, w1, w2, w3, w4
from examples.demo.crossdock import Crossdock

PROJECT, BUS = Path(__file__).parent / "project", Path(__file__).parent / "bus"
Play = Callable[[Crossdock, Sink, Path, int], Result]
WORKS: dict[str, tuple[Play, int, str]] = {
    "W1": (w1, 20_000, "≥ 3,000"), "W2": (w2, 1_000_000, "≥ 120,000"), "W3": (w3, 50_000, "≥ 3,000"),
    "W4": (w4, 10_000, "≥ 800"), "L1": (l1, 1_000, "≤ 30"),
}
"""How it is played, how many, and the figure below (or above) which it is too slow."""
FOLDERS = ("tills", "lake", "sales", "orders")


def main() -> int:
    words = argparse.ArgumentParser(prog="bench", description="Measures Crossdock on this machine.")
    words.add_argument("works", nargs="*", metavar="WORK", help="W1 W2 W3 W4 L1; all where none is given, W3 with --amqp")
    words.add_argument("--scale", type=float, default=1.0, help="a share of the usual numbers")
    words.add_argument("--ledger", default="", metavar="URL", help="an empty PostgreSQL database, instead of SQLite")
    words.add_argument("--broker", default="", metavar="URL", help="instead of the embedded one")
    words.add_argument("--amqp", default="", metavar="URL", help="a RabbitMQ for W3, whose queues are named bench.*")
    words.add_argument("--hosts", type=int, default=1, help="that many hosts with workers on one ledger and broker")
    asked = words.parse_args()
    if unknown := set(asked.works) - set(WORKS):
        words.error(f"there is no {' '.join(sorted(unknown))}; there are {' '.join(WORKS)}")
    if asked.hosts > 1 and not (asked.ledger and asked.broker):
        words.error("several hosts need a --ledger and a --broker that they share")
    if "W3" in asked.works and not asked.amqp:
        words.error("W3 needs the --amqp address of a RabbitMQ")
    given = {"CROSSDOCK_LEDGER_URL": asked.ledger, "CROSSDOCK_BROKER_URL": asked.broker, "AMQP_URL": asked.amqp}
    common = {name: value for name, value in given.items() if value}
    works = asked.works or [name for name in WORKS if name != "W3" or asked.amqp]
    runs = [measure(name, max(100, int(WORKS[name][1] * asked.scale)), common, asked.hosts) for name in works]
    show(runs, conditions(asked.ledger, asked.broker, asked.hosts))
    return 1 if any(run.result.wrong for run in runs) else 0


@dataclass(frozen=True, slots=True)
class Run:
    """A result with what it took: MiB of the largest process at its peak, MiB of all before the load, start in s."""

    work: str
    result: Result
    peak: float
    idle: float
    start: float


def measure(work: str, count: int, common: Mapping[str, str], hosts: int) -> Run:
    root = Path(__file__).parents[1] / "var"
    root.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=root) as name:
        folder = Path(name)
        for one in FOLDERS:
            (folder / one).mkdir()
        sink = Sink(folder)
        environment = {"SINK_URL": sink.url, "WORK_DIR": name, **common}
        crossdock = Crossdock(folder, environment, BUS if work == "W3" else PROJECT)
        others: list[subprocess.Popen[bytes]] = []
        try:
            start = crossdock.up()
            others += [more_workers(crossdock, folder / f"host{n}") for n in range(1, hosts)]
            assert crossdock.process is not None
            time.sleep(1)
            idle = memory.proportional(crossdock.process.pid)
            result = WORKS[work][0](crossdock, sink, folder, count)
            return Run(work, result, memory.peak(crossdock.process.pid), idle, start)
        finally:
            for worker in others:
                worker.terminate()
                worker.wait(20)
            crossdock.stop()
            sink.close()


def more_workers(crossdock: Crossdock, folder: Path) -> subprocess.Popen[bytes]:
    """The workers of another host: they share ledger and broker, and nothing else."""
    folder.mkdir()
    environment = {**crossdock.env, "CROSSDOCK_VAR": str(folder / "var")}
    with (folder / "worker.log").open("wb") as log:
        words = [*crossdock.command, "run", "worker"]
        return subprocess.Popen(words, cwd=crossdock.project, env=environment, stdout=log, stderr=log)


def show(runs: list[Run], said: str) -> None:
    table = Table(title="Crossdock", title_justify="left", header_style="bold")
    for head in ("work", "n", "figure", "floor", "wrong", "twice", "peak of one", "idle, all", "ready", ""):
        table.add_column(head, justify="left" if head in ("work", "") else "right")
    for run in runs:
        table.add_row(*cells(run))
    console = Console(width=None if sys.stdout.isatty() else 180)
    console.print(table)
    console.print(said, highlight=False)


def cells(run: Run) -> list[str]:
    play, _, floor = WORKS[run.work]
    what = (play.__doc__ or "").rstrip(".")
    one = run.result
    figure = f"{one.figure:,.1f}" if one.unit == "ms" else f"{one.figure:,.0f}"
    return [f"{run.work} {what}", f"{one.count:,}", f"{figure} {one.unit}", floor, str(one.wrong),
            str(one.twice), f"{run.peak:.0f} MiB", f"{run.idle:.0f} MiB", f"{run.start:.1f} s", one.note]


def conditions(ledger: str, broker: str, hosts: int) -> str:
    kept = "PostgreSQL" if ledger else "SQLite, each commit synced"
    rung = f"{urlsplit(broker).scheme} broker" if broker else "embedded broker"
    shared = f"; {hosts} hosts with workers, all on this machine" if hosts > 1 else ""
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {platform.system()} {platform.release()}"
    return (f"Conditions: {machine}, Python {platform.python_version()}; {rung}; {kept}{shared}; "
            "load generator and sink on the same cores; every output compared.")


if __name__ == "__main__":
    sys.exit(main())
