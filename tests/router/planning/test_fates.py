from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from router.ledger import Stored
from router.message import Envelope, new_id
from router.planning.fates import DEAD, FILTERED, SENT, NotComputed, UnitFate, refuse_impure, unit_fates
from router.processing.records import RecordReader
from router.route import Route, Source
from tests.router.workshop import Do, Expr, Json, Split, target


def route(*steps: Any, **more: Any) -> Route:
    targets = (target("all"), target("big", when=Expr(lambda body: body["n"] > 5)))
    return Route("r", Source("http", {"http": "/"}), targets, 1, codec=Json(), steps=steps, **more)


def fates(route: Route, body: Any, most: int = 10) -> dict[int, UnitFate]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    envelope = Envelope(new_id(), route.id, "/", datetime.now(UTC), raw=raw, size=len(raw))
    return dict(unit_fates(route, Stored(1, envelope, 1), RecordReader(json.loads), most))


def ends(fate: UnitFate) -> dict[str, str]:
    return {id: one.end for id, one in fate.targets.items()}


def test_a_message_that_goes_out_says_to_whom_and_with_what() -> None:
    found = fates(route(Do(lambda body: {**body, "m": 1})), {"n": 1})
    assert list(found) == [0]
    assert ends(found[0]) == {"all": SENT}
    assert json.loads(found[0].targets["all"].body) == {"n": 1, "m": 1}
    assert ends(fates(route(), {"n": 6})[0]) == {"all": SENT, "big": SENT}


def test_what_ends_it_before_any_target_is_of_the_whole() -> None:
    for given, at in ((b"{", "decode"), ({}, "map"), ({"n": 1, "m": 1}, "")):
        steps = Do(lambda body: None if "m" in body else {**body, "k": body["n"]})
        whole = fates(route(steps), given)[0].whole
        assert whole is not None
        assert (whole.end, whole.at.partition(" ")[0]) == (DEAD if at else FILTERED, at)


def test_what_ends_it_at_a_target_is_of_the_target() -> None:
    one = route()
    bad = replace(one.targets[0], steps=(Do(lambda body: {"k": body["missing"]}),))
    dropped = replace(one.targets[1], steps=(Do(lambda body: None),))
    found = fates(replace(one, targets=(bad, dropped)), {"n": 6})[0]
    assert ends(found) == {"all": DEAD, "big": FILTERED}
    assert found.targets["all"].at == "map (undefined)"


def test_each_record_has_a_fate_of_its_own_up_to_a_limit() -> None:
    split = route(Split("lines"), Do(lambda body: {"n": body["n"]}))
    found = fates(split, {"lines": [{"n": 1}, {}, {"n": 9}]})
    assert [ends(found[1]), ends(found[3])] == [{"all": SENT}, {"all": SENT, "big": SENT}]
    assert found[2].whole is not None
    assert list(fates(split, {"lines": [{"n": 1}] * 9}, most=4)) == [1, 2, 3, 4]
    assert list(fates(split, b"{")) == [0], "it is dead before it is split"


def test_a_step_that_must_not_run_for_a_look_is_refused() -> None:
    refuse_impure(route())
    step: Any = Do(lambda body: body)
    step.impure = True
    with pytest.raises(NotComputed, match="not pure"):
        refuse_impure(route(step))
