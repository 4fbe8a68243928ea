"""Owning work: lanes, and the claim that makes one owner of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

FAR = 2**62
"""A `next_due` that never comes."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A lane that this owner may work until its lease is over. `lease` is in seconds; `until` on the ledger's clock
    for leases, in milliseconds."""

    target: str
    lane: int
    owner: str
    epoch: int
    lease: float
    until: int
    paused: bool = False
    """Somebody paused the target since: nothing new is to be started."""


class Lanes(Protocol):
    """Owning work."""

    def now(self) -> int:
        """Epoch milliseconds."""

    def ensure(self, targets: Mapping[str, int]) -> None:
        """Makes the lanes of targets (name: number of lanes) that have none yet."""

    def due(self, skip: Sequence[str] = ()) -> list[tuple[str, int, int]]:
        """(target, lane, due since) of lanes that are due, longest first; without the targets of `skip`."""

    def soon(self, within: int) -> int | None:
        """Milliseconds until the next lane is due, where one is within so many; None where none is."""

    def claim(self, target: str, lane: int, owner: str, lease: float) -> Claim | None:
        """Takes the lane, or None where it is not due, paused or leased."""

    def renew(self, claim: Claim) -> Claim | None:
        """A longer lease, or None where the claim is lost."""

    def release(self, claim: Claim) -> bool:
        """Gives the lane back and sets when it is due next, in one transaction with a last look for due work."""

    def left(self, claim: Claim) -> float:
        """Seconds of lease left, on the ledger's clock for leases."""

    def release_dead(self, alive: Any) -> int:
        """Frees the lanes whose owner is of this node and gone, and the probes that it had; how many lanes. `alive(owner) ->
        bool | None` (None: another node)."""

    def check_due(self) -> int:
        """Compares `next_due` with the work itself; mends and counts what was missed."""

    def crashed(self, mark: int, reason: str, certain: bool = False) -> None:
        """A child died while it computed this work (a parked unit where negative): counted; after the second, a batch
        is halved, and its lane is taken from whoever has it: they know the whole. Where it is `certain` that this work was
        the cause, one death is enough."""

    def take_ticker(self, owner: str) -> bool:
        """Whether this owner rings now: one does, by a lease of 2 s. Whoever finds that the wall clock was set back brings
        what waits for an hour forward by as much."""
