"""JSON as the ledger keeps it, read without a route's options."""

from __future__ import annotations

from transforms.codecs.json import json


def read_json(raw: bytes) -> object:
    return json({}, _NoContent()).decode(raw, None)  # type: ignore[arg-type]


class _NoContent:
    version = 0

    def text(self, path: str) -> str:
        raise KeyError(path)

    def bytes(self, path: str) -> bytes:
        raise KeyError(path)

    def paths(self) -> list[str]:
        return []
