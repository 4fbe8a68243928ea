"""Reading a request, sending an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from adapters.web.problems import Answer
from adapters.web.request import Request, respond

Pairs = Sequence[tuple[bytes, bytes]]


def request_of(headers: Pairs = (), events: Sequence[dict[str, Any]] = ()) -> Request:
    left = list(events)

    async def receive() -> dict[str, Any]:
        return left.pop(0)

    return Request({"method": "POST", "path": "/a b", "raw_path": b"/a%20b", "headers": headers}, receive)


async def sent_by(answer: Answer, request: Request) -> list[Any]:
    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    await respond(send, answer, request)
    return sent


def test_the_path_is_as_it_was_sent() -> None:
    assert request_of().path == "/a%20b"


def test_headers_of_the_connection_and_secrets_are_not_stored() -> None:
    headers = [(b"host", b"x"), (b"authorization", b"Bearer t"), (b"cookie", b"c"), (b"x-a", b"1"), (b"x-a", b"2"),
               (b"x-utf", "ü".encode()), (b"x-latin", b"\xfc")]
    assert request_of(headers).stored_headers() == {"x-a": "1, 2", "x-utf": "ü", "x-latin": "ü"}


@pytest.mark.parametrize(
    ("headers", "length"),
    [([], 0), ([(b"content-length", b"12")], 12), ([(b"content-length", b"-1")], None),
     ([(b"transfer-encoding", b"chunked")], None)],
)
def test_the_length_is_known_unless_it_comes_in_chunks(headers: Pairs, length: int | None) -> None:
    assert request_of(headers).length() == length


@pytest.mark.asyncio
async def test_an_answer_has_its_length() -> None:
    start, body = await sent_by(Answer(200, ((b"x", b"y"),), b"abc"), request_of())
    assert (start["status"], start["headers"]) == (200, [(b"x", b"y"), (b"content-length", b"3")])
    assert body == {"type": "http.response.body", "body": b"abc"}


@pytest.mark.asyncio
async def test_an_answer_that_has_no_body_has_no_length() -> None:
    start, body = await sent_by(Answer(204, (), b"ignored"), request_of())
    assert (start["headers"], body["body"]) == ([], b"")


@pytest.mark.asyncio
async def test_a_large_body_that_was_not_read_is_thrown_away_after_the_answer() -> None:
    events: list[dict[str, Any]]
    events = [{"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.request", "body": b"x"}]
    request = request_of([(b"content-length", b"1000000")], events)
    sent = await sent_by(Answer(413, (), b"no"), request)
    assert sent[0]["headers"][-1] == (b"connection", b"close")
    assert sent[1:] == [
        {"type": "http.response.body", "body": b"no", "more_body": True}, {"type": "http.response.body", "body": b""},
    ]
    assert request.read


@pytest.mark.asyncio
async def test_a_body_that_waits_to_be_asked_for_is_not_asked_for() -> None:
    request = request_of([(b"content-length", b"1000000"), (b"expect", b"100-continue")])
    await sent_by(Answer(413, (), b"no"), request)
    assert not request.asked
