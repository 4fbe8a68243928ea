"""Turns of a stylesheet: calls of a Python function put where it may loop, so that an alarm can end it there.

libxslt is C code, in which no alarm is heard. What only goes down the tree ends by itself and gets none: a turn costs
half a microsecond.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

XSL = "{http://www.w3.org/1999/XSL/Transform}"
OWN = "urn:crossdock:turns"
DOWN = re.compile(r"\s*@?(?:[\w-][\w.-]*(?::(?:[\w-][\w.-]*|\*))?|\*|(?:node|text|comment)\(\))\s*")
"""One step to children or attributes."""


def turn(_context: Any) -> bool:
    """Nothing but a place where Python runs."""
    return False


EXTENSIONS = {(OWN, "turn"): turn}


def with_turns(sheet: Any) -> bool:
    """Puts the turns into a stylesheet's tree; whether there are any."""
    places = list(loops(sheet))
    for element in places:
        head = (f"{XSL}param", f"{XSL}sort")
        at = next((n for n, child in enumerate(element) if child.tag not in head), len(element))
        element.insert(at, etree.Element(f"{XSL}if", {"test": "turns:turn()"}, nsmap={"turns": OWN}))
    return bool(places)


def loops(sheet: Any) -> Iterator[Any]:
    """Templates and loops that need not end: they call others, or leave the part of the tree that they were given."""
    for element in sheet.iter(f"{XSL}template"):
        inner = element.iter(f"{XSL}call-template", f"{XSL}apply-templates")
        if any(not goes_down(found) for found in inner):
            yield element
    for element in sheet.iter(f"{XSL}for-each"):
        if not goes_down(element):
            yield element


def goes_down(element: Any) -> bool:
    if element.tag == f"{XSL}call-template":
        return False
    return all(DOWN.fullmatch(step) for step in re.split("[|/]", element.get("select", "node()")))
