"""The folder target: messages and records become files."""

from __future__ import annotations

from adapters.outbound.folder.kind import FolderAddress, FolderKind

__all__ = ["FolderAddress", "FolderKind"]
