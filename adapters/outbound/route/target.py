"""Takes messages into another route of the project, through the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from time import perf_counter

import msgspec

from adapters.bodies import landed
from adapters.intake.gate import always_open
from adapters.outbound.route.kind import RouteAddress
from adapters.pausing import none_is_paused
from router.errors import LedgerError
from router.ledger import Arrival, BlobWriter, Once
from router.message import Envelope, new_id, utc_now
from router.ports import Outcome, Parcel
from router.receive import Receiver
from router.route import Route, Table


class RouteTarget:
    """One accepting transaction a batch. The delivery id is the identity of the new message, so that what is sent again
    is accepted once."""

    batch = 100

    def __init__(
        self, receiver: Receiver, table: Callable[[], Table], blob: Callable[[str], BlobWriter],
        paused: Callable[[str], bool] = none_is_paused, closed: Callable[[str], str] = always_open,
        now: Callable[[], datetime] = utc_now,
    ) -> None:  # fmt: skip
        self._receiver = receiver
        self._table = table
        self._blob = blob
        self._paused = paused
        self._why_closed = closed
        self._now = now

    async def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        started = perf_counter()
        outcomes = await asyncio.to_thread(self._send, parcels) if parcels else []
        taken = perf_counter() - started
        return [replace(o, duration=taken, sent_to=f"route {p.address.route}") for o, p in zip(outcomes, parcels, strict=True)]

    async def settled(self, outcomes: Sequence[Outcome]) -> None:
        return

    async def close(self) -> None:
        return

    def _send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        table = self._table()
        outcomes: list[Outcome | None] = [self._closed(table.routes.get(p.address.route), p) for p in parcels]
        open_ = [n for n, outcome in enumerate(outcomes) if outcome is None]
        writers: list[BlobWriter] = []
        try:
            arrivals = [self._arrival(table, parcels[n], writers) for n in open_]
            receipts = self._receiver.store(arrivals) if arrivals else []
        except (LedgerError, OSError) as error:
            return [outcome or Outcome("io", f"the ledger did not take it: {error}") for outcome in outcomes]
        finally:
            for writer in writers:
                with suppress(OSError):
                    writer.close()
        for n, receipt in zip(open_, receipts, strict=True):
            body = msgspec.json.encode({"id": receipt.id})
            outcomes[n] = Outcome(status=202, response=body, response_type="application/json")
        return [outcome or Outcome() for outcome in outcomes]

    def _closed(self, route: Route | None, parcel: Parcel) -> Outcome | None:
        if route is None or not route.enabled:
            why = "is not enabled" if route is not None else "is not in the current version"
            return Outcome("io", f"the route {parcel.address.route} {why}")
        if self._paused(route.id):
            return Outcome("io", f"the route {route.id} is paused: crossdock routes resume {route.id}")
        if why := self._why_closed(route.id):
            return Outcome("io", f"the route {route.id} takes nothing in: {why}")
        return None

    def _arrival(self, table: Table, parcel: Parcel, writers: list[BlobWriter]) -> Arrival:
        address: RouteAddress = parcel.address
        route = table.routes[address.route]
        envelope = Envelope(
            id=new_id(), route=route.id, source=route.source.name, received_at=self._now(), raw=parcel.body,
            size=len(parcel.body), content_type=parcel.content_type or None, headers=address.headers,
            params=address.params, client=address.client, file=address.file,
        )  # fmt: skip
        envelope, sha256, writer = landed(envelope, self._blob)
        writers.extend([writer] if writer is not None else [])
        once = Once(f"source:route:{route.id}", parcel.idempotency_key, table.keep.messages, "duplicate")
        return self._receiver.admit(route, envelope, sha256, once)
