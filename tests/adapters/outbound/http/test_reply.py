"""Whether an answer is a success, and when to come again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.outbound.http.address import HttpAddress
from adapters.outbound.http.reply import Reply, body_of, in_words, judge, retry_after
from router.errors import ExpressionError
from router.message import Envelope, Message, utc_now
from transforms.expressions.compile import compile_condition, compile_expression

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MESSAGE = Message(Envelope("m1", "web-orders", "/orders", utc_now(), b"{}"), {"id": 1})
JSON = {"content-type": "application/json; charset=utf-8"}


def accepted(message: Message, reply: Mapping[str, Any]) -> bool:
    assert message is MESSAGE
    body = reply["body"]
    if not isinstance(body, dict):
        raise ExpressionError("reply.body is a text", "type")
    return bool(body["ok"])


ASKING = replace(HttpAddress("POST", "/x"), ok_when=accepted, message=MESSAGE)


def test_ok_when_true_is_a_success() -> None:
    outcome = judge(ASKING, Reply(200, JSON, b'{"ok": true}'), NOW)
    assert (outcome.error, outcome.status, outcome.response) == (None, 200, b'{"ok": true}')


def test_ok_when_false_is_refused_with_the_answer() -> None:
    outcome = judge(ASKING, Reply(200, JSON, b'{"ok": false, "why": "closed"}'), NOW)
    assert (outcome.error, outcome.status) == ("refused", 200)
    assert outcome.reason == 'ok_when is false: HTTP 200 OK: {"ok": false, "why": "closed"}'


def test_ok_when_that_fails_is_refused_with_the_reason() -> None:
    outcome = judge(ASKING, Reply(200, JSON, b"<html>"), NOW)
    assert outcome.error == "refused"
    assert outcome.reason == "ok_when: reply.body is a text: HTTP 200 OK: <html>"


def test_ok_when_is_true_or_false_and_nothing_else() -> None:
    outcome = judge(replace(ASKING, ok_when=lambda message, reply: "yes"), Reply(200, {}, b""), NOW)
    assert (outcome.error, outcome.reason) == ("refused", "ok_when: 'yes' is neither true nor false: HTTP 200 OK")


LONG = Reply(200, JSON, b'{"ok": true, "more": [1, 2', cut=True)
"""The beginning of an answer."""


def condition(text: str) -> HttpAddress:
    return replace(ASKING, ok_when=compile_condition(text))


def test_of_a_long_answer_the_status_counts() -> None:
    outcome = judge(HttpAddress("POST", "/x"), LONG, NOW)
    assert (outcome.error, outcome.status, outcome.cut) == (None, 200, True)
    assert outcome.reason == "the answer is longer than 16 MiB"
    outcome = judge(HttpAddress("POST", "/x"), replace(LONG, status=503, body=b"no"), NOW)
    assert (outcome.error, outcome.cut) == ("503", True)
    assert outcome.reason == "HTTP 503 Service Unavailable: no; the answer is longer than 16 MiB"


@pytest.mark.parametrize("text", ["reply.body.ok", "reply['body'].ok", "(reply.body.error | default('')) == ''",
                                  "reply.body is defined", "reply.body.ok is not none"])  # fmt: skip
def test_nobody_decides_by_the_beginning_of_a_long_answer(text: str) -> None:
    for _ in range(2):
        outcome = judge(condition(text), LONG, NOW)
        assert (outcome.error, outcome.status) == ("refused", 200)
        assert outcome.reason.startswith("ok_when: reply.body: the answer is longer than 16 MiB: HTTP 200 OK: {")


def test_a_condition_that_does_not_ask_for_the_body_is_decided() -> None:
    assert judge(condition("reply.status == 200 and reply.headers['content-type'] != ''"), LONG, NOW).ok
    assert judge(condition("reply.status == 201"), LONG, NOW).error == "refused"
    outcome = judge(condition("reply.other is defined"), LONG, NOW)
    assert outcome.reason.startswith("ok_when is false: ")


def test_members_are_not_read_from_the_beginning_of_a_long_answer() -> None:
    gathered = replace(HttpAddress("POST", "/x"), failed=compile_expression("reply.body.failed | default([])"), message=MESSAGE)
    outcome = judge(gathered, LONG, NOW)
    assert outcome.error == "refused"
    assert outcome.reason.startswith("collect.failed: reply.body: the answer is longer than 16 MiB: HTTP 200 OK")


def test_a_status_that_is_not_ok_goes_before_ok_when() -> None:
    outcome = judge(ASKING, Reply(500, {**JSON, "retry-after": "5"}, b'{"ok": true}'), NOW)
    assert (outcome.error, outcome.retry_after) == ("500", 5.0)


def test_a_success_has_nothing_to_wait_for() -> None:
    assert judge(HttpAddress("POST", "/x"), Reply(200, {"retry-after": "5"}, b""), NOW).retry_after is None


def test_the_body_of_a_reply_is_exact_json_or_text() -> None:
    problem = {"content-type": "application/problem+json"}
    exact = body_of(Reply(200, problem, b'{"total": 10.10, "n": 12345678901234567890}'))
    assert exact == {"total": Decimal("10.10"), "n": 12345678901234567890}
    assert str(exact["total"]) == "10.10"
    assert body_of(Reply(200, {"content-type": "text/plain; charset=latin-1"}, b"gr\xfc\xdfe")) == "grüße"
    assert body_of(Reply(200, {"content-type": "text/plain; charset=no-such"}, b"\xff")) == "\ufffd"
    assert body_of(Reply(200, {}, b"{}")) == "{}"


def test_a_status_without_a_phrase_has_words_too() -> None:
    assert in_words(Reply(599, {}, b"")) == "HTTP 599"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("99999999", 86_400.0),
        ("Sun, 01 Mar 2026 12:01:30 GMT", 90.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sun, 01 Mar 2099 11:00:00 GMT", 86_400.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


GATHERED = replace(HttpAddress("POST", "/x"), failed=lambda message, reply: reply["body"], message=MESSAGE)


@pytest.mark.parametrize(("body", "failed"), [(b"[]", ()), (b"[0, 2]", (0, 2))])
def test_failed_names_the_members_that_the_answer_refuses(body: bytes, failed: tuple[int, ...]) -> None:
    outcome = judge(GATHERED, Reply(207, {"content-type": "application/json"}, body), NOW)
    assert (outcome.error, outcome.failed) == (None, failed)


@pytest.mark.parametrize(
    ("body", "why"), [(b"{}", "no list of indexes"), (b"[-1]", "-1 is no index"), (b'["a"]', "'a' is no index")]
)
def test_an_answer_that_does_not_say_who_failed_is_refused_as_a_whole(body: bytes, why: str) -> None:
    outcome = judge(GATHERED, Reply(200, {"content-type": "application/json"}, body), NOW)
    assert outcome.error == "refused"
    assert why in outcome.reason


def test_a_reason_does_not_grow_with_the_answer() -> None:
    body = b'["' + b"x" * 1_000_000 + b'"]'
    for asking in (GATHERED, replace(ASKING, ok_when=lambda message, reply: reply["body"])):
        assert len(judge(asking, Reply(200, JSON, body), NOW).reason) < 1000


def test_nobody_asks_who_failed_where_all_did() -> None:
    assert judge(GATHERED, Reply(503, {}, b"[0]"), NOW).failed == ()


@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b"[" * 100_000 + b"]" * 100_000, b'{"n": 1e99999999999999999999}', b"[" + b"9" * 5000 + b"]", b"NaN",
     b'"\xff"', b'"\\ud800"', b"", b"\xef\xbb\xbf{}"],
)  # fmt: skip
def test_json_that_cannot_be_held_is_text(body: bytes) -> None:
    """`ok_when` says then that it is a text, and the delivery has its outcome."""
    assert isinstance(body_of(Reply(200, JSON, body)), str)
    outcome = judge(ASKING, Reply(200, JSON, body), NOW)
    assert outcome.error == "refused"
    assert outcome.reason.startswith("ok_when: reply.body is a text: HTTP 200 OK")


@pytest.mark.parametrize(
    "charset", ["idna", "undefined", "punycode", "hex", "utf-16", "no such", "unicode_escape", "utf-7", "\x00"]
)
def test_a_text_can_be_stored_whatever_it_says_of_itself(charset: str) -> None:
    for body in (b"\xff\xfe\x00", b"\\ud800 +2AA-", b"xn--" + b"a" * 500):
        words = in_words(Reply(500, {"content-type": f"text/plain; charset={charset}"}, body))
        assert words.encode().startswith(b"HTTP 500 Internal Server Error")


def test_a_reason_moves_no_cursor() -> None:
    words = in_words(Reply(500, {}, b"\x1b[2J\x07 sold\x00out\r\n\xc2\x9b1m \x7f"))
    assert words == "HTTP 500 Internal Server Error: [2J sold out 1m"


@pytest.mark.parametrize("value", ["9" * 6000, "Mon, 1", "", ",,,,", "1 Jan 1 00:00:00 +2359", "1 Jan 9999 23:59:59 -2359",
                                   "Wed, 25 Nov 2026 10:00:00 +9999999999", "Fri, 31 Feb 2026 00:00:00 GMT", "x" * 60_000])
def test_any_retry_after_is_bounded_or_nothing(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= 86_400
