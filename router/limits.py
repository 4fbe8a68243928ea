"""What closes intake: limits on open deliveries, on space and on the ledger's delay, and when it opens again.

A limit is named by one word, its *what*: `open`, `blobs`, `delay`, `disk`, or the name of a target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

REOPENS = 0.9
"""Intake that a limit closed opens below this share of it: without a gap it would open and close at each message."""
LARGEST_FLOOR = 1 << 30
"""Bytes that are kept free where nothing is said, on a large file system; a twentieth of one that is not."""
OPEN, BLOBS, DELAY, DISK = "open", "blobs", "delay", "disk"
UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


@dataclass(frozen=True, slots=True)
class Limits:
    """`limits` of routes.yaml. None: no limit; of `disk`: by the size of the file system. `disk` is the least that must be
    free, the others are the most that may be. Bytes, seconds."""

    open: int = 1_000_000
    blobs: int | None = None
    disk: int | None = None
    delay: float = 5.0

    def floor(self, size: int) -> int:
        """Bytes that must be free on a file system of so many."""
        return min(LARGEST_FLOOR, size // 20) if self.disk is None else self.disk


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is open at a target, or in a route's processing. `held` counts as the ledger keeps it: the records of one
    chunk of a file are one row, since a day file of millions must close nothing by itself; `units` counts each."""

    target: str
    held: int
    units: int


class BackloggedLedger(Protocol):
    """What the look for limits asks of the ledger."""

    def backlog(self) -> list[Backlog]:
        """Of each target, and each route's processing, that has something open or in retry."""

    def blob_bytes(self) -> int:
        """What bodies that are kept beside the rows take."""

    def closures(self) -> dict[str, int]:
        """What closes intake, with how high it stands. Cheap: every process asks once a second."""

    def close_intake(self, by: Mapping[str, int]) -> None:
        """By these and nothing else; none: it is open. Raises LedgerError."""

    def delay(self) -> float:
        """The longest, in seconds, that a transaction of this process waited for its turn and for the disk since this was
        last asked."""


@dataclass(frozen=True, slots=True)
class Level:
    """How high something stands, and its limit; a delay in milliseconds."""

    what: str
    value: int
    limit: float

    def closes(self, closed: bool) -> bool:
        """Whether nothing may be taken in. What was closed stays so until a tenth of the limit is free again."""
        return self.value >= (self.limit * REOPENS if closed else self.limit)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found by looking: None where nobody looked, since there is no such limit."""

    backlog: Iterable[Backlog] = field(default_factory=tuple)
    blobs: int | None = None
    delay: float | None = None


def levels(limits: Limits, of_targets: Mapping[str, int], found: Measured) -> list[Level]:
    """`of_targets`: the limits of those targets that have one."""
    open_ = list(found.backlog)
    units = {one.target: one.units for one in open_}
    levels = [Level(OPEN, sum(one.held for one in open_), limits.open)]
    levels += [Level(target, units.get(target, 0), limit) for target, limit in of_targets.items()]
    if limits.blobs is not None and found.blobs is not None:
        levels.append(Level(BLOBS, found.blobs, limits.blobs))
    if found.delay is not None:
        levels.append(Level(DELAY, round(found.delay * 1000), limits.delay * 1000))
    return levels


def closing(found: Iterable[Level], before: Mapping[str, int]) -> dict[str, int]:
    """What closes intake now, with how high it stands, after what did `before`."""
    return {one.what: one.value for one in found if one.closes(one.what in before)}


def too_little(free: int, floor: int, closed: bool) -> bool:
    """Whether a disk is too full to take anything in; once it is, until a tenth more is free."""
    return free < (floor / REOPENS if closed else floor)


def reason(what: str, value: int, limits: Limits, of_targets: Mapping[str, int]) -> str:
    """One sentence for people, without its full stop."""
    if what == OPEN:
        return f"{value} deliveries are open, at most {limits.open} may be"
    if what == BLOBS:
        return f"large bodies take {in_words(value)}, at most {in_words(limits.blobs or 0)} is allowed"
    if what == DELAY:
        return f"a write into the ledger takes {value / 1000:.1f} s, at most {limits.delay:g} s are allowed"
    return f"{value} deliveries to {what} are open, at most {of_targets.get(what, 0)} may be"


def whose(what: str) -> str:
    """What it closes, for people."""
    route, _, target = what.partition(".")
    return f"route {route}" if target else "intake"


def closes_route(what: str, route: str) -> bool:
    """A target's limit closes its own route, any other all of them."""
    own, _, target = what.partition(".")
    return not target or own == route


def in_words(size: int) -> str:
    """`1.5 GiB`."""
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} bytes"
