"""A private Valkey, the one of the embedded broker, but on a port and with a password."""

from __future__ import annotations

import socket
from pathlib import Path

from adapters import broker
from tests.integration.servers.process import Absent, Server

PASSWORD = "key-s3cret"


def pinged(connection: socket.socket, password: str) -> bool:
    """Whether it takes commands (it does not while it loads)."""
    connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
    said = b""
    while said.count(b"\n") < 2 and (more := connection.recv(64)):
        said += more
    return said == b"+OK\r\n+PONG\r\n"


class Valkey(Server):
    name = "valkey"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        try:
            self.server = str(broker.server())
        except broker.BrokerError as missing:
            raise Absent(str(missing)) from missing

    @property
    def url(self) -> str:
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        options = {
            "port": self.port, "bind": "127.0.0.1", "requirepass": PASSWORD, "dir": self.folder, "save": "",
            "appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction",
        }  # fmt: skip
        return [self.server, *(word for name, value in options.items() for word in (f"--{name}", str(value)))]

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                return pinged(connection, PASSWORD)
        except OSError:
            return False
