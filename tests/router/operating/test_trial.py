"""A trial on plain objects: what each step makes, and where it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from router.errors import MessageError
from router.message import Envelope, Message, utc_now
from router.operating.trial import ALWAYS, Dead, try_route
from router.processing.records import RecordReader
from router.route import Otherwise, Route, Send, Source, Target
from transforms.expressions import compile_condition


class Json:
    name, content_type = "json", "application/json"
    suffixes: tuple[str, ...] = ()

    def decode(self, raw: bytes, envelope: Envelope) -> Any:
        return json.loads(raw)

    def encode(self, body: Any) -> bytes:
        return json.dumps(body).encode()


class Step:
    def __init__(self, verb: str, rule: str, act: Callable[[Message], Message | None]) -> None:
        self.verb, self.rule, self.apply = verb, rule, act


class Split:
    verb, rule, by_codec, reject, group = "split", "split: body.lines", False, False, ()

    def bodies(self, message: Message) -> list[Any]:
        return list(message.body["lines"])


def refuse(message: Message) -> Message:
    raise MessageError("map", "undefined", "body.customer is undefined")


DOUBLE = Step("map", "map: double", lambda m: m.with_body({"n": m.body["n"] * 2}))
DROP = Step("filter", "filter: body.n > 9", lambda m: m if m.body["n"] > 9 else None)


def target(id: str, when: Any = None) -> Target:
    return Target(id, "r", Send("http", "erp", {}, lambda message: None), when, codec=Json())


def tried(*steps: Any, body: object = None, record: int = 1, **more: Any) -> Any:
    targets = more.pop("targets", (target("a"),))
    route = Route("r", Source("http", {}), targets, codec=Json(), steps=steps, **more)
    raw = json.dumps({"n": 4} if body is None else body).encode()
    return try_route(route, Envelope("m", "r", "/", utc_now(), raw), RecordReader(json.loads), record)


def test_each_step_shows_its_body_and_each_target_its_bytes() -> None:
    trial = tried(DOUBLE)
    assert [(s.verb, s.body) for s in trial.steps] == [("decode", {"n": 4}), ("map", {"n": 8})]
    (found,) = trial.targets
    assert (found.id, found.chosen, found.body) == ("r.a", True, b'{"n": 8}')
    assert found.request["delivery_id"] == "m:a"
    assert not trial.failed


def test_a_filtered_one_goes_nowhere() -> None:
    trial = tried(DROP, DOUBLE)
    assert (trial.filtered, trial.targets, trial.steps[-1].note) == ("filter: body.n > 9", [], "filtered")
    assert not trial.failed


def test_the_dead_letter_that_it_would_be() -> None:
    trial = tried(Step("map", "map: x", refuse))
    assert trial.dead == Dead("map", "undefined", "body.customer is undefined")
    assert trial.failed


def test_only_chosen_targets_would_get_it() -> None:
    targets = (target("a", lambda m: m.body["n"] > 9), target("b", lambda m: True))
    trial = tried(targets=targets, otherwise=Otherwise("dead", "no rule"))
    assert [(t.id, t.chosen) for t in trial.targets] == [("r.a", False), ("r.b", True)]
    none = tried(targets=targets[:1], otherwise=Otherwise("dead", "no rule"))
    assert none.dead == Dead("route", "unroutable", "no rule")


def test_every_target_says_how_it_was_decided() -> None:
    targets = (target("a", compile_condition("body.n > 9")), target("b", compile_condition("body.n > 1")),
               target("c", compile_condition("body.x is defined")))  # fmt: skip
    a, b, c = (t.choice for t in tried(targets=targets, otherwise=Otherwise("dead", "no rule")).targets)
    assert (a.when, a.values) == ("body.n > 9", {"body.n": 4})
    assert (b.when, b.values) == ("body.n > 1", {"body.n": 4})
    assert (c.values, c.undefined) == ({}, ["body.x"])
    none = tried(targets=targets[:1], otherwise=Otherwise("dead", "no rule"))
    assert none.targets[0].choice == a, "also where none is for it"
    assert tried().targets[0].choice.why == ALWAYS


NO_VALUE = "nothing is sent: `when` of q could not be decided"


def test_where_a_condition_fails_the_others_say_that_nothing_is_sent() -> None:
    q, after = target("q", compile_condition("body.nope == 1")), target("after", compile_condition("body.n > 1"))
    low, high = target("low", compile_condition("body.n > 9")), target("high", compile_condition("body.n > 1"))
    trial = tried(targets=(target("p"), low, high, q, after))
    assert trial.dead.reason.endswith("body.nope is undefined")
    assert [t.choice.why for t in trial.targets] == [NO_VALUE, "", NO_VALUE, "", NO_VALUE]
    assert trial.targets[1].choice.values == {"body.n": 4}
    assert trial.targets[3].choice.undefined == ["body.nope"]
    assert trial.targets[4].choice.when == "body.n > 1"


def test_where_the_first_condition_fails_none_behind_it_is_asked() -> None:
    targets = (target("q", compile_condition("body.n")), target("b", compile_condition("body.n > 1")), target("o"))
    trial = tried(targets=targets, match="first", otherwise=Otherwise("target", "o"))
    assert [(t.chosen, t.choice.why) for t in trial.targets] == [(False, ""), (False, NO_VALUE), (False, NO_VALUE)]


def test_one_record_of_a_split_message_goes_on() -> None:
    body = {"lines": [{"n": 1}, {"n": 2}]}
    trial = tried(Split(), DOUBLE, body=body, record=2)
    assert [(s.verb, s.body, s.note) for s in trial.steps[1:]] == [
        ("split", {"n": 2}, "record 2 of 2"), ("map", {"n": 4}, ""),
    ]  # fmt: skip
    assert trial.targets[0].request["delivery_id"] == "m:a:2"
    assert tried(Split(), body=body, record=3).dead.reason == "there are 2 records, none is number 3"


@pytest.mark.parametrize("raw", ["{", ""])
def test_what_cannot_be_decoded_has_no_step(raw: str) -> None:
    class Strict(Json):
        def decode(self, raw: bytes, envelope: Envelope) -> Any:
            raise MessageError("decode", "undecodable", "line 1: no JSON")

    route = Route("r", Source("http", {}), (target("a"),), codec=Strict())
    trial = try_route(route, Envelope("m", "r", "/", utc_now(), raw.encode()), RecordReader(json.loads))
    assert (trial.steps, trial.dead) == ([], Dead("decode", "undecodable", "line 1: no JSON"))
