"""Lanes: how the work of a target is cut into ordered lines, each with one owner at a time."""

from __future__ import annotations

from zlib import crc32

ORDERED_LANES = 16
PLAIN_LANES = 4


def lane_of_key(key: str) -> int:
    """The lane of a key at an ordered target: the same on every host and in every version."""
    return crc32(key.encode()) % ORDERED_LANES


def lane_of_batch(batch: int, chunk: int = 0) -> int:
    """The lane of a batch, or of a chunk of it, at a target without order."""
    return (batch + chunk) % PLAIN_LANES
