"""A shop that runs with strace at its side while it takes requests and files; what it was given, and what was recorded."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession

from tests.faults.power.trace import CALLS, Call, calls
from tests.faults.shop import DOOR, until

ROUTES = """
version: 1
connections:
  inbox: {type: folder, path: in}
  out: {type: folder, path: out}
routes:
  pairs:
    from: {http: /pairs, clients: anyone}
    to:
      - {id: files, format: json, send: {folder: out, name: "pair-{{ body.n }}.json"}}
  sales:
    from: {folder: inbox, files: "*.csv", ready: at_once}
    format: {csv: {delimiter: ";", columns: {n: int}}}
    steps:
      - split: records
      - map: {fields: {n: body.n, text: body.text}}
    to:
      - {id: lake, format: ndjson, collect: message, send: {folder: out, name: "{{ file.stem }}.ndjson"}}
"""
LONGEST = 4_000_000
"""Bytes of one call that strace writes down."""
CLIENTS = 4
LARGE = 90_000
"""Bytes of a body that has a file of its own."""
NOT_WATCHED = ("/var/run", "/var/broker", "-shm", ".lock")
"""What holds nothing that a power cut may not take: SQLite's index of its log is made anew, the broker has doorbells only."""


def strace() -> str | None:
    """Where it is; None where this machine has none."""
    return shutil.which("strace")


def row(n: int, file: int) -> str:
    return f"{n};text {n} of {file}"


@dataclass
class Recording:
    """`bodies` by the id that its sender was told, `files` by name; `calls` in the order of their returns."""

    folder: Path
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


async def record(folder: Path, requests: int, files: int, rows: int) -> Recording:
    """Runs it from its first start to its end in good order."""
    taken = Recording(folder.resolve())
    (folder / "in").mkdir(parents=True)
    (folder / "out").mkdir()
    (folder / "routes.yaml").write_text(ROUTES)
    log = folder.with_suffix(".log")
    words = ["strace", "-f", "--seccomp-bpf", "-yy", "-xx", "-s", str(LONGEST), "-e", f"trace={','.join(CALLS)}"]
    up = [sys.executable, str(DOOR), "up", "--http", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--workers", "2"]
    with log.open("wb") as out:
        process = subprocess.Popen([*words, "-o", str(taken.trace), *up], stdout=out, stderr=out, cwd=folder)
    try:
        await _load(taken, process, log, requests, files, rows)
    finally:
        _stop(process)
    return taken


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends what strace follows; strace ends with it."""
    for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        subprocess.run(["kill", f"-{int(signal.SIGTERM)}", child], check=False)
    process.wait(60)


async def _load(
    taken: Recording, process: subprocess.Popen[bytes], log: Path, requests: int, files: int, rows: int
) -> None:
    await until(lambda: b"\nready http" in b"\n" + log.read_bytes() or process.poll() is not None, 60)
    assert process.poll() is None, log.read_text()
    url = (taken.folder / "var" / "run" / "web.ready").read_text().split()[-1]
    numbers = iter(range(requests))
    async with ClientSession() as session:
        await asyncio.gather(
            *(_post(taken, session, url, numbers) for _ in range(CLIENTS)), _drop(taken, requests, files, rows)
        )
    made = [taken.folder / "out" / name.replace(".csv", ".ndjson") for name in taken.files]
    await until(lambda: all(path.exists() for path in made), 60)


async def _post(taken: Recording, session: ClientSession, url: str, numbers: Iterator[int]) -> None:
    for n in numbers:
        text = "x" * (LARGE if n % 10 == 9 else n)
        body = json.dumps({"n": n, "text": text}, separators=(",", ":")).encode()
        async with session.post(f"{url}/pairs", data=body, headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 202, await answer.text()
            taken.bodies[(await answer.json())["id"]] = body


async def _drop(taken: Recording, requests: int, files: int, rows: int) -> None:
    """Every second file is a small one. They come while requests do."""
    for number in range(files):
        name = f"day-{number}.csv"
        lines = "".join(f"{row(n, number)}\n" for n in range(rows if number % 2 else 3))
        taken.files[name] = f"n;text\n{lines}".encode()
        part = taken.folder / "in" / f".{name}"
        part.write_bytes(taken.files[name])
        part.rename(taken.folder / "in" / name)
        await until(lambda goal=(number + 1) * requests // (files + 1): len(taken.bodies) >= goal, 60)


def expected(content: bytes) -> bytes:
    """What the collected file of a day file must hold."""
    pairs = (line.split(";") for line in content.decode().splitlines()[1:])
    return "".join(json.dumps({"n": int(n), "text": t}, separators=(",", ":")) + "\n" for n, t in pairs).encode()
