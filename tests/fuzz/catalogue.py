"""Which targets there are, and where. Nothing of the product is imported here: a fuzzed process imports it instrumented."""

from __future__ import annotations

from importlib import import_module

from tests.fuzz.target import Target

ROOM = "tests.fuzz.targets"
CATALOGUE = {
    "json": "json",
    "ndjson": "json",
    "csv": "csv",
    "fixed": "fixed",
    "layout": "fixed",
    "text": "text",
    "xml": "xml",
    "xml-records": "xml",
    "edited": "bodies",
    "written": "bodies",
    "expression": "expressions",
    "program": "expressions",
    "template": "templates",
    "map": "maps",
    "routes": "routes",
    "project": "routes",
    "http": "http",
    "amqp": "entries",
    "redis": "entries",
}
"""The module of each target; they run in this order."""


def find(name: str) -> Target:
    targets: tuple[Target, ...] = import_module(f"{ROOM}.{CATALOGUE[name]}").TARGETS
    return next(target for target in targets if target.name == name)
