"""What a caller is told about a message that was stored."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.web.problems import Answer, answer, problem
from adapters.web.results import Result
from router.ledger import Arrival, End, Receipt
from router.unforeseen import INTERNAL


def of_receipt(receipt: Receipt, arrival: Arrival, path: str) -> Answer:
    """202 for what was accepted, for a duplicate with the first one's id; else the problem."""
    if receipt.state == "refused" and arrival.end is not None:
        return refused(arrival.end, receipt.id, path)
    if receipt.state == "conflict":
        return conflict(receipt, path)
    return accepted(receipt)


def accepted(receipt: Receipt) -> Answer:
    content: dict[str, Any] = {"id": receipt.id}
    if receipt.state == "duplicate":
        content["duplicate"] = True
    return answer(202, content)


def refused(end: End, id: str, path: str) -> Answer:
    """400 for bytes that cannot be decoded, 422 for content that is wrong, with its fields; 500 where it is our fault."""
    errors = msgspec.json.decode(end.details, type=list[dict[str, str]]) if end.details else []
    status = 500 if end.error == INTERNAL else 400 if end.stage == "decode" else 422
    return problem(status, end.reason, path, id=id, errors=errors)


def conflict(receipt: Receipt, path: str) -> Answer:
    first = f" as {receipt.of}" if receipt.of else ""
    detail = f"A message with the same key but other content was accepted before{first}. Give this one its own key."
    return problem(409, detail, path, id=receipt.id)


def of_result(result: Result | None, id: str, path: str) -> Answer:
    """The target's own answer, also where it is an error; 502 where there is none, 504 where it comes too late, 422
    where no target takes the message. What a filter or `otherwise: {ignore}` ended was accepted: 202."""
    if result is None:
        return problem(504, f"No answer came in time. Ask for message {id} before you send it again.", path, id=id)
    if result.status is not None and result.status >= 200:
        headers = ((b"content-type", result.content_type.encode("latin-1", "replace")),) if result.content_type else ()
        return Answer(result.status, headers, result.body)
    if result.state == "dead":
        return problem(422 if result.stage == "route" else 502, reason_of(result), path, id=id)
    return answer(200 if result.state == "delivered" else 202, {"id": id})


def reason_of(result: Result) -> str:
    return result.reason or "The target gave no answer; the message is a dead letter."
