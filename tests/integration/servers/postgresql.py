"""A private PostgreSQL in a folder of its own. Nothing is synced: what it is for are targets and commands, not power cuts."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from tests.integration.servers.process import Absent, Server, identity

USER, PASSWORD, DATABASE = "crossdock", "elephant:s3cret/!", "crossdock"


def find(name: str) -> str:
    """The newest of this machine. Raises Absent where there is none."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: int(re.sub(r"\D", "", place.parts[-2]) or 0))
    path = ":".join([*map(str, reversed(places)), os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if found is None:
        raise Absent(f"{name} is not installed (Debian: apt-get install postgresql)")
    return found


def unprivileged() -> str | None:
    """Whom it runs as: it refuses root."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


class PostgreSQL(Server):
    """`url` names a superuser and an empty database. `connection` is what psycopg takes as keywords."""

    name = "postgresql"
    quit_signal = signal.SIGINT  # ends the sessions of others at once

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.server, self.user = find("postgres"), unprivileged()
        # pytest's own folders are closed to all other users.
        self.folder = Path(tempfile.mkdtemp(prefix="crossdock-postgresql-"))
        if self.user is not None:
            shutil.chown(self.folder, self.user)
        self.data = self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{DATABASE}"

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "max_connections": 200,
            "fsync": "off", "full_page_writes": "off", "deadlock_timeout": "200ms", "shared_buffers": "64MB",
        }  # fmt: skip
        return [self.server, "-D", str(self.data), *(word for name in settings for word in ("-c", f"{name}={settings[name]}"))]

    def answers(self) -> bool:
        return self.sql("SELECT 1", check=False) == "1"

    def start(self) -> None:
        """The first start makes the cluster and the database."""
        fresh = not self.data.exists()
        if fresh:
            self._make()
        super().start()
        if fresh:
            self._fill()

    def _fill(self) -> None:
        self.sql(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'", "postgres")

    def _make(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        words = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8"]
        command = [find("initdb"), "--pgdata", str(self.data), "--no-sync", "--no-instructions", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder, **identity(self.user))
        assert done.returncode == 0, done.stdout + done.stderr

    def sql(self, statement: str, database: str = "postgres", check: bool = True) -> str:
        """What psql prints, bare: for looking from outside, past the product's own driver."""
        url = f"{self.url.rsplit('/', 1)[0]}/{database}?connect_timeout=2"
        command = [find("psql"), "--no-psqlrc", "-qAt", "-d", url, "-c", statement]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout.strip()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)
