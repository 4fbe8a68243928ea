"""Patterns of other tools that are taken as they stand here: `/orders/:number`, `*.{csv,txt}`."""

from __future__ import annotations

import re

from router.config.findings import Findings
from router.config.sections import Item
from router.config.walk import source

LITERAL = "0514"
NAME = re.compile(r"[:<](?:\w+:)?(\w+)>?")
"""A segment that is a parameter elsewhere: `:number`, `<number>`, `<int:number>`."""
BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
REGEX = re.compile(r"\\[.dws]|\.\+|\$$|^\^")


def check_literals(route: Item, findings: Findings) -> None:
    """What the source of a route says."""
    path, files = (source(route, "http") or {}).get("http"), (source(route, "folder") or {}).get("files")
    if isinstance(path, str):
        for segment in path.split("/"):
            meant = f"write {{{found[1]}}} for a parameter" if (found := NAME.fullmatch(segment)) else ""
            if meant or "*" in segment:
                hint = meant or "write {name} for a segment that changes, and a route for each depth"
                findings.warning(route.place.at("from", "http"), LITERAL, f"'{segment}' is taken as it stands in a path", hint)
    if isinstance(files, str):
        place = route.place.at("from", "files")
        if found := BRACES.search(files):
            each = [files.replace(found[0], word.strip(), 1) for word in found[1].split(",")]
            hint = f"write a route for each: {' and '.join(each)}"
            findings.warning(place, LITERAL, f"the braces of '{files}' are taken as they stand in a name", hint)
        elif REGEX.search(files):
            findings.warning(place, LITERAL, f"'{files}' is no regular expression here", "write '*' for what changes")
