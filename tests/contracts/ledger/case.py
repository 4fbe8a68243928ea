"""What the rules share: a ledger, its clock, and messages for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from router.ledger import Arrival, Claim, End, FileIn, Ledger, Once, Park
from router.message import Envelope, new_id

T = "orders.erp"


def arrival(
    route: str = "orders", body: bytes = b"{}", targets: tuple[tuple[str, int], ...] = ((T, 4),),
    once: tuple[Once, ...] = (), sha: bytes | None = None, end: End | None = None, file: FileIn | None = None,
    id: str | None = None, deadline: int | None = None, late: str = "",
) -> Arrival:  # fmt: skip
    envelope = Envelope(id or new_id(), route, "/orders", datetime.now(UTC), raw=body, size=len(body))
    return Arrival(envelope, 1, targets, sha or body.ljust(32, b"."), once, (), end, deadline, late, file)


def failed(seq: int, state: str = "retry", next_at: int = 0, key: str | None = None, **more: object) -> Park:
    return Park(seq, 0, state, "send", "503", "HTTP 503", 503, key, 1, next_at, **more)  # type: ignore[arg-type]


class LedgerCase:
    """A ledger, a clock that can be moved on, and hands that put messages in and take lanes."""

    @pytest.fixture
    def ledger(self) -> Iterator[Ledger]:
        raise NotImplementedError

    def advance(self, ledger: Ledger, seconds: float) -> None:
        """Lets leases and times of the ledger pass."""
        raise NotImplementedError

    def jump(self, ledger: Ledger, seconds: float) -> None:
        """Sets the ledger's wall clock."""
        raise NotImplementedError

    def claim(self, ledger: Ledger, target: str = T, owner: str = "a/1/1", lease: float = 30) -> Claim:
        for name, lane, _ in ledger.due():
            if name == target:
                found = ledger.claim(name, lane, owner, lease)
                if found is not None:
                    return found
        raise AssertionError(f"no lane of {target} is due")

    def put(self, ledger: Ledger, n: int = 1, **more: object) -> list[int]:
        return [r.seq for r in ledger.accept([arrival(**more) for _ in range(n)])]  # type: ignore[arg-type]
