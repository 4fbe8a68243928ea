"""The ways that messages take from route to route, and where one comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from router.config.findings import Place


class Hop(NamedTuple):
    """From a route to another, `over` a queue or a stream, in words, or straight (''). `place` is what says so."""

    begin: str
    over: str
    to: str
    place: Place


def walk(id: str, hops: Mapping[str, Sequence[Hop]], done: set[str], say: Callable[[Sequence[Hop]], None]) -> None:
    """All ways from a route, as deep as they go. `say` is given each loop once, with the hop that closes it last; `done` are
    the routes whose ways are known."""
    way, ahead = list[Hop](), [iter(hops[id])]
    while ahead:
        hop = next(ahead[-1], None)
        if hop is None:
            ahead.pop()
            done.add(way.pop().to if way else id)
            continue
        loop = [*way, hop]
        begins = [one.begin for one in loop]
        if hop.to in begins:
            say(loop[begins.index(hop.to) :])
        elif hop.to not in done:
            way.append(hop)
            ahead.append(iter(hops.get(hop.to, ())))
