"""The adapter of `send: {redis: …}`: entries of a stream, many in one round trip."""

from __future__ import annotations

from adapters.outbound.redis.kind import RedisKind

__all__ = ["RedisKind"]
