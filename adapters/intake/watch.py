"""Looks how high everything stands that has a limit, and tells all processes by way of the ledger what closes intake."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from router.errors import LedgerError
from router.limits import Backlog, BackloggedLedger, Limits, Measured, closing, levels, reason, whose
from router.route import Table

SHARE, LONGEST = 20.0, 60.0
"""A count is followed by so many times its length without one: however much is open, it takes a twentieth of the time. But
for no longer than so many seconds: it may have taken long since the ledger stood still."""

log = structlog.get_logger("crossdock.intake")


@dataclass
class IntakeWatch:
    """A chore of the one that rings, so that of many processes and hosts one counts."""

    ledger: BackloggedLedger
    table: Callable[[], Table]
    clock: Callable[[], float] = time.monotonic
    _counted: list[Backlog] = field(default_factory=list)
    _blobs: int | None = None
    _count_at: float = float("-inf")

    def __call__(self) -> None:
        """Where the ledger cannot be read or written, what was found before holds; others say that."""
        try:
            self._look(self.table())
        except LedgerError:
            return

    def _look(self, table: Table) -> None:
        delay = self.ledger.delay()
        self._count(table.limits)
        before = self.ledger.closures()
        found = levels(table.limits, table.target_limits, Measured(self._counted, self._blobs, delay))
        after = closing(found, before)
        if after != before:
            self.ledger.close_intake(after)
        self._say(before, after, table)

    def _count(self, limits: Limits) -> None:
        begun = self.clock()
        if begun < self._count_at:
            return
        self._counted = self.ledger.backlog()
        self._blobs = self.ledger.blob_bytes() if limits.blobs is not None else None
        ended = self.clock()
        self._count_at = ended + min(LONGEST, SHARE * (ended - begun))

    def _say(self, before: Mapping[str, int], after: Mapping[str, int], table: Table) -> None:
        for what in sorted(after.keys() - before.keys()):
            why = reason(what, after[what], table.limits, table.target_limits)
            log.warning(f"{whose(what)} is closed, nothing is taken in: {why}", action="intake_closed", limit=what)
        for what in sorted(before.keys() - after.keys()):
            log.info(f"{whose(what)} is open again", action="intake_opened", limit=what)
