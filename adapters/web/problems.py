"""What goes back to an HTTP caller: plain JSON, or a problem (RFC 9457)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import Any

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]

JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", b"application/problem+json")
CLOSE = (b"connection", b"close")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer. `headers` have lower-case names and hold no content-length."""

    status: int
    headers: Headers
    body: bytes = b""

    @property
    def phrase(self) -> str:
        return HTTPStatus(self.status).phrase


class Refusal(Exception):
    """The request ends here with this answer; nothing of it was accepted."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def answer(status: int, content: Any, headers: Headers = ()) -> Answer:
    return Answer(status, (JSON, *headers), msgspec.json.encode(content))


def problem(
    status: int,
    detail: str,
    instance: str,
    *,
    id: str | None = None,
    error_id: str | None = None,
    errors: Sequence[dict[str, str]] = (),
    headers: Headers = (),
) -> Answer:
    """A problem of type `about:blank`: the title is the status' own, `detail` says what to do about it.

    `instance` is the path that was called; `errors` are `{path, message}`; `id` is there when the message has one,
    `error_id` when the log says more under it.
    """
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    if errors:
        content["errors"] = list(errors)
    if error_id is not None:
        content["error_id"] = error_id
    if id is not None:
        content["id"] = id
    return Answer(status, (PROBLEM, *headers), msgspec.json.encode(content))


def retry_after(seconds: float) -> Headers:
    """Whole seconds, at least one."""
    return ((b"retry-after", str(max(1, ceil(seconds))).encode()),)
