"""`send: {http: CONNECTION, …}`: one request a delivery."""

from __future__ import annotations

from adapters.outbound.http.kind import HttpKind

__all__ = ["HttpKind"]
