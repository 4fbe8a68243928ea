"""The load generator: requests that were made before, on raw connections that stay open. In a process of its own.

    python -m bench.load PORT COUNT CONNECTIONS RATE        prints JSON: begin of each request (ns) and how often each
    status came; RATE 0 sends the next one as soon as the answer is there
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import cast

import httptools
import uvloop

from bench.orders import orders, request


class Caller(asyncio.Protocol):
    """One connection: a request, its answer, the next one."""

    def __init__(self, requests: Iterator[tuple[int, bytes]], begun: dict[int, int], statuses: Counter[int]) -> None:
        self.requests, self.begun, self.statuses = requests, begun, statuses
        self.parser = httptools.HttpResponseParser(self)
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.free = asyncio.Event()
        self.paced = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(ConnectionError(f"the connection was closed: {error}"))

    def on_message_complete(self) -> None:
        self.statuses[self.parser.get_status_code()] += 1
        self.parser = httptools.HttpResponseParser(self)
        if self.paced:
            self.free.set()
        else:
            self.go_on()

    def go_on(self) -> None:
        found = next(self.requests, None)
        if found is None:
            self.over.set_result(None)
            return
        self.begun[found[0]] = time.monotonic_ns()
        self.transport.write(found[1])


async def pace(caller: Caller, rate: float) -> None:
    """A request every 1 / rate seconds, on one connection."""
    caller.paced, started, count = True, time.monotonic(), 0
    while not caller.over.done():
        caller.free.clear()
        caller.go_on()
        if caller.over.done():
            break
        await caller.free.wait()
        count += 1
        await asyncio.sleep(max(0.0, started + count / rate - time.monotonic()))


async def load(port: int, count: int, connections: int, rate: float) -> dict[str, object]:
    made = [(number, request(order, f"127.0.0.1:{port}")) for number, order in enumerate(orders(count), 1)]
    requests, begun, statuses, loop = iter(made), dict[int, int](), Counter[int](), asyncio.get_running_loop()
    callers = [(await loop.create_connection(lambda: Caller(requests, begun, statuses), "127.0.0.1", port))[1]
               for _ in range(connections)]
    for caller in callers:
        if rate:
            await pace(caller, rate)
        else:
            caller.go_on()
    await asyncio.gather(*(caller.over for caller in callers))
    return {"begun": begun, "statuses": statuses, "answered": time.monotonic_ns()}


if __name__ == "__main__":
    port, count, connections = (int(word) for word in sys.argv[1:4])
    print(json.dumps(uvloop.run(load(port, count, connections, float(sys.argv[4])))))
