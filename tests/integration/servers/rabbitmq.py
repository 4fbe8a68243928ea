"""A private RabbitMQ: its own folder, epmd, cookie and node; no plugin; also by TLS."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

from tests.integration.servers.certificate import certify
from tests.integration.servers.process import Absent, Server, free_port, listens

BINARIES = Path("/usr/lib/rabbitmq/bin")
"""Debian's scripts themselves: what it puts into the PATH changes the user first."""
USER, PASSWORD = "crossdock", "bunny:s3cret/!"


def find(name: str) -> str:
    """Raises Absent where it is not there."""
    found = shutil.which(name, path=f"{BINARIES}:{os.environ.get('PATH', '')}")
    if found is None:
        raise Absent(f"{name} is not installed (Debian: apt-get install rabbitmq-server)")
    return found


class Epmd(Server):
    """Erlang's port mapper. Were it not started here, the first node would leave one behind for ever."""

    name = "epmd"

    def command(self) -> list[str]:
        return [find("epmd"), "-address", "127.0.0.1", "-port", str(self.port)]


class RabbitMQ(Server):
    """`url` and `tls_url` (verified by `ca`) name a user with all rights in the virtual host `/`."""

    name = "rabbitmq"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.server = find("rabbitmq-server")
        self.certificate = certify(folder)
        self.tls_port, self.node_port = free_port(), free_port()
        self.epmd = Epmd(folder)
        self._configure()

    @property
    def url(self) -> str:
        return f"amqp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/"

    @property
    def tls_url(self) -> str:
        return f"amqps://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.tls_port}/"

    @property
    def ca(self) -> Path:
        return self.certificate.ca

    def command(self) -> list[str]:
        return [self.server]

    def environment(self) -> dict[str, str]:
        """Of the server and of rabbitmqctl. Nothing of the machine's own configuration is read."""
        inherited = {name: text for name, text in os.environ.items() if not name.startswith("RABBITMQ_")}
        return inherited | {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self.epmd.port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_ALLOW_INPUT": "1",  # one process, without a shell around it that would have to pass signals on
            "RABBITMQ_SERVER_ERL_ARGS": "-noinput -kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.node_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "none.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        }

    def _configure(self) -> None:
        (self.folder / "plugins").write_text("[].\n")
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text("crossdock-tests")
        cookie.chmod(0o400)
        made = self.certificate
        lines = {
            "listeners.tcp.1": f"127.0.0.1:{self.port}", "listeners.ssl.1": f"127.0.0.1:{self.tls_port}",
            "ssl_options.cacertfile": made.ca, "ssl_options.certfile": made.cert, "ssl_options.keyfile": made.key,
            "ssl_options.verify": "verify_none", "default_user": USER, "default_pass": PASSWORD,
            "vm_memory_high_watermark.absolute": "2GB", "disk_free_limit.absolute": "50MB",
            "log.file.level": "warning", "log.console": "false",
        }  # fmt: skip
        (self.folder / "rabbitmq.conf").write_text("".join(f"{name} = {value}\n" for name, value in lines.items()))

    def answers(self) -> bool:
        """It speaks AMQP: the port is open a while before."""
        if not listens(self.port):
            return False
        with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            try:
                return connection.recv(1) == b"\x01"  # connection.start is a method frame
            except OSError:
                return False

    def start(self) -> None:
        if not self.epmd.runs:
            self.epmd.start()
        super().start()

    def keep_declarations(self) -> None:
        """To be called before a kill: RabbitMQ writes what is declared up to two seconds late, and a test would lose the
        queue that it made just before. Messages that were confirmed need no such help."""
        self.control("eval", "mnesia:sync_log().")

    def close(self) -> None:
        self.stop()
        self.epmd.stop()

    def control(self, *words: str) -> str:
        """What rabbitmqctl says; it takes a second or two."""
        command = [find("rabbitmqctl"), "--quiet", *words]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def block_publishers(self, block: bool = True) -> None:
        """Raises the memory alarm, at which RabbitMQ reads no more from those that publish; or ends it."""
        self.control("set_vm_memory_high_watermark", *(["absolute", "1"] if block else ["absolute", "2GB"]))
