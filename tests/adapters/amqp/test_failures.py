"""Each thing that goes wrong has its class and its words."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest
from amqp.exceptions import AccessRefused, ConnectionForced, UnexpectedFrame

from adapters.amqp.failures import while_connecting, while_open
from adapters.certificates import UnusableFile

WHERE = "amqp://mq.test:5672/"


@pytest.mark.parametrize(("error", "kind", "words"), [
    (TimeoutError(), "timeout", "did not answer within 3 s"),
    (socket.gaierror(-2, "Name or service not known"), "connect", "could not find the host of amqp://mq.test:5672/"),
    (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "connect", "connection refused"),
    (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong"), "connect", "tls: "),
    (UnusableFile("cacertfile /etc/ca.pem: no such file"), "connect", "tls: cacertfile /etc/ca.pem: no such file"),
    (UnexpectedFrame("x"), "connect", "does not speak AMQP 0-9-1"),
    (AccessRefused("ACCESS_REFUSED - login was refused"), "connect", "refused: ACCESS_REFUSED - login was refused"),
    (OSError("Server unexpectedly closed connection"), "connect", "closed the connection while it was opened"),
    (RuntimeError("s3cret"), "connect", "could not connect to amqp://mq.test:5672/: RuntimeError"),
])  # fmt: skip
def test_while_connecting(error: Exception, kind: str, words: str) -> None:
    found = while_connecting(error, WHERE, 3.0)
    assert found[0] == kind
    assert words in found[1]


@pytest.mark.parametrize(("error", "kind", "words"), [
    (TimeoutError(), "timeout", "does not answer any more"),
    (UnexpectedFrame("x"), "reset", "what is not AMQP"),
    (ConnectionForced("CONNECTION_FORCED - shutdown"), "reset", "closed the connection: CONNECTION_FORCED - shutdown"),
    (BrokenPipeError(errno.EPIPE, "x"), "reset", "cut (broken pipe)"),
    (ValueError("s3cret"), "reset", "the connection failed: ValueError"),
])  # fmt: skip
def test_while_open(error: Exception, kind: str, words: str) -> None:
    found = while_open(error)
    assert found[0] == kind
    assert words in found[1]
