"""The once-a-second loop that rings when work is due, frees the lanes of the dead, and runs what is left to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from router.errors import CrossdockError
from router.ledger import Lanes
from router.ports import Bell

TICK = 1.0
CHECK_EVERY = 30.0


@dataclass
class Ticker:
    """All hosts tick; one rings at a time. `known` says which targets are in the current version, `ready` which of them
    no breaker defers; `chores` are called once a second by the one that rings (jobs, pruning)."""

    ledger: Lanes
    bell: Bell
    owner: str
    alive: Callable[[str], bool | None]
    ready: Callable[[str], bool]
    chores: Sequence[Callable[[], object]] = field(default_factory=tuple)
    log: Any = None
    _said: str = ""
    _since: float = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        checked = loop.time()
        with ThreadPoolExecutor(1, thread_name_prefix="ticker") as thread:
            while not stop.is_set():
                check = loop.time() - checked >= CHECK_EVERY
                if check:
                    checked = loop.time()
                try:
                    await loop.run_in_executor(thread, self.tick, check)
                except CrossdockError as error:
                    self._failed(error.reason, loop.time())
                else:
                    self._worked(loop.time())
                try:
                    await asyncio.wait_for(stop.wait(), TICK)
                except TimeoutError:
                    continue

    def _failed(self, reason: str, now: float) -> None:
        """Says so once, however long it lasts."""
        if not self._said:
            self._since = now
        if self.log is not None and reason != self._said:
            self.log.warning(f"{reason}; it is tried again each second", action="tick_failed")
        self._said = reason

    def _worked(self, now: float) -> None:
        if self._said and self.log is not None:
            self.log.info("the ledger answers again", action="tick_resumed", seconds=round(now - self._since))
        self._said = ""

    def tick(self, check: bool = False) -> bool:
        """One turn; whether it rang."""
        self.ledger.release_dead(self.alive)
        if not self.ledger.take_ticker(self.owner):
            return False
        if check:
            self.ledger.check_due()
        for chore in self.chores:
            self._do(chore)
        if any(self.ready(target) for target, _, _ in self.ledger.due()):
            self.bell.ring()
            return True
        return False

    def _do(self, chore: Callable[[], object]) -> None:
        """Whatever becomes of a chore, work that is due is rung for."""
        try:
            chore()
        except CrossdockError as error:
            if self.log is not None:
                self.log.warning(f"{error.reason}; it is tried again", action="chore_failed")
        except Exception as error:
            if self.log is not None:
                self.log.error("a chore failed", action="chore_failed", error=str(error), exc_info=True)
