"""Tables and statements of SQLite and PostgreSQL as targets."""

from __future__ import annotations

from adapters.outbound.sql.kind import SqlKind

__all__ = ["SqlKind"]
