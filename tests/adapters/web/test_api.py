"""Requests to http sources: what is taken, what is refused and with which words."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pytest
from structlog.testing import capture_logs

from adapters.web.body import Bodies
from router.errors import LedgerBusy, LedgerFull
from router.ledger import End
from tests.adapters.web.outside import Answered, Web, call, route_of, table_of

pytestmark = pytest.mark.asyncio

ORDERS = "/orders/v1"
JSON = {"content-type": "application/json"}


def is_problem(answered: Answered, status: int, path: str) -> None:
    assert answered.status == status
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.headers["content-length"] == str(len(answered.body))
    content = answered.json
    assert (content["type"], content["status"], content["instance"]) == ("about:blank", status, path)
    assert content["title"]
    assert content["detail"]


async def test_an_accepted_message_is_answered_with_its_id(web: Web) -> None:
    answered = await call(web.api, "POST", ORDERS, b'{"n":1}', JSON)
    [arrival] = web.receiver.stored
    assert (answered.status, answered.json) == (202, {"id": arrival.envelope.id})
    assert answered.headers["content-type"] == "application/json"


async def test_the_envelope_holds_the_request(web: Web) -> None:
    headers = [("content-type", "text/csv"), ("x-tag", "a"), ("x-tag", "b"), ("cookie", "c=1"), ("x-city", "K\xf6ln"),
               ("idempotency-key", "k1")]
    await call(web.api, "POST", "/stores/0042%2Fb/sales", b"a;b", headers)
    [envelope] = web.receiver.envelopes
    assert (envelope.route, envelope.source, envelope.params) == (
        "stores", "/stores/{store}/sales", {"store": "0042/b"},
    )
    assert (envelope.raw, envelope.size, envelope.client) == (b"a;b", 3, "web-shop")
    assert envelope.content_type == "text/csv"
    assert envelope.headers == {
        "content-type": "text/csv", "x-tag": "a, b", "x-city": "Köln", "idempotency-key": "k1",
    }
    assert envelope.received_at.utcoffset() is not None


async def test_a_duplicate_is_accepted_under_the_first_id(web: Web) -> None:
    web.receiver.state = "duplicate"
    answered = await call(web.api, "POST", ORDERS, b"{}", JSON)
    assert (answered.status, answered.json) == (202, {"id": "first-id", "duplicate": True})


async def test_a_conflict_is_409_with_the_id_of_the_refused_one(web: Web) -> None:
    web.receiver.state = "conflict"
    answered = await call(web.api, "POST", ORDERS, b"{}", JSON)
    is_problem(answered, 409, ORDERS)
    assert answered.json["id"] == web.receiver.stored[0].envelope.id
    assert "first-id" in answered.json["detail"]


@pytest.mark.parametrize(("stage", "status"), [("decode", 400), ("validate", 422), ("dedupe", 422)])
async def test_what_is_refused_at_the_door_is_recorded_and_explained(web: Web, stage: str, status: int) -> None:
    errors = [{"path": "lines[2].qty", "message": "Not a valid integer."}]
    web.receiver.end = End("refused", stage, "invalid", "1 field is wrong: lines[2].qty", json.dumps(errors))
    answered = await call(web.api, "POST", ORDERS, b"{}", JSON)
    is_problem(answered, status, ORDERS)
    assert answered.json["errors"] == errors
    assert answered.json["detail"] == "1 field is wrong: lines[2].qty"
    assert answered.json["id"] == web.receiver.stored[0].envelope.id


async def test_a_dead_letter_at_the_door_is_accepted_where_the_route_refuses_nothing(web: Web) -> None:
    web.receiver.end = End("dead", "decode", "undecodable", "line 1: not JSON")
    answered = await call(web.api, "POST", ORDERS, b"{", JSON)
    assert (answered.status, answered.json) == (202, {"id": web.receiver.stored[0].envelope.id})


async def test_a_token_is_needed(web: Web) -> None:
    without = await call(web.api, "POST", ORDERS, b"{}", token=None)
    is_problem(without, 401, ORDERS)
    assert without.headers["www-authenticate"] == 'Bearer realm="crossdock"'
    wrong = await call(web.api, "POST", ORDERS, b"{}", token="shop-toke")
    is_problem(wrong, 401, ORDERS)
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]
    basic = await call(web.api, "POST", ORDERS, b"{}", {"authorization": "Basic c2hvcC10b2tlbg=="}, token=None)
    is_problem(basic, 401, ORDERS)
    assert web.receiver.stored == []


async def test_a_known_client_may_still_not_send_everywhere(web: Web) -> None:
    answered = await call(web.api, "POST", ORDERS, b"{}", token="pos-token")
    is_problem(answered, 403, ORDERS)


async def test_anyone_may_send_where_the_route_says_so(web: Web) -> None:
    assert (await call(web.api, "POST", "/files", b"x", token=None)).status == 202
    assert (await call(web.api, "POST", "/files", b"x", token="pos-token")).status == 202
    assert (await call(web.api, "POST", "/files", b"x", token="unknown")).status == 202
    assert [e.client for e in web.receiver.envelopes] == [None, "pos", None]


@pytest.mark.parametrize("path", ["/", "/orders", "/orders/v1/", "//orders/v1", "/Orders/v1", "/off", "/stores//sales",
                                  "/stores/%ff/sales"])
async def test_an_unknown_path_is_404(web: Web, path: str) -> None:
    is_problem(await call(web.api, "POST", path, b"{}"), 404, path)


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "OPTIONS"])
async def test_another_method_is_405_with_what_is_allowed(web: Web, method: str) -> None:
    answered = await call(web.api, method, ORDERS, b"", token=None)
    is_problem(answered, 405, ORDERS)
    assert answered.headers["allow"] == "POST"


@pytest.mark.parametrize("media", ["text/csv", "application/xml", "text/plain; charset=utf-8", "image/png"])
async def test_a_media_type_that_contradicts_the_format_is_415(web: Web, media: str) -> None:
    is_problem(await call(web.api, "POST", ORDERS, b"{}", {"content-type": media}), 415, ORDERS)


@pytest.mark.parametrize("media", [None, "application/json", "application/vnd.shop+json", "application/octet-stream",
                                   "application/x-www-form-urlencoded"])
async def test_a_media_type_that_says_nothing_else_is_taken(web: Web, media: str | None) -> None:
    headers = {"content-type": media} if media else {}
    assert (await call(web.api, "POST", ORDERS, b"{}", headers)).status == 202


async def test_a_compressed_body_is_415(web: Web) -> None:
    answered = await call(web.api, "POST", ORDERS, b"\x1f\x8b", {**JSON, "content-encoding": "gzip"})
    is_problem(answered, 415, ORDERS)
    assert answered.headers["accept-encoding"] == "identity"
    assert (await call(web.api, "POST", ORDERS, b"{}", {**JSON, "content-encoding": "identity"})).status == 202


async def test_a_body_over_the_limit_is_413_by_its_length(web: Web) -> None:
    answered = await call(web.api, "POST", "/files", b"x" * 200_001, {"expect": "100-continue"})
    is_problem(answered, 413, "/files")
    assert answered.headers["connection"] == "close"
    assert (await call(web.api, "POST", "/files", b"x" * 200_000)).status == 202


async def test_a_body_over_the_limit_is_413_while_it_comes(web: Web) -> None:
    answered = await call(web.api, "POST", "/files", [b"x" * 50_000] * 8)
    is_problem(answered, 413, "/files")
    assert answered.headers["connection"] == "close"
    assert web.receiver.stored == []
    await web.api.close()
    assert [b.ended for b in web.intake.blobs] == ["discarded"]


async def test_a_large_body_goes_to_a_blob(web: Web) -> None:
    answered = await call(web.api, "POST", "/files", [b"a" * 50_000, b"b" * 50_000, b""])
    assert answered.status == 202
    [envelope], [blob] = web.receiver.envelopes, web.intake.blobs
    assert (envelope.raw, envelope.blob, envelope.size) == (None, blob.path, 100_000)
    assert blob.path.name == envelope.id
    assert envelope.read() == b"a" * 50_000 + b"b" * 50_000
    assert web.receiver.stored[0].sha256 == hashlib.sha256(envelope.read()).digest()
    await web.api.close()
    assert blob.ended == "closed"


async def test_nothing_is_left_of_a_large_body_that_was_not_stored(web: Web) -> None:
    web.receiver.error = LedgerFull()
    answered = await call(web.api, "POST", "/files", b"x" * 100_000)
    is_problem(answered, 503, "/files")
    await web.api.close()
    assert [b.ended for b in web.intake.blobs] == ["discarded"]


async def test_a_caller_who_goes_away_leaves_nothing(web: Web) -> None:
    gone = asyncio.Event()
    gone.set()

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(event: object) -> None:
        raise AssertionError("nobody is there")

    scope = {"type": "http", "method": "POST", "path": "/files", "raw_path": b"/files", "headers": []}
    await web.api(scope, receive, send)
    assert web.receiver.envelopes == []


async def test_a_caller_who_stops_sending_is_408(web: Web) -> None:
    web.api._bodies = Bodies(web.intake.blob, patience=0.02)
    answered = await call(web.api, "POST", "/files", [])
    is_problem(answered, 408, "/files")
    assert answered.headers["connection"] == "close"


@pytest.mark.parametrize(("error", "seconds"), [(LedgerBusy("at db.inside:5432"), "1"), (LedgerFull(), "30")])
async def test_a_ledger_that_cannot_store_is_503(web: Web, error: Exception, seconds: str) -> None:
    web.receiver.error = error
    answered = await call(web.api, "POST", ORDERS, b"{}", JSON)
    is_problem(answered, 503, ORDERS)
    assert answered.headers["retry-after"] == seconds
    assert b"nothing was accepted" in answered.body
    assert b"inside" not in answered.body


async def test_why_nothing_can_be_stored_is_in_the_log_once_in_a_while(web: Web) -> None:
    web.receiver.error = LedgerBusy("PostgreSQL at db.inside:5432 is away")
    with capture_logs() as logs:
        for _ in range(3):
            await call(web.api, "POST", ORDERS, b"{}", JSON)
    (line,) = [line for line in logs if line.get("action") == "web.not_stored"]
    assert (line["route"], line["reason"]) == ("web-orders", "PostgreSQL at db.inside:5432 is away")


async def test_a_closed_intake_is_503(web: Web) -> None:
    web.api._closed = lambda route: f"{route} is over its limit"
    answered = await call(web.api, "POST", ORDERS, b"{}", JSON)
    is_problem(answered, 503, ORDERS)
    assert answered.headers["retry-after"] == "5"
    assert b"orders is over its limit" in answered.body
    assert web.receiver.envelopes == []


async def test_a_client_over_its_rate_is_429(web: Web) -> None:
    answers = [await call(web.api, "POST", "/stores/1/sales", b"{}", token="slow-token") for _ in range(3)]
    assert [a.status for a in answers] == [202, 202, 429]
    is_problem(answers[2], 429, "/stores/1/sales")
    assert answers[2].headers["retry-after"] == "1"


async def test_an_error_of_ours_is_500_and_not_the_end(web: Web) -> None:
    web.receiver.error = RuntimeError("a bug")
    with capture_logs() as logged:
        answered = await call(web.api, "POST", ORDERS, b"{}", JSON)
    is_problem(answered, 500, ORDERS)
    assert b"a bug" not in answered.body
    assert [(one["error_id"], one["exc_info"]) for one in logged] == [(answered.json["error_id"], True)]
    web.receiver.error = None
    assert (await call(web.api, "POST", ORDERS, b"{}", JSON)).status == 202


async def test_another_table_holds_from_the_next_request_on(web: Web) -> None:
    web.api.use(table_of(route_of("new", "/new")))
    assert (await call(web.api, "POST", ORDERS, b"{}", JSON)).status == 404
    assert (await call(web.api, "POST", "/new", b"{}", JSON)).status == 202


async def test_requests_are_counted_by_route_and_status(web: Web) -> None:
    await call(web.api, "POST", ORDERS, b"{}", JSON)
    await call(web.api, "POST", ORDERS, b"{}", token=None)
    await call(web.api, "POST", "/nowhere", b"{}")
    requests, latency, *_ = web.metrics.collect()
    assert {(s.labels["route"], s.labels["status"]): s.value for s in requests.samples} == {
        ("web-orders", "202"): 1, ("web-orders", "401"): 1, ("", "404"): 1,
    }
    assert [s.value for s in latency.samples if s.name.endswith("_count")] == [1]


async def test_many_requests_at_once_are_told_apart(web: Web) -> None:
    answers = await asyncio.gather(*(call(web.api, "POST", ORDERS, b"{}", JSON) for _ in range(50)))
    assert {a.status for a in answers} == {202}
    assert len({a.json["id"] for a in answers}) == 50
