from __future__ import annotations

import os
import time
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import apsw
import pytest

from adapters import examination
from adapters.ledger.sqlite.ledger import SqliteLedger
from adapters.settings import Settings, load
from tests.adapters.brokers.saying import Saying


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({}, {}, tmp_path)


def test_the_verdict_is_by_the_least_and_the_enough() -> None:
    grades = [examination.graded("disk", value, 10, 20, "", "free some") for value in (5, 15, 25)]
    assert [g.verdict for g in grades] == ["bad", "fair", "good"]
    assert [g.advice for g in grades] == ["free some", "free some", ""]


def test_the_examination_leaves_nothing_behind(settings: Settings) -> None:
    examination.examine(settings)
    assert list(settings.project.iterdir()) == []


def test_a_var_that_cannot_be_written(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    found = examination.permissions(settings)
    assert (found.verdict, found.found) == ("bad", f"{settings.project} cannot be written")


def test_a_file_in_the_place_of_var(settings: Settings) -> None:
    settings.var.touch()
    found = examination.permissions(settings)
    assert (found.verdict, found.found) == ("bad", f"{settings.var} is no folder")


@pytest.mark.parametrize(
    ("warnings", "wrong", "verdict"), [([], [], "good"), (["slow"], [], "fair"), (["slow"], ["late"], "bad")]
)
def test_what_is_wrong_with_a_ledger_that_works(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, warnings: list[str], wrong: list[str], verdict: str
) -> None:
    monkeypatch.setattr(examination, "looked_at", lambda address: ("schema 3", warnings, wrong))
    SqliteLedger(settings.ledger_path, settings.var / "blobs").close()
    found = examination.ledger(settings)
    assert (found.verdict, found.found) == (verdict, "; ".join(["schema 3", *wrong, *warnings]))


def test_a_ledger_is_there_or_damaged_or_of_the_future(settings: Settings) -> None:
    assert examination.ledger(settings).found == "none yet"
    SqliteLedger(settings.ledger_path, settings.var / "blobs").close()
    assert examination.ledger(settings).verdict == "good"
    raw = apsw.Connection(str(settings.ledger_path))
    raw.execute("PRAGMA user_version=9999")
    raw.close()
    future = examination.ledger(settings)
    assert (future.verdict, future.advice) == ("bad", "install the newer one")
    settings.ledger_path.write_bytes(b"no ledger" * 1000)
    damaged = examination.ledger(settings)
    assert damaged.verdict == "bad"
    assert str(settings.ledger_path) in damaged.found
    assert "a backup" in damaged.advice


def test_a_broker_lets_us_in_or_not(settings: Settings) -> None:
    with Saying(b"+OK\r\n", b"+PONG\r\n") as there:
        found = examination.broker_reachable(replace(settings, broker=f"redis://:secret@127.0.0.1:{there.port}/0"))
    assert (found.verdict, found.found) == ("good", f"redis://127.0.0.1:{there.port}/0 lets us in")
    gone = examination.broker_reachable(replace(settings, broker=f"redis://127.0.0.1:{there.port}/0"))
    assert (gone.verdict, "nothing is lost meanwhile" in gone.advice) == ("bad", True)


def test_a_package_that_is_too_old_or_missing_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["click>=999", "no-such-package", "pytest", 'other>=1; extra == "dev"']
    monkeypatch.setattr(metadata, "requires", lambda name: asked)
    found = examination.packages(settings)
    assert found.verdict == "bad"
    assert found.found == f"click {metadata.version('click')} is not >=999, no-such-package is missing"
    monkeypatch.setattr(metadata, "requires", lambda name: ["pytest"])
    assert examination.packages(settings).verdict == "good"


def test_a_clock_that_nobody_keeps_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts = {}
    for state in (None, 0, examination.TIME_ERROR):
        monkeypatch.setattr(examination, "kernel_clock", lambda state=state: state)
        verdicts[state] = examination.synchronised(settings).verdict
    assert verdicts == {None: "good", 0: "good", examination.TIME_ERROR: "fair"}


def test_the_kernel_says_how_its_clock_is_or_nothing() -> None:
    assert examination.kernel_clock() in (None, *range(6))


def test_a_clock_that_was_set_back(settings: Settings) -> None:
    settings.var.mkdir()
    log = settings.ledger_path.with_name("ledger.db-wal")
    settings.ledger_path.touch()
    assert examination.clock(settings).verdict == "good"
    log.touch()
    os.utime(log, (time.time() + 3600, time.time() + 3600))
    assert examination.clock(settings).verdict == "bad"


def test_a_disk_that_syncs_slowly_is_not_waited_for_long(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(examination, "one_sync", lambda fd: asked.append(fd) or 0.5)
    monkeypatch.setattr(examination, "LONGEST_SYNCING", 0)
    found = examination.sync_time(settings)
    assert (found.verdict, found.found, len(asked)) == ("bad", "500.0 ms", 1)
    monkeypatch.setattr(examination, "one_sync", lambda fd: asked.append(fd) or 0.001)
    monkeypatch.setattr(examination, "LONGEST_SYNCING", 60)
    assert examination.sync_time(settings).verdict == "good"
    assert len(asked) == 1 + examination.SYNCS


def test_zones_are_known(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examination.zones(settings).verdict == "good"
    monkeypatch.setattr(examination, "ZONE", "Nowhere/Land")
    assert examination.zones(settings).verdict == "bad"


def test_memory_is_what_the_control_group_leaves(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("available", "group_leaves"):
        monkeypatch.setattr(examination, name, lambda: 100 << 20)
    found = examination.memory(settings)
    assert (found.verdict, found.found) == ("bad", "100 MiB available, by the limit of the control group")
    monkeypatch.setattr(examination, "available", lambda: None)
    assert examination.memory(settings).verdict == "fair"


def test_a_secret_that_everybody_can_read(settings: Settings, tmp_path: Path) -> None:
    secret = tmp_path / "secrets" / "TOKEN"
    secret.parent.mkdir()
    secret.write_text("x")
    secret.chmod(0o644)
    found = examination.secrets(replace(settings, secrets=secret.parent))
    assert (found.verdict, found.found) == ("fair", "everybody can read TOKEN")
    secret.chmod(0o600)
    assert examination.secrets(replace(settings, secrets=secret.parent)).verdict == "good"
