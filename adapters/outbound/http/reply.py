"""What the other side answered, and whether that is a success."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import msgspec

from adapters import charset
from adapters.outbound.http.address import HttpAddress
from adapters.outbound.http.statuses import holds
from router.errors import ExpressionError
from router.headers import CONTENT_TYPE, RETRY_AFTER
from router.ports import Outcome

MOST_ANSWER = 16 * 1024 * 1024
TOO_LONG = f"the answer is longer than {MOST_ANSWER // 1024 // 1024} MiB"
SHOWN = 200
"""Characters of an answer that a reason shows."""
LONGEST_WAIT = 86_400.0
JSON = msgspec.json.Decoder(float_hook=Decimal)
UNPRINTED = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
"""Blanks, and what would move the cursor of whoever reads a reason on a terminal."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. Headers have lower-case names. `cut`: of the body there is only the beginning."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False

    @property
    def content_type(self) -> str:
        return self.headers.get(CONTENT_TYPE, "")


class WithoutBody(dict[str, Any]):
    """`reply` of an answer that is too long: an expression that asks for the body fails, whatever default it has."""

    def __missing__(self, name: str) -> Any:
        if name == "body":
            raise ExpressionError(f"reply.body: {TOO_LONG}", "limit")
        raise KeyError(name)


def judge(address: HttpAddress, reply: Reply, now: datetime) -> Outcome:
    """Success, a status that is not `ok`, or refused by `ok_when`. The address and the duration are added later."""
    error, reason, failed = None, "", tuple[int, ...]()
    if not holds(address.ok, reply.status):
        error, reason = str(reply.status), in_words(reply)
    elif address.ok_when is not None:
        why = refusal(address, reply)
        error, reason = ("refused", f"{why}: {in_words(reply)}") if why else (None, "")
    if error is None and address.failed is not None:
        found = refused_members(address, reply)
        if isinstance(found, str):
            error, reason = "refused", f"collect.failed: {found}: {in_words(reply)}"
        else:
            failed = found
    if reply.cut and TOO_LONG not in reason:
        reason = f"{reason}; {TOO_LONG}" if reason else TOO_LONG
    return Outcome(
        error=error,
        reason=reason,
        status=reply.status,
        retry_after=None if error is None else retry_after(reply.headers.get(RETRY_AFTER), now),
        response=reply.body,
        response_type=reply.content_type,
        response_headers=reply.headers,
        failed=failed,
        cut=reply.cut,
    )


def refused_members(address: HttpAddress, reply: Reply) -> tuple[int, ...] | str:
    """The indexes that `collect.failed` reads from the answer, or what is wrong with them: then nobody knows which
    members arrived."""
    assert address.failed is not None
    assert address.message is not None
    try:
        found = address.failed(address.message, reply=seen_of(reply))
    except ExpressionError as error:
        return error.reason
    if not isinstance(found, (list, tuple)):
        return f"{short(repr(found))} is no list of indexes"
    wrong = [one for one in found if not isinstance(one, int) or isinstance(one, bool) or one < 0]
    return f"{short(repr(wrong[0]))} is no index" if wrong else tuple(found)


def seen_of(reply: Reply) -> dict[str, Any]:
    """`reply` as expressions see it."""
    head = {"status": reply.status, "headers": reply.headers}
    return WithoutBody(head) if reply.cut else {**head, "body": body_of(reply)}


def refusal(address: HttpAddress, reply: Reply) -> str:
    """Why `ok_when` does not hold; empty where it does."""
    assert address.ok_when is not None
    assert address.message is not None
    try:
        held = address.ok_when(address.message, reply=seen_of(reply))
    except ExpressionError as error:
        return f"ok_when: {error.reason}"
    if not isinstance(held, bool):
        return f"ok_when: {short(repr(held))} is neither true nor false"
    return "" if held else "ok_when is false"


def body_of(reply: Reply) -> Any:
    """Exact JSON where the answer says that it is JSON, else text. JSON that no number or stack of ours holds is text."""
    if is_json(reply.content_type):
        try:
            return JSON.decode(reply.body)
        except (msgspec.DecodeError, ValueError, ArithmeticError, RecursionError):
            pass
    return text_of(reply)


def is_json(content_type: str) -> bool:
    media = content_type.partition(";")[0].strip().lower()
    return media in ("application/json", "text/json") or media.endswith("+json")


def text_of(reply: Reply, most: int | None = None) -> str:
    """Text that can be stored as UTF-8, whatever the answer says of itself."""
    return charset.text_of(reply.body if most is None else reply.body[: most * 4], reply.content_type)


def in_words(reply: Reply) -> str:
    """`HTTP 503 Service Unavailable: first line of the body …`."""
    try:
        words = f"HTTP {reply.status} {HTTPStatus(reply.status).phrase}"
    except ValueError:
        words = f"HTTP {reply.status}"
    shown = short(text_of(reply, most=SHOWN * 2))
    return f"{words}: {shown}" if shown else words


def short(text: str) -> str:
    """On one line, and no longer than a reason may be."""
    line = UNPRINTED.sub(" ", text[: SHOWN * 4]).strip()
    return line if len(line) <= SHOWN else line[:SHOWN] + "…"


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from `Retry-After`, which is a number or an HTTP date (RFC 9110, 10.2.3); at most a day."""
    if value is None:
        return None
    text = value.strip()
    if text.isdecimal():
        return min(float(text), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), LONGEST_WAIT)
