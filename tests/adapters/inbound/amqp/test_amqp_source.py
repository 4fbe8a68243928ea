"""The AMQP source without a broker. With one: tests/integration/test_amqp_source.py and test_amqp_source_faults.py."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from time import perf_counter

from structlog.testing import capture_logs

from adapters.amqp.broker import broker_of
from adapters.inbound.amqp.source import AmqpSource
from router.receive import Receiver
from router.route import Connection, Route, Source


def source(port: int) -> AmqpSource:
    url = f"amqp://shop:s3cret@127.0.0.1:{port}/erp"
    route = Route("stock", Source("amqp", {"amqp": "bus", "queue": "q", "prefetch": 10}), ())
    receiver = Receiver(None, None)  # type: ignore[arg-type]
    return AmqpSource(route, Connection("bus", "amqp", {}, timeout=0.2), broker_of(url), receiver, None, 60.0)  # type: ignore[arg-type]


async def test_a_broker_that_is_not_there_is_told_once_and_waited_for() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as once:
        port = once.getsockname()[1]
    stop = asyncio.Event()
    with capture_logs() as logs:
        task = asyncio.create_task(source(port).run(stop))
        while not logs:
            await asyncio.sleep(0.01)
        with closing(socket.create_server(("127.0.0.1", port))) as silent:
            silent.settimeout(10)
            (await asyncio.to_thread(silent.accept))[0].close()  # it tries again
        stop.set()
        started = perf_counter()
        await asyncio.wait_for(task, 5)
    assert perf_counter() - started < 2
    assert f"could not connect to amqp://127.0.0.1:{port}/erp: connection refused" in logs[0]["event"]
    assert (logs[0]["action"], logs[0]["route"], logs[0]["queue"]) == ("amqp_source_waits", "stock", "q")
    assert "s3cret" not in str(logs)
