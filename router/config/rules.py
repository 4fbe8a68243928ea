"""Rules inside one route: `otherwise`, ids of targets, splitting and collecting, replies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.config.findings import Findings, Place, here
from router.config.nearest import nearest
from router.config.schema.shapes import Chosen
from router.config.schema.targets import TargetWords
from router.config.sections import Item
from router.config.spots import KEY
from router.config.walk import source, targets

NO_OTHERWISE, IDLE_OTHERWISE, NOT_LAST, SAME_ID, TWO_SPLITS = "0601", "0602", "0603", "0604", "0605"
NOT_SPLIT, RESULT, UNREACHED, NO_KEY, NO_FALLBACK, IMPURE = "0606", "0607", "0608", "0609", "0612", "0613"


def check_route(route: Item, findings: Findings) -> None:
    """All rules, as far as the route could be read."""
    if not isinstance(route.value, Mapping):
        return
    otherwise(route, findings)
    same_ids(route, findings)
    splits(route, findings)
    impure_targets(route, findings)
    collects(route, findings)
    fallbacks(route, findings)
    reply(route, findings)
    holds(route, findings)


def _written(route: Item) -> list[Any]:
    """`to` as it was written: a target with a mistake still has its `when`."""
    raw = route.place.at("to").raw
    return raw if isinstance(raw, list) else []


def otherwise(route: Item, findings: Findings) -> None:
    items, to = _written(route), route.place.at("to")
    last = [n for n, item in enumerate(items) if isinstance(item, dict) and "otherwise" in item]
    plain = [n for n, item in enumerate(items) if not isinstance(item, dict) or "otherwise" not in item]
    always = [n for n in plain if not _has_condition(items[n])]
    if plain and not always and not last and route.place.at("otherwise").raw is None:  # which is said where it stands
        hint = "add a last item 'otherwise: {dead: why}', '{ignore: why}' or a target"
        findings.error(
            to,
            NO_OTHERWISE,
            "every target has a 'when', so an 'otherwise' must say what becomes of the rest",
            hint,
            KEY,
        )
    for n in last:
        place = to.at(n, "otherwise")
        if n != len(items) - 1:
            findings.error(place, NOT_LAST, "'otherwise' is the last of the list", "move it to the end", KEY)
        elif always:
            message = "nothing is left for 'otherwise': a target without 'when' takes every message"
            note = here(to.at(always[0]), "this target takes every message")
            findings.error(place, IDLE_OTHERWISE, message, "remove it, or give each target a 'when'", KEY, also=[note])
    if route.value.get("match") == "first" and always and always[0] < max(plain):
        message = "nothing gets here: 'match: first' always takes the target without 'when' above"
        note = here(to.at(always[0]), "this target takes every message")
        place = to.at(next(n for n in plain if n > always[0]))
        findings.warning(place, UNREACHED, message, "move it up", also=[note])


def _has_condition(item: Any) -> bool:
    """Also where its `when` is misspelt: that is said at the key."""
    words = TargetWords.words()
    return isinstance(item, dict) and any(key == "when" or (key not in words and nearest(key, words) == "when") for key in item)


def same_ids(route: Item, findings: Findings) -> None:
    seen: dict[str, Place] = {}
    for place, target in targets(route):
        id = target.get("id")
        if isinstance(id, str) and id in seen:
            note = here(seen[id].at("id"), f"the first '{id}' stands here")
            message = f"two targets of the route have the id '{id}'"
            findings.error(place.at("id"), SAME_ID, message, "rename one of them", also=[note])
        elif isinstance(id, str):
            seen[id] = place


def splits(route: Item, findings: Findings) -> None:
    split = False
    for n, step in enumerate(route.value.get("steps") or []):
        verb, place = (step.kind if isinstance(step, Chosen) else ""), route.place.at("steps", n)
        if verb == "split" and split:
            findings.error(place.at("split"), TWO_SPLITS, "a route splits once", "remove the second 'split'", KEY)
        if verb == "python" and not split and has_split(route) and _impure(step):
            message = "a function that is not pure cannot stand before the split"
            findings.error(place.at("python"), IMPURE, message, "put it after the split", KEY)
        split = split or verb == "split"


def _impure(step: Any) -> bool:
    return isinstance(step.value, Mapping) and step.value.get("pure") is False


def impure_targets(route: Item, findings: Findings) -> None:
    """What is not pure is kept when a message is processed, before it is known at which target."""
    for place, target in targets(route):
        for n, step in enumerate(target.get("steps") or []):
            if isinstance(step, Chosen) and step.kind == "python" and _impure(step):
                message = "a function that is not pure cannot stand at a target"
                findings.error(place.at("steps", n, "python"), IMPURE, message, "put it among the route's steps", KEY)


def has_split(route: Item) -> bool:
    raw = route.place.at("steps").raw
    steps = raw if isinstance(raw, list) else [raw]  # a mapping is a list whose dashes were forgotten
    return any(isinstance(step, dict) and "split" in step for step in steps)


def collects(route: Item, findings: Findings) -> None:
    for place, target in targets(route):
        if target.get("collect") == "message" and not has_split(route):
            message = "there is nothing to collect: the route does not split its messages"
            findings.error(place.at("collect"), NOT_SPLIT, message, "add the step 'split: records', or remove it")


def fallbacks(route: Item, findings: Findings) -> None:
    for place, target in targets(route):
        instead = (target.get("fallback") or {}).get("send")
        if instead is not None and target.get("collect") == "message":
            message = "'fallback' is not possible with 'collect: message': its records are dead one by one"
            findings.error(place.at("fallback"), NO_FALLBACK, message, "remove it", KEY)


def reply(route: Item, findings: Findings) -> None:
    """`reply: result`: one target, and nothing that makes many of one."""
    http = source(route, "http")
    if not http or http.get("reply") != "result":
        return
    place = route.place.at("from", "reply")
    items = route.value.get("to") or []
    plain = [item for item in items if not isinstance(item, Chosen) or item.kind == "target"]
    if len(list(targets(route))) > 1 or len(plain) > 1:
        findings.error(place, RESULT, "'reply: result' is only possible with exactly one target", "remove the others")
    elif not plain and items:
        findings.error(place, RESULT, "'reply: result' needs a target to reply for", "add one")
    if has_split(route):
        findings.error(place, RESULT, "'reply: result' is not possible where the route splits", "use 'reply: accepted'")
    for at, target in targets(route):
        if target.get("collect"):
            findings.error(at.at("collect"), RESULT, "'collect' is not possible with 'reply: result'", "remove it", KEY)


def holds(route: Item, findings: Findings) -> None:
    if route.value.get("order_by") is not None:
        return
    for place, target in targets(route):
        if target.get("when_dead") == "hold" and target.get("order_by") is None:
            message = "'hold' has nothing to hold: the target has no 'order_by'"
            findings.warning(place.at("when_dead"), NO_KEY, message, "add 'order_by', or remove it")
