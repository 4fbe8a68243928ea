"""What can happen to a broker: the embedded Valkey, one on a port, or a RabbitMQ. Each ends with a broker that may be used
again, as the machine's operator would have it."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress
from typing import Protocol

from kombu import Connection
from redis import Redis, RedisError

from tests.faults.engines import Engines
from tests.faults.shop import Shop
from tests.integration.servers.rabbitmq import RabbitMQ
from tests.integration.servers.valkey import PASSWORD, Valkey


class Harm(Protocol):
    """Each blocks; `seconds` is how long a pause or a refusal lasts."""

    def kill(self) -> None: ...

    def flush(self) -> None: ...

    def empty(self) -> None:
        """Killed, and started again without anything that it had."""

    def pause(self, seconds: float) -> None: ...

    def refuse(self, seconds: float) -> None:
        """Nobody gets in, and whoever was in is thrown out."""


class Embedded:
    """The one that `up` supervises: what is killed here is started again by its supervisor."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.folder = shop.folder / "var" / "broker"
        self.socket = self.folder / "valkey.sock"

    @property
    def pid(self) -> int:
        return self.shop.pids().get("broker", 0)

    def client(self) -> Redis:
        return Redis(unix_socket_path=str(self.socket))

    def kill(self) -> None:
        self.shop.kill("broker")

    def flush(self) -> None:
        flushed(self.client())

    def empty(self) -> None:
        self.shop.kill("broker")
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)

    def pause(self, seconds: float) -> None:
        stopped(self.pid, seconds)

    def refuse(self, seconds: float) -> None:
        aside = self.socket.with_suffix(".aside")
        with suppress(RedisError, OSError):
            client = self.client()
            self.socket.rename(aside)
            client.client_kill_filter(_type="normal", skipme=True)
            client.close()
        time.sleep(seconds)
        # A broker that was started again meanwhile has made a socket of its own.
        with suppress(FileNotFoundError):
            aside.unlink() if self.socket.exists() else aside.rename(self.socket)


class Alone:
    """A server of its own, which nobody supervises."""

    def __init__(self, server: Valkey | RabbitMQ) -> None:
        self.server = server
        self.names: list[str] = []

    def kill(self) -> None:
        self.server.kill()
        self.server.start()

    def flush(self) -> None:
        if isinstance(self.server, RabbitMQ):
            self.names = self.names or self.server.control("list_queues", "name", "--no-table-headers").split()
            purged(self.server, self.names)
        else:
            flushed(Redis(port=self.server.port, password=PASSWORD))

    def empty(self) -> None:
        self.server.kill()
        for name in ("mnesia", "appendonlydir"):
            shutil.rmtree(self.server.folder / name, ignore_errors=True)
        self.server.start()

    def pause(self, seconds: float) -> None:
        self.server.pause()
        time.sleep(seconds)
        self.server.resume()

    def refuse(self, seconds: float) -> None:
        self.server.stop()
        time.sleep(seconds)
        self.server.start()


def purged(server: RabbitMQ, names: list[str]) -> None:
    """By the protocol: the server's own tool takes seconds for each."""
    connection = Connection(server.url)
    with suppress(*connection.connection_errors, OSError), connection:
        for name in names:
            with suppress(*connection.channel_errors):
                connection.channel().queue_purge(name)


def flushed(client: Redis) -> None:
    with suppress(RedisError, OSError):
        client.flushall()
    client.close()


def stopped(pid: int, seconds: float) -> None:
    if pid:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def harm_to(engines: Engines, shop: Shop) -> Harm:
    return Embedded(shop) if engines.broker is None else Alone(engines.broker)
