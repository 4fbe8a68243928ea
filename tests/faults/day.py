"""A shop's day at full load, in which a proof breaks something: orders in order, pairs for two targets, day files that
become one file each, and stock events out of a queue. The load is as high as deliveries keep up with, so that what waits
waits for a reason."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.faults import judge, recovery
from tests.faults.bus import Publisher, waiting
from tests.faults.judge import Tally
from tests.faults.proof import Report, Terms
from tests.faults.shop import Shop, until
from tests.faults.sink import Answer, Sink, take

OPEN = 150
"""Accepted and not yet arrived: more than that, and the sources pause."""
CLIENTS = {"orders": 4, "pairs": 1}
FILES_AT_ONCE = 2
STALL = 90.0
"""Seconds without any progress after which a proof gives up."""

HEAD = """
version: 1
connections:
  erp: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 5s, in_flight: 16, breaker: {{open_after: 20, cool_down: 1s}}}}
  bus: {{type: amqp, url: "{bus}", timeout: 5s}}
  inbox: {{type: folder, path: in}}
  out: {{type: folder, path: out}}
"""
ROUTES = """
defaults: {{retry: {{first: 500ms, factor: 2, max: 2s}}, keep: {{{keep}}}}}
routes:
  orders:
    from: {{http: /orders, clients: anyone}}
    steps: [set: {{body.version: "{version}"}}]
    order_by: body.key
    to: [{{id: erp, send: {{http: erp, path: /orders}}}}]
  pairs:
    from: {{http: /pairs, clients: anyone}}
    to:
      - {{id: erp, send: {{http: erp, path: /pairs}}}}
      - {{id: files, format: json, send: {{folder: out, name: "pair-{{{{ body.n }}}}.json"}}}}
  stock:
    from: {{amqp: bus, queue: "{queue}", prefetch: 200}}
    order_by: body.key
    to: [{{id: erp, send: {{http: erp, path: /stock}}}}]
  sales:
    from: {{folder: inbox, files: "*.csv", ready: at_once}}
    format: {{csv: {{delimiter: ";", columns: {{n: int}}}}}}
    steps:
      - split: records
      - map: {{fields: {{n: body.n, text: body.text}}}}
    to:
      - {{id: lake, format: ndjson, collect: message, send: {{folder: out, name: "{{{{ file.stem }}}}.ndjson"}}}}
"""


class Day:
    """From its start to `finish`. `routes` and `connections` are added to its own; `answer` is what the targets do. `also`:
    kinds of the added routes, whose `shop.accepted` must arrive as the others do. `names` fill in the text."""

    def __init__(
        self, terms: Terms, answer: Answer = take, routes: str = "", connections: str = "", *options: str, rows: int = 5000,
        also: Sequence[str] = (), prepare: Callable[[Path], object] = lambda folder: None,
        environment: Mapping[str, str] | None = None, **names: object,
    ) -> None:  # fmt: skip
        assert terms.engines.bus is not None
        self.terms, self.rows, self.bus = terms, rows, terms.engines.bus
        self.sink = Sink(answer)
        self.text = HEAD + connections + ROUTES + routes
        self.options, self._prepare, self.also = options, prepare, also
        self.environment = environment or {}
        self.names: dict[str, object] = {"version": 1, "keep": "bodies: 1d", **names}
        self.files: list[str] = []
        self.strikes: list[recovery.Strike] = []
        self.began = time.monotonic()
        self.pace: float | None = None
        """Messages a second that are sent at most; None: as many as deliveries keep up with."""
        self._room, self._stop = asyncio.Event(), asyncio.Event()
        self._numbers = {kind: itertools.count(1) for kind in CLIENTS}
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Day:
        await self.sink.__aenter__()
        queue = f"stock-{uuid.uuid4().hex[:12]}"
        self.publisher = Publisher(self.bus, queue)
        await asyncio.to_thread(self.publisher.declare)
        common = await asyncio.to_thread(self.terms.engines.options)
        names = {"bus": self.bus.url, "queue": queue, **self.names}
        folder = self.terms.folder / "shop"
        self.shop = Shop(folder, self.sink.port, self.text, *self.options, common=common, **names)
        self.shop.environment = self.environment
        self._prepare(folder)
        await self.shop.start()
        self.publisher.start()
        clients = [self._client(kind, n) for kind, many in CLIENTS.items() for n in range(many)]
        self._tasks = [asyncio.create_task(work) for work in (*clients, self._drop_files(), self._govern())]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        self._room.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.publisher.stop)
        await self.shop.__aexit__()
        await self.sink.__aexit__()

    # --- load -----------------------------------------------------------------------------------------------------------
    @property
    def accepted(self) -> int:
        """Messages, but for files."""
        return sum(len(self.shop.accepted[kind]) for kind in CLIENTS) + len(self.publisher.confirmed)

    @property
    def open(self) -> int:
        return self.accepted - sum(len(self.sink.keys[kind]) for kind in (*CLIENTS, "stock"))

    async def _govern(self) -> None:
        budget, before, at = 0.0, 0, time.monotonic()
        while not self._stop.is_set():
            now, accepted = time.monotonic(), self.accepted
            if self.pace is not None:
                budget = min(budget + self.pace * (now - at), self.pace) - (accepted - before)
            before, at = accepted, now
            there_is = self.open < OPEN and (self.pace is None or budget > 0)
            (self._room.set if there_is else self._room.clear)()
            self.publisher.room(there_is)
            await asyncio.sleep(0.01)

    async def _client(self, kind: str, number: int) -> None:
        """What is not answered 202 is sent again as another message."""
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            while not self._stop.is_set():
                await self._room.wait()
                n = next(self._numbers[kind])
                body = {"n": n, "key": f"{number}-{n % 5}", "seq": n}
                url = self.shop.url
                try:
                    async with session.post(f"{url}/{kind}", json=body) as answer:
                        if answer.status == 202:
                            id = (await answer.json())["id"]
                            self.shop.accepted[kind].append({**body, "id": id, "at": time.monotonic(), "url": url})
                        else:
                            await asyncio.sleep(0.05)
                except (ClientError, TimeoutError, OSError):
                    self.shop.find()
                    await asyncio.sleep(0.01)

    async def _drop_files(self) -> None:
        while not self._stop.is_set():
            if len(self.unmade()) < (FILES_AT_ONCE if self.pace is None else 1):
                self.files.append(f"day-{len(self.files)}.csv")
                await asyncio.to_thread(self.shop.drop, self.files[-1], self.rows)
            await asyncio.sleep(0.5 if self.pace is None else 2)

    def unmade(self) -> list[str]:
        """Day files whose output is not there yet."""
        return [name for name in self.files if not self._made(name).exists()]

    def _made(self, name: str) -> Path:
        return self.shop.folder / "out" / name.replace(".csv", ".ndjson")

    # --- what a proof does ----------------------------------------------------------------------------------------------
    async def more(self, messages: int) -> None:
        """Returns when so many more are accepted."""
        goal = self.accepted + messages
        await until(lambda: self.accepted >= goal, STALL)

    async def flows(self, arrivals: int = 50) -> None:
        """Returns when so many more have arrived of each kind."""
        goals = {kind: len(self.sink.keys[kind]) + arrivals for kind in (*CLIENTS, "stock")}
        await until(lambda: all(len(self.sink.keys[kind]) >= goal for kind, goal in goals.items()), STALL)

    async def caught_up(self) -> None:
        """Returns when all that is accepted by now has arrived."""
        sent = {**{kind: self.shop.accepted[kind] for kind in CLIENTS}, "stock": self.publisher.confirmed}
        left = {kind: {m["n"] for m in messages} for kind, messages in sent.items()}
        seen = dict.fromkeys(left, 0)

        def none_left() -> bool:
            for kind, numbers in left.items():
                arrived = self.sink.seen[kind]
                numbers.difference_update(arrival.body["n"] for arrival in arrived[seen[kind] :])
                seen[kind] = len(arrived)
            return not any(left.values())

        await until(none_left, STALL)

    async def post(self, kind: str, bodies: Sequence[dict[str, Any]], poison: str = "") -> None:
        """To an added route, all at once. What has the text of a poison counts as nothing that must arrive."""
        async with ClientSession(timeout=ClientTimeout(total=20)) as session:

            async def one(body: dict[str, Any]) -> None:
                async with session.post(f"{self.shop.url}/{kind}", json=body) as answer:
                    assert answer.status == 202, await answer.text()
                    if not poison or body["text"] != poison:
                        id = (await answer.json())["id"]
                        self.shop.accepted[kind].append({**body, "id": id, "at": time.monotonic(), "url": self.shop.url})

            await asyncio.gather(*map(one, bodies))

    def put(self, name: str, text: str) -> None:
        """A file, whole under its name at once."""
        temp = self.shop.folder / ".put"
        temp.write_text(text)
        temp.rename(self.shop.folder / "in" / name)

    async def restart(self, kill: bool = False, **names: object) -> None:
        """`up` is stopped, or killed, and started again on the same text with other names in it."""
        self.shop.names.update(names)
        self.shop.write(self.text)
        assert self.shop.process is not None
        if kill:
            self.shop.kill("supervisor")
            await asyncio.to_thread(self.shop.process.wait)
        else:
            await self.shop.stop()
        await self.shop.start()

    def struck(self, what: str, at: float | None = None) -> None:
        """Something was killed now: how long it took to recover is counted at the end."""
        self.strikes.append(recovery.Strike(what, time.monotonic() if at is None else at))

    # --- the end --------------------------------------------------------------------------------------------------------
    async def finish(self, did: str, patience: int = 60) -> Report:
        """The load ends, all that was accepted arrives, and is counted."""
        seconds = time.monotonic() - self.began
        report = Report(f"{did} in {seconds:.0f} s")
        self._stop.set()
        self._room.set()
        await asyncio.gather(*self._tasks)
        await asyncio.to_thread(self.publisher.stop)
        await self._arrive(report, patience)
        await self._count(report)
        report.notes.append(f"{self.accepted / seconds:.0f} messages/s")
        code = await self.shop.stop()
        if code != 0:
            report.wrong.append(f"up ended with {code}")
        return report

    async def _arrive(self, report: Report, patience: int) -> None:
        try:
            await until(lambda: not self.unmade(), patience)
            left = await asyncio.to_thread(waiting, self.bus, self.publisher.queue)
            await until(lambda: left == 0 or len(self.sink.keys["stock"]) >= len(self.publisher.confirmed), patience)
        except AssertionError:
            report.wrong.append(f"files that were never made: {self.unmade()[:3]}, in the queue: not empty after {patience} s")
        idle = await asyncio.to_thread(self.shop.run, "status", "--wait-idle", f"{patience}s")
        if idle.returncode != 0:
            report.wrong.append(f"never idle: {idle.stdout} {idle.stderr}")
        verify = await asyncio.to_thread(self.shop.run, "ledger", "verify")
        report.verified = verify.returncode == 0
        report.notes += [] if report.verified else [verify.stderr.strip()]

    async def _count(self, report: Report) -> None:
        total, lines = self.tally(), Tally()
        for name in self.files:
            lines += await asyncio.to_thread(judge.rows, self._made(name), name, self.rows)
        report.accepted, report.delivered = self.accepted + len(self.files), total.delivered + len(self.files)
        report.rows = lines.accepted
        both = total + lines
        report.add(both)
        dead = await asyncio.to_thread(self.shop.run, "dlq", "list", "-o", "jsonl")
        report.dead = len(dead.stdout.splitlines())
        flights = self._flights()
        report.recovery = recovery.measured(self.strikes, flights)
        report.notes += recovery.told(self.strikes, report.recovery, recovery.usual(self.strikes, flights))

    def tally(self) -> Tally:
        seen, accepted = self.sink.seen, self.shop.accepted
        total = judge.tally(accepted["orders"], seen["orders"])
        total += judge.tally(accepted["pairs"], seen["pairs"], ordered=False)
        total += judge.tally(self.publisher.confirmed, seen["stock"])
        for kind in self.also:
            total += judge.tally(accepted[kind], seen[kind], ordered=False)
        return total + judge.files(self.shop.folder / "out", "pair-{}.json", (m["n"] for m in accepted["pairs"]))

    def _flights(self) -> dict[str, list[recovery.Flight]]:
        """By kind: when each was accepted and when it arrived first."""
        sent: dict[str, list[dict[str, Any]]] = {kind: self.shop.accepted[kind] for kind in CLIENTS}
        sent["stock"] = self.publisher.confirmed
        return {kind: recovery.flights(messages, self.sink.seen[kind]) for kind, messages in sent.items()}
