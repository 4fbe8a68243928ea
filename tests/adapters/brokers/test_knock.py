"""What a knock says of servers that are not what they should be; the real ones: tests/integration/test_broker_misuse.py."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from adapters.brokers import knock as knocking
from adapters.brokers.errors import BrokerAway, BrokerRefused, BrokerUnknown
from adapters.brokers.knock import knock
from tests.adapters.brokers.saying import Saying

GREETING = b"AMQP\x00\x00\x09\x01"


def test_a_redis_is_logged_in_to_and_asked() -> None:
    with Saying(b"+OK\r\n", b"+OK\r\n", b"+PONG\r\n") as server:
        knock(f"redis://me:p%20w@127.0.0.1:{server.port}/2")
    assert server.heard == [
        b"*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$3\r\np w\r\n", b"*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n", b"*1\r\n$4\r\nPING\r\n",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (b"-NOAUTH Authentication required.\r\n", BrokerRefused, "refused the user or the password: correct user"),
        (b"-WRONGPASS invalid\r\n", BrokerRefused, "refused the user or the password"),
        (b"-ERR AUTH <password> called without any password configured\r\n", BrokerRefused, "has no password"),
        (b"-ERR DB index is out of range\r\n", BrokerRefused, "has no database of this number"),
        (b"-DENIED protected mode\r\n", BrokerRefused, "answered 'DENIED protected mode'"),
        (b"-MISCONF Errors writing to the AOF file: No space left on device\r\n", BrokerAway,
         r"cannot write to its disk \(No space left on device\): free some space there; it is waited for"),
        (b"-LOADING the dataset\r\n", BrokerAway, "does not answer"),
        (b"-ERR max number of clients reached\r\n", BrokerAway, "does not answer"),
    ],
)
def test_what_a_redis_answers_is_a_sentence(answer: bytes, kind: type[Exception], said: str) -> None:
    with Saying(answer) as server, pytest.raises(kind, match=said) as caught:
        knock(f"redis://:hunter2@127.0.0.1:{server.port}/0", 0.5)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "url", "said"),
    [
        (GREETING, "redis://:hunter2@127.0.0.1:{port}/0", "is a RabbitMQ and not a Redis: write amqp://"),
        (b"+PONG\r\n", "amqp://u:hunter2@127.0.0.1:{port}/", "is a Redis and not a RabbitMQ: write redis://"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "amqp://u:hunter2@127.0.0.1:{port}/", "is a web server and not a RabbitMQ"),
        (GREETING, "amqps://u:hunter2@127.0.0.1:{port}/", "speaks without TLS: write amqp://"),
        (b"-NOAUTH x\r\n", "rediss://:hunter2@127.0.0.1:{port}/0", "speaks without TLS: write redis://"),
    ],
)
def test_another_service_is_named(answer: bytes, url: str, said: str) -> None:
    with Saying(answer, closes=True) as server, pytest.raises(BrokerRefused, match=said) as caught:
        knock(url.format(port=server.port), 0.5)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:{port}/0", "amqp://127.0.0.1:{port}/", "rediss://127.0.0.1:{port}/0"])
def test_one_that_takes_the_connection_and_says_nothing_is_waited_for(url: str) -> None:
    with Saying() as server, pytest.raises(BrokerAway, match=r"does not answer within 0\.2 s: start it"):
        knock(url.format(port=server.port), 0.2)
    with pytest.raises(BrokerAway, match="connection refused"):
        knock(url.format(port=server.port), 0.2)


def test_a_socket_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    with pytest.raises(BrokerAway, match="no such file"):
        knock(f"redis+socket://{tmp_path}/none.sock")


@pytest.mark.parametrize(
    ("number", "kind", "said"),
    [(socket.EAI_NONAME, BrokerUnknown, "there is no host h"), (socket.EAI_AGAIN, BrokerAway, "cannot be looked up now")],
)
@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_host_that_is_unknown_is_no_host_that_cannot_be_looked_up(
    monkeypatch: pytest.MonkeyPatch, scheme: str, number: int, kind: type[Exception], said: str
) -> None:
    def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror(number, "the name service said no")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(kind, match=said):
        knocking.knock(f"{scheme}://h/")


@pytest.mark.parametrize(("scheme", "option"), [("rediss", "ssl_ca_certs"), ("amqps", "cacertfile")])
def test_files_of_certificates_that_are_missing_are_named(tmp_path: Path, scheme: str, option: str) -> None:
    said = f": {option} {tmp_path}/no.pem: no such file or directory"
    with Saying() as server, pytest.raises(BrokerRefused, match=said):
        knock(f"{scheme}://127.0.0.1:{server.port}/0?{option}={tmp_path}/no.pem", 0.5)
