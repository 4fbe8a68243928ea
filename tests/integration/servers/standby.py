"""A PostgreSQL that follows another one and takes its place."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.adapters.waiting import until
from tests.integration.servers.postgresql import PostgreSQL, find
from tests.integration.servers.process import identity

STANDBY = "second"


class Standby(PostgreSQL):
    """Of `primary`, which runs: a copy of it, then whatever it writes."""

    name = "standby"

    def __init__(self, folder: Path, primary: PostgreSQL) -> None:
        super().__init__(folder)
        self.primary = primary

    @property
    def addresses(self) -> str:
        """Both of them in one address."""
        head, _, rest = self.primary.url.rpartition("@")
        database = rest.partition("/")[2]
        return f"{head}@127.0.0.1:{self.primary.port},127.0.0.1:{self.port}/{database}"

    def _make(self) -> None:
        words = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
        source = f"{self.primary.url.rpartition('/')[0]}/?application_name={STANDBY}"
        command = [find("pg_basebackup"), "--pgdata", str(self.data), "--dbname", source, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder, **identity(self.user))
        assert done.returncode == 0, done.stdout + done.stderr

    def _fill(self) -> None:
        """It follows."""

    def in_step(self) -> None:
        """From now on the primary says "committed" when the standby has it, too."""
        self.primary.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
        self.primary.sql("SELECT pg_reload_conf()")
        until(lambda: self.primary.sql("SELECT sync_state FROM pg_stat_replication") == "sync", 30)

    def promote(self) -> None:
        """As whoever watches over both would."""
        assert self.sql("SELECT pg_promote()") == "t"
