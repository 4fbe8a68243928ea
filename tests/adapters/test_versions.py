from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.ledger.sqlite.ledger import SqliteLedger
from adapters.versions import Follower, replaced
from router.config.problems import ConfigError, Problem
from router.ledger import DEPLOYED, ROLLED_BACK, STARTED, VersionEntry
from router.route import Table


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(tmp_path / "ledger.db", tmp_path / "blobs")
    yield ledger
    ledger.close()


def stored(ledger: SqliteLedger, text: str, how: str = STARTED, by: str = "ben") -> int:
    return ledger.store_version({"routes.yaml": text.encode()}, by, "why", how)


def table(number: int) -> Table:
    return Table(number, {}, {}, {})


def test_an_older_host_says_so_once_a_version(ledger: SqliteLedger) -> None:
    follower = Follower(ledger, stored(ledger, "a", by="anna"), table)
    with capture_logs() as logs:
        assert follower.look() is None
        assert logs == []
        stored(ledger, "b")
        assert follower.look() is None
        assert follower.look() is None
        stored(ledger, "c")
        assert follower.look() is None
    assert [(line["serves"], line["newest"]) for line in logs] == [(1, 2), (1, 3)]
    assert "version 2 was stored by ben elsewhere" in logs[0]["event"]


@pytest.mark.parametrize("how", [DEPLOYED, ROLLED_BACK])
def test_what_a_command_made_current_is_served(ledger: SqliteLedger, how: str) -> None:
    follower = Follower(ledger, stored(ledger, "a"), table)
    stored(ledger, "b", how)
    with capture_logs() as logs:
        found = follower.look()
        assert follower.look() is None
    assert found is not None
    assert (found.version, follower.served) == (2, 2)
    assert [line["event"] for line in logs] == [f"version 2 is served from now on, {how} by ben (why)"]


def test_of_two_that_came_at_once_the_one_that_was_deployed_is_served(ledger: SqliteLedger) -> None:
    follower = Follower(ledger, stored(ledger, "a"), table)
    stored(ledger, "b", DEPLOYED)
    stored(ledger, "c")
    with capture_logs() as logs:
        found = follower.look()
    assert found is not None
    assert found.version == 2
    assert [line["action"] for line in logs] == ["version_served", "version_differs"]


def test_one_that_cannot_be_used_here_is_refused_once_and_the_next_is_tried(ledger: SqliteLedger) -> None:
    def unusable(number: int) -> Table:
        if number == 2:
            raise ConfigError([Problem("E0401", "error", "routes.yaml", 3, 5, "url", "ERP_URL is not set")])
        return table(number)

    follower = Follower(ledger, stored(ledger, "a"), unusable)
    stored(ledger, "b", DEPLOYED)
    with capture_logs() as logs:
        assert follower.look() is None
        assert follower.look() is None
        assert follower.served == 1
        stored(ledger, "c", DEPLOYED)
        assert follower.look() is not None
    assert [line["action"] for line in logs] == ["version_refused", "version_served"]
    assert "goes on with version 1" in logs[0]["event"]
    assert "ERP_URL is not set" in logs[0]["event"]


def test_a_quiet_one_says_nothing(ledger: SqliteLedger) -> None:
    follower = Follower(ledger, stored(ledger, "a"), table, quiet=True)
    stored(ledger, "b", DEPLOYED)
    with capture_logs() as logs:
        assert follower.look() is not None
        stored(ledger, "c")
        assert follower.look() is None
    assert logs == []


def test_it_is_outdated_until_it_has_looked(ledger: SqliteLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("adapters.versions.time.monotonic", lambda: now)
    follower = Follower(ledger, stored(ledger, "a"), table)
    assert not follower.outdated()
    stored(ledger, "b", DEPLOYED)
    assert not follower.outdated(), "it reads once a second"
    now = 1.0
    assert follower.outdated()
    follower.look()
    assert not follower.outdated()


def entry(number: int, sha256: str, how: str = STARTED) -> VersionEntry:
    return VersionEntry(number, sha256, "me", 0, "", how)


def test_old_files_do_not_undo_what_a_command_made_current() -> None:
    history = [entry(3, "a", ROLLED_BACK), entry(2, "b", DEPLOYED), entry(1, "a")]
    assert replaced(history, "b") == history[0], "it was rolled back from"
    assert replaced(history, "a") is None, "it is the current text"
    assert replaced(history, "c") is None, "it is new"
    assert replaced([], "a") is None


def test_where_nothing_was_deployed_the_files_are_current() -> None:
    history = [entry(2, "b"), entry(1, "a")]
    assert replaced(history, "a") is None
