"""One process's door to the SQLite file: pragmas, the lock in front of every write, the clock for leases."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw

from adapters.disk import sync_folder
from adapters.ledger.sql.database import Clock, Run
from adapters.ledger.sql.delay import Delay
from adapters.ledger.sqlite.schema import MIGRATIONS
from router.errors import LedgerBusy, LedgerError, LedgerFull, LedgerRefused

LEAST_SQLITE = (3, 51, 3)
"""Below it a checkpoint can lose committed frames (sqlite.org/wal.html, "WAL-reset bug")."""

LOCK_WAIT = 5.0
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "glusterfs", "ceph", "afs"}
)

RESCUE = "stop Crossdock, keep a copy of the whole folder, and put a backup there, or start with another --var"


class SystemClock:
    """CLOCK_BOOTTIME goes on while the machine sleeps and never jumps; a lease of an earlier boot is over."""

    def __init__(self) -> None:
        try:
            self.boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            self.boot = "boot"

    def now(self) -> int:
        return int(time.time() * 1000)

    def steady(self) -> int:
        return int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)


def library_version() -> str:
    """Of the SQLite that the ledger uses: apsw brings its own."""
    return str(apsw.sqlite_lib_version())


def refuse_old_library() -> None:
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    if version < LEAST_SQLITE:
        raise LedgerRefused(
            f"SQLite {apsw.sqlite_lib_version()} can corrupt the ledger; 3.51.3 is needed: install a newer apsw"
        )


def refuse_newer(schema: int) -> None:
    if schema > len(MIGRATIONS):
        raise LedgerRefused(
            f"the ledger has schema {schema}, this program knows up to {len(MIGRATIONS)}: install the newer one"
        )


def file_system_of(path: Path) -> str:
    """The type of the file system that holds `path`, by the longest mount point in front of it."""
    best, kind = "", ""
    real = str(path.resolve())
    try:
        mounts = Path("/proc/self/mounts").read_text()
    except OSError:
        return ""
    for line in mounts.splitlines():
        _, mount, fs, *_ = line.split(" ")
        if (real == mount or real.startswith(mount.rstrip("/") + "/")) and len(mount) >= len(best):
            best, kind = mount, fs
    return kind


class WriteLock:
    """A blocking file lock in front of BEGIN IMMEDIATE: SQLite's own busy polling starves writers. The file holds its
    owner's pid, so that the supervisor can see who is frozen."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._threads = threading.Lock()
        self._fd = -1
        if path is not None:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def acquire(self, wait: float = LOCK_WAIT) -> None:
        if not self._threads.acquire(timeout=wait):
            raise LedgerBusy()
        if self._fd < 0:
            return
        try:
            self._flock(wait)
            os.pwrite(self._fd, b"%-20d" % os.getpid(), 0)
        except BaseException:
            self._threads.release()
            raise

    def _flock(self, wait: float) -> None:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            pass
        # A blocking flock queues fairly and wakes at once, but cannot time out without signals: a thread waits.
        deadline = time.monotonic() + wait
        pause = 0.0002
        while True:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise LedgerBusy(
                        f"the ledger's lock is held by process {self.holder()} for over {wait:g} s"
                    ) from None
                time.sleep(pause)
                pause = min(pause * 1.5, 0.002)

    def holder(self) -> int:
        """The pid that holds, or held last, the lock; 0 if unknown."""
        text = os.pread(self._fd, 20, 0).strip() if self._fd >= 0 else b""
        return int(text) if text.isdigit() else 0

    def release(self) -> None:
        if self._fd >= 0:
            fcntl.flock(self._fd, fcntl.LOCK_UN)
        self._threads.release()

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class Database:
    """A reading and a writing connection. Transactions are short and end before anything is sent."""

    for_update = skip_locked = ""
    shared = False

    def __init__(self, path: Path | None, clock: Clock | None = None) -> None:
        refuse_old_library()
        self.path = path
        self.clock = clock or SystemClock()
        self.delay = Delay()
        self.lock = WriteLock(path.with_suffix(".lock") if path else None)
        self.checkpoint: Callable[[str], None] = lambda name: None
        if path is not None and file_system_of(path.parent) in NETWORK_FILE_SYSTEMS:
            raise LedgerRefused(f"{path} is on a network file system, where SQLite's log is not safe: use a local disk")
        with translated(path):
            self._writer = self._open()
            self._reader = self._open() if path is not None else self._writer
        self._read_lock = threading.RLock()
        self._migrate()

    def _open(self) -> apsw.Connection:
        connection = apsw.Connection(str(self.path) if self.path else ":memory:")
        connection.set_busy_timeout(5000)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "wal_autocheckpoint=1000",
            "mmap_size=0",
            "cache_size=-8000",
            "foreign_keys=OFF",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        if self.path is not None and connection.execute("PRAGMA journal_mode").get != "wal":
            raise LedgerRefused(f"{self.path} cannot use a write-ahead log here: use a local disk")
        return connection

    def _migrate(self) -> None:
        with self.write() as run:
            version = int(run("PRAGMA user_version").get)
            refuse_newer(version)
            if version == 0:
                self._keep_names()
            for number, script in enumerate(MIGRATIONS[version:], version + 1):
                run(script).fetchall()
                run(f"PRAGMA user_version={number}").fetchall()

    def _keep_names(self) -> None:
        """Before anything is committed the file and its folder are there to stay: a synced file whose name a power cut
        takes is lost as well."""
        if self.path is not None:
            sync_folder(self.path.parent)
            sync_folder(self.path.parent.parent)

    @property
    def schema(self) -> int:
        return int(self.read("PRAGMA user_version")[0][0])

    @contextlib.contextmanager
    def write(self) -> Iterator[Callable[..., Any]]:
        """One write transaction: committed and synced at the end, rolled back on any error."""
        with self.delay.measured():
            self.lock.acquire()
        try:
            with translated(self.path):
                self._writer.execute("BEGIN IMMEDIATE")
                try:
                    yield self._writer.execute
                    self.checkpoint("commit")
                    with self.delay.measured():
                        self._writer.execute("COMMIT")
                except BaseException:
                    if self._writer.in_transaction:
                        self._writer.execute("ROLLBACK")
                    raise
        finally:
            self.lock.release()

    def next_batch(self, run: Run) -> int:
        run("UPDATE sequence SET value = value + 1 WHERE name = 'batch'")
        return int(run("SELECT value FROM sequence WHERE name = 'batch'").get)

    def guard(self, run: Run, names: Iterable[str]) -> None:
        """There is one writer at a time."""

    def lock_lanes(self, run: Run, targets: Iterable[str]) -> None:
        """There is one writer at a time."""

    def turn(self, name: str) -> bool:
        """One process of each role runs on a `var`."""
        return True

    def load(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        marks = ",".join("?" * len(rows[0])) if rows else ""
        self.many(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)

    def many(self, sql: str, rows: Any) -> None:
        """Inside `write`: one statement for many rows."""
        self._writer.executemany(sql, rows)

    def changes(self) -> int:
        return int(self._writer.changes())

    def read(self, sql: str, bindings: Any = ()) -> list[Any]:
        """All rows at once, so that no read transaction stays open and holds the log back."""
        if self._reader is self._writer:
            self.lock.acquire()
            try:
                return list(self._reader.execute(sql, bindings))
            finally:
                self.lock.release()
        with self._read_lock, translated(self.path):
            return list(self._reader.execute(sql, bindings))

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        if self._reader is self._writer:
            yield
            return
        with self._read_lock, translated(self.path):
            self._reader.execute("BEGIN")
            try:
                yield
            finally:
                self._reader.execute("ROLLBACK")

    def backup_checkpoint(self) -> None:
        """Moves the log into the file as far as readers allow."""
        with self._read_lock, translated(self.path):
            self._reader.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def image(self) -> bytes:
        return bytes(self._writer.serialize("main"))

    def close(self) -> None:
        self._writer.close()
        if self._reader is not self._writer:
            self._reader.close()
        self.lock.close()


@contextlib.contextmanager
def translated(path: Path | None = None) -> Iterator[None]:
    """SQLite's errors as the ledger's."""
    where = path or "the ledger"
    try:
        yield
    except apsw.FullError as error:
        raise LedgerFull(f"there is no space left for the ledger: {error}") from error
    except apsw.BusyError as error:
        raise LedgerBusy(f"the ledger is busy: {error}") from error
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise LedgerRefused(f"{where} is no ledger, or damaged ({error}): {RESCUE}") from error
    except (apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError) as error:
        raise LedgerError(f"{where} cannot be read or written ({error}): crossdock doctor looks why") from error
