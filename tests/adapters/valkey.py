"""A private Valkey for tests: started, frozen, killed and started again with what it had stored."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import redis

from adapters import broker
from adapters.processes import die_with_parent
from tests.adapters.waiting import until


class Valkey:
    """Listens on a free port, which it keeps over restarts. What it answered is on its disk."""

    def __init__(self, folder: Path, *options: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._client: redis.Redis | None = None

    def __enter__(self) -> Valkey:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    @property
    def client(self) -> redis.Redis:
        if self._client is None:
            self._client = self.connect()
        return self._client

    def connect(self) -> redis.Redis:
        """By the plain port, without a password."""
        return redis.Redis(port=self.port, socket_timeout=20, protocol=2)

    def start(self) -> None:
        parent = os.getpid()
        words = [str(broker.server()), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder), "--save", "",
                 "--appendonly", "yes", "--appendfsync", "always", *self.options]  # fmt: skip
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log, preexec_fn=lambda: die_with_parent(parent))
        until(self.listens)

    def listens(self) -> bool:
        """Whether it answers anything at all, be it that a password is needed."""
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "server.log").read_text()
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"*1\r\n$4\r\nPING\r\n")
                return connection.recv(5) in (b"+PONG", b"-NOAU")
        except OSError:
            return False

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """As by kill -9."""
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def bodies(self, stream: str) -> Sequence[bytes]:
        return [fields[b"body"] for _, fields in self.client.xrange(stream)]

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
