"""A connection's breaker: how it stands, and what the sends say about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the sends since the last commit say about a connection: `failures` in a row at the end, after a success
    where `reset`; `probe` when the probe was among them: True for a success."""

    connection: str
    failures: int = 0
    reset: bool = False
    probe: bool | None = None
    open_after: int = 5
    cool_down: float = 30.0


@dataclass(frozen=True, slots=True)
class Circuit:
    """A connection's breaker: `state` is `closed` or `open`; after `until` one probe may go. `total` is how long it has
    been open in all, in milliseconds, up to now."""

    connection: str
    state: str
    failures: int
    until: int
    total: int
    probe_owner: str = ""
    probe_until: int = 0
