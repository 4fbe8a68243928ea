"""What must not be seen in logs, replaced; the ids by which errors are found again."""

from __future__ import annotations

import re
import secrets
from collections.abc import MutableMapping, Sequence
from typing import Any

MASK = "***"
SECRET_NAME = re.compile(r"token|secret|password|passwd|authorization|api_?key|cookie|signature", re.IGNORECASE)
USERINFO = re.compile(r"\b([a-z][a-z0-9+.-]*://)[^/\s@]+@", re.IGNORECASE)
SHORTEST_SECRET = 4
"""Shorter secrets are not looked for in sentences: they would blot out half of every line."""
Event = MutableMapping[str, Any]


def error_id() -> str:
    """Of an error that nobody foresaw; short enough to be read out on the telephone."""
    return secrets.token_hex(4)


class Masked:
    """Replaces what must not be seen: values of keys that sound secret, passwords in addresses, known secrets."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        known = sorted((s for s in secrets if len(s) >= SHORTEST_SECRET), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, logger: Any, method: str, event: Event) -> Event:
        for key, value in event.items():
            if not key.startswith("_"):
                event[key] = MASK if SECRET_NAME.search(key) else self.value(value)
        return event

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {k: MASK if SECRET_NAME.search(str(k)) else self.value(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(v) for v in value]
        return value if value is None or isinstance(value, int | float) else self.text(str(value))

    def text(self, text: str) -> str:
        text = USERINFO.sub(rf"\1{MASK}@", text) if "://" in text else text
        return self._known.sub(MASK, text) if self._known is not None else text
