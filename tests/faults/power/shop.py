"""A shop that runs with strace at its side while it takes requests, files and events; what it was given, and what was
recorded."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession

from tests.faults.power.trace import CALLS, Call, calls
from tests.faults.shop import DOOR, until
from tests.integration.queues import Queues
from tests.integration.servers.rabbitmq import RabbitMQ

ROUTES = """
version: 1
connections:
  bus: {{type: amqp, url: "{bus}"}}
  inbox: {{type: folder, path: in}}
  out: {{type: folder, path: out}}
routes:
  pairs:
    from: {{http: /pairs, clients: anyone}}
    to:
      - {{id: files, format: json, send: {{folder: out, name: "pair-{{{{ body.n }}}}.json"}}}}
  stock:
    from: {{amqp: bus, queue: "{queue}", prefetch: 50}}
    to:
      - {{id: files, format: json, send: {{folder: out, name: "stock-{{{{ body.n }}}}.json"}}}}
  sales:
    from: {{folder: inbox, files: "*.csv", ready: at_once}}
    format: {{csv: {{delimiter: ";", columns: {{n: int}}}}}}
    steps:
      - split: records
      - map: {{fields: {{n: body.n, text: body.text}}}}
    to:
      - {{id: lake, format: ndjson, collect: message, send: {{folder: out, name: "{{{{ file.stem }}}}.ndjson"}}}}
"""
LONGEST = 4_000_000
"""Bytes of one call that strace writes down."""
CLIENTS = 4
LARGE = 90_000
"""Bytes of a body that has a file of its own."""
PORTION = 10
"""Events that are put into the queue at once."""
NOT_WATCHED = ("/var/run", "/var/broker", "-shm", ".lock")
"""What holds nothing that a power cut may not take: SQLite's index of its log is made anew, the broker has doorbells only."""


def strace() -> str | None:
    """Where it is; None where this machine has none."""
    return shutil.which("strace")


def row(n: int, file: int) -> str:
    return f"{n};text {n} of {file}"


@dataclass(frozen=True)
class Load:
    """How much of each it is given; `rows` are those of every second file."""

    requests: int
    events: int
    files: int
    rows: int


@dataclass
class Recording:
    """`bodies` by the id that its sender was told, `events` in the order in which they were put into the queue, `files` by
    name; `calls` in the order of their returns. `bus` is the port that events come from."""

    folder: Path
    bus: int
    events: list[bytes] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def trace(self) -> Path:
        return self.folder.with_suffix(".strace")

    def watched(self, path: str) -> bool:
        root = str(self.folder)
        return (path + "/").startswith(root + "/") and not any(
            path.endswith(end) or path.startswith(root + end) for end in NOT_WATCHED
        )

    def calls(self) -> Iterator[Call]:
        with self.trace.open(encoding="ascii") as lines:
            yield from calls(line.rstrip("\n") for line in lines)


async def record(folder: Path, load: Load, bus: RabbitMQ, common: Sequence[str] = ()) -> Recording:
    """Runs it from its first start to its end in good order; `common` as in tests/faults/shop.py."""
    taken = Recording(folder.resolve(), bus.port)
    queue = f"power-{uuid.uuid4().hex[:12]}"
    (folder / "in").mkdir(parents=True)
    (folder / "out").mkdir()
    (folder / "routes.yaml").write_text(ROUTES.format(bus=bus.url, queue=queue))
    log = folder.with_suffix(".log")
    words = ["strace", "-f", "--seccomp-bpf", "-yy", "-xx", "-s", str(LONGEST), "-e", f"trace={','.join(CALLS)}"]
    up = [sys.executable, str(DOOR), "up", "--http", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--workers", "2", *common]
    with Queues(bus) as queues:
        queues.declare(queue)
        with log.open("wb") as out:
            process = subprocess.Popen([*words, "-o", str(taken.trace), *up], stdout=out, stderr=out, cwd=folder)
        try:
            await until(lambda: b"\nready http" in b"\n" + log.read_bytes() or process.poll() is not None, 60)
            assert process.poll() is None, log.read_text()
            await _give(taken, load, queues, queue)
        finally:
            _stop(process)
    return taken


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends what strace follows; strace ends with it."""
    for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        subprocess.run(["kill", f"-{int(signal.SIGTERM)}", child], check=False)
    process.wait(60)


async def _give(taken: Recording, load: Load, queues: Queues, queue: str) -> None:
    """All of it at once; returns when it is written by the targets."""
    url = (taken.folder / "var" / "run" / "web.ready").read_text().split()[-1]
    numbers = iter(range(load.requests))

    async def drop(number: int) -> None:
        _drop(taken, number, load.rows)

    async def put(number: int) -> None:
        await asyncio.to_thread(_put, taken, queues, queue, number * PORTION + 1)

    async with ClientSession() as session:
        clients = (_post(taken, session, url, numbers) for _ in range(CLIENTS))
        files, events = spread(taken, load, load.files, drop), spread(taken, load, load.events // PORTION, put)
        await asyncio.gather(*clients, files, events)
    names = [f"pair-{n}.json" for n in range(load.requests)] + [f"stock-{n + 1}.json" for n in range(len(taken.events))]
    names += [name.replace(".csv", ".ndjson") for name in taken.files]
    await until(lambda: all((taken.folder / "out" / name).exists() for name in names), 60)


async def spread(taken: Recording, load: Load, times: int, do: Callable[[int], Awaitable[None]]) -> None:
    """So many times, evenly over the requests."""
    for number in range(times):
        await do(number)
        await until(lambda goal=(number + 1) * load.requests // (times + 1): len(taken.bodies) >= goal, 60)


async def _post(taken: Recording, session: ClientSession, url: str, numbers: Iterator[int]) -> None:
    for n in numbers:
        text = "x" * (LARGE if n % 10 == 9 else n)
        body = json.dumps({"n": n, "text": text}, separators=(",", ":")).encode()
        async with session.post(f"{url}/pairs", data=body, headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 202, await answer.text()
            taken.bodies[(await answer.json())["id"]] = body


def _put(taken: Recording, queues: Queues, queue: str, first: int) -> None:
    """Returns when the broker has them."""
    for n in range(first, first + PORTION):
        taken.events.append(json.dumps({"n": n, "sku": f"A-{n % 50}"}, separators=(",", ":")).encode())
        queues.put(queue, taken.events[-1], message_id=f"m{n}", content_type="application/json")
    queues.confirm()


def _drop(taken: Recording, number: int, rows: int) -> None:
    """Every second file is a small one."""
    name = f"day-{number}.csv"
    lines = "".join(f"{row(n, number)}\n" for n in range(rows if number % 2 else 3))
    taken.files[name] = f"n;text\n{lines}".encode()
    part = taken.folder / "in" / f".{name}"
    part.write_bytes(taken.files[name])
    part.rename(taken.folder / "in" / name)


def expected(content: bytes) -> bytes:
    """What the collected file of a day file must hold."""
    pairs = (line.split(";") for line in content.decode().splitlines()[1:])
    return "".join(json.dumps({"n": int(n), "text": t}, separators=(",", ":")) + "\n" for n, t in pairs).encode()
