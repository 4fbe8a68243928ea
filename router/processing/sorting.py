"""What one slice of messages or records gets, collected while they are looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from router import ranges
from router.errors import MessageError
from router.ledger import Choice, Derived, Fate, NewWork, Park, Progress, Taken


def details_of(error: MessageError) -> str:
    if not error.details:
        return ""
    return msgspec.json.encode([{"path": d.path, "message": d.message} for d in error.details]).decode()


def dead(seq: int, record: int, error: MessageError) -> Park:
    """A unit that died before any target."""
    return Park(seq, record, "dead", error.stage, error.error, error.reason, attempt=1, details=details_of(error))


def crashed(seq: int, record: int, crash: str) -> Park:
    return Park(seq, record, "dead", "decode", "crash", f"crashed the worker ({crash})", attempt=3)


@dataclass
class Sorting:
    """What one slice of messages or records gets: collected while they are looked at."""

    batch: int
    seq: int | None = None
    chunk: int | None = None
    by_lane: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    filtered: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    dead: list[Park] = field(default_factory=list)
    keys: list[tuple[int, str, str]] = field(default_factory=list)
    once: list[Taken] = field(default_factory=list)
    derived: list[Derived] = field(default_factory=list)

    def choice(self, route: str, progress: Sequence[Progress]) -> Choice:
        work = [NewWork(t, lane, ranges.encode(n), self.seq, self.chunk) for (t, lane), n in self.by_lane.items()]
        fates = [
            Fate(ranges.encode(n), "filtered", rule, self.seq, self.chunk, route) for rule, n in self.filtered.items()
        ]
        return Choice(
            self.batch, progress, work, fates=fates, dead=self.dead, keys=self.keys, once=self.once, derived=self.derived
        )
