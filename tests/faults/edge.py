"""A store that sells while its centre is away: the projects of examples/edge, tills, a line that breaks, and the books."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from examples.demo.crossdock import Crossdock, free_port
from tests.acceptance.conftest import COMMAND, ROOT
from tests.faults.line import Line
from tests.faults.shop import children, command_line
from tests.faults.weight import pss

QUICK = {"timeout: 10s": "timeout: 2s", "cool_down: 30s": "cool_down: 500ms", "first: 2s": "first: 200ms", "max: 5m": "max: 2s"}
"""The store's patience, cut down to that of a test."""
ONLY_THE_KEY = {"      - dedupe: {key: body.store ~ '/' ~ body.till ~ '/' ~ body.receipt, within: 90d}\n": ""}
"""The centre knows a sale by its Idempotency-Key alone here."""


class Site(Crossdock):
    """One of the two projects, running; every process of it can be killed."""

    def __init__(self, folder: Path, name: str, changes: Mapping[str, str], environment: Mapping[str, str]) -> None:
        project = folder / name
        shutil.copytree(ROOT / "examples" / "edge" / name, project)
        text = (project / "routes.yaml").read_text()
        for old, new in changes.items():
            assert old in text, f"examples/edge/{name} says no more: {old}"
            text = text.replace(old, new)
        (project / "routes.yaml").write_text(text)
        (folder / f"{name}-run").mkdir()
        self.var = folder / f"{name}-run" / "var"
        super().__init__(folder / f"{name}-run", environment, project, COMMAND)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def tree(self) -> dict[str, int]:
        """Its processes, by what they are."""
        assert self.process is not None
        found = {"supervisor": self.process.pid}
        for pid in children(self.process.pid):
            line = command_line(pid)
            if not line:
                continue
            name = next((r for r in ("web", "inbound", "worker") if f" run {r}" in line), "broker")
            found[name] = pid
            found.update({f"{name}-{n}": child for n, child in enumerate(children(pid))})
        return found

    def kill(self, name: str) -> None:
        """As by kill -9; `supervisor` takes all of it down."""
        if (pid := self.tree().get(name)) is not None:
            os.kill(pid, signal.SIGKILL)

    async def killed(self) -> None:
        """Power off, and on again."""
        self.kill("supervisor")
        assert self.process is not None
        await asyncio.to_thread(self.process.wait)
        await asyncio.to_thread(self.up, 30)

    def pss(self) -> int:
        """Bytes of memory of all its processes."""
        return pss(self.tree().values())

    def stored(self) -> int:
        """Bytes of its ledger on the disk."""
        return sum(p.stat().st_size for p in self.var.rglob("*") if p.is_file() and "ledger" in p.name)

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("status", "-o", "json"))
        return found


class Pair:
    """The store, the line, the centre and its books. The line is cut when it starts."""

    def __init__(self, folder: Path, rate: int, **more: str) -> None:
        self.rate = rate
        self.books = folder / "centre" / "books.db"
        self.centre = Site(folder, "centre", ONLY_THE_KEY, {"STORE_0017_TOKEN": "c", "CROSSDOCK_WORKERS": "2"})
        self.line = Line(free_port(), self.centre.port)
        environment = {
            "CENTRE_URL": f"http://127.0.0.1:{self.line.port}", "CENTRE_RATE": f"{rate}/s", "CENTRE_TOKEN": "c",
            "TILL_TOKEN": "t", "CROSSDOCK_WORKERS": "2", **more,
        }  # fmt: skip
        self.store = Site(folder, "store", QUICK, environment)
        with closing(sqlite3.connect(self.books)) as database:
            database.executescript((folder / "centre" / "books.sql").read_text())
        self.sold: dict[str, int] = defaultdict(int)
        """Receipts of each till, from 1 on, without a gap."""

    async def __aenter__(self) -> Pair:
        try:
            await asyncio.gather(asyncio.to_thread(self.store.up, 90), asyncio.to_thread(self.centre.up, 90))
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.line.close()
        await asyncio.gather(asyncio.to_thread(self.store.stop), asyncio.to_thread(self.centre.stop))

    async def sell(self, tills: int, each: int) -> float:
        """So many more sales at each till, one after the other; a till that gets no answer says it again. Sales a second."""
        began = time.monotonic()
        connector = TCPConnector(limit=0)
        headers = {"Authorization": "Bearer t"}
        async with ClientSession(timeout=ClientTimeout(total=10), connector=connector, headers=headers) as session:
            await asyncio.gather(*(self._till(session, str(n + 1), each) for n in range(tills)))
        return tills * each / (time.monotonic() - began)

    async def _till(self, session: ClientSession, till: str, each: int) -> None:
        for number in range(self.sold[till] + 1, self.sold[till] + each + 1):
            receipt = f"{till}-{number:06}"
            lines = [{"sku": "4006381333931", "qty": number % 7 + 1, "price": "1.29"}] * (number % 3 + 1)
            body = {"till": till, "receipt": receipt, "sold_at": "2026-11-25T09:14:03", "lines": lines}
            while not await self._told(session, receipt, body):
                await asyncio.sleep(0.05)
            self.sold[till] = number

    async def _told(self, session: ClientSession, receipt: str, body: Any) -> bool:
        try:
            async with session.post(f"{self.store.url}/sales", json=body, headers={"Idempotency-Key": receipt}) as answer:
                assert answer.status in (202, 503), await answer.text()
                return answer.status == 202
        except (ClientError, TimeoutError, OSError):
            return False

    def write(self, till: str, sales: int) -> None:
        """The file of a till, two lines a sale."""
        first = self.sold[till] + 1
        rows = ["till;receipt;sold_at;sku;qty;price"]
        for number in range(first, first + sales):
            rows += [f"{till};{till}-{number:06};25.11.2026 09:13:58;4006381333931;{qty};1.29" for qty in (1, 2)]
        temp = self.store.project / f".{till}-{first}"
        temp.write_text("\n".join(rows) + "\n")
        temp.rename(self.store.project / "inbox" / f"{till}-{first}.csv")
        self.sold[till] += sales

    def booked(self) -> int:
        return int(self._query("SELECT count(*) FROM sale")[0][0])

    async def caught_up(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.booked() < sum(self.sold.values()):
            assert time.monotonic() < deadline, f"{self.booked()} of {sum(self.sold.values())} after {seconds:.0f} s"
            await asyncio.sleep(0.1)

    async def speed(self, seconds: float) -> float:
        """Sales that the centre books in a second, from now on; there must be enough of them."""
        before, began = self.booked(), time.monotonic()
        await asyncio.sleep(seconds)
        return (self.booked() - before) / (time.monotonic() - began)

    async def proved(self) -> dict[str, Any]:
        """Each sale once and in order per till, nothing open or dead on either side; the centre's figures."""
        found: dict[str, list[str]] = defaultdict(list)
        for till, receipt in self._query("SELECT till, receipt FROM sale ORDER BY rowid"):
            found[till].append(receipt)
        for till, count in self.sold.items():
            wanted = [f"{till}-{n:06}" for n in range(1, count + 1)]
            assert sorted(found[till]) == wanted, f"till {till}: {len(found[till])} booked, {count} sold"
            assert found[till] == wanted, f"till {till} is out of order"
        for site in (self.store, self.centre):
            await asyncio.to_thread(site.run, "status", "--wait-idle", "30s")
            await asyncio.to_thread(site.run, "ledger", "verify")
            status = await asyncio.to_thread(site.status)
            assert (status["dead"], status["open"], status["retry"]) == (0, 0, 0), status
        return status

    def _query(self, words: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.books, timeout=30)) as database:
            return database.execute(words).fetchall()
