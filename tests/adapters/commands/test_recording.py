from __future__ import annotations

import pytest

from adapters.commands.recording import flow, reply, suffix_of, with_test
from router.browse import Event
from router.config.yaml import values

TEST = ["new:", "  route: r"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\n", "a: 1\n\ntests:\n  new:\n    route: r\n"),
        ("tests:\n    old: {}\nx-z: 1\n", "tests:\n    old: {}\n    new:\n      route: r\nx-z: 1\n"),
        ("tests:   # ours\n  old: {}\n\n# routes\nroutes: {}\n",
         "tests:   # ours\n  old: {}\n  new:\n    route: r\n\n# routes\nroutes: {}\n"),
        ("a: 1\r\ntests:\r\n  old: {}\r\n", "a: 1\r\ntests:\r\n  old: {}\r\n  new:\r\n    route: r\r\n"),
    ],
)  # fmt: skip
def test_a_test_is_put_behind_the_others(before: str, after: str) -> None:
    assert with_test(before, TEST) == after


def test_tests_on_one_line_are_left_alone() -> None:
    assert with_test("tests: {old: {}}\n", TEST) is None


@pytest.mark.parametrize("value", ["a", "1001", "true", "null", "a: b", "@x", "a\nb", "#x", "it's", "~", "-", "{{ x }}", ""])
def test_values_read_back_as_they_were(value: str) -> None:
    assert values(f"x: {flow({'k': [value]})}\n".encode())["x"]["k"] == [value]


def test_a_reply_says_what_the_outside_did() -> None:
    def event(what: str = "failed", error: str = "", status: int | None = None, response: str = "") -> Event:
        return Event(0, what, "", {"error": error, "status": status, "response": response})

    assert reply(event("delivered")) == "ok"
    assert reply(event(error="timeout")) == "timeout"
    assert reply(event(error="exists")) == "refused"
    assert reply(event(error="5xx", status=503)) == 503
    assert reply(event(error="refused", status=200, response="no")) == {"status": 200, "body": "no"}


def test_samples_are_named_by_what_they_are() -> None:
    assert [suffix_of(t) for t in ("application/json; charset=utf-8", "text/xml", "x/y")] == [".json", ".xml", ".bin"]
