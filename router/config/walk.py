"""The targets, sends and sources of a route, as far as it is valid, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from router.config.findings import Place
from router.config.schema.shapes import Chosen
from router.config.sections import Item


def sends(route: Item) -> Iterator[tuple[Place, Chosen]]:
    """Each `send` of a route with its place, those of fallbacks and of an `otherwise` target too."""
    for place, target in targets(route):
        send = (target or {}).get("send")
        if isinstance(send, Chosen):
            yield place.at("send"), send
        instead = ((target or {}).get("fallback") or {}).get("send")
        if isinstance(instead, Chosen):
            yield place.at("fallback", "send"), instead


def targets(route: Item) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Each target of a route with its place, as far as it is valid; one of `otherwise` last."""
    for n, item in enumerate((route.value or {}).get("to") or []):
        place = route.place.at("to", n)
        if isinstance(item, Chosen) and item.kind == "target":
            yield place, item.value or {}
        elif isinstance(item, Chosen) and isinstance(item.value, Chosen) and item.value.kind == "target":
            yield place.at("otherwise"), item.value.value or {}


def source(route: Item, kind: str) -> Mapping[str, Any] | None:
    chosen = (route.value or {}).get("from_")
    return chosen.value or {} if isinstance(chosen, Chosen) and chosen.kind == kind else None
