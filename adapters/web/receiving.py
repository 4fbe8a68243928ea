"""What the web side asks of the receiving use case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from router.ledger import Arrival, Receipt
from router.message import Envelope
from router.route import Route


class Receiver(Protocol):
    """`router/receive.py`."""

    def admit(self, route: Route, envelope: Envelope, sha256: bytes | None = None) -> Arrival:
        """Pure work, no waiting; may run in several threads. What cannot be decoded or validated has its `end` set;
        with `reply: result` the deadline is set. `sha256` of the body where it is known already."""

    def store(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
        """One transaction, synced, then the bell. Blocks; raises LedgerError when nothing was stored."""
