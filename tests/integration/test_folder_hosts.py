"""Two hosts with one ledger on PostgreSQL look at one folder: each file is taken once, in order, whatever becomes of one of
them; folders of their own have nothing to do with each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.inbound.folder import FolderSource
from adapters.inbound.folder.turn import TOKEN
from adapters.ledger.postgresql.ledger import PostgresqlLedger
from router.receive import Receiver
from tests.adapters.inbound.folder.house import WEEK, Clock, route_of
from tests.adapters.waiting import until
from tests.integration.servers.postgresql import PostgreSQL


class NoBell:
    def ring(self) -> None:
        return


class Killed(BaseException):
    """The process ends here."""


class Host:
    """One inbound process: its own way to the ledger."""

    def __init__(self, url: str, schema: str, inbox: Path, var: Path) -> None:
        self.inbox = inbox
        inbox.mkdir(exist_ok=True)
        self.ledger = PostgresqlLedger(url, var / "at-hand", schema=schema)
        self.clock = Clock()
        self.dies_at = ""
        self.source = FolderSource(
            route_of(ready="at_once"), inbox, Receiver(self.ledger, NoBell()), self.ledger, WEEK, self.clock, self._step
        )

    def _step(self, name: str) -> None:
        if name == self.dies_at:
            raise Killed

    def look(self) -> None:
        self.clock.now += 61.0
        self.source.round()

    def looks_until(self, true: Callable[[], bool]) -> None:
        """The server sees a little later that a connection is gone."""

        def looked() -> bool:
            self.look()
            return true()

        until(looked)

    def drop(self, *names: str) -> None:
        for name in names:
            (self.inbox / name).write_text(f"a;b\n1;{name}\n")

    def left(self) -> list[str]:
        return sorted(path.name for path in self.inbox.glob("*.csv"))

    def taken(self) -> list[tuple[str, int]]:
        """Names in the order of their taking, and how many targets' work each became."""
        return self.ledger.db.read("SELECT m.file, count(w.id) FROM message m LEFT JOIN work w ON w.batch = m.seq >> 16"
                                   " GROUP BY m.seq, m.file ORDER BY m.seq")  # fmt: skip


Hosts = Callable[[str, str], Host]


@pytest.fixture
def host(tmp_path: Path, postgresql_server: PostgreSQL, unique: str) -> Iterator[Hosts]:
    made: list[Host] = []

    def make(name: str, inbox: str) -> Host:
        made.append(Host(postgresql_server.url, unique, tmp_path / inbox, tmp_path / name))
        return made[-1]

    yield make
    for one in made:
        one.ledger.close()
    postgresql_server.sql(f"DROP SCHEMA {unique} CASCADE", "crossdock")


def names(host: Host) -> list[str]:
    return [name for name, _ in host.taken()]


def test_one_takes_and_the_other_stands_by_until_it_is_gone(host: Hosts) -> None:
    one, other = host("one", "in"), host("other", "in")
    one.drop("a.csv", "b.csv")
    one.look()
    one.drop("c.csv")
    other.look()
    assert (names(one), one.left()) == (["a.csv", "b.csv"], ["c.csv"])
    one.look()
    assert names(one) == ["a.csv", "b.csv", "c.csv"]
    one.drop("d.csv")
    one.ledger.close()
    other.looks_until(lambda: names(other) == ["a.csv", "b.csv", "c.csv", "d.csv"])


@pytest.mark.parametrize("step", ["copied", "stored", "fetched", "placed", "synced"])
def test_what_a_dead_host_left_half_done_the_other_one_ends(host: Hosts, step: str) -> None:
    one, other = host("one", "in"), host("other", "in")
    one.look()
    one.drop("a.csv", "b.csv")
    one.dies_at = step
    with pytest.raises(Killed):
        one.look()
    other.look()
    assert len(other.taken()) == (0 if step == "copied" else 2), "it is alive still"
    one.ledger.close()
    other.looks_until(lambda: names(other) == ["a.csv", "b.csv"] and other.left() == [])
    assert sorted(os.listdir(other.inbox / "archive")) == ["a.csv", "b.csv"]


def test_folders_of_their_own_are_taken_from_side_by_side(host: Hosts) -> None:
    one, other = host("one", "in-1"), host("other", "in-2")
    for side in (one, other):
        side.drop(f"{side.inbox.name}.csv")
        side.look()
    assert sorted(names(one)) == ["in-1.csv", "in-2.csv"]
    assert (one.inbox / TOKEN).read_text() != (other.inbox / TOKEN).read_text()


def test_a_turn_is_lost_with_the_connection_and_taken_again(host: Hosts, postgresql_server: PostgreSQL) -> None:
    one, other = host("one", "in"), host("other", "in")
    one.look()
    postgresql_server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'crossdock'")
    other.looks_until(lambda: other.source._turn.ours)
    one.drop("a.csv")
    one.look()
    assert names(one) == [], "it takes though the other one has the turn"
    other.look()
    assert names(one) == ["a.csv"]
