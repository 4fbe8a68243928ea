"""An open connection to a RabbitMQ: py-amqp speaks the protocol, we read its frames and bound its waits."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import amqp
from amqp import spec

from adapters.amqp.broker import Broker
from adapters.amqp.transport import PlainTransport, Reading, TlsTransport
from adapters.certificates import check

FrameHandler = Callable[[Any, Callable[..., None]], Callable[[Any], bool]]


class Connection(amqp.Connection):  # type: ignore[misc]
    """`blocked` is why the broker takes nothing at present, '' where it takes."""

    # The driver drops the reason that RabbitMQ gives.
    _METHODS = {**amqp.Connection._METHODS, spec.Connection.Blocked: spec.method(spec.Connection.Blocked, "s")}  # noqa: RUF012
    blocked = ""

    def Transport(self, host: str, connect_timeout: float, ssl: Any = False, *_: Any, **options: Any) -> Reading:
        return (TlsTransport if ssl else PlainTransport)(
            host, connect_timeout=connect_timeout, ssl=ssl, socket_settings=options.get("socket_settings")
        )

    def _on_blocked(self, reason: str) -> None:
        self.blocked = reason or "no reason given"

    def _on_unblocked(self) -> None:
        self.blocked = ""

    @property
    def transport(self) -> Any:
        """The driver would open a closed connection again, unasked, at its next use."""
        if self._transport is None:
            raise amqp.RecoverableConnectionError("the connection is closed")
        return self._transport

    @transport.setter
    def transport(self, transport: Any) -> None:
        self._transport = transport

    def bound(self, seconds: float) -> None:
        """No single read or write waits longer from now on. Raises TimeoutError where that is no time at all."""
        if seconds <= 0:
            raise TimeoutError
        self.sock.settimeout(seconds)

    def readable(self, seconds: float, *others: int) -> bool:
        """Waits until something may be read here or at one of the other descriptors; whether it is here."""
        here: int = self.sock.fileno()
        return here in readable((here, *others), seconds)

    def pump(self, read: bool = True) -> None:
        """Handles all frames that are here; `read` where the socket has more."""
        self.handle_held()
        if read and self.connected:
            self.transport.fill()
            self.handle_held()

    def handle_held(self) -> None:
        while self.connected and (frame := self.transport.next_frame()) is not None:
            self.on_inbound_frame(frame)

    def drop(self) -> None:
        """Gives it up without a word to the other side, which may not listen. Never waits."""
        if self._transport is not None and self._transport.sock is not None:
            self._transport.sock.settimeout(0)  # TLS would wait for the other side's farewell
        self.collect()

    def part(self, seconds: float) -> None:
        """Takes leave, waiting so long for the answer."""
        with suppress(Exception):
            self.bound(seconds)
            self.close()
        self.drop()


def readable(descriptors: Iterable[int], seconds: float) -> set[int]:
    """Waits until one of them may be read, or has failed."""
    poll = select.poll()
    for one in descriptors:
        poll.register(one, select.POLLIN)
    return {found for found, _ in poll.poll(max(0.0, seconds) * 1000)}


def dial(
    broker: Broker, name: str, timeout: float, heartbeat: int = 0, frame_handler: FrameHandler | None = None
) -> Connection:
    """Connects and logs in; `name` is what the broker's console shows. No wait is longer than `timeout`. Raises
    OSError, UnusableFile among them, and AMQPError; `adapters.amqp.failures` has words for them."""
    check(broker.files)
    options: dict[str, Any] = {} if frame_handler is None else {"frame_handler": frame_handler}
    connection = Connection(
        f"[{broker.host}]:{broker.port}" if ":" in broker.host else f"{broker.host}:{broker.port}",
        userid=broker.user,
        password=broker.password,
        login_method="EXTERNAL" if broker.by_certificate else "PLAIN",
        virtual_host=broker.vhost,
        ssl=dict(broker.tls) if broker.tls is not None else False,
        connect_timeout=timeout,
        heartbeat=heartbeat,
        client_properties={"product": "Crossdock", "connection_name": name},
        # The driver gives up a connection whose broker does not read for a second: a blocked one does not for long.
        socket_settings={socket.TCP_USER_TIMEOUT: int(timeout * 1000)},
        **options,
    )
    try:
        connection.connect()
        connection.bound(timeout)
    except BaseException:
        connection.drop()
        raise
    return connection
