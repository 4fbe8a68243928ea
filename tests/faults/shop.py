"""A shop under load and a checker that knows nothing of the product's code: inputs against outputs."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.faults.sink import Arrival, Sink

DOOR = Path(__file__).parents[2] / "cli.py"
ROWS = 20_000

ROUTES = """
version: 1
connections:
  erp: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 5s, in_flight: 16, breaker: {{open_after: 20, cool_down: 1s}}}}
  inbox: {{type: folder, path: in}}
  out: {{type: folder, path: out}}
defaults: {{retry: {{first: 500ms, factor: 2, max: 2s}}}}
routes:
  orders:
    from: {{http: /orders, clients: anyone}}
    order_by: body.key
    to:
      - {{id: erp, send: {{http: erp, path: /orders}}}}
  pairs:
    from: {{http: /pairs, clients: anyone}}
    to:
      - {{id: erp, send: {{http: erp, path: /pairs}}}}
      - {{id: files, format: json, send: {{folder: out, name: "pair-{{{{ body.n }}}}.json"}}}}
  sales:
    from: {{folder: inbox, files: "*.csv", ready: at_once}}
    format: {{csv: {{delimiter: ";", columns: {{n: int}}}}}}
    steps:
      - split: records
      - map: {{fields: {{n: body.n, text: body.text}}}}
    to:
      - {{id: lake, format: ndjson, collect: message, send: {{folder: out, name: "{{{{ file.stem }}}}.ndjson"}}}}
"""


class Shop:
    """The product as its user starts it. `accepted` holds by path what was answered 202: body, id, and the time.
    `options` are for `up`, `common` (which ledger, which broker) for every command, `environment` what it
    starts `up` with beside its own; `names` fill in the routes."""

    def __init__(
        self, folder: Path, sink: int, routes: str = ROUTES, *options: str, common: Sequence[str] = (), **names: object
    ) -> None:
        self.folder = folder
        self.options = options
        self.common = common
        self.environment: Mapping[str, str] = {}
        self.names = {"sink": sink, **names}
        (folder / "in").mkdir(parents=True)
        self.write(routes)
        self.accepted: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.sent: dict[str, int] = defaultdict(int)
        self.url = ""
        self.process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Shop:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Also of a test that failed nothing stays behind."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            await asyncio.to_thread(self.process.wait)

    def write(self, routes: str) -> None:
        (self.folder / "routes.yaml").write_text(routes.format(**self.names))

    def crossdock(self, *words: str) -> list[str]:
        return [sys.executable, str(DOOR), *words, "--config", str(self.folder / "routes.yaml"), *self.common]

    async def start(self) -> None:
        log = self.folder / "up.log"
        begin = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            words = self.crossdock("up", "--http", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--workers", "2", *self.options)
            env = {**os.environ, **self.environment}
            self.process = subprocess.Popen(words, stderr=out, stdout=out, cwd=self.folder, env=env)
        await until(lambda: b"\nready http" in log.read_bytes()[begin:] or self.process.poll() is not None, 30)  # type: ignore[union-attr]
        assert self.process.poll() is None, self.log
        self.find()

    def find(self) -> None:
        """Where web answers now: a restarted one has another free port."""
        try:
            text = (self.folder / "var" / "run" / "web.ready").read_text().split()
        except OSError:
            return
        self.url = text[-1] if text else self.url

    def pids(self) -> dict[str, int]:
        """By what each process is, read from the system."""
        assert self.process is not None
        top = self.process.pid
        found = {"supervisor": top}
        for pid in children(top):
            line = command_line(pid)
            if not line:
                continue
            name = next((r for r in ("web", "inbound", "worker") if f" run {r}" in line), "broker")
            found[name] = pid
            if name == "worker":
                found.update({f"child{n}": child for n, child in enumerate(children(pid))})
        return found

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.crossdock(*words), capture_output=True, text=True, cwd=self.folder, check=False)

    @property
    def log(self) -> str:
        return (self.folder / "up.log").read_text()

    async def figures(self, *words: str) -> Any:
        """What a command says, as it says it to programs."""
        done = await asyncio.to_thread(self.run, *words, "-o", "json")
        return json.loads(done.stdout or "[]")

    async def settle(self, seconds: int = 40) -> None:
        """Returns when nothing is open; then the ledger proves itself."""
        idle = await asyncio.to_thread(self.run, "status", "--wait-idle", f"{seconds}s")
        assert idle.returncode == 0, idle.stdout + idle.stderr + self.log[-3000:]
        verify = await asyncio.to_thread(self.run, "ledger", "verify")
        assert verify.returncode == 0, verify.stdout

    async def load(self, kind: str, stop: asyncio.Event, pause: float = 0) -> None:
        """Counts what was answered 202; what was not is sent again as another message."""
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            while not stop.is_set():
                self.sent[kind] = n = self.sent[kind] + 1
                body = {"n": n, "key": f"k{n % 17}", "seq": n}
                try:
                    async with session.post(f"{self.url}/{kind}", json=body) as answer:
                        if answer.status == 202:
                            id = (await answer.json())["id"]
                            self.accepted[kind].append({**body, "id": id, "at": time.monotonic()})
                    await asyncio.sleep(pause)
                except (ClientError, TimeoutError, OSError):
                    self.find()
                    await asyncio.sleep(0.01)

    def drop(self, name: str, rows: int = ROWS) -> None:
        """A day file, whole under its name at once."""
        temp = self.folder / f".{name}"
        temp.write_text("n;text\n" + "".join(f"{n};{name} {n}\n" for n in range(rows)))
        temp.rename(self.folder / "in" / name)

    def kill(self, name: str) -> bool:
        return self.kill_pid(self.pids().get(name, 0))

    def kill_pid(self, pid: int) -> bool:
        if not pid:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    async def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        await until(lambda: self.process.poll() is not None, 20)  # type: ignore[union-attr]
        return int(self.process.returncode)


def command_line(pid: int) -> str:
    """Empty where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


async def until(true: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        await asyncio.sleep(0.02)


def arrived(sent: list[dict[str, Any]], seen: list[Arrival], target: str = "erp") -> int:
    """Raises AssertionError where one is missing, or came under two keys; how many came again."""
    by_id: dict[str, set[str]] = defaultdict(set)
    for arrival in seen:
        by_id[arrival.id].add(arrival.key)
    lost = [m["id"] for m in sent if m["id"] not in by_id]
    assert not lost, f"{target}: {len(lost)} of {len(sent)} lost, the first {lost[0]}"
    assert all(keys == {f"{id}:{target}"} for id, keys in by_id.items()), f"{target}: an id came under two keys"
    return len(seen) - len(by_id)


def in_order(seen: list[Arrival]) -> None:
    """Each key's first arrivals in the order in which they were sent."""
    last: dict[str, int] = {}
    ids: set[str] = set()
    for arrival in seen:
        if arrival.id in ids:
            continue
        ids.add(arrival.id)
        key, seq = arrival.body["key"], arrival.body["seq"]
        assert seq > last.get(key, 0), f"order of {key}: {seq} after {last[key]}"
        last[key] = seq


def check(shop: Shop, sink: Sink, files: list[str]) -> str:
    """Raises AssertionError on a loss; a line of figures."""
    doubles = sum(arrived(shop.accepted[kind], sink.seen[kind]) for kind in ("orders", "pairs"))
    in_order(sink.seen["orders"])
    for pair in shop.accepted["pairs"]:
        assert json.loads((shop.folder / "out" / f"pair-{pair['n']}.json").read_bytes())["n"] == pair["n"]
    for name in files:
        rows = (shop.folder / "out" / name).read_text().splitlines()
        text = name.replace(".ndjson", ".csv")
        assert rows == [json.dumps({"n": n, "text": f"{text} {n}"}, separators=(",", ":")) for n in range(ROWS)], name
    left = [p.name for p in (shop.folder / "out").iterdir() if p.name.startswith(".")]
    return f"orders {len(shop.accepted['orders'])}, pairs {len(shop.accepted['pairs'])}, doubles {doubles}, hidden {len(left)}"
