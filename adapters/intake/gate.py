"""Whether something may be taken in now, as sources ask: often; ledger and disk are looked at once a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from adapters.intake.disk import disk_of
from adapters.lately import EVERY, Lately
from router.errors import LedgerError
from router.limits import DISK, OPEN, BackloggedLedger, closes_route, reason
from router.route import Table


def always_open(route: str) -> str:
    """For sources without limits."""
    return ""


class Gate:
    """`gate(route id)` is why nothing may be taken in for it, a sentence without its full stop; '' where it may. `closures`
    reads what the watch found, `disk` looks at this host's own disk. Several threads may ask."""

    def __init__(
        self, table: Callable[[], Table], closures: Callable[[], Mapping[str, int]], disk: Callable[[], str],
        every: float = EVERY, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._table = table
        self._closures = closures
        self._disk = disk
        self._shared: Mapping[str, int] = {}
        self._why: Lately[dict[str, str]] = Lately(self._look, {}, every=every, clock=clock)

    def __call__(self, route: str) -> str:
        return next((why for what, why in self.reasons().items() if closes_route(what, route)), "")

    def inside(self, route: str) -> str:
        """For what comes from another route: it is open already, so that the number of all that is open does not keep it
        from going on."""
        return next((w for what, w in self.reasons().items() if closes_route(what, route) and what != OPEN), "")

    def is_open(self) -> bool:
        """Whether routes may take something in, but those whose own target is over its limit."""
        return all("." in what for what in self.reasons())

    def reasons(self) -> dict[str, str]:
        """By what closes: a word, or the name of a target."""
        return self._why()

    def _look(self) -> dict[str, str]:
        table = self._table()
        with suppress(LedgerError):  # the last answer holds
            self._shared = self._closures()
        disk = self._disk()
        found = {DISK: disk} if disk else {}
        limits, of_targets = table.limits, table.target_limits
        return {**found, **{what: reason(what, value, limits, of_targets) for what, value in self._shared.items()}}


def gate_of(var: Path, table: Callable[[], Table], ledger: BackloggedLedger, quiet: bool = False) -> Gate:
    """`quiet`: for commands, which only ask; else that the disk is full is kept and logged."""
    disk = disk_of(var, table)
    return Gate(table, ledger.closures, disk.why if quiet else disk)
