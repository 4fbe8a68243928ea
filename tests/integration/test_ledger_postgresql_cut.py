"""The connection to PostgreSQL is cut at every statement of every kind of transaction, in either direction: each is done
once, or not at all and said so; what is counted afterwards adds up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.ledger.memory import FakeClock
from adapters.ledger.postgresql.ledger import PostgresqlLedger
from router.ledger import Attempt, Park, Progress, Settlement
from tests.adapters.ledger.sql.stock import KNOWN, Stock
from tests.adapters.ledger.sql.test_prune import KEEP
from tests.integration.knife import ANSWERING, ASKING, Knife
from tests.integration.servers.postgresql import PostgreSQL

MOST = 300
"""Pieces of data in one transaction, at the most."""


class Shop(Stock):
    """A ledger behind a knife, and one that looks past it."""

    def __init__(self, folder: Path, server: PostgreSQL, schema: str) -> None:
        self.knife = Knife(server.port)
        near = server.url.replace(f":{server.port}/", f":{self.knife.port}/")
        super().__init__(folder, lambda clock: PostgresqlLedger(near, folder / "blobs", clock, schema))
        self.sure = PostgresqlLedger(server.url, folder / "sure", FakeClock(), schema)

    def one(self, sql: str) -> int:
        return int(self.sure.db.read(sql)[0][0])

    def close(self) -> None:
        for ledger in (self.ledger, self.sure):
            ledger.close()
        self.knife.close()


@pytest.fixture
def shop(tmp_path: Path, postgresql_server: PostgreSQL, unique: str) -> Iterator[Shop]:
    found = Shop(tmp_path, postgresql_server, unique)
    yield found
    found.close()
    postgresql_server.sql(f"DROP SCHEMA {unique} CASCADE", "crossdock")


def at_every_piece(shop: Shop, act: Callable[[], None]) -> int:
    """How often it was cut. `act` must work whatever happens in it, and say so by assertions."""
    for where in (ASKING, ANSWERING):
        for n in range(1, MOST):
            shop.knife.cut(n, where)
            act()
            if shop.knife.armed:  # there are no more pieces
                shop.knife.calm()
                break
        else:
            raise AssertionError(f"a transaction of over {MOST} pieces")
    return shop.knife.cuts


def test_a_message_is_accepted_once(shop: Shop) -> None:
    count = 0

    def act() -> None:
        nonlocal count
        shop.put("orders.erp", keys=(("order", str(count)),))
        count += 1
        assert shop.one("SELECT count(*) FROM message") == count
        assert shop.one("SELECT count(*) FROM work") == count
        assert shop.one("SELECT count(*) FROM business_key") == count

    assert at_every_piece(shop, act) >= 6


def test_a_lane_is_claimed_served_and_given_back(shop: Shop) -> None:
    """Claims, outcomes of all kinds, releases, each under the knife; one that fails leaves the lane as it was."""
    count = 0

    def act() -> None:
        nonlocal count
        seq = shop.put("orders.erp", lanes=1)
        dead = shop.put("orders.erp", lanes=1)
        claim = shop.ledger.claim("orders.erp", 0, "w/1/1", 30)
        assert claim is not None
        works = shop.ledger.open_work(claim, 10)
        gone = Park(dead, 0, "dead", stage="send", error="503", reason="HTTP 503", status=503, attempt=1)
        done = Settlement(
            [Progress(work.id, (unit & 0xFFFF,), int(unit == dead)) for work, unit in zip(works, (seq, dead), strict=True)],
            [gone], attempts=[Attempt(seq, 0, 1, shop.clock.now(), 0.01, True)], delivered=1,
        )  # fmt: skip
        assert shop.ledger.settle(claim, done) is not None
        assert shop.ledger.release(claim)
        count += 1
        assert shop.one("SELECT count(*) FROM work WHERE state=0") == 0
        assert shop.one("SELECT count(*) FROM parked") == count
        assert shop.one("SELECT delivered FROM lane WHERE target='orders.erp' AND lane=0") == count
        assert shop.one("SELECT count(*) FROM lane WHERE owner<>''") == 0

    assert at_every_piece(shop, act) >= 15
    assert shop.sure.verify(KNOWN).faults == ()


def test_pruning_under_the_knife_takes_nothing_that_is_needed(shop: Shop) -> None:
    def act() -> None:
        dead, done = shop.put("orders.erp"), shop.put("orders.erp")
        shop.fail("orders.erp", dead)
        shop.deliver("orders.erp", done)
        shop.clock.advance(KEEP.messages + 1)
        while shop.ledger.prune_step(KEEP).total:
            pass
        assert shop.sure.verify(KNOWN).faults == ()

    assert at_every_piece(shop, act) >= 10
