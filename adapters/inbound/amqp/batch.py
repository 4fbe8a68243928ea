"""What was delivered while the last commit ran: made into arrivals, large bodies as blobs, stored in one commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from adapters.bodies import landed
from adapters.inbound.amqp.delivery import Delivery
from adapters.inbound.amqp.envelope import headers_of, name_of, unread
from router.ledger import Arrival, BlobWriter, Once, Receipt
from router.message import Envelope, new_id, utc_now
from router.route import Route


class Receiver(Protocol):
    """The use case that accepts messages."""

    def admit(self, route: Route, envelope: Envelope, sha256: bytes | None = None, identity: Once | None = None) -> Arrival: ...

    def store(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
        """Raises LedgerError; nothing is stored then."""


class Blobs(Protocol):
    def blob(self, message_id: str) -> BlobWriter: ...


class Batch:
    """Kept until it is stored: each try is with the same ids, so that one whose answer was lost stores nothing twice."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self._blobs: dict[int, BlobWriter] = {}

    def add(self, arrival: Arrival, blob: BlobWriter | None) -> None:
        if blob is not None:
            self._blobs[len(self.arrivals)] = blob
        self.arrivals.append(arrival)

    def stored(self, receipts: Sequence[Receipt]) -> None:
        """The blob of a duplicate is not needed: the first one has its own."""
        for number, blob in self._blobs.items():
            if receipts[number].state == "duplicate":
                blob.discard()
            else:
                blob.close()

    def given_up(self, tried: bool) -> None:
        """Not stored, as far as anybody knows: where a commit was `tried`, pruning finds out."""
        for blob in self._blobs.values():
            if tried:
                blob.close()
            else:
                blob.discard()


class Maker:
    """`within` is for how long a message's own id is its identity, in seconds."""

    def __init__(self, route: Route, receiver: Receiver, blobs: Blobs, within: float) -> None:
        self._route = route
        self._receiver = receiver
        self._blobs = blobs
        self._within = within
        self._scope = f"source:amqp:{route.source.connection}:{route.source.options['queue']}"

    def make(self, deliveries: Sequence[Delivery]) -> Batch:
        """Raises OSError and LedgerError where a blob cannot be written; nothing is left behind then."""
        batch = Batch()
        try:
            for delivery in deliveries:
                batch.add(*self._arrival(delivery))
        except BaseException:
            batch.given_up(tried=False)
            raise
        return batch

    def _arrival(self, delivery: Delivery) -> tuple[Arrival, BlobWriter | None]:
        envelope = Envelope(
            new_id(), self._route.id, self._route.source.name, utc_now(), delivery.body, None, len(delivery.body),
            delivery.properties.get("content-type"), headers_of(delivery),
        )  # fmt: skip
        envelope, sha256, blob = landed(envelope, self._blobs.blob)
        arrival = self._receiver.admit(self._route, envelope, sha256, self._identity(delivery, envelope.headers))
        end = unread(delivery)
        return arrival if end is None else replace(arrival, end=end), blob

    def _identity(self, delivery: Delivery, headers: Mapping[str, str]) -> Once | None:
        """A message with an id that the broker sends again is looked up, as the last commit may have stored it before
        it could be acknowledged. A new one that has the id of another is another message."""
        id = delivery.properties.get("message-id")
        if id is None:
            return None
        return Once(self._scope, name_of(id, headers), self._within, changed="deliver", look=delivery.redelivered)
