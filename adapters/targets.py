"""The target adapters, by the first key of `send`."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.outbound.amqp.kind import AmqpKind
from adapters.outbound.folder.kind import FolderKind
from adapters.outbound.http.kind import HttpKind
from adapters.outbound.redis.kind import RedisKind
from adapters.outbound.route.kind import RouteKind
from adapters.outbound.sql.kind import SqlKind
from router.ports import TargetKind

TARGETS: Mapping[str, TargetKind] = {
    "http": HttpKind(),
    "folder": FolderKind(),
    "amqp": AmqpKind(),
    "redis": RedisKind(),
    "sql": SqlKind(),
    "route": RouteKind(),
}
