"""Arrays (`collect: {records}`): deliveries that are sent together, and stay together while the outcome is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from router.ledger.lanes import Claim


@dataclass(frozen=True, slots=True)
class Array:
    """Its members are (seq, record), in the order in which they are sent. `id` names it to the other side for ever."""

    id: str
    members: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ArrayEnd:
    """What became of an array: sent again at `next_at` (its members are parked until then), or None: it is no more, its
    members have ended or have got rows of their own."""

    id: str
    next_at: int | None = None


class Arrays(Protocol):
    """Keeping arrays."""

    def gather(self, claim: Claim, array: Array) -> Claim | None:
        """Stores it before its first send; a longer lease, or None where the claim is lost. Members that have a parked
        row are not given out by `due_parked` any more."""

    def arrays(self, claim: Claim, due: bool = True) -> list[Array]:
        """The lane's arrays in the order in which they were stored: those to be sent now, or all."""

    def holders(self, claim: Claim, array: Array) -> dict[tuple[int, int], int]:
        """Where its members stand now: the id of the open work row, or of the parked row with a minus in front. One that
        has ended elsewhere is missing."""

    def dissolve(self, claim: Claim, id: str) -> Claim | None:
        """Forgets an array: its members are gathered anew."""
