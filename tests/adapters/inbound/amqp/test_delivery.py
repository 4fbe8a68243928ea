"""A delivery is put together from its frames, whatever the frames are cut like."""

from __future__ import annotations

from collections.abc import Callable
from struct import pack
from typing import Any

import pytest
from amqp import Message

from adapters.inbound.amqp.delivery import Delivery, to


class Connection:
    bytes_recv = 0


def short(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def frames(tag: int, body: bytes, cut: int, key: bytes = b"stock.1", redelivered: int = 0) -> list[tuple[int, int, bytes]]:
    method = pack(">HH", 60, 60) + short(b"consumer") + pack(">QB", tag, redelivered) + short(b"x") + short(key)
    head = pack(">HHQ", 60, 0, len(body)) + Message(b"", message_id=f"m{tag}")._serialize_properties()
    pieces = [body[at : at + cut] for at in range(0, len(body), cut)]
    return [(1, 1, method), (2, 1, head), *((3, 1, piece) for piece in pieces)]


@pytest.fixture
def taken() -> list[Delivery]:
    return []


@pytest.fixture
def on_frame(taken: list[Delivery]) -> Callable[[Any], bool]:
    def other(channel: int, method: tuple[int, int], payload: bytes, content: Any) -> None:
        raise AssertionError(f"not ours: {method}")

    return to(taken.append)(Connection(), other)


def test_bodies_of_no_one_and_many_frames(on_frame: Callable[[Any], bool], taken: list[Delivery]) -> None:
    for tag, (body, cut) in enumerate([(b"", 1), (b"abc", 5), (b"abcdef", 2)]):
        *before, last = frames(tag, body, cut)
        assert [on_frame(frame) for frame in before] == [False] * len(before)
        assert on_frame(last)
    assert [(d.tag, d.body, d.exchange, d.routing_key, d.properties) for d in taken] == [
        (n, body, "x", "stock.1", {"message-id": f"m{n}"}) for n, body in enumerate([b"", b"abc", b"abcdef"])
    ]
    assert not any(d.redelivered for d in taken)


def test_a_routing_key_that_is_no_utf_8_and_a_delivery_that_came_before(
    on_frame: Callable[[Any], bool], taken: list[Delivery]
) -> None:
    for frame in frames(2**40, b"x", 1, b"gr\xf6\xdfe", 1):
        on_frame(frame)
    [found] = taken
    assert (found.tag, found.routing_key, found.redelivered) == (2**40, "größe", True)


def test_what_is_no_delivery_goes_to_the_driver(taken: list[Delivery]) -> None:
    seen: list[tuple[int, int]] = []
    connection = Connection()
    on_frame = to(taken.append)(connection, lambda channel, method, payload, content: seen.append(method))
    on_frame((1, 1, pack(">HH", 60, 21)))  # consume-ok
    on_frame((8, 0, b""))  # a heartbeat
    assert (seen, taken, connection.bytes_recv) == ([(60, 21)], [], 2)
