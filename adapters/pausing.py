"""Which routes are paused, as sources ask: often; the ledger is read once a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

import structlog

from adapters.lately import EVERY, Lately

log = structlog.get_logger("crossdock.pausing")


def none_is_paused(route: str) -> bool:
    """For sources without a ledger to ask."""
    return False


class PausedRoutes:
    """`paused(route id)`. Where the ledger cannot be read, the last answer holds. Several threads may ask."""

    def __init__(
        self, read: Callable[[], Collection[str]], every: float = EVERY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._names: Lately[frozenset[str]] = Lately(lambda: frozenset(read()), frozenset(), say, unknown, every, clock)

    def __call__(self, route: str) -> bool:
        return route in self._names()


def say(before: frozenset[str], after: frozenset[str]) -> None:
    for route in sorted(after - before):
        log.info("the route is paused: nothing is taken in", action="route_paused", route=route)
    for route in sorted(before - after):
        log.info("the route goes on", action="route_resumed", route=route)


def unknown(reason: str) -> None:
    log.warning(f"whether routes are paused is not known: {reason}", action="pauses_unknown")
