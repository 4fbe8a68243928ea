"""A record that could not be read, as a person needs it: line, column, field, value, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from router.errors import DecodeError, Detail
from router.ports import Bad
from transforms.codecs.fixed.layout import Layout
from transforms.codecs.fixed.lines import Fault
from transforms.codecs.places import excerpt

TOLD = 5
"""So many types of a layout are named."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A mistake of one line; `path` is its field in the record."""

    line: int
    fault: Fault
    path: str


def bad(placed: Sequence[Placed], word: str, cells: Any, raw: bytes) -> Bad:
    """The first mistake is the reason, all are its details."""
    sentences = [sentence(one, word) for one in placed]
    more = f"; and {len(placed) - 1} more in the same record" if len(placed) > 1 else ""
    details = tuple(Detail(one.path, text) for one, text in zip(placed, sentences, strict=True))
    return Bad(DecodeError(sentences[0] + more, "invalid", details if more else ()), cells, raw)


def sentence(placed: Placed, word: str) -> str:
    """`line 3, column 16, field qty: '12x' is not a whole number`"""
    return f"{word} {placed.line}{sentence_of(placed.fault)}"


def sentence_of(fault: Fault) -> str:
    """The same without its line."""
    column = f", column {fault.column}" if fault.column else ""
    field = f", field {fault.field}" if fault.field else ""
    return f"{column}{field}: {fault.what}"


def unknown_type(layout: Layout, type_: str) -> Fault:
    marker = layout.marker
    column = marker.start + 1 if marker is not None else 1
    known = list(layout.lines)
    listed = ", ".join(known[:TOLD]) + (" …" if len(known) > TOLD else "")
    what = f"{excerpt(type_)} is no type of line" if type_ else "no type of line stands here"
    return Fault(column, "", f"{what}, there are {listed}; correct the line, or add the type to {layout.path}")


def no_start(layout: Layout, type_: str) -> Fault:
    assert layout.group is not None
    start = layout.group.start
    return Fault(0, "", f"a line of type {type_} stands outside of a group: no {start} precedes it; add the {start} that was"
                        " lost, or ask the sender for the whole group")  # fmt: skip


def no_end(layout: Layout) -> Fault:
    assert layout.group is not None
    end = layout.group.end
    return Fault(0, "", f"the group that begins here has no {end} at its end: it is not whole; add the lines that were lost,"
                        " or ask the sender for the file again")  # fmt: skip
