"""The folder target: messages and records become files."""

from __future__ import annotations

from adapters.outbound.folder.kind import FolderAddress, FolderKind
from adapters.outbound.folder.target import FolderTarget

__all__ = ["FolderAddress", "FolderKind", "FolderTarget"]
