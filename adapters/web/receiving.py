"""What the web side asks of the receiving use case."""

from __future__ import annotations

from typing import Protocol

from router.ledger import Arrival, Receipt
from router.message import Envelope
from router.route import Route


class Receiver(Protocol):
    """`router/receive.py`."""

    def admit(self, route: Route, envelope: Envelope) -> Arrival:
        """Pure work, no waiting. What cannot be decoded or validated has its `end` set."""

    def store(self, arrivals: list[Arrival]) -> list[Receipt]:
        """One transaction, synced, then the bell. Blocks; raises LedgerError when nothing was stored."""
