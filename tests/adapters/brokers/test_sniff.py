"""Who answers at a port; TLS and the real servers: tests/integration/test_broker_misuse.py."""

from __future__ import annotations

import pytest

from adapters.brokers.sniff import HELLO, sniff
from tests.adapters.brokers.saying import Saying


@pytest.mark.parametrize(
    ("answer", "service"),
    [
        (b"+PONG\r\n", "redis"), (b"-NOAUTH Authentication required.\r\n", "redis"), (b"AMQP\x00\x00\x09\x01", "amqp"),
        (b"HTTP/1.1 400 Bad Request\r\n", "http"), (b"SSH-2.0-OpenSSH\r\n", ""),
    ],
)  # fmt: skip
def test_a_service_is_known_by_its_answer(answer: bytes, service: str) -> None:
    with Saying(answer, closes=True) as server:
        assert sniff("127.0.0.1", server.port, 0.5) == (service, False)
    assert server.heard[0] == HELLO


def test_one_that_says_nothing_is_nobody() -> None:
    with Saying() as server:
        assert sniff("127.0.0.1", server.port, 0.2) == ("", False)
    assert sniff("127.0.0.1", server.port, 0.2) == ("", False)
