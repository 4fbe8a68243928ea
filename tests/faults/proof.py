"""What a proof is: how it is told what to do, what it counts, and when a promise is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import uvloop

from tests.faults.engines import Engines
from tests.faults.judge import Tally

MOST_DOUBLED = 0.01
RECOVERY = 2.0
"""Seconds after the death of a process until all that was accepted before it has arrived."""


@dataclass(frozen=True)
class Terms:
    """How a proof is played. `folder` is empty; what is chosen by chance comes from `chance` alone."""

    folder: Path
    engines: Engines
    seed: int = 7
    long: bool = False
    minutes: float = 0
    """How long a proof lasts that has no end of its own; 0: as its form says."""

    @property
    def chance(self) -> Random:
        return Random(self.seed)

    def of(self, short: int, long: int) -> int:
        """A number that the form decides."""
        return long if self.long else short


@dataclass
class Report:
    """What was counted. Counts are of messages and their deliveries; `rows` are those of files, whose losses and doubles
    are counted with the others. `foreseen`: dead letters, and doubles, that the fault itself makes."""

    did: str
    accepted: int = 0
    delivered: int = 0
    rows: int = 0
    dead: int = 0
    foreseen_dead: int = 0
    lost: int = 0
    disorder: int = 0
    doubled: int = 0
    foreseen_doubled: int = 0
    strange: int = 0
    """What came under two ids."""
    recovery: list[float] = field(default_factory=list)
    """Seconds, one a death."""
    limit: float = RECOVERY
    verified: bool = True
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What a proof found broken beside the counts."""

    def add(self, tally: Tally) -> None:
        """What is lost, doubled, out of order or strange there counts here."""
        self.lost, self.disorder = self.lost + tally.lost, self.disorder + tally.disorder
        self.doubled, self.strange = self.doubled + tally.doubled, self.strange + tally.strange

    @property
    def share(self) -> float:
        return max(0, self.doubled - self.foreseen_doubled) / max(1, self.delivered)

    def broken(self, long: bool) -> list[str]:
        """The promises that do not hold. The share of doubles and the recovery are judged where there is a long run to
        judge them by."""
        found = list(self.wrong)
        found += [f"{self.lost} lost"] if self.lost else []
        found += [f"{self.disorder} out of order"] if self.disorder else []
        found += [f"{self.strange} came under two ids"] if self.strange else []
        found += [] if self.dead == self.foreseen_dead else [f"{self.dead} dead, {self.foreseen_dead} foreseen"]
        found += [] if self.verified else ["ledger verify: something does not add up"]
        if long:
            found += [f"{self.share:.2%} doubled"] if self.share >= MOST_DOUBLED else []
            worst = max(self.recovery, default=0)
            found += [f"recovery {worst:.1f} s, over {self.limit:g} s"] if worst > self.limit else []
        return found


@dataclass(frozen=True)
class Proof:
    """`number` as in the list of proofs; `alone`: the ledgers and brokers that it is about, none: each, and `elsewhere` why it
    does not apply to the others. One `by_name` only is played when it is asked for."""

    name: str
    number: int
    about: str
    play: Callable[[Terms], Awaitable[Report]]
    alone: tuple[str, ...] = ()
    elsewhere: str = ""
    by_name: bool = False

    def applies(self, combo: str) -> bool:
        return not self.alone or any(word in combo for word in self.alone)

    def run(self, terms: Terms) -> Report:
        async def played() -> Report:
            return await self.play(terms)

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(played())
