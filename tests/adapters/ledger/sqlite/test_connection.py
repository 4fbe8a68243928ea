from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from adapters.ledger.sqlite import connection
from adapters.ledger.sqlite.connection import Database, WriteLock
from adapters.ledger.sqlite.ledger import SqliteLedger
from adapters.ledger.sqlite.schema import MIGRATIONS
from router import ranges
from router.errors import LedgerBusy, LedgerError, LedgerRefused
from tests.contracts.ledger import arrival

FORK = multiprocessing.get_context("fork")


def ended(work: Callable[[], None]) -> int:
    """The exit code of a process that does this (negative: the signal)."""
    process = FORK.Process(target=work)
    process.start()
    process.join()
    return int(process.exitcode or 0)


def opened(tmp_path: Path) -> SqliteLedger:
    return SqliteLedger(tmp_path / "ledger.db", tmp_path / "blobs")


def count(ledger: SqliteLedger) -> tuple[int, int]:
    """(messages, units of open work): they are stored together or not at all."""
    messages = ledger.db.read("SELECT count(*) FROM message")[0][0]
    works = ledger.db.read("SELECT rest FROM work WHERE state=0")
    return messages, sum(ranges.size(rest) for (rest,) in works)


def test_it_syncs_each_commit_and_uses_a_write_ahead_log(tmp_path: Path) -> None:
    database = Database(tmp_path / "ledger.db")
    assert database.read("PRAGMA journal_mode") == [("wal",)]
    assert database.read("PRAGMA synchronous") == [(2,)]
    database.close()


@pytest.mark.parametrize("point", ["commit", "answer"])
def test_a_process_killed_around_its_commit_leaves_all_or_nothing(tmp_path: Path, point: str) -> None:
    def work() -> None:
        ledger = opened(tmp_path)
        ledger.accept([arrival(), arrival()])
        if point == "commit":
            ledger.db.checkpoint = lambda name: os.kill(os.getpid(), signal.SIGKILL)
        ledger.accept([arrival()])
        os.kill(os.getpid(), signal.SIGKILL)

    assert ended(work) == -signal.SIGKILL
    ledger = opened(tmp_path)
    assert count(ledger) == ((2, 2) if point == "commit" else (3, 3))
    assert ledger.accept([arrival()])[0].state == "accepted"
    ledger.close()


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    opened(tmp_path).close()

    def work() -> None:
        ledger = opened(tmp_path)
        for _ in range(50):
            ledger.accept([arrival(), arrival()])
        os._exit(0)

    processes = [FORK.Process(target=work) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [p.exitcode for p in processes] == [0] * 4
    ledger = opened(tmp_path)
    assert count(ledger) == (400, 400)
    assert ledger.db.read("PRAGMA integrity_check") == [("ok",)]
    ledger.close()


def test_a_lock_that_nobody_gives_back_is_named(tmp_path: Path) -> None:
    mine, theirs = FORK.Pipe()

    def hold() -> None:
        WriteLock(tmp_path / "x.lock").acquire()
        theirs.send(os.getpid())
        theirs.recv()

    process = FORK.Process(target=hold)
    process.start()
    pid = mine.recv()
    lock = WriteLock(tmp_path / "x.lock")
    with pytest.raises(LedgerBusy, match=f"held by process {pid}"):
        lock.acquire(wait=0.05)
    process.kill()
    process.join()
    lock.acquire(wait=1)
    assert lock.holder() == os.getpid()
    lock.release()


def test_no_space_is_said_and_what_was_stored_stays(tmp_path: Path) -> None:
    def work() -> None:
        ledger = opened(tmp_path)
        ledger.accept([arrival()])
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
        try:
            for _ in range(200):
                ledger.accept([arrival(body=b"x" * 20_000)])
        except LedgerError:
            os._exit(7)
        os._exit(1)

    assert ended(work) == 7
    ledger = opened(tmp_path)
    messages, units = count(ledger)
    assert messages == units > 1
    assert ledger.db.read("PRAGMA integrity_check") == [("ok",)]
    assert ledger.accept([arrival()])[0].state == "accepted"
    ledger.close()


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).close()
    raw = apsw.Connection(str(tmp_path / "ledger.db"))
    raw.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    raw.close()
    with pytest.raises(LedgerRefused, match="install the newer one"):
        opened(tmp_path)


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "file_system_of", lambda path: "nfs4")
    with pytest.raises(LedgerRefused, match="network file system"):
        Database(tmp_path / "ledger.db")


def test_an_old_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.51.2")
    with pytest.raises(LedgerRefused, match=r"3\.51\.2 can corrupt"):
        connection.refuse_old_library()


def test_a_snapshot_is_of_one_moment(tmp_path: Path) -> None:
    db, other = Database(tmp_path / "ledger.db"), Database(tmp_path / "ledger.db")
    count = "SELECT value FROM sequence WHERE name='batch'"
    with db.snapshot():
        before = db.read(count)
        with other.write() as run:
            other.next_batch(run)
        assert db.read(count) == before
    assert db.read(count) != before
    for one in (db, other):
        one.close()
