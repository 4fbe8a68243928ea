"""The adapter of `send: {folder: …}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.outbound.folder.naming import checked_name
from router.errors import ExpressionError, MessageError
from router.message import Message
from router.ports import Target


@dataclass(frozen=True, slots=True)
class FolderAddress:
    """The name of the file, and what happens where it is taken: `fail`, `suffix` or `replace`."""

    name: str
    exists: str


class FolderKind:
    """Files that appear whole under their name, once a delivery."""

    name = "folder"
    collects = True
    rows = False

    def prepare(self, send: Mapping[str, Any], content_type: str, target: str) -> Callable[[Message], FolderAddress]:
        template = send["name"]
        exists = str(send.get("exists", "fail"))

        def address(message: Message) -> FolderAddress:
            try:
                name = str(template(message))
            except ExpressionError as error:
                raise MessageError("send", error.error, f"name: {error.reason}") from None
            return FolderAddress(checked_name(name), exists)

        return address

    def open(self, name: str, options: Mapping[str, Any], children: int) -> Target:
        from adapters.outbound.folder.target import FolderTarget  # loaded where something is sent

        return FolderTarget(Path(options["path"]))
