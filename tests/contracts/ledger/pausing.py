"""A paused route takes nothing in, and what it accepted before goes on; a paused target holds what is open there."""

from __future__ import annotations

from typing import Protocol, cast

import pytest

from router.browse import Browser
from router.jobs import Caretaker
from router.ledger import Ledger
from tests.contracts.ledger.case import LedgerCase, T

ROUTE = T.partition(".")[0]


class PausingLedger(Browser, Caretaker, Ledger, Protocol):
    """The ledger with the operators' half."""


class PausingRules(LedgerCase):
    @pytest.fixture
    def pausing(self, ledger: Ledger) -> PausingLedger:
        return cast(PausingLedger, ledger)

    def test_a_paused_route_is_named_with_its_reason_until_it_is_resumed(self, pausing: PausingLedger) -> None:
        assert pausing.paused_routes() == {}
        assert pausing.pause_route(ROUTE, "ann", "stocktaking")
        assert not pausing.pause_route(ROUTE, "bob", "again")
        assert pausing.paused_routes() == {ROUTE: "stocktaking"}
        assert pausing.resume_route(ROUTE, "bob", "done")
        assert not pausing.resume_route(ROUTE, "bob", "done")
        assert pausing.paused_routes() == {}

    def test_what_a_paused_route_accepted_is_processed_and_delivered(self, pausing: PausingLedger) -> None:
        self.put(pausing, targets=((ROUTE, 4),))
        self.put(pausing)
        pausing.pause_route(ROUTE, "ann", "")
        pausing.ensure({ROUTE: 4, T: 4})
        assert {target for target, _, _ in pausing.due()} == {ROUTE, T}
        assert not self.claim(pausing, ROUTE).paused
        assert pausing.status_counts({ROUTE, T})["held"] == 0

    def test_a_paused_route_is_no_paused_target_nor_the_other_way_round(self, pausing: PausingLedger) -> None:
        pausing.pause_route(ROUTE, "ann", "")
        assert pausing.paused_targets() == {}
        assert pausing.target_counts() == {}
        pausing.pause_target(T, "bob", "down")
        assert list(pausing.paused_routes()) == [ROUTE]
        assert [(p.name, p.by, p.reason) for p in pausing.pauses()] == [(ROUTE, "ann", ""), (T, "bob", "down")]

    def test_a_pause_knows_since_when_it_is(self, pausing: PausingLedger) -> None:
        begun = pausing.now()
        pausing.pause_route(ROUTE, "ann", "")
        self.advance(pausing, 60)
        pausing.pause_route(ROUTE, "bob", "")
        assert [p.at for p in pausing.pauses()] == [begun]
