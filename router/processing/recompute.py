"""Computing again what was, or would be, sent of one delivery: for people to read, never to send."""

from __future__ import annotations

from collections.abc import Callable

from router.delivery.parked import ParkedReader
from router.delivery.units import UnitReader, after_route, for_sending
from router.ledger import Ledger, Parked
from router.pipeline import Filtered
from router.ports import Parcel
from router.processing.records import RecordReader
from router.route import Table


def recompute(
    ledger: Ledger, table: Callable[[int], Table], reader: RecordReader, unit: tuple[int, int], target: str
) -> Parcel | Filtered | None:
    """`unit` is (seq, record), `target` ROUTE.TARGET. None where the message is gone. Raises BeforeTarget or
    MessageError where it cannot be computed."""
    seq, record = unit
    units = UnitReader(ledger, table, reader, unmarked)
    found = ParkedReader(ledger, units).heads([Parked(seq, record, target, 0, None, "dead", 0, 0, 0, 0)])
    return for_sending(found[0], after_route(found[0]), 0) if found else None


def unmarked(work: int) -> None:
    """A command is no worker: nobody counts its crashes."""
