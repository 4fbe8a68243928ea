"""Counts what is missing, doubled or out of order, from what was answered and what arrived; knows nothing of the product."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.faults.sink import Arrival


@dataclass
class Tally:
    """Of one target, or of several added up."""

    accepted: int = 0
    delivered: int = 0
    lost: int = 0
    doubled: int = 0
    disorder: int = 0
    strange: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def tally(accepted: Sequence[Mapping[str, Any]], seen: Sequence[Arrival], ordered: bool = True) -> Tally:
    """By the number `n` in each body. Order is judged by the first arrival of each one that was accepted for sure: a
    request without an answer may have been accepted at any time."""
    keys: dict[int, set[str]] = defaultdict(set)
    for arrival in seen:
        keys[arrival.body["n"]].add(arrival.key)
    known = {message["n"] for message in accepted}
    return Tally(
        accepted=len(accepted),
        delivered=len(keys),
        lost=sum(1 for n in known if n not in keys),
        doubled=len(seen) - len({arrival.key for arrival in seen}),
        disorder=sum(1 for _ in late(seen, known)) if ordered else 0,
        strange=sum(1 for found in keys.values() if len(found) > 1),
    )


def late(seen: Iterable[Arrival], known: set[int]) -> Iterable[Arrival]:
    """First arrivals that come behind one of their key that was sent later."""
    last: dict[str, int] = {}
    before: set[int] = set()
    for arrival in seen:
        n = arrival.body["n"]
        if n in before or n not in known:
            continue
        before.add(n)
        key, seq = arrival.body["key"], arrival.body["seq"]
        if seq < last.get(key, 0):
            yield arrival
        last[key] = max(seq, last.get(key, 0))


def files(folder: Path, name: str, numbers: Iterable[int]) -> Tally:
    """One file for each message: `name` with its number. A file that was made twice has a second name."""
    wanted = {name.format(n) for n in numbers}
    there = {path.name for path in folder.glob(name.format("*"))}
    again = [found for found in there if found.count(".") > 1 or "-" in found.removeprefix(name.split("{")[0])]
    return Tally(len(wanted), len(wanted & there), len(wanted - there), len(again))


def rows(path: Path, name: str, count: int) -> Tally:
    """A collected file against the day file that it was made of: each row once, in order."""
    if not path.exists():
        return Tally(count, 0, count)
    found = path.read_text().splitlines()
    if found == [row(name, n) for n in range(count)]:
        return Tally(count, count)
    numbers = [json.loads(line)["n"] for line in found]
    disorder = sum(1 for a, b in pairwise(numbers) if b < a)
    once = set(numbers)
    return Tally(count, len(once), count - len(once & set(range(count))), len(numbers) - len(once), disorder)


def row(name: str, n: int) -> str:
    return json.dumps({"n": n, "text": f"{name} {n}"}, separators=(",", ":"))
