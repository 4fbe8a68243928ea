"""The folder source: files that others drop become messages."""

from __future__ import annotations

from adapters.inbound.folder.source import FolderSource

__all__ = ["FolderSource"]
