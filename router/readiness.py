"""What can be worked now: targets of the current version that no breaker defers."""

from __future__ import annotations

from collections.abc import Callable

from router.ledger import Circuit, Ledger
from router.route import Table


class Readiness:
    """Whether work of a target, or of a route's processing, is worth a ring. `look()` reads the breakers anew: once a
    turn of the ticker, not once a lane."""

    def __init__(self, table: Callable[[], Table], ledger: Ledger) -> None:
        self._table = table
        self._ledger = ledger
        self._circuits: dict[str, Circuit] = {}

    def look(self) -> None:
        self._circuits = self._ledger.circuits()

    def __call__(self, name: str) -> bool:
        route, _, target = name.partition(".")
        table = self._table()
        if not target:
            return route in table.routes
        found = table.target(name)
        if found is None or found.send.connection not in table.connections:
            return False
        circuit = self._circuits.get(found.send.connection)
        return circuit is None or circuit.state == "closed" or circuit.until <= self._ledger.now()
