"""Retry policies against what is kept, and against themselves: what is meant to be tried for longer than it is kept, or
waits longer at first than it ever may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.config.findings import Findings, Place, here
from router.config.schema.measures import Duration
from router.config.sections import Sections
from router.config.walk import targets
from router.route import Keep, RetryPolicy

OUTLASTS, FIRST_WAIT = "0614", "0615"


def check_retries(found: Sections, root: Place, findings: Findings) -> None:
    """Of `defaults`, in the file at `root`, and of each target that says something of its own."""
    common = found.defaults.get("retry") or {}
    bodies = given(found.defaults.get("keep"), "bodies", Keep().bodies)
    keep = root.at("defaults", "keep", "bodies")
    look(root.at("defaults", "retry"), common, {}, bodies, keep, findings)
    for route in found.routes.values():
        for place, target in targets(route):
            own = target.get("retry") or {}
            if own:
                look(place.at("retry"), own, common, bodies, keep, findings)


def look(
    place: Place, own: Mapping[str, Any], common: Mapping[str, Any], bodies: float, keep: Place, findings: Findings
) -> None:
    """`own` stands at `place`; what it leaves out is `common`'s, then the product's."""
    product = RetryPolicy()
    tried = given(own, "for_", 0)
    if tried > bodies:
        message = f"it is tried for {said(tried)}, bodies are kept for {said(bodies)}"
        also = [here(keep, "bodies are kept so long")] if keep.raw is not None else []
        hint = f"write at most {said(bodies)}, or lengthen 'bodies' of 'keep'"
        findings.warning(place.at("for"), OUTLASTS, message, hint, also=also)
    first, longest = (given(own, key, given(common, key, getattr(product, key))) for key in ("first", "max"))
    if first > longest and {"first", "max"} & set(own):
        at = "first" if "first" in own else "max"
        message = f"the first wait, {said(first)}, is longer than the longest, {said(longest)}"
        findings.warning(place.at(at), FIRST_WAIT, message, "shorten 'first', or lengthen 'max'")


def given(values: Any, key: str, default: float) -> float:
    value = values.get(key) if isinstance(values, Mapping) else None
    return float(value) if isinstance(value, int | float) else default


def said(seconds: float) -> str:
    return Duration().written(seconds)
