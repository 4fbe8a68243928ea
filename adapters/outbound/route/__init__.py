"""`send: {route: …}`."""

from __future__ import annotations

from adapters.outbound.route.kind import RouteKind

__all__ = ["RouteKind"]
