"""What a config version is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Version:
    """A config version: the text of everything."""

    number: int
    files: Mapping[str, bytes] = field(default_factory=dict)
    by: str = ""
    at: int = 0
    reason: str = ""
