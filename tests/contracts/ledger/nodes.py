"""Hosts that share a ledger are seen, by what runs there and by which version, and forgotten when they are gone."""

from __future__ import annotations

from typing import cast

import pytest

from adapters.ledger.sql.ledger import SqlLedger
from router.ledger import Ledger
from tests.contracts.ledger.case import LedgerCase


class NodeRules(LedgerCase):
    @pytest.fixture
    def shared(self, ledger: Ledger) -> SqlLedger:
        return cast(SqlLedger, ledger)

    def test_a_process_is_seen_by_its_node_and_its_role(self, shared: SqlLedger) -> None:
        assert shared.nodes() == []
        for role, version in (("web", 1), ("worker", 1), ("web", 2)):
            shared.beat("n1", role, "shop", version)
        shared.beat("n2", "worker", "attic", 1)
        found = [(n.host, n.name, n.role, n.version) for n in shared.nodes()]
        assert found == [("attic", "n2", "worker", 1), ("shop", "n1", "web", 2), ("shop", "n1", "worker", 1)]

    def test_one_that_is_silent_is_away_and_after_a_day_forgotten(self, ledger: Ledger, shared: SqlLedger) -> None:
        shared.beat("n1", "web", "shop", 1)
        self.advance(ledger, 29)
        assert [n.away for n in shared.nodes()] == [False]
        self.advance(ledger, 2)
        assert [n.away for n in shared.nodes()] == [True]
        self.advance(ledger, 86_400)
        assert shared.nodes() == []
        shared.beat("n2", "web", "shop", 1)
        assert [n.name for n in shared.nodes()] == ["n2"]
