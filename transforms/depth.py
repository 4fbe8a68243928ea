"""How deep a body is nested. One that holds itself, as a function of the project may leave it, has no end."""

from __future__ import annotations

from typing import Any

DEEPEST = 200
CONTAINERS = frozenset({dict, list})
MANY = 100_000
"""Containers of one level, behind which they are looked through for doubles: a body that holds itself twice has twice as many
in each level."""


def deeper(body: Any) -> bool:
    """Whether it is nested deeper than 200 levels."""
    level, depth = [body] if type(body) in CONTAINERS else [], 0
    while level and depth <= DEEPEST:
        depth += 1
        level = once([
            value for node in level for value in (node.values() if type(node) is dict else node) if type(value) in CONTAINERS
        ])  # fmt: skip
    return depth > DEEPEST


def once(level: list[Any]) -> list[Any]:
    """Each of them once, where there are many."""
    return level if len(level) <= MANY else list({id(value): value for value in level}.values())
