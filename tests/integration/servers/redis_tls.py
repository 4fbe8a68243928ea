"""A private redis-server that speaks TLS only."""

from __future__ import annotations

import shutil
import socket
import ssl
from pathlib import Path

from tests.integration.servers.certificate import certify
from tests.integration.servers.process import Absent, Server
from tests.integration.servers.valkey import PASSWORD, pinged


class RedisTls(Server):
    """`url` is verified by the certificates in `ca`."""

    name = "redis"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        found = shutil.which("redis-server")
        if found is None:
            raise Absent("redis-server is not installed (Debian: apt-get install redis-server)")
        self.server = found
        self.certificate = certify(folder)

    @property
    def url(self) -> str:
        return f"rediss://:{PASSWORD}@127.0.0.1:{self.port}/0"

    @property
    def ca(self) -> Path:
        return self.certificate.ca

    def command(self) -> list[str]:
        made = self.certificate
        options = {
            "port": 0, "tls-port": self.port, "bind": "127.0.0.1", "requirepass": PASSWORD, "dir": self.folder, "save": "",
            "appendonly": "yes", "tls-cert-file": made.cert, "tls-key-file": made.key, "tls-ca-cert-file": made.ca,
            "tls-auth-clients": "no",
        }  # fmt: skip
        return [self.server, *(word for name, value in options.items() for word in (f"--{name}", str(value)))]

    def answers(self) -> bool:
        trust = ssl.create_default_context(cafile=self.ca)
        try:
            with (
                socket.create_connection(("127.0.0.1", self.port), 1) as plain,
                trust.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
            ):
                return pinged(connection, PASSWORD)
        except OSError:
            return False
