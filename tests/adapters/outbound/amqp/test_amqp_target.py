"""The AMQP target without a broker. With one: tests/integration/test_amqp_target.py and test_amqp_target_faults.py."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from pathlib import Path
from time import perf_counter

import pytest

from adapters.outbound.amqp import line
from adapters.outbound.amqp.address import AmqpAddress
from adapters.outbound.amqp.kind import AmqpKind
from adapters.outbound.amqp.target import GRACE, AmqpTarget
from router.ports import Parcel

PARCEL = Parcel("1:t", "1:t", b"{}", "application/json", AmqpAddress("", "stock"))


def target(port: int, timeout: float = 0.3) -> AmqpTarget:
    return AmqpKind().open("bus", {"url": f"amqp://shop:s3cret@127.0.0.1:{port}/erp", "timeout": timeout}, 1)


async def test_nobody_there() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as once:
        port = once.getsockname()[1]
    out = target(port)
    [outcome] = await out.send([PARCEL])
    assert (outcome.error, outcome.reason) == (
        "connect",
        f"could not connect to amqp://127.0.0.1:{port}/erp: connection refused",
    )
    assert outcome.sent_to == f"amqp://127.0.0.1:{port}/erp queue stock"
    await out.close()


@pytest.mark.parametrize(("content", "why"), [(None, "no such file or directory"), ("junk", "it holds no certificate in PEM")])
async def test_a_file_of_certificates_that_cannot_be_used_is_named(tmp_path: Path, content: str | None, why: str) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    out = AmqpKind().open("bus", {"url": "amqps://shop:s3cret@127.0.0.1:1/erp?cacertfile=ca.pem", "base": tmp_path}, 1)
    [outcome] = await out.send([PARCEL])
    await out.close()
    assert outcome.error == "connect"
    assert outcome.reason.startswith(f"tls: cacertfile {tmp_path}/ca.pem: {why}")


async def test_one_that_takes_the_connection_and_says_nothing() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        out = target(silent.getsockname()[1])
        started = perf_counter()
        found = await asyncio.gather(*(out.send([PARCEL]) for _ in range(5)))
        assert perf_counter() - started < 4 * (0.3 + GRACE)  # not one after the other
        assert [[o.error for o in outcomes] for outcomes in found] == [["timeout"]] * 5
        await out.close()


async def test_a_name_that_is_looked_up_for_ever_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread may hang; whoever sends gets an outcome, and nothing is published afterwards."""
    out = target(1)
    let_go = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang(*_: object, **__: object) -> None:
        asyncio.run_coroutine_threadsafe(let_go.wait(), loop).result()
        raise OSError("too late")

    monkeypatch.setattr(line, "dial", hang)
    [outcome] = await out.send([PARCEL])
    assert outcome.error == "timeout"
    let_go.set()
    await out.close()
