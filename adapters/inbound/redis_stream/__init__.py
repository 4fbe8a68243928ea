"""The source `from: {redis: …}`: entries of a stream, by a consumer group."""

from __future__ import annotations

from adapters.inbound.redis_stream.source import RedisStreamSource

__all__ = ["RedisStreamSource"]
