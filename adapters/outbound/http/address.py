"""Where one delivery goes by HTTP: made from the message and the options of `send`, checked before it is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from adapters.outbound.http.statuses import Statuses, statuses_of
from router.errors import ExpressionError, MessageError
from router.message import Message
from router.ports import Expression

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""A header name or a method (RFC 9110, 5.6.2)."""
NOT_IN_PATH = re.compile(r"[\x00-\x20\x7f?#\\]")
NOT_IN_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te", "trailer"})
"""Headers that belong to the connection: no route sets them."""


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """One request less its body. `path` and `query` are percent-encoded; `idempotency` is the header that carries the
    delivery id, None for none. `message` is what `ok_when` sees beside the reply."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    ok: Statuses = ((200, 299),)
    idempotency: str | None = "Idempotency-Key"
    ok_when: Expression | None = None
    failed: Expression | None = None
    """Of an array: which of its members the answer refuses."""
    message: Message | None = None


def prepare(send: Mapping[str, Any]) -> Callable[[Message], HttpAddress]:
    """Raises ValueError where the options alone cannot work."""
    method = str(send.get("method", "POST")).upper()
    if not TOKEN.fullmatch(method):
        raise ValueError(f"method: {method!r} is not a method")
    failed = send.get("failed")
    path, ok, ok_when = send["path"], statuses_of(send.get("ok") or ("200-299",)), send.get("ok_when")
    query, headers = dict(send.get("query") or {}), dict(send.get("headers") or {})
    idempotency = send.get("idempotency") or "Idempotency-Key"
    for name in headers:
        check_name(name)

    def address(message: Message) -> HttpAddress:
        return HttpAddress(
            method=method,
            path=checked_path(rendered(path, message, "path")),
            query=encoded(query, message),
            headers=tuple((n, checked_value(n, rendered(t, message, f"headers.{n}"))) for n, t in headers.items()),
            ok=ok,
            idempotency=None if idempotency == "none" else idempotency,
            ok_when=ok_when,
            failed=failed,
            message=message if ok_when is not None or failed is not None else None,
        )

    return address


def rendered(template: Expression, message: Message, field: str) -> str:
    try:
        return str(template(message))
    except ExpressionError as error:
        raise MessageError("send", error.error, f"{field}: {error.reason}") from error


def checked_path(path: str) -> str:
    """A path that stays on its host and below the connection's address, whatever the message holds."""
    if not path.startswith("/") or path.startswith("//"):
        raise MessageError("send", "path", f"path: {path!r} must begin with one slash")
    found = NOT_IN_PATH.search(path)
    if found is not None:
        raise MessageError("send", "path", f"path: {path!r} has {found.group()!r} at {found.start() + 1}; encode it")
    if any(unquote(segment) in (".", "..") for segment in path.split("/")):
        raise MessageError("send", "path", f"path: {path!r} has a segment that leads out of it")
    return quote(path, safe="/%:@!$&'()*+,;=~-._")


def encoded(query: Mapping[str, Expression], message: Message) -> str:
    """Whole values are encoded, so that none of them adds a parameter."""
    values = ((name, rendered(template, message, f"query.{name}")) for name, template in query.items())
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in values)


def check_name(name: str) -> None:
    if not TOKEN.fullmatch(name):
        raise ValueError(f"headers: {name!r} is not a header name")
    if name.lower() in OURS:
        raise ValueError(f"headers: {name} belongs to the connection; leave it out")


def checked_value(name: str, value: str) -> str:
    found = NOT_IN_HEADER.search(value)
    if found is not None:
        raise MessageError("send", "header", f"headers.{name}: {value!r} has {found.group()!r}, which no header holds")
    return value.strip()
