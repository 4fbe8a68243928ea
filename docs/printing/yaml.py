"""Values as people write them in routes.yaml: short ones in one line, long ones line by line, quotes only where needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

WIDTH = 110
PLAIN = re.compile(r"(?:[A-Za-z/_]|\d+(?:ms|[smhd%]|[KMG]?i?B|xx|/(?:s|min|h))$)(?:[\w ./@+|()<>=!'*%-]|:(?=[/\w]))*")
"""Texts that need no quotes, neither in a line nor between brackets; not all of them."""
TAKEN = ("true", "false", "null", "yes", "no", "on", "off")
"""Words that mean something else without quotes, or did in YAML 1.1."""


def yaml(value: Any) -> str:
    return "\n".join(block(value))


def block(value: Any) -> Iterator[str]:
    """Line by line where it is a mapping or a list, with each entry in one line where it fits."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from entry(f"{flow(key)}:", one, "  ")
    elif isinstance(value, list):
        for one in value:
            yield from item(one)
    else:
        yield flow(value)


def entry(key: str, value: Any, indent: str) -> Iterator[str]:
    if short(key, value):
        yield f"{key} {flow(value)}"
    else:
        yield key
        yield from (indent + line for line in block(value))


def item(value: Any) -> Iterator[str]:
    """A step is a mapping of one key: it needs no braces."""
    single = isinstance(value, dict) and len(value) == 1
    lines = list(block(value)) if single or not short("-", value) else [flow(value)]
    yield from (("  " if n else "- ") + line for n, line in enumerate(lines))


def short(key: str, value: Any) -> bool:
    """Whether it stands beside its key: it fits, and is no list of mappings and no mapping of such alone."""
    inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    nested = bool(inside) and all(isinstance(one, dict) for one in inside)
    return not nested and len(key) + len(flow(value)) < WIDTH


def flow(value: Any) -> str:
    """In one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{flow(key)}: {flow(one)}' for key, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, str):
        plain = PLAIN.fullmatch(value) and value.lower() not in TAKEN and value == value.strip()
        return value if plain else json.dumps(value, ensure_ascii=False)
    return str(value) if isinstance(value, Decimal) else json.dumps(value)
