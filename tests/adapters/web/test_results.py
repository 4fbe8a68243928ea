"""`reply: result`: the target's answer goes back to the caller."""

from __future__ import annotations

import asyncio
import time

import pytest

from adapters.web.results import Result
from router.errors import LedgerBusy
from router.ledger import End
from tests.adapters.web.outside import Answered, Web, call, until

pytestmark = pytest.mark.asyncio


async def ask(web: Web, **options: object) -> Answered:
    return await call(web.api, "POST", "/ask", b"{}", {"content-type": "application/json"}, **options)  # type: ignore[arg-type]


async def test_the_answer_of_the_target_goes_back_whole(web: Web) -> None:
    web.results.answers = [Result("open"), Result("open"), Result("delivered", 201, "application/xml", b"<ok/>")]
    answered = await ask(web)
    assert (answered.status, answered.headers["content-type"], answered.body) == (201, "application/xml", b"<ok/>")
    assert web.results.asked == [(65_536, "ask.erp")] * 3


async def test_a_final_error_of_the_target_goes_back_too(web: Web) -> None:
    web.results.answers = [Result("dead", 409, "text/plain", b"exists", "send", "HTTP 409 Conflict: exists")]
    answered = await ask(web)
    assert (answered.status, answered.headers["content-type"], answered.body) == (409, "text/plain", b"exists")


async def test_an_answer_without_content_has_none(web: Web) -> None:
    web.results.answers = [Result("delivered", 204)]
    answered = await ask(web)
    assert (answered.status, answered.body, "content-length" in answered.headers) == (204, b"", False)


@pytest.mark.parametrize(("stage", "status"), [("send", 502), ("map", 502), ("route", 422)])
async def test_a_dead_letter_without_answer(web: Web, stage: str, status: int) -> None:
    web.results.answers = [Result("dead", stage=stage, reason="could not connect to erp:80")]
    answered = await ask(web)
    assert (answered.status, answered.json["detail"]) == (status, "could not connect to erp:80")
    assert answered.json["id"] == web.receiver.stored[0].envelope.id


async def test_filtered_is_accepted(web: Web) -> None:
    web.results.answers = [Result("filtered", reason="not ours")]
    answered = await ask(web)
    assert (answered.status, answered.json) == (202, {"id": web.receiver.stored[0].envelope.id})


async def test_a_delivery_without_a_status_is_a_success(web: Web) -> None:
    web.results.answers = [Result("delivered")]
    assert (await ask(web)).status == 200


async def test_late_is_504_once_that_is_committed(web: Web) -> None:
    web.receiver.deadline = int(time.time() * 1000) + 30
    answered = await ask(web)
    assert (answered.status, answered.headers["content-type"]) == (504, "application/problem+json")
    assert answered.json["id"] == web.receiver.stored[0].envelope.id


async def test_an_answer_at_the_last_moment_is_not_late(web: Web) -> None:
    web.receiver.deadline = int(time.time() * 1000)
    web.results.lateness = "delivered"
    web.results.answers = [Result("delivered", 200, "text/plain", b"just in time")]
    assert (await ask(web)).body == b"just in time"


async def test_a_duplicate_waits_for_the_first(web: Web) -> None:
    web.receiver.state = "duplicate"
    web.results.answers = [Result("open"), Result("delivered", 200, "text/plain", b"first")]
    answered = await ask(web)
    assert (answered.status, answered.body) == (200, b"first")


async def test_what_is_refused_does_not_wait(web: Web) -> None:
    web.receiver.end = End("refused", "validate", "invalid", "n: Missing data.")
    assert (await ask(web)).status == 422
    assert web.results.asked == []


async def test_a_caller_who_goes_away_is_not_waited_for(web: Web) -> None:
    gone = asyncio.Event()
    asking = asyncio.ensure_future(ask(web, gone=gone))
    await until(lambda: web.results.asked)
    gone.set()
    assert (await asking).status == 0
    assert len(web.receiver.stored) == 1


async def test_a_result_that_cannot_be_read_is_502_with_the_id(web: Web) -> None:
    web.results.error = LedgerBusy()
    answered = await ask(web)
    assert (answered.status, answered.json["id"]) == (502, web.receiver.stored[0].envelope.id)
