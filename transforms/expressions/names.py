"""The names that expressions and templates see, and where each comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.message import File, Message

MESSAGE_FIELDS = ("id", "route", "received_at", "source", "params", "client")
FILE_FIELDS = ("name", "stem", "suffix", "size")
ROOTS = ("body", "headers", "message", "file", "record", "target", "reply", "out")


class CaseFree(dict[str, str]):
    """Headers: found without case."""

    def __getitem__(self, key: str) -> str:
        return super().__getitem__(key.lower())

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and super().__contains__(key.lower())

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key.lower(), default)


def file_fields(file: File | None) -> dict[str, Any] | None:
    return None if file is None else {"name": file.name, "stem": file.stem, "suffix": file.suffix, "size": file.size}


def scope(message: Message, names: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Everything a template sees, as plain values; what is not there (no file, no record) is left out."""
    e = message.envelope
    found: dict[str, Any] = {
        "body": message.body,
        "headers": CaseFree(message.headers),
        "message": {
            "id": e.id,
            "route": e.route,
            "received_at": e.received_at,
            "source": e.source,
            "params": dict(e.params),
            "client": e.client,
        },
    }
    if e.file is not None:
        found["file"] = file_fields(e.file)
    if message.record:
        found["record"] = {"number": message.record}
    if message.target:
        found["target"] = {"id": message.target}
    found.update(names or {})
    return found
