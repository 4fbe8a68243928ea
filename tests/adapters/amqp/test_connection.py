"""Connecting to what is no broker, or one that says nothing. A real one: tests/integration/test_amqp_target_faults.py."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread
from time import perf_counter

import amqp
import pytest
from amqp.exceptions import UnexpectedFrame

from adapters.amqp.broker import broker_of
from adapters.amqp.connection import Connection, dial, readable
from adapters.certificates import UnusableFile


def against(answer: Callable[[socket.socket], None], timeout: float = 5.0) -> Connection:
    """Dials a server that takes one connection and does this with it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            there, _ = listening.accept()
            with there:
                there.settimeout(10)
                there.recv(8)
                answer(there)

        thread = Thread(target=serve)
        thread.start()
        try:
            return dial(broker_of(f"amqp://127.0.0.1:{listening.getsockname()[1]}"), "test", timeout)
        finally:
            thread.join()


def test_another_protocol_is_known_at_its_first_byte() -> None:
    with pytest.raises(UnexpectedFrame):
        against(lambda there: there.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))


def test_one_that_hangs_up_at_once() -> None:
    with pytest.raises(ConnectionResetError):
        against(lambda there: None)


def test_one_that_says_nothing_costs_the_timeout() -> None:
    started = perf_counter()
    with pytest.raises(TimeoutError):
        against(lambda there: there.recv(1), 0.2)
    assert perf_counter() - started < 10


def test_a_closed_connection_is_not_opened_again_unasked() -> None:
    connection = Connection("127.0.0.1:1")
    with pytest.raises(amqp.RecoverableConnectionError):
        _ = connection.transport
    connection.drop()
    connection.part(0.1)


def test_only_what_can_be_read_is_readable() -> None:
    here, there = socket.socketpair()
    with here, there:
        assert readable((here.fileno(),), 0) == set()
        there.send(b"x")
        assert readable((here.fileno(), there.fileno()), 5) == {here.fileno()}


def test_nobody_is_dialled_with_a_file_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match=f"^certfile {tmp_path}/no.pem: no such file or directory$"):
        dial(broker_of("amqps://nowhere.invalid/?certfile=no.pem", tmp_path), "test", 1.0)
