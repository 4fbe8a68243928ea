"""Which routes are paused, as sources ask: often; the ledger is read once a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

import structlog

from router.errors import LedgerError

EVERY = 1.0
"""Seconds for which an answer holds: how late a source may see that its route was paused or resumed."""

log = structlog.get_logger("crossdock.pausing")


def none_is_paused(route: str) -> bool:
    """For sources without a ledger to ask."""
    return False


class PausedRoutes:
    """`paused(route id)`. Where the ledger cannot be read, the last answer holds. Several threads may ask."""

    def __init__(
        self, read: Callable[[], Collection[str]], every: float = EVERY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._every = every
        self._clock = clock
        self._until = float("-inf")
        self._names: frozenset[str] = frozenset()

    def __call__(self, route: str) -> bool:
        now = self._clock()
        if now >= self._until:
            self._until = now + self._every
            self._look()
        return route in self._names

    def _look(self) -> None:
        try:
            self._use(frozenset(self._read()))
        except LedgerError as error:
            log.warning(f"whether routes are paused is not known: {error.reason}", action="pauses_unknown")

    def _use(self, names: frozenset[str]) -> None:
        before, self._names = self._names, names
        for route in sorted(names - before):
            log.info("the route is paused: nothing is taken in", action="route_paused", route=route)
        for route in sorted(before - names):
            log.info("the route goes on", action="route_resumed", route=route)
