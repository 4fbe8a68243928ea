"""Routes that send to routes: the receiver is there and is open to it, and nothing goes in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from router.config.findings import Findings, Place, here
from router.config.nearest import did_you_mean
from router.config.references import Unset
from router.config.sections import Item, Sections
from router.config.walk import sends, source
from router.config.ways import Hop, walk

NO_ROUTE, NOT_OPEN, CIRCLE, NOBODY = "0509", "0510", "0511", "0512"


def check_hops(found: Sections, findings: Findings) -> None:
    taken: set[str] = set()
    for route in found.routes.values():
        for place, id in hops(route):
            taken.add(id)
            receiver(found, findings, place, id)
    circles(found, findings)
    for route in found.routes.values():
        if (source(route, "route") or {}).get("route") is True and route.id not in taken and found.whole:
            hint = f"write {{route: {route.id}}} in the 'send' of a target, or remove it"
            findings.warning(route.place.at("from"), NOBODY, f"no route sends to the route '{route.id}'", hint)


def hops(route: Item) -> Iterator[tuple[Place, str]]:
    """Where a route sends to others, with their ids."""
    for place, send in sends(route):
        id = (send.value or {}).get("route") if send.kind == "route" else None
        if isinstance(id, str) and not isinstance(id, Unset):
            yield place.at("route"), id


def receiver(found: Sections, findings: Findings, place: Place, id: str) -> None:
    route = found.routes.get(id)
    if route is None:
        if found.whole:
            hint = did_you_mean(id, [r.id for r in found.routes.values() if source(r, "route") is not None])
            findings.error(place, NO_ROUTE, f"there is no route '{id}'", hint or "add it, with 'from: {route: true}'")
    elif (route.value or {}).get("from_") is not None and source(route, "route") is None:
        hint = f"write 'from: {{route: true}}' in the route '{id}'"
        note = here(route.place.at("from"), f"the source of '{id}' stands here")
        message = f"the route '{id}' has a source of its own: no route can send to it"
        findings.error(place, NOT_OPEN, message, hint, also=[note])


def circles(found: Sections, findings: Findings) -> None:
    """Each circle once, at the send that closes it, in the order in which routes stand in the files."""
    ways = {
        id: [Hop(id, "", to, place) for place, to in hops(route) if to in found.routes] for id, route in found.routes.items()
    }

    def say(loop: Sequence[Hop]) -> None:
        message = f"messages would go in a circle: {' -> '.join([loop[0].begin, *(hop.to for hop in loop)])}"
        findings.error(loop[-1].place, CIRCLE, message, "remove one of these sends")

    done: set[str] = set()
    for id in ways:
        if id not in done:
            walk(id, ways, done, say)
