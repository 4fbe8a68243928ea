"""What processing chose: all that one processing transaction says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from router.ledger.intake import Once
from router.ledger.settlement import Fate, Park, Progress
from router.ports import Cut


@dataclass(frozen=True, slots=True)
class NewWork:
    """Work that processing makes: for a batch (`seq` None) or a chunk. `units` are positions or record numbers."""

    target: str
    lane: int
    units: str
    seq: int | None = None
    chunk: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """An identity that processing takes (a `dedupe` that could not be answered at the door). `content` is the SHA-256
    of a record; a message is compared by its bytes."""

    seq: int
    once: Once
    record: int = 0
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """What a step that is not pure made of a unit: `step` counts from 0 among the steps that see the unit, `tag` says of
    which version and revision."""

    seq: int
    record: int
    tag: str
    step: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Choice:
    """What one processing transaction says: who gets what, and what got nothing. `batch` is the work's batch."""

    batch: int
    progress: Sequence[Progress] = ()
    work: Sequence[NewWork] = ()
    chunks: Sequence[tuple[int, Cut]] = ()
    """(seq, cut)"""
    split_done: Sequence[tuple[int, int, int]] = ()
    """(seq, chunks, records) of a message whose last chunk was cut."""
    fates: Sequence[Fate] = ()
    dead: Sequence[Park] = ()
    keys: Sequence[tuple[int, str, str]] = ()
    """(seq, name, value)"""
    once: Sequence[Taken] = ()
    derived: Sequence[Derived] = ()
