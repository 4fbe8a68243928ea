from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from router.ledger import Stored
from router.message import Envelope, new_id
from router.planning.groups import Comparison
from router.planning.traffic import compared, fields
from router.processing.records import RecordReader
from router.route import Otherwise, Route, Source
from tests.router.workshop import Do, Expr, Json, Split, target


def route(*steps: Any, **more: Any) -> Route:
    more.setdefault("targets", (target("erp"),))
    return Route("r", Source("http", {"http": "/"}), version=1, codec=Json(), steps=steps, **more)


def stored(body: Any) -> Stored:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Stored(1, Envelope(new_id(), "r", "/", datetime.now(UTC), raw=raw, size=len(raw)), 1)


BODIES = [{"n": n, "lines": [{"k": n}]} for n in range(6)]


def compare(before: Route, after: Route, bodies: list[Any] = BODIES, same: int = -1) -> Comparison:
    readers = RecordReader(json.loads), RecordReader(json.loads)
    return compared(before, after, map(stored, bodies), readers, fields(json.loads), same=same)


def groups(found: Comparison) -> list[tuple[str, str, str, int]]:
    return [(g.word, g.target, g.detail, g.count) for g in found.groups.values()]


FEW = Expr(lambda body: body["n"] > 3)
FILTER = Do(lambda body: body if body["n"] > 3 else None, "filter", "filter: few")
CHANGES = {
    "nothing": (route(), route(), []),
    "one more target": (route(), route(targets=(target("erp"), target("wms", when=FEW))), [("also goes", "wms", "", 2)]),
    "one less": (route(targets=(target("erp"), target("wms", when=FEW))), route(), [("no longer goes", "wms", "", 2)]),
    "another body": (
        route(), route(Do(lambda body: {**body, "lines": [{"k": -1}]})), [("gets another body", "erp", "body.lines[].k", 6)],
    ),
    "a filter": (route(), route(FILTER), [("is filtered", "", "filter: few", 4)]),
    "a filter less": (route(FILTER), route(), [("is no longer filtered", "", "filter: few", 4)]),
    "a failure": (
        route(), route(Do(lambda body: {"k": body["x"]})), [("fails", "", "map (undefined): body.x is undefined", 6)],
    ),
    "a failure less": (
        route(Do(lambda body: {"k": body["x"]})), route(), [("no longer fails", "", "map (undefined): body.x is undefined", 6)],
    ),
    "a failure of another kind": (
        route(Do(lambda body: {"k": body["x"]})), route(Do(lambda body: {"k": body["y"]})),
        [("fails in another way", "", "map (undefined): body.y is undefined", 6)],
    ),
    "a failure at the target that was one before": (
        route(Do(lambda body: {"k": body["x"]})), route(targets=(target("erp", steps=(Do(lambda body: {"k": body["y"]}),)),)),
        [("fails in another way", "", "map (undefined): body.y is undefined", 6)],
    ),
    "a failure at a target": (
        route(), route(targets=(target("erp", steps=(Do(lambda body: {"k": body["x"]}),)),)),
        [("fails", "erp", "map (undefined): body.x is undefined", 6)],
    ),
    "nobody for it": (
        route(), route(targets=(target("erp", when=FEW),), otherwise=Otherwise("dead", "too few")),
        [("fails", "", "route (unroutable): too few", 4)],
    ),
    "another split": (route(Split("lines")), route(), [("has fewer records", "", "", 6)]),
    "a split that fails": (
        route(Split("lines")), route(Do(lambda body: {"lines": body["x"]}), Split("lines")),
        [("fails", "", "map (undefined): body.x is undefined", 6)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_fate_is_told_in_one_way_and_counted(name: str) -> None:
    before, after, expected = CHANGES[name]
    found = compare(before, after)
    if name == "another split":
        assert found.changed == 6
        return
    assert groups(found) == expected
    assert found.changed == sum(count for *_, count in expected)
    assert found.messages == 6


def test_another_reason_of_death_is_a_change_and_no_new_failure() -> None:
    dies = route(Do(lambda body: {"k": body["x"]}))
    assert groups(compare(dies, dies)) == []
    assert groups(compare(dies, route(Do(lambda body: {"k": body["y"]})))) == [
        ("fails in another way", "", "map (undefined): body.y is undefined", 6),
    ]  # fmt: skip


def test_what_was_dead_at_its_target_and_is_filtered_fails_no_longer() -> None:
    died = route(targets=(target("erp", steps=(Do(lambda body: {"k": body["x"]}),)),))
    found = compare(died, route(FILTER))
    why = "map (undefined): body.x is undefined"
    assert groups(found) == [
        ("no longer fails", "", why, 4), ("is filtered", "", "filter: few", 4), ("no longer fails", "erp", why, 2),
    ]  # fmt: skip
    assert found.changed == 6


def test_another_address_is_told() -> None:
    one = target("erp")
    other = replace(one, send=replace(one.send, prepare=lambda message: "elsewhere"))
    assert groups(compare(route(targets=(one,)), route(targets=(other,)))) == [("is asked in another way", "erp", "", 6)]


def test_the_first_of_a_group_is_its_sample() -> None:
    found = compare(route(), route(Do(lambda body: {**body, "n": body["n"] + 1})))
    (group,) = found.groups.values()
    assert group.told == "body.n: 0 → 1"


def test_messages_without_their_bodies_are_left_out() -> None:
    gone = replace(stored(b"{}"), envelope=replace(stored(b"{}").envelope, raw=b""))
    readers = RecordReader(json.loads), RecordReader(json.loads)
    found = compared(route(), route(), [gone], readers, fields(json.loads))
    assert (found.messages, found.gone) == (0, 1)


def test_bodies_that_differ_in_their_layout_alone_are_told_by_their_lengths() -> None:
    assert fields(json.loads)(b"[1,2]", b"[1, 2]") == [("body", "5 bytes", "6 bytes")]


def test_first_steps_that_are_the_same_are_computed_once_and_change_nothing() -> None:
    seen: list[Any] = []

    def first(body: Any) -> Any:
        seen.append(body)
        return {**body, "m": body["n"] * 2} if body["n"] else None

    def pair(*steps: Any) -> tuple[Route, Route]:
        more = Do(lambda body: {**body, "k": body["x"]} if body["n"] == 5 else {**body, "k": 1})
        return route(*steps), route(*steps, more)

    for steps in ((Do(first),), (Split("lines"), Do(lambda body: first({"n": body["k"]})))):
        seen.clear()
        apart = compare(*pair(*steps))
        assert len(seen) == 12
        seen.clear()
        together = compare(*pair(*steps), same=len(steps))
        assert len(seen) == 6
        assert groups(apart) == groups(together)
        assert (apart.looked, apart.changed) == (together.looked, together.changed) == (6, 5)
