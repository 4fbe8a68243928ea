"""Small bodies stand in their message, others lie in a file of their own."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.bodies import SMALL, landed
from adapters.ledger.memory import MemoryLedger
from router.message import Envelope, new_id


def envelope(size: int) -> Envelope:
    return Envelope(new_id(), "r", "x", datetime(2026, 1, 1, tzinfo=UTC), raw=b"x" * size, size=size)


def test_a_small_body_stays(tmp_path: Path) -> None:
    given = envelope(SMALL)
    assert landed(given, MemoryLedger(tmp_path).blob) == (given, None, None)


def test_a_large_one_lies_in_a_file_that_is_locked_until_it_is_stored(tmp_path: Path) -> None:
    given = envelope(SMALL + 1)
    made, sha256, writer = landed(given, MemoryLedger(tmp_path).blob)
    assert writer is not None
    assert (made.raw, made.read(), sha256) == (None, given.raw, hashlib.sha256(given.read()).digest())
    writer.close()


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    class Full:
        path = tmp_path / "blob"
        discarded = False

        def write(self, data: bytes) -> None:
            raise OSError(28, "No space left on device")

        def finish(self) -> tuple[int, bytes]:
            raise AssertionError("never")

        def close(self) -> None:
            return

        def discard(self) -> None:
            self.discarded = True

    full = Full()
    with pytest.raises(OSError, match="No space"):
        landed(envelope(SMALL + 1), lambda id: full)
    assert full.discarded
