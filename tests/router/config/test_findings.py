from __future__ import annotations

from router.config.findings import Findings, Place, mistakes_of, subject
from router.config.located import Located, locate
from router.config.references import Resolver
from router.config.schema.mistakes import ABSENT_HERE, Mistake, unknown
from router.config.yaml import parse

TEXT = b"routes:\n  r:\n    to:\n      - {id: erp, send: {http: erp}}\n      - {otherwise: {dead: x}}\n"


def located() -> Located:
    return locate(parse(TEXT, "routes.yaml"), Resolver({}))


def test_subjects() -> None:
    data = located().data
    assert subject(data, ("routes", "r", "to", 0, "send", "http")) == ("target 'erp' of route 'r'", ("send", "http"))
    assert subject(data, ("routes", "r", "to", 1)) == ("target 2 of route 'r'", ())
    assert subject(data, ("connections", "pos", "hed")) == ("connection 'pos'", ("hed",))
    assert subject(data, ("clients", "x")) == ("client 'x'", ())
    assert subject(data, ("defaults", "retry")) == ("", ("defaults", "retry"))


def test_a_place_reads_what_is_written_there() -> None:
    place = Place(located()).at("routes", "r", "to", 0)
    assert place.at("id").raw == "erp"
    assert place.at("gone", "further").raw is None


def test_a_missing_key_that_was_misspelt_is_said_once() -> None:
    messages = {"path": [ABSENT_HERE], "url": [ABSENT_HERE], "pth": [unknown("pth", "did you mean 'path'?")]}
    assert [path for path, _ in mistakes_of(messages, ("a",))] == [("a", "url"), ("a", "pth")]


def test_a_sentence_and_its_place() -> None:
    findings, place = Findings(), Place(located()).at("routes", "r", "to", 0, "send")
    findings.add(place.at("path"), ABSENT_HERE)
    findings.add(place.at("http"), Mistake("0204", "'erp' is not accepted"))
    first, second = findings.problems
    assert (first.line, first.column, first.path) == (4, 19, "routes.r.to[0].send.path")
    assert first.message == "'path' is missing in 'send' of target 'erp' of route 'r'"
    assert (second.line, second.column) == (4, 32)
    assert second.message == "send.http of target 'erp' of route 'r': 'erp' is not accepted"
