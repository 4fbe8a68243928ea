"""The adapter of `send: {http: …}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapters.outbound.http.address import HttpAddress, prepare
from router.message import Message
from router.ports import Target


class HttpKind:
    """Requests with stable bytes and a stable `Idempotency-Key`."""

    name = "http"
    collects = False
    rows = False

    def prepare(self, send: Mapping[str, Any], content_type: str, target: str) -> Callable[[Message], HttpAddress]:
        """`path` renders with its values encoded already; `query` and `headers` render as plain text."""
        return prepare(send)

    def open(self, name: str, options: Mapping[str, Any], children: int) -> Target:
        from adapters.outbound.http.options import options_of  # a client is loaded where something is sent
        from adapters.outbound.http.target import HttpTarget

        return HttpTarget(options_of(options))

    def visit(self, name: str, options: Mapping[str, Any], seconds: float) -> str:
        """No request is sent: whether the credentials are good is known by the first delivery."""
        from adapters.outbound.http.options import options_of
        from adapters.outbound.http.visit import visit

        return visit(options_of(options), seconds)
