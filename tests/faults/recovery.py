"""How much longer than usual all took after a death: for those who send, and for those who wait for what was accepted before.

Under full load messages wait in line without any death: how long is measured at a quiet moment before each, and taken off.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from tests.faults.sink import Arrival

SENDERS = {"web": ("orders", "pairs"), "inbound": ("stock",), "supervisor": ("orders", "pairs", "stock"), "host": ("orders",)}
"""Whose death is felt by which senders: until the first of theirs that was sent afterwards has arrived. That of all others
is felt by what was accepted before."""
WINDOW = 60.0
BEFORE = 3.0
"""Seconds before a death, when the one before it is over."""


class Strike(NamedTuple):
    """`what` died `at` seconds of the monotonic clock."""

    what: str
    at: float


class Flight(NamedTuple):
    """Seconds of the monotonic clock."""

    accepted: float
    arrived: float


def flights(sent: Sequence[Mapping[str, Any]], seen: Sequence[Arrival]) -> list[Flight]:
    """Those that arrived, in the order in which they were accepted."""
    first = {arrival.body["n"]: arrival.at for arrival in reversed(seen)}
    return sorted(Flight(m["at"], first[m["n"]]) for m in sent if m["n"] in first)


def measured(strikes: Iterable[Strike], by_kind: Mapping[str, Sequence[Flight]]) -> list[float]:
    strikes = list(strikes)
    normal = usual(strikes, by_kind)
    return [max(0.0, felt(strike, by_kind) - normal) for strike in strikes]


def usual(strikes: Sequence[Strike], by_kind: Mapping[str, Sequence[Flight]]) -> float:
    """What would be felt of deaths where there are none."""
    return median([felt(Strike(what, at - BEFORE), by_kind) for what, at in strikes]) if strikes else 0.0


def felt(strike: Strike, by_kind: Mapping[str, Sequence[Flight]]) -> float:
    found = 0.0
    for part in strike.what.split("+"):
        for kind, flown in by_kind.items():
            senders = SENDERS.get(part.rstrip("0123456789"), ())
            if kind in senders:
                found = max(found, until_next(strike.at, flown))
            elif not senders:
                found = max(found, until_all(strike.at, flown))
    return found


def until_next(at: float, flown: Sequence[Flight]) -> float:
    """Until the first that was accepted afterwards has arrived."""
    following = flown[bisect_left(flown, (at, 0.0)) :][:200]
    return max(0.0, min((flight.arrived for flight in following), default=at) - at)


def until_all(at: float, flown: Sequence[Flight]) -> float:
    """Until all that was accepted before has arrived."""
    before = flown[bisect_left(flown, (at - WINDOW, 0.0)) : bisect_right(flown, (at, float("inf")))]
    return max(0.0, max((flight.arrived for flight in before), default=at) - at)


def told(strikes: Sequence[Strike], seconds: Sequence[float], normal: float) -> list[str]:
    """The worst of each kind of victim."""
    worst: dict[str, float] = {}
    for strike, felt_for in zip(strikes, seconds, strict=True):
        worst[strike.what] = max(worst.get(strike.what, 0.0), felt_for)
    each = ", ".join(f"{what} {s:.1f} s" for what, s in sorted(worst.items()))
    return [f"in line without a death {normal:.1f} s; worst recovery beyond that {each}"] if worst else []
