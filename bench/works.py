"""The works: each puts its data in, waits for the last output, compares all of it, and says how fast it was."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import documents, events, tills
from bench.orders import orders, sales_order
from bench.sink import arrivals
from examples.demo.crossdock import PROJECT, Crossdock, free_port

PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Result:
    """`figure` in `unit`; `wrong` outputs are missing or differ, `twice` came again under the same id."""

    count: int
    figure: float
    unit: str
    wrong: int
    twice: int
    note: str = ""


class Sink:
    """The HTTP sink in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.port, self.path = free_port(), folder / "arrivals"
        words = [sys.executable, "-m", "bench.sink", str(self.port), str(self.path)]
        self.process = subprocess.Popen(words, cwd=PROJECT)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count(self) -> int:
        with urllib.request.urlopen(self.url, timeout=5) as answer:
            return int(answer.read())

    def close(self) -> list[tuple[int, bytes]]:
        """Stops it; what came, in order."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        return list(arrivals(self.path))


def post(crossdock: Crossdock, count: int, connections: int, rate: float) -> tuple[dict[int, int], Counter[str]]:
    """Begin of each request in ns, and how often each status came."""
    port = crossdock.url.rpartition(":")[2]
    words = [sys.executable, "-m", "bench.load", port, str(count), str(connections), str(rate)]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}  # else a write may be cut
    said = json.loads(subprocess.run(words, check=True, capture_output=True, cwd=PROJECT, env=buffered).stdout)
    return {int(number): at for number, at in said["begun"].items()}, Counter(said["statuses"])


@dataclass(frozen=True, slots=True)
class Passage:
    """How orders went through: seconds from each request to its arrival, seconds in all."""

    times: list[float]
    seconds: float
    wrong: int
    twice: int


def through(crossdock: Crossdock, sink: Sink, count: int, connections: int, rate: float) -> Passage:
    begun, statuses = post(crossdock, count, connections, rate)
    wait(lambda: sink.count() >= count, 0.05)
    crossdock.run("status", "--wait-idle", "60s")
    came = sink.close()
    first = dict[str, tuple[int, bytes]]()
    for at, body in came:
        first.setdefault(json.loads(body)["external_id"], (at, body))
    wrong = count - statuses["202"]
    for order in orders(count):
        wrong += json.loads(first.get(order["order_no"], (0, b"{}"))[1]) != sales_order(order)
    times = [(at - begun[int(name[4:])]) / 1e9 for name, (at, _) in first.items()]
    last = max(at for at, _ in first.values())
    return Passage(times, (last - min(begun.values())) / 1e9, wrong, len(came) - len(first))


def w1(crossdock: Crossdock, sink: Sink, folder: Path, count: int) -> Result:
    """HTTP → validate → map → HTTP."""
    one = through(crossdock, sink, count, 64, 0)
    note = f"64 connections; request to arrival p50 {statistics.median(one.times) * 1e3:.0f} ms"
    return Result(count, count / one.seconds, "messages/s", one.wrong, one.twice, note)


def l1(crossdock: Crossdock, sink: Sink, folder: Path, count: int) -> Result:
    """The same, idle: median."""
    one = through(crossdock, sink, count, 1, 50)
    note = f"50 a second, one connection; p99 {statistics.quantiles(one.times, n=100)[98] * 1e3:.1f} ms"
    return Result(count, statistics.median(one.times) * 1e3, "ms", one.wrong, one.twice, note)


def w2(crossdock: Crossdock, sink: Sink, folder: Path, count: int) -> Result:
    """CSV → map → one NDJSON."""
    source, out = folder / f"SALES_{count}.csv", folder / "lake" / f"SALES_{count}.ndjson"
    tills.write(source, count)
    began = time.monotonic()
    source.rename(folder / "tills" / source.name)
    wait(out.exists, 0.01)
    seconds = time.monotonic() - began
    return Result(count, count / seconds, "rows/s", tills.wrong(out, count), 0)


def w3(crossdock: Crossdock, sink: Sink, folder: Path, count: int) -> Result:
    """AMQP → by content → AMQP."""
    queues = events.Queues(crossdock.env["AMQP_URL"])
    try:
        crossdock.run("routes", "pause", "w3", "--yes")
        queues.fill(count, wait)
        crossdock.run("routes", "resume", "w3", "--yes")
        began = events.since(lambda: queues.waiting(events.SOURCE) < count)
        wait(lambda: queues.waiting(*events.OUT) >= count, 0.02)
        seconds = time.monotonic() - began
        wrong, twice = events.compare(count, queues.taken())
        return Result(count, count / seconds, "messages/s", wrong + queues.waiting(events.SOURCE), twice)
    finally:
        queues.close()


def w4(crossdock: Crossdock, sink: Sink, folder: Path, count: int) -> Result:
    """XML → XSLT → a file each."""
    source, out = folder / "source", folder / "orders"
    source.mkdir()
    documents.write(source, count)
    began = time.monotonic()
    for path in sorted(source.iterdir()):
        (folder / "sales" / path.name).hardlink_to(path)
    wait(lambda: sum(1 for path in out.iterdir() if not path.name.startswith(".")) >= count, 0.1)
    seconds = time.monotonic() - began
    return Result(count, count / seconds, "files/s", documents.wrong(source, out), 0)


def wait(done: Callable[[], bool], every: float) -> None:
    """Until it is so; raises TimeoutError."""
    ends = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > ends:
            raise TimeoutError("the last output did not come")
        time.sleep(every)
