"""What comes in: messages with keys, identities and records, and the same again where the answer of a commit was lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from router.lanes import PLAIN_LANES, lane_of_batch
from router.ledger import Arrival, Once, Receipt
from router.message import Envelope, new_id
from tests.faults.property.bench import WholeLedger
from tests.faults.property.books import ROUTES, Books, Holder, Message, Unit

KEYS = ("k0", "k18", "k1")
"""The first two share a lane."""
WITHIN = 60
SCOPE = "dedupe:orders"
STATIC = (("orders.erp", PLAIN_LANES), ("orders.lake", PLAIN_LANES))


class Intake:
    """Accepts, and enters in the books what must become of it; the receipts must say the same."""

    def __init__(self, ledger: WholeLedger, books: Books) -> None:
        self.ledger, self.books = ledger, books
        self.last: list[Arrival] = []

    def plain(self, keys: Sequence[str], bad: bool) -> None:
        """As many messages as there are keys; they have none."""
        self._accept("orders", [{} for _ in keys], bad)

    def once(self, name: str, body: bytes, bad: bool) -> None:
        self._accept("orders", [{}], bad, body, (Once(SCOPE, name, WITHIN),))

    def keyed(self, keys: Sequence[str], bad: bool) -> None:
        self._accept("sales", [{0: key} for key in keys], bad)

    def split(self, keys: Sequence[str], bad: bool) -> None:
        """One message of as many records as there are keys."""
        self._accept("days", [dict(enumerate(keys, 1))], bad)

    def again(self) -> None:
        """The answer of the last commit was lost: it is tried again with the same ids, and stores nothing twice."""
        stored = {m.id: seq for seq, m in self.books.messages.items()}
        if not all(a.envelope.id in stored for a in self.last):
            return
        for arrival, receipt in zip(self.last, self.ledger.accept(self.last), strict=True):
            assert receipt == Receipt("accepted", arrival.envelope.id, stored[arrival.envelope.id])

    def _accept(
        self, route: str, keys: list[dict[int, str]], bad: bool, body: bytes = b"{}", once: tuple[Once, ...] = ()
    ) -> None:
        self.last = [self._arrival(route, body, once) for _ in keys]
        expected = self._expected(once, self.last[0])
        receipts = self.ledger.accept(self.last)
        for n, (arrival, receipt) in enumerate(zip(self.last, receipts, strict=True)):
            assert receipt.state == expected, f"{receipt}, not {expected}"
            view = self.ledger.message_view(arrival.envelope.id)
            assert view is not None
            assert view.seq == receipt.seq or expected == "duplicate"
            wrong = {min(keys[n], default=0)} if bad and n == 0 else set()
            self._enter(view.seq, arrival, keys[n], wrong, expected)

    def _arrival(self, route: str, body: bytes, once: tuple[Once, ...]) -> Arrival:
        now = datetime.fromtimestamp(self.ledger.now() / 1000, UTC)
        envelope = Envelope(new_id(), route, f"/{route}", now, raw=body, size=len(body))
        targets = STATIC if route == "orders" else ((route, ROUTES[route]),)
        return Arrival(envelope, 1, targets, body.ljust(32, b"."), once)

    def _expected(self, once: tuple[Once, ...], arrival: Arrival) -> str:
        held = [self.books.seen.get(one.key) for one in once]
        for holder in held:
            if holder is not None and holder.until > self.ledger.now():
                return "duplicate" if holder.sha256 == arrival.sha256 else "conflict"
        return "accepted"

    def _enter(self, seq: int, arrival: Arrival, keys: dict[int, str], bad: set[int], state: str) -> None:
        assert seq not in self.books.messages, f"two messages at {seq}"
        now, route = self.ledger.now(), arrival.envelope.route
        records = len(keys) if route == "days" else 0
        name = arrival.once[0].key if arrival.once else ""
        self.books.messages[seq] = Message(arrival.envelope.id, route, arrival.sha256, keys, bad, name, records)
        lane = lane_of_batch(seq >> 16) if ROUTES[route] == PLAIN_LANES else 0
        unit = self.books.units[seq, 0, route] = Unit(seq, 0, route, lane)
        if state != "accepted":
            unit.state, unit.died_at = {"conflict": "dead"}.get(state, state), now
            return
        self.books.seen.update({o.key: Holder(seq, arrival.sha256, now + WITHIN * 1000) for o in arrival.once})
        if route == "orders":
            unit.state = "chosen"
            for target, _ in STATIC:
                self.books.add(seq, 0, target, lane_of_batch(seq >> 16))
