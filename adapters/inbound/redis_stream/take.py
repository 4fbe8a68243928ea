"""Taking entries: one transaction for all that one read gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol
from urllib.parse import quote

from adapters.bodies import landed
from adapters.inbound.redis_stream.entries import Entry, drawn
from router.ledger import Arrival, BlobWriter, Once, Receipt
from router.message import Envelope
from router.route import Route


class Receiver(Protocol):
    """The use case that accepts messages."""

    def admit(
        self, route: Route, envelope: Envelope, sha256: bytes | None = None, identity: Once | None = None
    ) -> Arrival: ...

    def store(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
        """Raises LedgerError; nothing is stored then."""


class Taker:
    """Stores entries of one route. `within` is how long an entry that comes again is a duplicate, in seconds: it comes
    again where its acknowledgement was lost."""

    def __init__(self, route: Route, receiver: Receiver, blob: Callable[[str], BlobWriter], within: float) -> None:
        options = route.source.options
        words = (quote(str(options[name]), safe="") for name in ("redis", "stream", "group"))
        self._scope = f"source:redis:{':'.join(words)}"
        self._route = route
        self._receiver = receiver
        self._blob = blob
        self._within = within

    def store(self, entries: Sequence[Entry]) -> list[Receipt]:
        """Synced when it returns. Raises LedgerError or OSError; it may be called again with the same entries."""
        writers: list[BlobWriter] = []
        try:
            return self._receiver.store([self._arrival(entry, writers) for entry in entries])
        finally:
            # A blob that no message refers to is removed by pruning.
            for writer in writers:
                with suppress(OSError):
                    writer.close()

    def _arrival(self, entry: Entry, writers: list[BlobWriter]) -> Arrival:
        found = drawn(self._route, entry)
        envelope, sha256, writer = landed(found.envelope, self._blob)
        writers.extend([writer] if writer is not None else [])
        once = Once(self._scope, found.name, self._within, changed="deliver")
        arrival = self._receiver.admit(self._route, envelope, sha256, once)
        return replace(arrival, end=found.end) if found.end is not None else arrival
